"""For a minute, clients push, delete and collect at once. No push is refused for want of a blob that Larder said it has, and every image
that remains is whole. Then bytes are flipped on the disk: verify finds them, and what is mirrored is fetched anew."""

import dataclasses
import hashlib
import json
import random
import threading
import time

from lab import images, web
from lab.datafolder import DataFolder
from lab.programs import CommandFailed, run
from lab.report import check, check_equal, say

SECONDS = 60
GRACE_SECONDS = 5
PUSHERS = 3
# So few that most pushes find layers that are here, some of which nothing refers to any more.
LAYERS = [random.Random(number).randbytes(200_000) for number in range(12)]
REPOSITORIES = ["team/one", "team/two"]


@dataclasses.dataclass
class Ledger:
    """The images that were pushed and that nobody has begun to delete, as {(repository, tag): digest}."""

    images: dict = dataclasses.field(default_factory=dict)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    pushes: int = 0
    left_out: int = 0
    deletions: int = 0
    slow: int = 0
    collected: int = 0
    wrong: list = dataclasses.field(default_factory=list)


def scenario(lab):
    quay_io = lab.quay_io()
    larder = lab.larder(quay_io, settings={"collect-every": "1s", "collect-after": f"{GRACE_SECONDS}s"})
    larder.start()
    source = min((image for image in lab.images.values() if image.upstream == "quay.io"), key=lambda image: sum(image.blobs.values()))
    ledger = Ledger()
    over = threading.Event()
    work = [(push, random.Random(number)) for number in range(PUSHERS)]
    work += [(delete, random.Random(99)), (by_clients, source), (collect,)]
    threads = [threading.Thread(target=persist, args=(over, ledger, step, larder, *what)) for step, *what in work]
    for thread in threads:
        thread.start()
    over.wait(SECONDS)
    over.set()
    for thread in threads:
        thread.join()
    check(not ledger.wrong, "; ".join(ledger.wrong))
    say(f"in {SECONDS} s: {ledger.pushes} pushes, which left out {ledger.left_out} layers that Larder had, {ledger.deletions} deletions; "
        f"larder gc collected {ledger.collected} blobs, beside what the server collected by itself; "
        f"{ledger.slow} pushes took longer than the grace period and were refused")
    check(ledger.pushes > 50 and ledger.deletions > 20 and ledger.left_out > 20, "too little has happened to show anything")
    check(ledger.collected > 0, "nothing was collected")

    remaining = check_remaining(larder, ledger)
    say(f"each of the {remaining} images that remain is whole; {larder.command('verify').strip()}")
    time.sleep(GRACE_SECONDS + 1)
    larder.command("gc")
    kept = DataFolder(larder.data)
    kept.check_no_orphans()
    check(kept.blobs.keys() <= kept.wanted, f"blobs that nothing refers to: {sorted(kept.blobs.keys() - kept.wanted)}")
    say(f"the data folder has {len(kept.blobs)} blobs, and something refers to each")
    flip_bytes(larder, ledger, source, kept)


def persist(over, ledger, step, larder, *what):
    while not over.is_set():
        try:
            step(larder, ledger, *what)
        except Exception as wrong:
            ledger.wrong.append(repr(wrong))
            over.set()


def push(larder, ledger, chance):
    """Pushes as clients do: it asks for each layer, leaves out those that are here, and sends the manifest last."""
    repository, tag = chance.choice(REPOSITORIES), f"t{chance.randrange(1_000_000)}"
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "e2e": tag}).encode()
    layers = chance.sample(LAYERS, 3)
    begun = time.monotonic()
    for data in [*layers, config]:
        digest = digest_of(data)
        if web.ask("HEAD", f"{larder.url}/v2/{repository}/blobs/{digest}").status == 200:
            ledger.left_out += 1
        else:
            check_equal(web.push_blob(larder.url, repository, digest, data, len(data)), 201, "status of the push of a blob")
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": images.MANIFEST["oci"],
        "config": {"mediaType": images.CONFIG["oci"], "digest": digest_of(config), "size": len(config)},
        "layers": [{"mediaType": images.LAYER["oci", "tar"], "digest": digest_of(data), "size": len(data)} for data in layers],
    }).encode()
    status = web.push_manifest(larder.url, repository, tag, images.MANIFEST["oci"], manifest)
    if status != 201 and time.monotonic() - begun >= GRACE_SECONDS:
        ledger.slow += 1
        return
    check_equal(status, 201, f"status of the push of {repository}:{tag}")
    with ledger.lock:
        ledger.images[repository, tag] = digest_of(manifest)
        ledger.pushes += 1


def delete(larder, ledger, chance):
    """Deletes one image by its digest, so that few remain and layers lose their last reference all the time."""
    with ledger.lock:
        (repository, tag), digest = (None, None), None
        if len(ledger.images) > 3:
            repository, tag = chance.choice(list(ledger.images))
            digest = ledger.images.pop((repository, tag))
    if digest is None:
        time.sleep(0.05)
        return
    check_equal(web.ask("DELETE", f"{larder.url}/v2/{repository}/manifests/{digest}").status, 202, f"status of the deletion of {tag}")
    ledger.deletions += 1


def by_clients(larder, ledger, source):
    """crane and skopeo push the same image again and again, and `larder rm` removes it."""
    registry = f"127.0.0.1:{larder.port}"
    run("crane", "copy", "--insecure", f"{registry}/quay.io/{source.repository}:{source.tag}", f"{registry}/by-crane:1")
    run("crane", "validate", "--insecure", "--remote", f"{registry}/by-crane:1")
    run("skopeo", "copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false",
        f"docker://{registry}/by-crane:1", f"docker://{registry}/by-skopeo:1")
    run("crane", "validate", "--insecure", "--remote", f"{registry}/by-skopeo:1")
    larder.command("rm", "by-crane:1", f"localhost:{larder.port}/by-skopeo:1")


def collect(larder, ledger):
    ledger.collected += json.loads(larder.command("gc", "-o", "json"))["blobs"]


def check_remaining(larder, ledger):
    for repository in REPOSITORIES:
        tags = set(web.ask("GET", f"{larder.url}/v2/{repository}/tags/list").json()["tags"])
        check_equal(tags, {tag for name, tag in ledger.images if name == repository}, f"the tags of {repository}")
    for (repository, tag), digest in ledger.images.items():
        top = web.get_manifest(larder.url, repository, tag)
        check_equal((top.status, top.digest), (200, digest), f"manifest of {repository}:{tag}")
        for part in [top.json()["config"], *top.json()["layers"]]:
            blob = web.get_blob(larder.url, repository, part["digest"])
            check_equal((blob.status, blob.digest), (200, part["digest"]), f"a blob of {repository}:{tag}")
    return len(ledger.images)


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def flip_bytes(larder, ledger, source, kept):
    (repository, tag), digest = next(iter(ledger.images.items()))
    pushed = web.get_manifest(larder.url, repository, digest).json()["layers"][0]["digest"]
    larder.check_serves_whole(source)
    mirrored = next(iter(source.blobs))
    for wrong in pushed, mirrored:
        with open(larder.data / DataFolder(larder.data).blobs[wrong], "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 1]))
    try:
        said = larder.command("verify")
        check(False, f"verify found nothing: {said}")
    except CommandFailed as found:
        check("status 1" in str(found), str(found))
    check_equal(web.get_blob(larder.url, repository, pushed).status, 404, "status of a pushed blob with a flipped byte")
    larder.check_serves_whole(source)
    say(f"verify found a flipped byte in {repository}:{tag} and in {source}; the latter is whole again")
