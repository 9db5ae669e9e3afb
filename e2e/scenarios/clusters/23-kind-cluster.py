"""The real kind makes a real cluster, of Kubernetes as its modules have it. After `larder up` all that its node pulls, from the control
plane's images on, comes through Larder by itself; Pods run images of an upstream and one that was pushed. The cluster is told of its
registry as Tilt reads it. Deleted, and made anew without upstreams by `larder config kind | kind create cluster`, it is the same again."""

import json

from lab import kubernetes
from lab.engine import HOST
from lab.images import GREETING
from lab.kubernetes import PROGRAMS
from lab.programs import wait_until
from lab.report import check, check_equal, megabytes, say

NODE = "kind-control-plane"
HOSTING = ["configmap", "local-registry-hosting", "--namespace", "kube-public"]
APP = "localhost:5001/app:1"
READY_SECONDS = 180


def scenario(lab):
    upstreams = lab.docker_io(HOST), lab.quay_io(HOST), lab.registry_k8s_io(HOST)
    engine = lab.engine()
    engine.larder_image()
    image = engine.kind_node_image()
    engine.larder("up", "--config", lab.configuration(*upstreams))
    busybox = lab.image("docker.io/library/busybox")
    engine("pull", "--quiet", f"localhost:5001/{busybox}")
    engine("tag", f"localhost:5001/{busybox}", APP)
    engine("push", "--quiet", APP)
    say(f"larder is up, and docker has pushed {APP}")

    create(engine, image, kubernetes.CLUSTER)
    k8s = upstreams[2]
    check_equal(k8s.proxy.sent("GET .*/blobs/"), k8s.bytes, "bytes of the control plane's images that registry.k8s.io has sent")
    check_equal(engine.run("kind", "get", "clusters").split(), ["kind"], "clusters that kind finds")
    check_equal(engine.run("kind", "get", "nodes").split(), [NODE], "nodes that kind finds")
    say(f"kind has made a cluster, whose node pulled its control plane through Larder: {megabytes(k8s.bytes)}")
    told(engine)
    pods(engine, busybox)
    engine("tag", APP, "loaded:1")
    engine.run("kind", "load", "docker-image", "loaded:1")
    check("loaded" in engine("exec", NODE, "crictl", "images"), "kind load docker-image has brought nothing")
    say("kind load docker-image works beside it")

    engine.run("kind", "delete", "cluster")
    for upstream in upstreams:
        upstream.close()
    create(engine, image, engine.larder("config", "kind", "--merge", "-", stdin=kubernetes.CLUSTER))
    told(engine)
    pods(engine, busybox)
    say("deleted, and made anew without upstreams: the same again")

    engine.larder("detach", "kind")
    check_equal(kubectl(engine, "get", *HOSTING, "--ignore-not-found"), "", "what the cluster says of its registry after detach")
    check(not any("registry" in name for name in annotations(engine)), f"the node's annotations after detach: {annotations(engine)}")
    say("detach has taken back what the cluster was told")


def create(engine, image, configuration):
    engine.run("kind", "create", "cluster", "--config", "-", "--image", image, "--wait", "120s", stdin=configuration)
    kubectl(engine, "wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=120s")


def kubectl(engine, *arguments, stdin=None):
    """As a user has it, with what kind has written into the user's home."""
    return engine.run(PROGRAMS / "kubectl", *arguments, stdin=stdin)


def annotations(engine):
    return json.loads(kubectl(engine, "get", "node", NODE, "--output", "json"))["metadata"].get("annotations", {})


def told(engine):
    """Waits until the watcher has told the cluster where its registry is: KEP-1755, and annotations for older Tilts."""
    wait_until(lambda: kubectl(engine, "get", *HOSTING, "--ignore-not-found"), "the cluster is told of its registry", READY_SECONDS)
    hosting = kubectl(engine, "get", *HOSTING, "--output", "jsonpath={.data.localRegistryHosting\\.v1}")
    for line in 'host: "localhost:5001"', 'hostFromClusterNetwork: "larder:5000"':
        check(line in hosting, f"the cluster is told {hosting!r}")
    wait_until(lambda: "tilt.dev/registry" in annotations(engine), "the node has annotations for older Tilts")
    noted = annotations(engine)
    check_equal((noted["tilt.dev/registry"], noted["tilt.dev/registry-from-cluster"], noted["kind.x-k8s.io/registry"]),
                ("localhost:5001", "larder:5000", "localhost:5001"), "annotations of the node")
    say(f"the cluster is told: {' '.join(hosting.split())}")


def pods(engine, busybox):
    wait_until(lambda: kubectl(engine, "get", "serviceaccount", "default", "--ignore-not-found"), "Pods may be made")
    for name, image in {"mirrored": busybox.name, "pushed": APP}.items():
        kubectl(engine, "run", name, f"--image={image}", "--restart=Never", "--image-pull-policy=Always")
        kubectl(engine, "wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{name}", f"--timeout={READY_SECONDS}s")
        check_equal(kubectl(engine, "logs", name).strip(), GREETING, f"what the Pod of {image} says")
    say(f"Pods of {busybox} and {APP} ran")
