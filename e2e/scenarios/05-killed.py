"""Larder is killed with -9 at 20 random moments, in mid-pull and in mid-push, and started again each time. No wrong byte is ever
served, nothing that was acknowledged is missing, and no file is left in the data folder that has no reason to be there."""

import dataclasses
import hashlib
import json
import os
import random
import secrets
import threading
import time

from lab import images, web
from lab.datafolder import DataFolder
from lab.report import check, check_equal, megabytes, say

KILLS = 20
LATEST_KILL_SECONDS = 2.5
# So slow that some pull is under way whenever the kill comes, in whichever round.
UPSTREAM_BYTES_PER_SECOND = 8_000_000
LARGEST_PUSH = 6_000_000
PUSHERS = 2
REPOSITORY = "pushed/app"


@dataclasses.dataclass
class Ledger:
    """What was asked of Larder, and what it has acknowledged. Blobs are kept with their sizes, manifests by tag."""

    attempted: dict = dataclasses.field(default_factory=dict)
    blobs: dict = dataclasses.field(default_factory=dict)
    tags: dict = dataclasses.field(default_factory=dict)
    wrong: list = dataclasses.field(default_factory=list)
    whole_pulls: int = 0
    cut_short: int = 0


def scenario(lab):
    seed = os.environ.get("E2E_SEED") or secrets.token_hex(4)
    say(f"seed {seed} (E2E_SEED={seed} repeats the moments and the bytes)")
    chance = random.Random(seed)
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, login=lab.login())
    for upstream in docker_io, quay_io:
        upstream.proxy.fault("GET .*/blobs/", rate=UPSTREAM_BYTES_PER_SECOND)
    ledger = Ledger()

    larder.start()
    for kill in range(1, KILLS + 1):
        moment = chance.uniform(0.05, LATEST_KILL_SECONDS)
        disturb(lab, larder, ledger, chance, kill, moment)
        began = larder.start()
        kept = DataFolder(larder.data)
        kept.check_no_orphans()
        check_acknowledged(larder, ledger)
        check(not ledger.wrong, "; ".join(ledger.wrong))
        partial = sum((larder.data / name).stat().st_size for name in kept.partial.values())
        say(f"kill {kill:2} after {moment:4.2f} s: {len(ledger.blobs)} blobs and {len(ledger.tags)} tags acknowledged and there, "
            f"{len(ledger.attempted.keys() - ledger.blobs.keys())} pushes and {ledger.cut_short} pulls cut so far, "
            f"{megabytes(partial)} to be taken up again; serves again after {began:.1f} s")

    for upstream in docker_io, quay_io:
        upstream.proxy.heal()
    for image in lab.images.values():
        larder.check_serves_whole(image)
    for digest, size in ledger.blobs.items():
        answer = web.get_blob(larder.url, REPOSITORY, digest)
        check_equal((answer.status, answer.digest, answer.size), (200, digest, size), f"pushed blob {digest}")
    wanted = sum(size for upstream in (docker_io, quay_io) for size in distinct(lab, upstream.name).values())
    sent = docker_io.proxy.sent("GET .*/blobs/") + quay_io.proxy.sent("GET .*/blobs/")
    say(f"every image and every push is served whole; for {megabytes(wanted)} of blobs the upstreams sent {megabytes(sent)}")
    larder.stop()
    kept = DataFolder(larder.data)
    kept.check_no_orphans()
    check(not kept.partial, f"partial files after everything was pulled: {sorted(kept.partial)}")
    say(f"the data folder has {len(kept.blobs)} blobs, {megabytes(kept.check_bytes())}, each with its own bytes; nothing else")


def distinct(lab, upstream):
    return {digest: size for image in lab.images.values() if image.upstream == upstream for digest, size in image.blobs.items()}


def disturb(lab, larder, ledger, chance, kill, moment):
    """Pulls and pushes from several threads until the moment at which Larder is killed."""
    over = threading.Event()
    work = [(pull, lab, image) for image in lab.images.values()] + [(push, f"kill-{kill}-{one}") for one in range(PUSHERS)]
    threads = [threading.Thread(target=persist, args=(over, ledger, step, larder, random.Random(chance.random()), *what))
               for step, *what in work]
    for thread in threads:
        thread.start()
    time.sleep(moment)
    over.set()
    larder.kill()
    for thread in threads:
        thread.join()


def persist(over, ledger, step, larder, chance, *what):
    """Repeats a step until it is over; that Larder goes away in the middle of it is no failure."""
    count = 0
    while not over.is_set():
        count += 1
        try:
            step(larder, ledger, chance, count, *what)
        except (web.NoAnswer, OSError):
            over.wait(0.01)
        except Exception as wrong:
            ledger.wrong.append(repr(wrong))
            return


def pull(larder, ledger, chance, count, lab, image):
    """Pulls an image and compares each byte that comes, also of an answer that is cut, with the byte that should come."""
    for digest in image.manifests:
        answer = larder.manifest(image, digest)
        if answer.status == 200 and answer.whole:
            check_equal(answer.digest, digest, f"digest of a manifest of {image}")
    for digest in chance.sample(list(image.blobs), len(image.blobs)):
        with open(lab.content.path(digest), "rb") as right:
            answer = larder.blob(image, digest, like=right)
        if answer.status == 200 and answer.whole:
            check_equal((answer.digest, answer.size), (digest, image.blobs[digest]), f"blob of {image}")
            ledger.whole_pulls += 1
        else:
            ledger.cut_short += 1


def push(larder, ledger, chance, count, name):
    """Pushes an image of one layer, notes what Larder acknowledges, and reads it back."""
    layer = chance.randbytes(chance.randrange(1, LARGEST_PUSH))
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "e2e": name}).encode()
    for data in layer, config:
        ledger.attempted[digest_of(data)] = len(data)
        status = web.push_blob(larder.url, REPOSITORY, digest_of(data), data, len(data))
        check_equal(status, 201, f"status of the push of a blob for {name}")
        ledger.blobs[digest_of(data)] = len(data)
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": images.MANIFEST["oci"],
        "config": {"mediaType": images.CONFIG["oci"], "digest": digest_of(config), "size": len(config)},
        "layers": [{"mediaType": images.LAYER["oci", "tar"], "digest": digest_of(layer), "size": len(layer)}],
    }).encode()
    tag = f"{name}-{count}"
    check_equal(web.push_manifest(larder.url, REPOSITORY, tag, images.MANIFEST["oci"], manifest), 201, f"status of the push of {tag}")
    ledger.tags[tag] = digest_of(manifest)
    answer = web.get_blob(larder.url, REPOSITORY, digest_of(layer))
    if answer.status == 200 and answer.whole:
        check_equal(answer.digest, digest_of(layer), f"digest of the layer of {tag}")


def check_acknowledged(larder, ledger):
    """After a new start: all that was acknowledged is there, and what was not is either there and right, or not there."""
    for digest, size in ledger.blobs.items():
        head = web.ask("HEAD", f"{larder.url}/v2/{REPOSITORY}/blobs/{digest}")
        check_equal((head.status, head.headers["Content-Length"]), (200, str(size)), f"acknowledged blob {digest}")
    for tag, digest in ledger.tags.items():
        answer = web.get_manifest(larder.url, REPOSITORY, tag)
        check_equal((answer.status, answer.digest), (200, digest), f"acknowledged tag {tag}")
    for digest in ledger.attempted.keys() - ledger.blobs.keys():
        answer = web.get_blob(larder.url, REPOSITORY, digest)
        check(answer.status == 404 or (answer.status, answer.digest) == (200, digest), f"blob {digest}, never acknowledged: {answer.status}")


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
