"""After `larder up`, a node that kind starts is wired within a second of its start, by itself: its CRI pulls of images of two upstreams,
and of one that was pushed to localhost:5001, go through Larder; with containerd 1.7 and 2.x, and whatever config_path kind's image has."""

import collections

from lab.engine import HOST
from lab.programs import wait_until
from lab.report import check, check_equal, megabytes, say

NODES = [
    # kind's documentation, and images of kind 0.31 and later.
    {"containerd": "2", "registry": "config_path"},
    {"containerd": "1.7", "registry": "config_path"},
    {"containerd": "2", "registry": "two-paths"},
    # Images of kind up to 0.30 as they are: their containerd has to start again once.
    {"containerd": "2", "registry": "empty"},
    {"containerd": "1.7", "registry": "empty"},
]
CONFIGURATION = "/etc/containerd/config.toml"
SECOND = 1.0


def scenario(lab):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    engine = lab.engine()
    engine.larder_image()
    engine.larder("up", "--config", lab.configuration(docker_io, quay_io))
    engine("build", "--quiet", "--tag", "localhost:5001/app:1", "-", stdin=f"FROM {engine.base_image()}\nCMD echo\n")
    engine("push", "--quiet", "localhost:5001/app:1")
    say("larder is up, and docker has pushed localhost:5001/app:1")

    images = [lab.image(name) for name in ("docker.io/library/debian", "quay.io/e2e/zstd", "docker.io/e2e/pair", "quay.io/e2e/pair")]
    seconds = []
    for number, how in enumerate(NODES):
        node = engine.node(f"kind-worker{number}", **how)
        seconds.append(wired(node))
        node.wait_until_ready()
        if how["registry"] == "empty":
            configured_once(node)
        for image in images:
            node.check_pulls(image)
        node("crictl", "pull", "localhost:5001/app:1")
        say(f"containerd {node('containerd', '--version').split()[2]}, {how['registry']}: wired {seconds[-1]:.2f} s after its start, "
            "and pulled from both upstreams and what was pushed")
    # None of the nodes could have gone elsewhere: the names of the registries lead nowhere in here.
    sizes = {digest: size for image in images for digest, size in image.blobs.items()}
    sent = collections.Counter()
    for exchange in docker_io.proxy.exchanges("GET .*/blobs/") + quay_io.proxy.exchanges("GET .*/blobs/"):
        sent[exchange.path.rpartition("/")[2]] += exchange.sent
    # A node that has a layer's files from another image, compressed otherwise, doesn't ask for it.
    check_equal(sent, {digest: sizes[digest] for digest in sent}, "bytes that the upstreams have sent of each blob")
    say(f"the upstreams have sent {megabytes(sent.total())}, each layer once for {len(NODES)} nodes")
    check(sorted(seconds)[len(seconds) // 2] <= SECOND, f"seconds until nodes were wired: {seconds}")


def wired(node):
    """Waits until a node leads to Larder; gives the seconds from the engine's word that it started to the file's time."""
    return node.wait_until_wired().stat().st_mtime - node.started()


def configured_once(node):
    """Checks that a node gets its config_path when it has been set up: until then the file is kind's to write."""
    check("config_path" not in node("cat", CONFIGURATION), f"{node.name} got its config_path too early")
    node.write("/etc/kubernetes/kubelet.conf", "what kubeadm writes\n")
    wait_until(lambda: "config_path" in node("cat", CONFIGURATION), f"{node.name} has a config_path")
    wait_until(lambda: starts(node) == 2, f"containerd in {node.name} has started again")
    node.wait_until_ready()


def starts(node):
    """How often containerd has begun to serve in a node."""
    return node("journalctl", "--unit", "containerd", "--output", "cat").count("containerd successfully booted")
