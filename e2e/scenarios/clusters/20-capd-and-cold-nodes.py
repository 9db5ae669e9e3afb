"""A node of Cluster API's Docker provider on the engine's default bridge, which has no names, is wired by itself as it starts. And three
nodes that pull an image at once when nobody has it make the upstream send it once."""

import concurrent.futures

from lab import web
from lab.engine import HOST
from lab.programs import wait_until
from lab.report import check, check_equal, megabytes, say

# By which Cluster API's provider is told from kind, whose other labels its nodes have too.
CAPD = ["--label", "io.x-k8s.cluster.failureDomain=fd1"]
COLD_NODES = 3


def scenario(lab):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    engine = lab.engine()
    engine.larder_image()
    engine.larder("up", "--config", lab.configuration(docker_io, quay_io))
    on_the_default_bridge(lab, engine)
    docker_io.proxy.forget()
    cold_at_once(lab, engine, docker_io)


def on_the_default_bridge(lab, engine):
    node = engine.node("capi-worker", cluster="capi", role="worker", network="bridge", options=CAPD)
    hosts = node.wait_until_wired()
    larder = engine.address("larder", "bridge")
    check(larder and larder in hosts.read_text(), f"Larder is at {larder!r} on the default bridge, and the node has {hosts.read_text()!r}")
    node.wait_until_ready()
    for name in "quay.io/e2e/busybox", "docker.io/library/busybox":
        node.check_pulls(lab.image(name))
    say(f"a node of Cluster API's on the default bridge was wired to {larder}, and pulled from both upstreams")

    # Its address there is the engine's choice, each time it starts.
    engine("stop", "larder")
    taken = engine("run", "--detach", "--network", "bridge", engine.base_image(), "sleep", "infinity").strip()
    engine("start", "larder")
    wait_until(lambda: engine.address("larder", "bridge") not in ("", larder), "Larder has another address on the default bridge")
    moved = engine.address("larder", "bridge")
    wait_until(lambda: moved in hosts.read_text(), f"the node is led to Larder's new address {moved}")
    wait_until(lambda: web.serves("localhost:5001"), "Larder serves again")
    node.check_pulls(lab.image("docker.io/e2e/pair"))
    engine("rm", "--force", taken)
    say(f"Larder has moved to {moved}; the node was led there, and pulled")
    engine.delete_cluster("capi")


def cold_at_once(lab, engine, docker_io):
    image = lab.image("docker.io/library/debian")
    nodes = [engine.node(f"kind-worker{number}", role="worker") for number in range(COLD_NODES)]
    for node in nodes:
        node.wait_until_wired()
        node.wait_until_ready()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        list(threads.map(lambda node: node.check_pulls(image), nodes))
    sent = docker_io.proxy.sent("GET .*/blobs/")
    check_equal(sent, image.bytes, f"bytes that docker.io has sent for {COLD_NODES} nodes")
    say(f"{COLD_NODES} nodes pulled {image}, {megabytes(image.bytes)}, at once; docker.io has sent {sent / image.bytes:.2f} times that")
