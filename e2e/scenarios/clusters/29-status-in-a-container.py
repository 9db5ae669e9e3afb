"""Each command reaches the Larder of `larder up` by itself: status, get, verify, rm, gc, and import by what it says to do."""

import json
import time

from lab import web
from lab.engine import HOST
from lab.programs import CommandFailed, run, wait_until
from lab.report import check, check_equal, say

REGISTRY = "localhost:5001"


def scenario(lab):
    docker_io = lab.docker_io(HOST)
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
        engine.larder(*arguments)
    except CommandFailed as failed:
        check(reason in str(failed), f"larder {arguments} says {failed}, and nothing of {reason!r}")
        say(f"larder {arguments[0]}: {str(failed).splitlines()[-1]}")
        return
    check(False, f"larder {' '.join(map(str, arguments))} succeeded")
