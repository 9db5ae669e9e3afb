"""A cluster that is deleted and made anew pulls with all upstreams gone. And what people have in their scripts for `registry:2` works with
Larder's image in its place: kind's documented local registry, and one pull-through cache beside one registry."""

from lab import web
from lab.engine import HOST
from lab.programs import wait_until
from lab.report import check_equal, megabytes, say

IMAGES = ["docker.io/library/debian", "docker.io/e2e/pair", "quay.io/e2e/zstd"]
# Larder's, by the name that scripts have.
REGISTRY_2 = "registry:2"


def scenario(lab):
    engine = lab.engine()
    engine.larder_image()
    recreated(lab, engine)
    engine.larder("down", "--purge")
    engine("tag", "larder:latest", REGISTRY_2)
    kind_documentation(engine)
    proxy_and_registry(lab, engine)


def recreated(lab, engine):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    engine.larder("up", "--config", lab.configuration(docker_io, quay_io, fresh_for="0s"))
    first = wired_node(engine)
    for name in IMAGES:
        first.check_pulls(lab.image(name))
    engine.run("kind", "delete", "cluster")
    docker_io.close()
    quay_io.close()
    second = wired_node(engine)
    for name in IMAGES:
        second.check_pulls(lab.image(name))
    check_equal(second("crictl", "images", "--quiet").count("sha256:"), len(IMAGES), "images in the new node")
    say(f"kind has deleted the cluster, the upstreams have stopped; a new one pulled all {len(IMAGES)} images")
    engine.run("kind", "delete", "cluster")


def wired_node(engine):
    node = engine.node()
    node.wait_until_wired()
    return node.wait_until_ready()


def kind_documentation(engine):
    """The script of kind's page on local registries, step by step; between its first and its last is `kind create cluster`."""
    engine("run", "--detach", "--restart=always", "--publish", "127.0.0.1:5001:5000", "--network", "bridge", "--name", "kind-registry", REGISTRY_2)
    node = engine.node()
    node.write("/etc/containerd/certs.d/localhost:5001/hosts.toml", '[host."http://kind-registry:5000"]\n')
    engine("network", "connect", "kind", "kind-registry")
    wait_until(lambda: web.serves("localhost:5001"), "the registry answers at localhost:5001")
    engine("tag", engine.base_image(), "localhost:5001/hello-app:1.0")
    engine("push", "--quiet", "localhost:5001/hello-app:1.0")
    node.wait_until_ready().pull("localhost:5001/hello-app:1.0")
    say("by kind's documented script: docker pushed localhost:5001/hello-app:1.0, and the node pulled it")
    engine.run("kind", "delete", "cluster")
    engine("rm", "--force", "--volumes", "kind-registry")


def proxy_and_registry(lab, engine):
    """The habit of years: a cache for Docker Hub and a registry, both in containerdConfigPatches as registry.mirrors."""
    remote = lab.docker_io(HOST, secure=False)
    engine("run", "--detach", "--name", "proxy", "--restart=always", "--net=kind", "--env", f"REGISTRY_PROXY_REMOTEURL={remote.url}", REGISTRY_2)
    engine("run", "--detach", "--name", "registry", "--restart=always", "--net=kind", "--publish", "127.0.0.1:5000:5000", REGISTRY_2)
    wait_until(lambda: web.serves("localhost:5000"), "the registry answers at localhost:5000")
    engine("tag", engine.base_image(), "localhost:5000/app:1")
    engine("push", "--quiet", "localhost:5000/app:1")
    image = lab.image("docker.io/library/debian")
    for number in 1, 2:
        node = engine.node(registry="mirrors", containerd="1.7").wait_until_ready()
        node.check_pulls(image)
        node.pull("localhost:5000/app:1")
        check_equal(remote.proxy.sent("GET .*/blobs/"), image.bytes, f"bytes that the remote has sent for {number} clusters")
        engine.run("kind", "delete", "cluster")
        say(f"by registry.mirrors: cluster {number} pulled {image} by the cache, whose remote has sent {megabytes(image.bytes)} in all; "
            "and what was pushed to localhost:5000")
