"""`larder status` and `larder get` say what is here and what Larder has saved, byte for byte as the upstreams' proxies and the clients'
images have it, by containerd 1.x and 2.x and by crane; also after a new start and `kill -9`; also of a Larder in a container, which every
command reaches by itself."""

import json
import time

from lab import containerd, web
from lab.datafolder import DataFolder
from lab.engine import HOST
from lab.larder import LAUNCHER
from lab.programs import CommandFailed, run, wait_until
from lab.report import check, check_equal, megabytes, say

REGISTRY = "localhost:5001"
CONTENT = "GET .*/(manifests|blobs)/"


def scenario(lab):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    by_a_process(lab, docker_io, quay_io)
    in_a_container(lab, docker_io)


def by_a_process(lab, docker_io, quay_io):
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


def in_a_container(lab, docker_io):
    engine = lab.engine()
    engine.larder_image()
    engine.larder("up", "--no-watch", "--config", lab.configuration(docker_io))
    image = lab.image("docker.io/library/busybox")
    run("crane", "validate", "--remote", f"{REGISTRY}/{image}")
    run("crane", "copy", "--insecure", f"{REGISTRY}/{image}", f"{REGISTRY}/app:1")

    begun = time.monotonic()
    status = json.loads(engine.larder("status", "-o", "json"))
    seconds = time.monotonic() - begun
    check_equal((status["container"], status["serving"], status["data"]), ("larder", True, "/var/lib/larder"), "whose status it is")
    check(status["pullsThrough"]["fetchedBytes"] >= image.bytes, f"in the container was counted {status['pullsThrough']}")
    say(f"status of the Larder in the container, in {seconds:.1f} s:\n" + engine.larder("status"))
    check_equal(engine.larder("get", "images", "-o", "name").split(), ["app:1", image.name], "the images of the Larder in the container")
    check("read" in engine.larder("verify"), "larder verify in the container")
    check_equal(engine.larder("rm", "app:1", "--container", "larder"), "removed app:1\n", "larder rm in the container")
    check_equal(web.get_manifest(f"http://{REGISTRY}", "app", "1").status, 404, "status of what was removed")
    json.loads(engine.larder("gc", "-o", "json"))
    say("verify, rm and gc reach it as well")
    files_of_the_host(lab, engine, image)
    refused(engine, "there is no app:1", "rm", "app:1")
    refused(engine, "no container of Larder's named other", "status", "--container", "other")
    the_clusters(engine)
    before = json.loads(engine.larder("status", "-o", "json"))["pullsThrough"]
    engine("stop", "larder")
    refused(engine, "is stopped: start it with larder up", "status")
    engine("start", "larder")
    wait_until(lambda: serves(engine), "the container answers commands after a new start")
    check_equal(json.loads(engine.larder("status", "-o", "json"))["pullsThrough"], before, "counts after a new start of the container")
    say("a stopped container is told apart, and after its start nothing is lost")


def the_clusters(engine):
    engine.node("dev-control-plane", cluster="dev").wait_until_ready()
    for wired in False, True:
        cluster, = json.loads(engine.larder("get", "clusters", "-o", "json"))["clusters"]
        check_equal(cluster, {"name": "dev", "kind": "kind", "networks": ["kind"], "nodes": [
            {"name": "dev-control-plane", "role": "control-plane", "running": True, "wired": wired}]}, "the cluster as it is listed")
        if not wired:
            engine.larder("attach", "dev", "--no-configmap")
    say("a cluster before and after it is attached:\n" + engine.larder("get", "clusters", "-o", "wide"))
    engine.delete_cluster("dev")


def files_of_the_host(lab, engine, image):
    """What `larder import` says to do where the files are outside of the container is what has to be done."""
    layout = lab.folder / "layout"
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://{REGISTRY}/{image}", f"oci:{layout}:imported")
    refused(engine, f"docker cp {layout} larder:/tmp/import", "import", layout)
    engine("cp", layout, "larder:/tmp/import")
    engine("exec", "larder", "larder", "import", "/tmp/import", "--name", "taken:1")
    check("hosted" in engine.larder("get", "images", "taken:1"), "what was imported in the container isn't listed")


def serves(engine):
    try:
        return json.loads(engine.larder("status", "-o", "json"))["serving"]
    except CommandFailed as failed:
        check("no Larder serves" in str(failed), f"a container that isn't ready says {failed}")
        return False


def refused(engine, reason, *arguments):
    try:
        engine.run(LAUNCHER, *arguments)
    except CommandFailed as failed:
        check(reason in str(failed), f"larder {arguments} says {failed}, and nothing of {reason!r}")
        say(f"larder {arguments[0]}: {str(failed).splitlines()[-1]}")
        return
    check(False, f"larder {' '.join(map(str, arguments))} succeeded")
