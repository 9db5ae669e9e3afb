"""`larder status` and `larder get` say what is here and what Larder has saved, byte for byte as the upstreams' proxies and the clients'
images have it, by containerd 1.x and 2.x and by crane; also after a new start and `kill -9`."""

import json

from lab import containerd
from lab.datafolder import DataFolder
from lab.programs import CommandFailed, run, wait_until
from lab.report import check, check_equal, megabytes, say

CONTENT = "GET .*/(manifests|blobs)/"


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, login=lab.login())
    check("there is no store in" in larder_says(larder), f"without a folder, larder status says {larder_says(larder)}")
    larder.start()
    check_equal(counted(larder), {}, "upstreams' counts before anything was pulled")
    pulled = [image for image in lab.images.values() if image.runnable]
    nodes = [lab.containerd(folder, "hosts", larder.url) for folder in containerd.binaries().values()]
    for node in nodes:
        for image in pulled:
            node.pull(image.name)

    fetched = {upstream.name: sum(exchange.sent for exchange in upstream.proxy.exchanges(CONTENT) if exchange.status in (200, 206))
               for upstream in (docker_io, quay_io)}
    served = sum(received(lab, node) for node in nodes)
    # The last answer is counted when its last byte has left, which may be after the client has ended.
    wait_until(lambda: total(larder, "servedBytes") == served, f"{served} bytes were served: {counted(larder)}", seconds=10)
    for name, upstream in counted(larder).items():
        check_equal(upstream["fetchedBytes"], fetched[name], f"bytes fetched from {name}, as its proxy has sent them")
        check_equal(upstream["savedBytes"], upstream["servedBytes"] - fetched[name], f"bytes saved for {name}")
    saved = served - sum(fetched.values())
    say(f"{megabytes(served)} served to {len(nodes)} containerds, {megabytes(sum(fetched.values()))} fetched, {megabytes(saved)} saved: to the byte "
        "what they have and the upstreams sent")

    status = json.loads(larder.command("status", "-o", "json"))
    through = status["pullsThrough"]
    check_equal(through["savedBytes"], saved, "bytes saved in all")
    check(through["misses"] > 0 and through["hits"] > through["misses"], f"two pulls of each image were {through}")
    check_equal((through["errors"], through["stale"], status["fetches"]), (0, 0, []), "errors, stale answers, fetches in progress")
    files = sum(file.stat().st_size for file in (larder.data / "blobs").rglob("*") if file.is_file())
    check_equal(status["disk"]["usedBytes"], files, "bytes on the disk")

    by_crane(larder, pulled[0])
    the_lists(larder, pulled, len(nodes))
    an_upstream_that_fails(lab, larder, quay_io)
    after_new_starts(larder)


def larder_says(larder):
    try:
        return larder.command("status")
    except CommandFailed as failed:
        return str(failed)


def counted(larder):
    return {upstream["name"]: upstream for upstream in json.loads(larder.command("get", "upstreams", "-o", "json"))["upstreams"]
            if upstream["servedBytes"] or upstream["fetchedBytes"]}


def total(larder, field):
    return sum(upstream[field] for upstream in counted(larder).values())


def received(lab, node):
    """The bytes that a containerd has got: a layer of which it has another form already it doesn't ask for."""
    return sum(lab.content.path(digest).stat().st_size for digest in node.ctr("content", "ls", "--quiet").split() if lab.content.path(digest).exists())


def by_crane(larder, image):
    """What is pushed is counted as that, and not as an upstream's."""
    registry = f"127.0.0.1:{larder.port}"
    run("crane", "copy", "--insecure", f"{registry}/{image}", f"{registry}/mine:1")
    before = total(larder, "servedBytes"), total(larder, "fetchedBytes")
    run("crane", "validate", "--insecure", "--remote", f"{registry}/mine:1")
    own = json.loads(larder.command("status", "-o", "json"))["own"]
    check_equal(own["pushes"], len(image.manifests), "manifests that were pushed")
    check(own["receivedBytes"] > 0 and own["servedBytes"] >= image.bytes, f"what was pushed and pulled again is {own}")
    check_equal((total(larder, "servedBytes"), total(larder, "fetchedBytes")), before, "upstreams' bytes after a pull of what was pushed")
    say(f"crane's push: {own}")


def the_lists(larder, pulled, times):
    listed = {image["name"]: image for image in json.loads(larder.command("get", "images", "-o", "json"))["images"]}
    check_equal(set(listed), {image.name for image in pulled} | {"mine:1"}, "the images of larder get images")
    blobs = DataFolder(larder.data).blobs
    for image in pulled:
        one = listed[image.name]
        here = sum(size for digest, size in image.blobs.items() if digest in blobs)
        check_equal((one["digest"], one["bytes"], one["kind"], one["upstream"]), (image.digest, here, "mirrored", image.upstream), f"{image} as it is listed")
        # crane has asked for the first one as well.
        check(times <= one["pulls"] <= times + 2 and one["lastPulled"], f"{image} was pulled {one['pulls']} times")
    names = larder.command("get", "images", "-o", "name", "quay.io/*").split()
    check_equal(names, sorted(image.name for image in pulled if image.upstream == "quay.io"), "the images of quay.io")
    image = pulled[-1]
    check_equal(larder.command("get", "tags", f"{image.upstream}/{image.repository}", "-o", "wide").split()[0], "TAG", "the header of larder get tags")
    check(larder.command("get", "images", "-o", "yaml").startswith("images:\n- name: "), "larder get images -o yaml")
    say("as people see it:\n" + larder.command("status") + larder.command("get", "images"))


def an_upstream_that_fails(lab, larder, quay_io):
    quay_io.close()
    check_equal(larder.manifest(lab.image("quay.io/e2e/big")).status, 503, "status of an image that can't be had")
    quay = counted(larder)["quay.io"]
    check_equal(quay["errors"], 1, "errors of quay.io")
    check("trouble" in quay["lastContact"], f"the last contact with quay.io was {quay['lastContact']}")
    say(f"the upstream is gone: {quay['lastContact']['trouble']}")


def after_new_starts(larder):
    before = counts(larder)
    larder.stop()
    check_equal(counts(larder), before, "counts while no Larder serves")
    larder.start()
    check_equal(counts(larder), before, "counts after a new start")
    # Asking keeps what was counted: only what comes after that is lost.
    larder.kill()
    larder.start()
    check_equal(counts(larder), before, "counts after kill -9")
    say("after a new start and after kill -9, nothing of it is lost")


def counts(larder):
    """What is kept: all but how upstreams were when they were last asked, and by which files its images are known."""
    status = json.loads(larder.command("status", "-o", "json"))
    for upstream in status["upstreams"]:
        upstream.pop("lastContact", None)
    images = json.loads(larder.command("get", "images", "-o", "json"))
    return {key: status[key] for key in ("hosted", "mirrored", "pullsThrough", "own", "days", "upstreams")} | images
