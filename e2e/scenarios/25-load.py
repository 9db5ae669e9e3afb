"""`larder load` has an engine push an image, once for all clusters: only layers that Larder hasn't got go. With --as-is, its original
name in the manifests is the local build, for containerd 1.x and 2.x and for Docker; other tags are the upstream's. Such an answer is
marked, the image is listed, outlives a new start and the upstream's end, and is gone with `larder rm`."""

import json

from lab import clients, containerd, web
from lab.larder import LAUNCHER
from lab.programs import CommandFailed, Server, run
from lab.report import check, check_equal, say

BASE = "docker.io/library/busybox"
PAIR = "docker.io/e2e/pair"


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, flags=["--overlays"])
    larder.start()
    address = f"localhost:{larder.port}"
    by_others(lab, larder, address)
    by_podman(lab, larder, address)
    nodes = {version: lab.containerd(folder, "hosts", larder.url) for version, folder in containerd.binaries().items()}
    for built in False, True:
        docker = lab.docker(f"http://127.0.0.1:{larder.engine_port}", built)
        load = Load(docker, address)
        say(f"with the engine {docker('version', '--format', '{{.Server.Version}}').strip()}")
        name = f"app:{'new' if built else 'old'}"
        under_a_name_of_larders(lab, larder, docker, load, nodes, address, name)
        refusals(docker, load, name)
        as_it_is(lab, larder, docker, load, nodes, name)
        without_overlays(lab, docker_io, load, name)
        if built:
            over_a_tag_of_the_upstreams(lab, larder, docker, load, nodes, name)
            after_a_restart_and_without_upstream(lab, larder, docker_io, docker)
        docker.close()


class Load:
    """`larder load` against an engine."""

    def __init__(self, engine, to):
        self._to = to
        self._environment = {"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.folder / "config")}

    def __call__(self, *arguments, to=None):
        place = self._to if to is None else to
        return run(LAUNCHER, "load", *(["--to", place] if place else []), *arguments, env=self._environment)

    def json(self, *arguments):
        return json.loads(self(*arguments, "-o", "json"))["loaded"]

    def fails(self, reason, *arguments, to=None):
        try:
            self(*arguments, to=to)
        except CommandFailed as failed:
            check(reason in str(failed), f"load {arguments} says {failed}, and nothing of {reason!r}")
            return str(failed).rpartition("larder: ")[2].strip()
        check(False, f"load {arguments} succeeded")


def by_others(lab, larder, address):
    """The overlay is a repository that any client can push to."""
    base = f"{address}/{BASE}:e2e"
    run("crane", "copy", base, f"{address}/{PAIR}:crane")
    tools = lab.containers(clients.registries_conf(address, []))
    tools.skopeo("copy", "--quiet", f"docker://{base}", f"docker://{address}/{PAIR}:skopeo")
    for tag in "crane", "skopeo":
        answer = larder.manifest(lab.image(PAIR), tag)
        check_equal((answer.headers["Larder-Cache"], answer.digest), ("overlay", lab.image(BASE).digest), f"what {tag} pushed")
    say("crane and skopeo pushed over the upstream's as well")


def by_podman(lab, larder, address):
    tools = lab.containers("")
    tools.host = f"unix://{tools.folder}/podman.sock"
    service = Server("podman", tools.command("system", "service", "--time", "0", tools.host), tools.folder / "podman.log",
                     env=tools.environment)
    service.wait_until(lambda: (tools.folder / "podman.sock").exists())
    load = Load(tools, address)
    tools.podman("pull", "--quiet", "--tls-verify=false", f"{address}/{BASE}:e2e")
    tools.podman("tag", f"{address}/{BASE}:e2e", "app:podman")
    loaded = load.json("--as-is", "--as", f"{PAIR}:podman", "app:podman")[0]
    check_equal(loaded["name"], f"{PAIR}:podman", "what load says")
    check_equal(larder.manifest(lab.image(PAIR), "podman").headers["Larder-Cache"], "overlay", "the answer to podman's tag")
    run("crane", "validate", "--remote", f"{address}/{PAIR}:podman")
    left = tools.podman("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
    check("localhost/app:podman" in left and f"{address}/{PAIR}:podman" not in left, f"podman's images are {left}")
    say(f"podman pushed {loaded}")
    service.stop()


def make(lab, docker, name, content):
    """An image of the base's layers and one more, as a build leaves it."""
    docker("pull", "--quiet", f"{BASE}:e2e")
    mark = lab.folder / "mark"
    mark.write_text(content)
    container = docker("create", f"{BASE}:e2e", "/bin/sh").strip()
    docker("cp", mark, f"{container}:/mark")
    docker("commit", container, name)
    docker("rm", container)


def names(docker):
    return set(docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split())


def identity(docker, name):
    return json.loads(docker("image", "inspect", name))[0]["Id"]


def pushed(larder, name):
    """The digest of what was loaded under a name of Larder's."""
    repository, _, tag = name.partition(":")
    return web.get_manifest(larder.url, repository, tag).digest


def pulls(nodes, name, digest):
    for version, node in nodes.items():
        status = node.pull(name)
        check(any(seen.endswith(f"@{digest}") for seen in status["repo_digests"]),
              f"containerd {version} has {name} as {status['repo_digests']}, not as {digest}")
        node.check_runs(name)


def under_a_name_of_larders(lab, larder, docker, load, nodes, address, name):
    make(lab, docker, name, "one\n")
    before = names(docker)
    loaded = load.json(name)[0]
    check_equal((loaded["image"], loaded["name"], loaded["overlay"]), (name, f"{address}/{name}", False), "what load says")
    check(loaded["layersSent"] >= 1, f"load sent {loaded}")
    check_equal(names(docker), before, "the engine's names afterwards")
    first = pushed(larder, name)
    pulls(nodes, f"{address}/{name}", first)
    say(f"{name} loaded as {loaded['name']}: {loaded['layersSent']} layers sent, {loaded['layersThere']} there; every node runs it")

    make(lab, docker, name, "two\n")
    again = load.json(name)[0]
    check_equal((again["layersSent"], again["layersThere"]), (1, loaded["layersSent"] + loaded["layersThere"] - 1), "layers of the next one")
    check(pushed(larder, name) != first, f"the next one is {first} again")
    pulls(nodes, f"{address}/{name}", pushed(larder, name))
    say(f"the next build of it: {again['layersSent']} layer sent, {again['layersThere']} there; every node runs it")

    # A name that the engine had for another image stays that one's.
    docker("tag", f"{BASE}:e2e", f"{address}/{name}")
    other = identity(docker, f"{address}/{name}")
    load(name)
    check_equal(identity(docker, f"{address}/{name}"), other, f"what the engine calls {address}/{name}")
    docker("image", "rm", f"{address}/{name}")


def refusals(docker, load, name):
    said = [
        load.fails("there is no Larder on", name, to=""),
        load.fails("has no image none:1", "none:1"),
        load.fails("--as NAME:TAG", identity(docker, name)),
        load.fails("--as NAME:TAG", identity(docker, name).removeprefix("sha256:")[:12]),
        load.fails("is a Larder serving at localhost:1?", name, to="localhost:1"),
    ]
    check_equal(load.json("--as", "by-id:1", identity(docker, name))[0]["name"].rpartition("/")[2], "by-id:1", "an image by its id")
    for line in said:
        say(f"refused: {line}")


def as_it_is(lab, larder, docker, load, nodes, name):
    tag = name.partition(":")[2]
    local = f"{PAIR}:{tag}"
    docker("tag", name, local)
    before = names(docker)
    loaded = load.json("--as-is", f"e2e/pair:{tag}")[0]
    check_equal((loaded["name"], loaded["overlay"], loaded["layersSent"]), (local, True, 0), "what load says")
    check_equal(names(docker), before, "the engine's names afterwards")
    image = lab.image(PAIR)
    answer = larder.manifest(image, tag)
    check_equal((answer.headers["Larder-Cache"], answer.digest), ("overlay", pushed(larder, name)), "the answer to the tag")
    pulls(nodes, local, answer.digest)
    for node in nodes.values():
        node.check_pulls(image)
    check(larder.manifest(image).headers["Larder-Cache"] != "overlay", f"{image} is said to be of the overlay")
    docker("image", "rm", local)
    docker("pull", "--quiet", local)
    check(any(seen.endswith(answer.digest) for seen in docker.digests(local)), f"docker pulled {docker.digests(local)}")
    tags = web.ask("GET", f"{larder.url}/v2/e2e/pair/tags/list?ns=docker.io").json()["tags"]
    check({tag, "e2e"} <= set(tags), f"the tags are {tags}")
    listed = web.ask("GET", f"{larder.url}/v2/_catalog").json()["repositories"]
    check(PAIR in listed, f"the catalog lists {listed}")
    say(f"{local} is the local build for every node and for docker, {image} the upstream's; the tags are {tags}")


def over_a_tag_of_the_upstreams(lab, larder, docker, load, nodes, name):
    image = lab.image(BASE)
    say(load("--as-is", "--as", image.name, name).strip())
    digest = larder.manifest(image).digest
    check(digest != image.digest, f"{image} is the upstream's still")
    for node in nodes.values():
        node.remove(image.name)
    pulls(nodes, image.name, digest)
    say(larder.command("rm", image.name).strip())
    answer = larder.manifest(image)
    check_equal(answer.digest, image.digest, f"{image} once what was over it is removed")
    for node in nodes.values():
        node.remove(image.name)
        node.check_pulls(image)
    # A registry that isn't mirrored, and has a port.
    elsewhere = "registry.corp.example:5000/team/app:1"
    loaded = load.json("--as-is", "--as", elsewhere, name)[0]
    check_equal(loaded["name"], elsewhere, "what load says")
    pulls(nodes, elsewhere, pushed(larder, name))
    say(f"{elsewhere} is the local build for every node")
    try:
        larder.command("rm", image.name)
        check(False, "it was removed twice")
    except CommandFailed as failed:
        say(f"once more: {str(failed).rpartition('larder: ')[2]}")


def without_overlays(lab, docker_io, load, name):
    plain = lab.larder(docker_io)
    plain.start()
    say(f"without overlays: {load.fails('--overlays', '--as-is', name, to=f'localhost:{plain.port}')}")
    plain.stop()


def after_a_restart_and_without_upstream(lab, larder, docker_io, docker):
    digest = larder.manifest(lab.image(PAIR), "new").digest
    docker_io.close()
    larder.stop()
    larder.start()
    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        pulls({version: node}, f"{PAIR}:new", digest)
    check_equal(larder.manifest(lab.image(PAIR), "none").status, 503, "a tag that only the upstream could have")
    larder.command("gc", "--grace", "0s")
    verified = larder.command("verify")
    pulls({version: node}, f"{PAIR}:old", larder.manifest(lab.image(PAIR), "old").digest)
    say(f"after a new start, without the upstream, collected and verified ({verified.strip()}): new nodes still run it")
