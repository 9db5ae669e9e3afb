"""`larder export` writes a bundle that is the same to the byte each time, goes on after kill -9, and `larder import` takes it into a
Larder that has no network, after kill -9 as well; containerd pulls everything from there."""

import ctypes
import hashlib
import json
import os
import subprocess

from lab import containerd
from lab.datafolder import DataFolder
from lab.larder import LAUNCHER
from lab.programs import Server, run, wait_until
from lab.report import check, check_equal, megabytes, say

CLONE_NEWNET = 0x40000000
LOCAL = "localhost:5000/app:1"
BIG = 500_000_000


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    source = lab.larder(docker_io, quay_io, fresh_for="1h", login=lab.login())
    source.start()
    images = [lab.image(name) for name in ("docker.io/library/busybox", "docker.io/e2e/pair", "quay.io/e2e/pair", "quay.io/e2e/big")]
    bundle = exported(lab, source, images)
    read_by_others(lab, bundle, images)
    cut_export(lab, source, images, bundle)
    source.stop()
    without_network(docker_io)
    larder = lab.larder(docker_io, quay_io)
    cut_import(larder, bundle)
    larder.start()
    in_it(lab, larder, images)
    larder.stop()
    DataFolder(larder.data).check_no_orphans()
    DataFolder(larder.data).check_bytes()


def export(larder, bundle, *names):
    return run(LAUNCHER, "export", *names, "-o", bundle, "--config", larder.configuration)


def names(images):
    return [*(image.name for image in images), LOCAL]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def exported(lab, larder, images):
    run("crane", "copy", "--insecure", f"127.0.0.1:{larder.port}/{lab.image('quay.io/e2e/busybox')}", f"127.0.0.1:{larder.port}/app:1")
    bundle, again = lab.folder / "bundle.tar", lab.folder / "again.tar"
    said = export(larder, bundle, *names(images))
    say(said.strip())
    export(larder, again, *reversed(names(images)))
    check_equal(digest(again), digest(bundle), "the digest of a second bundle of the same images")
    again.unlink()
    argv = [str(part) for part in (LAUNCHER, "export", *names(images), "-o", "-", "--config", larder.configuration)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        check_equal(hashlib.file_digest(process.stdout, "sha256").hexdigest(), digest(bundle), "the digest of a bundle by a pipe")
    check_equal(process.returncode, 0, "status of an export by a pipe")
    listed = run("tar", "--list", "--verbose", "--numeric-owner", "--file", bundle, env={"TZ": "UTC"}).splitlines()
    check(all(" 0/0 " in line and "1970-01-01 00:00" in line for line in listed), f"files of somebody, or of some time: {listed[:3]}")
    say(f"three exports gave the same {megabytes(bundle.stat().st_size)}, {len(listed)} files")
    return bundle


def read_by_others(lab, bundle, images):
    """Other tools find an image in it by its whole name; skopeo only those of the OCI's types."""
    image = next(image for image in images if image.name == "quay.io/e2e/pair:e2e")
    raw = run("skopeo", "inspect", "--raw", f"oci-archive:{bundle}:{image.name}").encode()
    check_equal(f"sha256:{hashlib.sha256(raw).hexdigest()}", image.digest, f"the manifest of {image} that skopeo reads")
    binaries = next(iter(containerd.binaries().values()))
    node = lab.containerd(binaries, "hosts", None)
    node.ctr("images", "import", bundle)
    for name in names(images):
        check(name in node.ctr("images", "ls", "--quiet").split(), f"ctr has imported no {name}")
    say("skopeo reads it, and ctr imports it under the same names")


def cut_export(lab, larder, images, bundle):
    cut = lab.folder / "cut.tar"
    partial = lab.folder / "cut.tar.partial"
    server = Server("export", [LAUNCHER, "export", *names(images), "-o", cut, "--config", larder.configuration], lab.folder / "export.log")
    wait_until(lambda: server.status is not None or (partial.exists() and partial.stat().st_size > BIG // 5), "a fifth is written")
    check_equal(server.status, None, f"the export ended before it could be killed: {server.last_words()}")
    server.kill()
    left = partial.stat().st_size
    check(not cut.exists(), "a bundle that isn't whole has the whole one's name")
    said = export(larder, cut, *names(images))
    check("an earlier attempt had left" in said, f"the second attempt began anew: {said}")
    check_equal(digest(cut), digest(bundle), "the digest of a bundle that was taken up again")
    check(not partial.exists(), "the partial file is still there")
    cut.unlink()
    say(f"killed with -9 after {megabytes(left)}; {said.strip()}")


def without_network(upstream):
    """From here on, what is started has a loopback interface of its own and nothing else."""
    libc = ctypes.CDLL(None, use_errno=True)
    check_equal(libc.unshare(CLONE_NEWNET), 0, f"unshare: {os.strerror(ctypes.get_errno())}")
    run("ip", "link", "set", "lo", "up")
    asked = subprocess.run(["curl", "--silent", "--insecure", f"{upstream.url}/v2/"], capture_output=True)
    check_equal(asked.returncode, 7, "what curl says of an upstream: it can't connect")


def cut_import(larder, bundle):
    command = [LAUNCHER, "import", bundle, "--config", larder.configuration]
    server = Server("import", command, larder.folder / "import.log")
    wait_until(lambda: server.status is not None or copying(larder), "the big layer is being copied")
    check_equal(server.status, None, f"the import ended before it could be killed: {server.last_words()}")
    server.kill()
    report = json.loads(run(*command, "-o", "json").splitlines()[-1])
    check_equal((report["failures"], report["incomplete"], report["kind"]), ([], [], "a bundle of larder export"), "what came of the import")
    again = json.loads(run(*command, "-o", "json").splitlines()[-1])
    check_equal((again["manifests"], again["copied"]["blobs"]), (0, 0), "what a third import did")
    say(f"an import was killed with -9; the next one found {report['there']['blobs']} blobs and copied {report['copied']['blobs']}")


def copying(larder):
    """Whether some of the big layer has come, which lies aside until it is whole."""
    incoming = larder.data / "incoming"
    return incoming.exists() and any(size(path) > BIG // 10 for path in incoming.iterdir())


def size(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def in_it(lab, larder, images):
    app = lab.image("quay.io/e2e/busybox")
    for version, binaries in containerd.binaries().items():
        node = lab.containerd(binaries, "hosts", larder.url)
        for image in images:
            node.check_pulls(image)
        node.check_pulls(app, LOCAL)
        say(f"containerd {version} pulled all {len(images) + 1} images from a Larder without a network")
    for image in images:
        answer = larder.check_serves_whole(image)
        check_equal(answer.headers["Larder-Cache"], "stale", f"Larder-Cache of {image}, whose upstream can't be asked")
