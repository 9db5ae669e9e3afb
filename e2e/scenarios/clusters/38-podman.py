"""The same with Podman by its compatible socket: `larder image` builds, `larder up` runs Larder and its watcher, a node that starts is wired
by itself and pulls through Larder, podman pushes to it, and `larder down` takes everything away again."""

from lab.engine import HOST
from lab.programs import wait_until
from lab.report import check, check_equal, say


def scenario(lab):
    docker_io, quay_io = lab.docker_io(HOST), lab.quay_io(HOST)
    engine = lab.podman()
    engine.larder("image", "--base", engine.base_image())
    say(f"larder image, by {engine('--version').strip()}")
    engine.larder("up", "--config", lab.configuration(docker_io, quay_io))
    check_equal(sorted(engine("ps", "--format", "{{.Names}}").split()), ["larder", "larder-watch"], "the containers that run")
    say(f"larder is up, at {engine.address('larder', 'kind')} of the network kind")

    node = engine.node("kind-control-plane", files={"/etc/kubernetes/kubelet.conf": "what kubeadm writes\n"})
    seconds = node.wait_until_wired().stat().st_mtime - node.started()
    node.wait_until_ready()
    for name in "docker.io/library/debian", "quay.io/e2e/zstd":
        node.check_pulls(lab.image(name))
    say(f"a node was wired {seconds:.2f} s after its start, and pulled from both upstreams")
    engine("build", "--quiet", "--tag", "localhost:5001/app:1", "-", stdin=f"FROM {engine.base_image()}\nCMD echo\n")
    engine("push", "--quiet", "localhost:5001/app:1")
    node("crictl", "pull", "localhost:5001/app:1")
    say("podman has pushed localhost:5001/app:1, and the node pulled it")
    engine.larder("doctor", "kind")
    say("larder doctor finds nothing")

    engine.larder("down", "--purge")
    wait_until(lambda: engine("ps", "--all", "--format", "{{.Names}}").split() == ["kind-control-plane"], "the node alone is left")
    check(not (node.root() / "etc/containerd/certs.d/_default").exists(), "the node has no file of Larder's any more")
    say("larder down --purge has left the node as it was")
