"""`larder import` takes over the folder of a docker-registry, image layouts and archives: every tag and digest is the same
afterwards and every layer is whole, files are linked, kill -9 in the middle is made good by another run, and a corrupt blob is
named and refused."""

import hashlib
import json
import pathlib
import random
import secrets
import shutil
import subprocess
import time

from lab import clients
from lab.datafolder import DataFolder
from lab.larder import LAUNCHER
from lab.programs import CommandFailed, Server, run, wait_until
from lab.report import check, check_equal, megabytes, say
from lab.upstreams import REFERRER_TYPE

KILLS = 5


def scenario(lab):
    old = lab.folder / "registry"
    shutil.copytree(lab.work / "upstreams" / "quay.io", old)
    listing = look_at_old(lab)
    larder = lab.larder()
    taken_over(lab, larder, old, listing)
    into_a_serving_one(lab, larder)
    larder.stop()
    DataFolder(larder.data).check_no_orphans()
    say(f"{megabytes(DataFolder(larder.data).check_bytes())} of blobs in the data folder, each with its own bytes")
    killed(lab, old, listing)
    corrupt(lab, old)
    onto_another_file_system(lab, old)


def bring(larder, *arguments, failing=False):
    """Runs `larder import` and gives its report, and the seconds that it took."""
    begun = time.monotonic()
    argv = [str(part) for part in (LAUNCHER, "import", *arguments, "--config", larder.configuration, "-o", "json")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=240)
    check_equal(done.returncode, 1 if failing else 0, f"status of {' '.join(argv)}: {done.stdout} {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1]), time.monotonic() - begun


def look_at_old(lab):
    """What the old registry serves: {repository: {tag: digest}}."""
    registry = lab.plain_registry("quay.io")
    address = registry.url.removeprefix("http://")
    listing = {}
    for repository in run("crane", "catalog", address).split():
        tags = run("crane", "ls", f"{address}/{repository}").split()
        listing[repository] = {tag: run("crane", "digest", f"{address}/{repository}:{tag}").strip() for tag in tags}
    registry.close()
    say(f"the old registry had {sum(map(len, listing.values()))} tags in {len(listing)} repositories, and is stopped")
    return listing


def check_same(larder, listing):
    """Every tag has the digest that it had, by crane and by skopeo, and every layer is whole."""
    address = larder.url.removeprefix("http://")
    check(set(run("crane", "catalog", address).split()) >= set(listing), "repositories are missing")
    for repository, tags in listing.items():
        check_equal(set(run("crane", "ls", f"{address}/{repository}").split()), set(tags), f"tags of {repository}")
        for tag, digest in tags.items():
            name = f"{address}/{repository}:{tag}"
            check_equal(run("crane", "digest", name).strip(), digest, f"digest of {name} for crane")
            raw = run("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{name}")
            check_equal(f"sha256:{hashlib.sha256(raw.encode()).hexdigest()}", digest, f"bytes of {name} for skopeo")
            copied = larder.folder / "copied"
            run("skopeo", "copy", "--all", "--quiet", "--src-tls-verify=false", f"docker://{name}", f"dir:{copied}")
            shutil.rmtree(copied)



def taken_over(lab, larder, old, listing):
    report, seconds = bring(larder, old)
    check_equal((report["failures"], report["incomplete"], report["copied"]["blobs"]), ([], [], 0), "what went wrong")
    check(report["linked"]["blobs"] > 0, f"nothing was linked: {report}")
    say(f"imported {report['manifests']} manifests and {report['tags']} tags in {seconds:.1f} s: "
        f"{megabytes(report['linked']['bytes'])} linked, {megabytes(report['copied']['bytes'])} copied")
    again, seconds = bring(larder, old)
    check_equal((again["manifests"], again["tags"], again["linked"]["blobs"], again["manifestsThere"]),
                (0, 0, 0, report["manifests"]), "what the second run did")
    say(f"the second run took {seconds:.1f} s and read no blob")
    # A link outlives the old registry.
    shutil.move(old, lab.folder / "away")
    larder.start()
    check_same(larder, listing)
    shutil.move(lab.folder / "away", old)
    image = lab.image("quay.io/e2e/busybox")
    address = larder.url.removeprefix("http://")
    found = json.loads(run("oras", "discover", "--plain-http", "--format", "json", f"{address}/{image.repository}@{image.digest}"))
    referrers = found.get("referrers") or found.get("manifests")
    check_equal([one["artifactType"] for one in referrers], [REFERRER_TYPE], "types of the referrers")
    say("crane and skopeo see every repository, tag and digest; skopeo copied every layer; oras finds the referrer")


def into_a_serving_one(lab, larder):
    """What skopeo and docker write, while Larder serves the folder."""
    address = larder.url.removeprefix("http://")
    image = lab.image("quay.io/e2e/pair")
    tools = lab.containers(clients.registries_conf(address, []))
    for kind, name in ("oci", "layout"), ("oci-archive", "layout.tar"):
        tools.skopeo("copy", "--all", "--quiet", f"docker://{address}/{image.repository}:{image.tag}",
                     f"{kind}:{lab.folder / name}:{kind}/pair:1")
        report, seconds = bring(larder, lab.folder / name)
        check_equal(report["failures"], [], f"failures of {kind}")
        check_equal(run("crane", "digest", f"{address}/{kind}/pair:1").strip(), image.digest, f"digest by {kind}")
        run("crane", "validate", "--remote", f"{address}/{kind}/pair:1")
        say(f"skopeo's {kind} imported in {seconds:.1f} s while serving ({report['kind']}): {report['linked']['blobs']} linked, "
            f"{report['copied']['blobs']} copied, {report['there']['blobs']} there")

    docker = lab.docker(larder.url)
    saved = lab.folder / "saved.tar"
    source = f"{address}/{lab.image('quay.io/e2e/zstd').repository}:e2e"
    small = f"{address}/{image.repository}:{image.tag}"
    docker("pull", "--quiet", small)
    docker("tag", small, "saved:1")
    identity = json.loads(docker("image", "inspect", "saved:1"))[0]["Id"]
    docker("save", "--output", saved, "saved:1")
    docker("image", "rm", "saved:1", small)
    run("gzip", "--keep", saved)
    for archive, name in (saved, "saved"), (f"{saved}.gz", "zipped"):
        report, seconds = bring(larder, archive, "--repository", f"saved={name}")
        check_equal(report["failures"], [], f"failures of docker save, {archive}")
        # crane reads no layer that isn't compressed.
        tools.skopeo("copy", "--quiet", f"docker://{address}/{name}:1", f"dir:{lab.folder / name}")
        docker("pull", "--quiet", f"{address}/{name}:1")
        check_equal(json.loads(docker("image", "inspect", f"{address}/{name}:1"))[0]["Id"], identity, "the image's ID")
        docker.check_runs(f"{address}/{name}:1")
        docker("image", "rm", f"{address}/{name}:1")
        say(f"docker save ({report['kind']}, {name}) imported in {seconds:.1f} s; docker pulled and ran it, ID as it was")
    run("crane", "pull", source, lab.folder / "crane.tar")
    report, _ = bring(larder, lab.folder / "crane.tar", "--repository", f"{lab.image('quay.io/e2e/zstd').repository}=by-crane")
    check_equal(report["failures"], [], "failures of crane's archive")
    tools.skopeo("copy", "--quiet", f"docker://{address}/by-crane:e2e", f"dir:{lab.folder / 'by-crane'}")
    say(f"crane's archive imported as well ({report['kind']})")


def killed(lab, old, listing):
    chance = random.Random(secrets.token_hex(4))
    larder = lab.larder()
    whole, cut = 0, 0
    for kill in range(KILLS):
        before = blobs_in(larder)
        server = Server("import", [LAUNCHER, "import", old, "--config", larder.configuration], lab.folder / "import.log")
        # How long it takes to begin, and all of it, is the machine's.
        wait_until(lambda: server.status is not None or blobs_in(larder) != before, "the import has begun or ended")
        time.sleep(chance.uniform(0, 0.1))
        whole, cut = whole + (server.status == 0), cut + (server.status is None)
        server.kill()
    check(cut > 0, "no import was under way when it was to be killed")
    report, seconds = bring(larder, old)
    check_equal(report["failures"], [], "failures after kills")
    larder.start()
    check_same(larder, listing)
    larder.stop()
    kept = DataFolder(larder.data)
    kept.check_no_orphans()
    kept.check_bytes()
    say(f"{cut} imports were killed with -9; the next one ended in {seconds:.1f} s, {report['there']['blobs']} blobs were there; "
        "all is the same, and nothing is left over")


def blobs_in(larder):
    """How many blobs have come as far as the store."""
    return sum(1 for path in (larder.data / "blobs").rglob("*") if path.is_file())


def corrupt(lab, old):
    image = lab.image("quay.io/e2e/zstd")
    digest = max(image.blobs, key=image.blobs.get).removeprefix("sha256:")
    data = old / f"docker/registry/v2/blobs/sha256/{digest[:2]}/{digest}/data"
    right = data.read_bytes()
    # Another file in its place: the old one may have further names by now.
    data.unlink()
    data.write_bytes(right[:1000] + bytes([right[1000] ^ 1]) + right[1001:])
    larder = lab.larder()
    report, _ = bring(larder, old, failing=True)
    named = [failure["image"] for failure in report["failures"]]
    check_equal(named, [f"{image.repository}@sha256:{digest}", f"{image.repository}:{image.tag}"], "what is named")
    larder.start()
    larder_address = larder.url.removeprefix("http://")
    other = lab.image("quay.io/e2e/pair")
    run("crane", "validate", "--remote", f"{larder_address}/{other.repository}:{other.tag}")
    try:
        run("crane", "manifest", f"{larder_address}/{image.repository}:{image.tag}")
        check(False, "the image with the corrupt blob is served")
    except CommandFailed:
        pass
    larder.stop()
    say(f"a bit of a layer of {image.repository} was wrong: {report['failures'][0]['text']}; the others are served")
    data.write_bytes(right)


def onto_another_file_system(lab, old):
    """From memory, where nothing can be linked from."""
    source = pathlib.Path("/run/e2e-import")
    image = lab.image("quay.io/e2e/pair")
    larder = lab.larder()
    shutil.copytree(old, source)
    report, seconds = bring(larder, source, "--repository", image.repository)
    check_equal((report["linked"]["blobs"], report["notLinked"]), (0, "Invalid cross-device link"), "what was linked")
    say(f"from another file system {megabytes(report['copied']['bytes'])} were copied in {seconds:.1f} s, and the report says why")
