"""`larder attach` makes nodes that run pull through Larder, each kind of them in its own way, and says what it did; `larder detach` leaves
each as it was, compared file by file, and Larder's container on no network that it joined for them."""

from lab.engine import HOST
from lab.node import HOSTS_TOML
from lab.programs import CommandFailed
from lab.report import check, check_equal, say

CONFIGURATION = "etc/containerd/config.toml"
CERTS = "/etc/containerd/certs.d"
OWN = 'server = "https://registry-1.docker.io"\n'
# Nodes as they are before, as options of Engine.node, and the files that attaching is to change or make in them.
NODES = {
    "plain": ({}, {HOSTS_TOML}),
    "plain-1-7": ({"containerd": "1.7"}, {HOSTS_TOML}),
    "two-paths": ({"registry": "two-paths"}, {HOSTS_TOML}),
    "empty": ({"registry": "empty"}, {HOSTS_TOML, CONFIGURATION}),
    "empty-1-7": ({"registry": "empty", "containerd": "1.7"}, {HOSTS_TOML, CONFIGURATION}),
    # Which hides _default from images of docker.io.
    "folder": ({"files": {f"{CERTS}/docker.io/hosts.toml": OWN}},
               {HOSTS_TOML, "etc/containerd/certs.d/docker.io/hosts.toml"}),
    "other-mirror": ({"files": {f"{CERTS}/_default/hosts.toml": '[host."http://elsewhere:5000"]\n'}}, {HOSTS_TOML}),
    "elsewhere": ({"network": "elsewhere"}, {HOSTS_TOML}),
    "bridge": ({"network": "bridge"}, {HOSTS_TOML}),
}
# Those that can't be wired, and what attach is to name.
REFUSED = {
    "old": ({"registry": "mirrors"}, "registry.mirrors"),
    "unusual": ({"files": {f"{CERTS}/_default/hosts.toml": 'host = {"http://elsewhere:5000" = {capabilities = ["pull"]}}\n'}}, "_default/hosts.toml"),
}


def scenario(lab):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    engine = lab.engine()
    engine.larder_image()
    engine.larder("up", "--no-watch", "--config", lab.configuration(docker_io, quay_io))
    networks = set(engine.inspect("larder")["NetworkSettings"]["Networks"])
    nodes = {name: engine.node(name, cluster="mine", **how) for name, (how, _) in NODES.items()}
    for node in nodes.values():
        node.wait_until_ready()
    before = {name: seen(node) for name, node in nodes.items()}

    engine.larder("attach", "mine", "--dry-run")
    for name, node in nodes.items():
        check_same(name, before[name], seen(node), "a dry run of attach")
    engine.larder("attach", "mine")
    for name, node in nodes.items():
        changed = differences(before[name][0], node.files())
        files = {path for path in changed if path.endswith(".toml")}
        check_equal(files, NODES[name][1], f"files that attaching has changed in {name}")
        for image in "docker.io/library/busybox", "quay.io/e2e/busybox":
            node.check_pulls(lab.image(image))
    check("elsewhere" in engine.inspect("larder")["NetworkSettings"]["Networks"], "Larder hasn't joined the network of a node")
    say(f"attach wired {', '.join(nodes)}; each pulled from both upstreams")
    unchanged = {name: seen(node) for name, node in nodes.items()}
    engine.larder("attach", "mine")
    for name, node in nodes.items():
        check_same(name, unchanged[name], seen(node), "attaching again")

    engine.larder("detach", "mine")
    for name, node in nodes.items():
        node.wait_until_ready()
        for image in "docker.io/library/busybox", "quay.io/e2e/busybox":
            node.remove(lab.image(image).name)
        check_same(name, before[name], seen(node), "detach")
    check_equal(set(engine.inspect("larder")["NetworkSettings"]["Networks"]), networks, "Larder's networks after detach")
    say(f"detach has left all {len(before[name][0])} files, the images and containerd's configuration of each as they were")
    refused(engine)


def refused(engine):
    for name, (how, word) in REFUSED.items():
        node = engine.node(name, cluster=name, **how).wait_until_ready()
        before = seen(node)
        try:
            engine.larder("attach", name)
        except CommandFailed as failed:
            check(word in str(failed), f"attach doesn't say what keeps it from wiring {name}: {failed}")
        else:
            check(False, f"attach says that it has wired {name}")
        check_same(name, before, seen(node), "an attach that was refused")
        say(f"a node with {word} of its own is left alone, and attach says why")


def seen(node):
    """The files of a node, its images, and what its containerd has read."""
    return node.files(), node("crictl", "images", "--output", "json"), node("containerd", "config", "dump")


def differences(before, after):
    """The paths that are in one only, or differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def check_same(name, before, after, what):
    check_equal(differences(before[0], after[0]), set(), f"files of {name} that {what} has changed")
    check_equal(after[1:], before[1:], f"images and configuration of {name} after {what}")
