"""A file system of 300 MB fills in mid-pull and in mid-push. Pulls go on, by containerd, skopeo and eight clients of one layer, and are right;
pushes are refused in words; commands work, and so does a new start after `kill -9`. When there is room again, all is as it was before."""

import concurrent.futures
import hashlib
import json
import os
import random

from lab import containerd, images, web
from lab.datafolder import DataFolder
from lab.programs import CommandFailed, run, wait_until
from lab.report import check, check_equal, megabytes, say

DISK_MB = 300
CLIENTS = 8
PUSHED_BYTES = 60_000_000


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    # So that the cache's size is not what ends a pull's being kept.
    larder = lab.larder(docker_io, quay_io, login=lab.login(), settings={"cache-size": "2GB", "collect-after": "0s"})
    larder.data.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", larder.data)
    lab.callback(run, "umount", "--lazy", larder.data)
    larder.start()
    small, big = lab.image("quay.io/e2e/busybox"), lab.image("quay.io/e2e/big")
    check_equal(push_noise(larder, "app", "1", 1), 201, "status of a push to a disk with room")
    larder.check_serves_whole(small)
    say(larder.command("pin", small.name).strip())

    fills_in_mid_pull(larder, quay_io, big)
    filler = larder.data / "filler"
    fills_in_mid_push(lab, larder, filler)
    pulls_while_it_is_full(lab, larder, quay_io, small)
    commands_while_it_is_full(larder)
    starts_while_it_is_full(larder, small, filler)

    filler.unlink()
    say("there is room again")
    has_room_again(larder, quay_io, small)


def fills_in_mid_pull(larder, quay_io, image):
    layer = max(image.blobs, key=image.blobs.get)
    check(image.blobs[layer] > DISK_MB * 1_000_000, "the layer is no larger than the disk")
    check_equal(larder.manifest(image).status, 200, "status of the manifest")
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
        digests = list(clients.map(lambda _: download(larder, image, layer), range(CLIENTS)))
    check_equal(set(digests), {layer}, "digests of what the clients got")
    sent = quay_io.proxy.sent("GET .*/blobs/")
    say(f"{CLIENTS} clients got a layer of {megabytes(image.blobs[layer])} through a disk of {DISK_MB} MB; the upstream sent {megabytes(sent)}")
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://127.0.0.1:{larder.port}/quay.io/{image.repository}:{image.tag}",
        f"dir:{larder.folder / 'copy'}")
    run("rm", "-r", larder.folder / "copy")
    kept = DataFolder(larder.data)
    check(layer not in kept.blobs and not kept.partial, "something of the layer was kept")
    say(f"skopeo too; {megabytes(free(larder))} are free again")


def fills_in_mid_push(lab, larder, filler):
    """Somebody else takes the room: all but half of what is pushed then."""
    fill(larder, filler, leave=PUSHED_BYTES // 2)
    status = push_noise(larder, "app", "2", 2)
    check_equal(status, 507, "status of a push that fills the disk")
    check_equal(push_noise(larder, "app", "3", 3), 507, "status of another one")
    fill(larder, filler, leave=0)
    source = lab.image("quay.io/e2e/busybox")
    folder = larder.folder / "image"
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://127.0.0.1:{larder.port}/quay.io/{source.repository}:{source.tag}", f"oci:{folder}:1")
    for words in (("skopeo", "copy", "--dest-tls-verify=false", f"oci:{folder}:1", f"docker://127.0.0.1:{larder.port}/by-skopeo:1"),
                  ("crane", "push", "--insecure", folder, f"127.0.0.1:{larder.port}/by-crane:1")):
        said = refusal(*words)
        check("disk is full" in said or "507" in said, f"{words[0]} says: {said}")
        say(f"{words[0]} says: {said.strip().splitlines()[-1]}")


def refusal(*words):
    """What a command says that has to fail."""
    try:
        said = run(*words)
    except CommandFailed as failed:
        return str(failed)
    check(False, f"{words[0]} wasn't refused: {said}")


def pulls_while_it_is_full(lab, larder, quay_io, small):
    larder.check_serves_whole(small)
    debian = lab.image("docker.io/library/debian")
    for folder in containerd.binaries().values():
        node = lab.containerd(folder, "hosts", larder.url)
        node.pull(debian.name)
        node.pull(small.name)
    check(free(larder) < 16_000_000, f"{free(larder)} bytes are free")
    say(f"with {megabytes(free(larder))} free, {len(containerd.binaries())} containerds have pulled {debian}")


def commands_while_it_is_full(larder):
    status = json.loads(larder.command("status", "-o", "json"))
    check_equal(status["hosted"]["tags"], 1, "tags that were pushed")
    say(larder.command("verify").strip())


def starts_while_it_is_full(larder, small, filler):
    larder.kill()
    fill(larder, filler, leave=0)
    say(f"after kill -9 it serves again in {larder.start():.1f} s")
    larder.check_serves_whole(small)
    check_equal(web.get_manifest(larder.url, "app", "1").status, 200, "status of what was pushed before")
    check_equal(push_noise(larder, "app", "4", 4), 507, "status of a push")
    larder.stop()
    say(f"and without a server: {larder.command('rm', 'app:1').strip()}, {larder.command('gc').strip()}")
    larder.start()
    check_equal(web.get_manifest(larder.url, "app", "1").status, 404, "status of what was removed")


def has_room_again(larder, quay_io, small):
    check_equal(push_noise(larder, "app", "2", 2), 201, "status of a push")
    larder.check_serves_whole(small)
    quay_io.proxy.forget()
    larder.check_serves_whole(small)
    check_equal(quay_io.proxy.sent("GET .*/blobs/"), 0, "bytes that the upstream sent for what is kept again")
    for part in (pushed := web.get_manifest(larder.url, "app", "2").json())["layers"] + [pushed["config"]]:
        answer = web.get_blob(larder.url, "app", part["digest"])
        check_equal((answer.status, answer.digest), (200, part["digest"]), "a blob of what was pushed")
    say(larder.command("verify").strip())
    wait_until(lambda: (larder.data / "reserve").exists(), "the room for the catalog is kept again")
    larder.command("gc")
    DataFolder(larder.data).check_no_orphans()


def free(larder):
    disk = os.statvfs(larder.data)
    return disk.f_bavail * disk.f_frsize


def fill(larder, filler, leave):
    """Fills the disk up to so many bytes."""
    with open(filler, "ab", buffering=0) as sink:
        while (room := free(larder) - leave) > 0:
            if not sink.write(bytes(min(room, 1 << 20))):
                return


def push_noise(larder, repository, tag, seed):
    """Pushes an image of one layer; gives the status of the first step that was refused, or 201."""
    layer = random.Random(seed).randbytes(PUSHED_BYTES)
    config = json.dumps({"architecture": "amd64", "os": "linux", "e2e": tag, "rootfs": {
        "type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]}}).encode()
    described = []
    for data in layer, config:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        status = web.push_blob(larder.url, repository, digest, data, len(data))
        if status != 201:
            return status
        described.append({"digest": digest, "size": len(data)})
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": images.MANIFEST["oci"],
        "config": {"mediaType": images.CONFIG["oci"], **described[1]},
        "layers": [{"mediaType": images.LAYER["oci", "tar"], **described[0]}],
    }).encode()
    return web.push_manifest(larder.url, repository, tag, images.MANIFEST["oci"], manifest)


def download(larder, image, layer):
    url = f"{larder.url}/v2/{image.repository}/blobs/{layer}?ns={image.upstream}"
    return "sha256:" + run("bash", "-c", f"set -o pipefail; curl --silent --show-error --fail '{url}' | sha256sum").split()[0]
