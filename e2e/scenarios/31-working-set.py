"""A working set of three times the cache is pulled round and round, by crane, skopeo and plain clients at once: no pull fails, every byte is
right, and what is mirrored never takes more than 5 % over the cache's size on the disk. An image that is pinned stays all along."""

import concurrent.futures
import contextlib
import gzip
import hashlib
import io
import itertools
import json
import os
import random
import tarfile
import threading
import time
import types

from lab import images, web
from lab.programs import run
from lab.report import check, check_equal, megabytes, say
from lab.upstreams import Registry

SECONDS = int(os.environ.get("E2E_WORKING_SET_SECONDS", "60"))
CACHE_MB = 120
IMAGES = 60
LAYERS = 3
LAYER_BYTES = 2_000_000
SLACK = 1.05
REPOSITORIES = ["set/one", "set/two", "set/three"]


def scenario(lab):
    storage = lab.folder / "registry"
    with contextlib.closing(Registry("working-set", storage, lab.logs)) as upstream:
        working_set = [push(upstream.url, number) for number in range(IMAGES)]
        known = types.SimpleNamespace(name="set.example", url=upstream.url, tokens=None)
        larder = lab.larder(known, settings={"cache-size": f"{CACHE_MB}MB"}, fresh_for="2s")
        larder.start()
        size = IMAGES * LAYERS * LAYER_BYTES
        say(f"{IMAGES} images of {megabytes(LAYERS * LAYER_BYTES)}, {megabytes(size)} in all, in a cache of {CACHE_MB} MB, for {SECONDS} s")
        check(size >= 3 * CACHE_MB * 1_000_000, "the working set isn't three times the cache")
        pinned = working_set[0]
        say(larder.command("pin", f"set.example/{pinned[0]}:{pinned[1]}").strip())
        pull(larder, *pinned)

        over = threading.Event()
        watch = Watch(larder, over)
        with concurrent.futures.ThreadPoolExecutor() as clients:
            watching = clients.submit(watch)
            turns = [clients.submit(around, larder, over, how, working_set, start)
                     for how, start in ((pull, 0), (pull, 20), (by_crane, 40), (by_skopeo, 30))]
            concurrent.futures.wait(turns, timeout=SECONDS, return_when=concurrent.futures.FIRST_EXCEPTION)
            over.set()
            pulls = [turn.result() for turn in turns]
            watching.result()
        say(f"{sum(pulls)} images were pulled without an error ({', '.join(map(str, pulls))} by client); the disk was looked at {watch.looks} times, "
            f"and had at most {megabytes(watch.most)}, {watch.most / CACHE_MB / 10_000:.1f} % of the cache's size")
        check(sum(pulls) > 3 * IMAGES, "too little was pulled to show anything")
        check(watch.most > 0.8 * CACHE_MB * 1_000_000, "the cache was never filled")
        check(watch.most <= SLACK * CACHE_MB * 1_000_000, f"the cache had {watch.most} bytes on the disk")

        status = json.loads(larder.command("status", "-o", "json"))
        evicted = status["pullsThrough"]["evictions"]
        say(next(line for line in larder.command("status").splitlines() if line.startswith("Cache")).strip())
        check(evicted > IMAGES, f"{evicted} evictions")
        held = {image["name"]: image for image in json.loads(larder.command("get", "images", "-o", "json"))["images"]}
        check(held[f"set.example/{pinned[0]}:{pinned[1]}"].get("pinned"), "the pinned image isn't there")

    for digest, blob in pinned[3].items():
        answer = web.get_blob(larder.url, pinned[0], digest, "?ns=set.example")
        check_equal((answer.status, answer.digest, answer.size), (200, digest, blob), "a pinned layer, without the upstream")
    larder.stop()
    say(larder.command("verify").strip())


class Watch:
    """Looks at what is mirrored on the disk, with what is on its way, until it is over."""

    def __init__(self, larder, over):
        self._folders = [larder.data / name for name in ("blobs", "partial", "incoming")]
        self._over = over
        self.most = self.looks = 0

    def __call__(self):
        while not self._over.wait(0.05):
            self.most = max(self.most, sum(map(occupied, self._folders)))
            self.looks += 1


def occupied(folder):
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # it has been evicted or renamed since it was listed
                size += os.stat(os.path.join(path, name)).st_size
    return size


def push(registry, number):
    """Pushes an image of layers of its own; gives its repository, tag, digest and blobs."""
    chance = random.Random(number)
    repository, tag = REPOSITORIES[number % len(REPOSITORIES)], f"v{number}"
    archives = [archive(chance.randbytes(LAYER_BYTES)) for _ in range(LAYERS)]
    layers = [gzip.compress(data, compresslevel=0, mtime=0) for data in archives]
    config = json.dumps({"architecture": "amd64", "os": "linux", "e2e": tag, "rootfs": {
        "type": "layers", "diff_ids": [digest_of(data) for data in archives]}}).encode()
    for data in [*layers, config]:
        check_equal(web.push_blob(registry, repository, digest_of(data), data, len(data)), 201, "status of a push to the upstream")
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": images.MANIFEST["oci"],
        "config": {"mediaType": images.CONFIG["oci"], "digest": digest_of(config), "size": len(config)},
        "layers": [{"mediaType": images.LAYER["oci", "gzip"], "digest": digest_of(data), "size": len(data)} for data in layers],
    }).encode()
    check_equal(web.push_manifest(registry, repository, tag, images.MANIFEST["oci"], manifest), 201, "status of a push to the upstream")
    return repository, tag, digest_of(manifest), {digest_of(data): len(data) for data in [*layers, config]}


def archive(content):
    """A tar file with one file in it."""
    file = tarfile.TarInfo("noise")
    file.size = len(content)
    with io.BytesIO() as bytes_, tarfile.open(fileobj=bytes_, mode="w") as tar:
        tar.addfile(file, io.BytesIO(content))
        tar.close()
        return bytes_.getvalue()


def around(larder, over, how, working_set, start):
    """Pulls one image after the other, round and round, until it is over; gives how many."""
    for count, image in enumerate(itertools.islice(itertools.cycle(working_set), start, None)):
        if over.is_set():
            return count
        how(larder, *image)


def pull(larder, repository, tag, digest, blobs):
    answer = web.get_manifest(larder.url, repository, tag, query="?ns=set.example")
    check_equal((answer.status, answer.digest), (200, digest), f"manifest of {repository}:{tag}")
    for blob, size in blobs.items():
        answer = web.get_blob(larder.url, repository, blob, "?ns=set.example")
        check_equal((answer.status, answer.digest, answer.size, answer.whole), (200, blob, size, True), f"blob {blob} of {tag}")


def by_crane(larder, repository, tag, digest, blobs):
    run("crane", "validate", "--insecure", "--remote", f"127.0.0.1:{larder.port}/set.example/{repository}:{tag}")


def by_skopeo(larder, repository, tag, digest, blobs):
    folder = larder.folder / "skopeo"
    run("rm", "-rf", folder)
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://127.0.0.1:{larder.port}/set.example/{repository}:{tag}", f"dir:{folder}")


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
