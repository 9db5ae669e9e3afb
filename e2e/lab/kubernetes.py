"""Kubernetes for clusters that kind itself makes: the images of the control plane, as they are at registry.k8s.io, and of the node."""

import json
import pathlib
import re
import shutil

from . import programs
from .clients import BUILT, pinned
from .images import busybox_files
from .node import KIND_CONFIGURATION, REGISTRY
from .upstreams import Upstreams

NAME = "registry.k8s.io"
PROGRAMS = BUILT / "kubernetes"
NODE_IMAGE = "kindest/node:e2e"
# Networks of containers within one node: kind's own needs an image that isn't to be had here. kind gives the first node this range.
PODS = "10.244.0.0/24"
NETWORK = {"cniVersion": "0.3.1", "name": "e2e", "plugins": [
    {"type": "ptp", "ipMasq": True, "ipam": {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}},
    {"type": "portmap", "capabilities": {"portMappings": True}},
]}
NETWORK_PROGRAMS = ["host-local", "loopback", "portmap", "ptp"]
# What kind is to do without, since there are no images of it; and the kubelet is to do with the control groups of older machines.
CLUSTER = """kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking:
  disableDefaultCNI: true
  kubeProxyMode: none
kubeadmConfigPatches:
  - |
    kind: KubeletConfiguration
    failCgroupV1: false
"""
DOCKERFILE = f"""FROM BASE
COPY bin/ /usr/bin/
COPY cni/ /opt/cni/bin/
COPY version /kind/
COPY 10-e2e.conflist /etc/cni/net.d/
COPY config.toml /etc/containerd/
"""


def version():
    return pinned("clusters/kubernetes", "kubelet")


def kubernetes_upstreams(work, authority):
    """The upstream registry.k8s.io, as far as a cluster's control plane needs it."""
    return Upstreams(pathlib.Path(work) / "kubernetes" / version(), authority, _make_all)


def node_image(engine, node_images):
    """Gives the name of an image of which kind makes nodes, which is built where the engine hasn't got it."""
    if not engine.exists(NODE_IMAGE):
        context = engine.folder / "kubernetes"
        for folder, names in ("bin", ["kubeadm", "kubelet"]), ("cni", NETWORK_PROGRAMS):
            (context / folder).mkdir(parents=True)
            for name in names:
                shutil.copy(programs.require(PROGRAMS / name), context / folder)
        (context / "version").write_text(version())
        # The containerd of kind's own images has this built in.
        (context / "config.toml").write_text(KIND_CONFIGURATION.read_text() + REGISTRY["two-paths"])
        (context / "10-e2e.conflist").write_text(json.dumps(NETWORK))
        (context / "Dockerfile").write_text(DOCKERFILE.replace("BASE", node_images.build(engine, "2")))
        engine("build", "--quiet", "--tag", NODE_IMAGE, context)
        shutil.rmtree(context)
    return NODE_IMAGE


def _make_all(builder):
    wanted = programs.run(programs.require(PROGRAMS / "kubeadm"), "config", "images", "list", "--kubernetes-version", version())
    tags = dict(re.findall(rf"{NAME}/(\S+):(\S+)", wanted))
    for name in "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler":
        program = pathlib.Path(programs.require(PROGRAMS / ("server" if name == "etcd" else name)))
        layer = builder.layer(builder.tar({f"usr/local/bin/{name}": program.read_bytes()}), "oci", "gzip")
        yield builder.image(NAME, name, "oci", [layer], runnable=False, tag=tags[name])
    # What holds a Pod's namespaces open; containerd's configuration says which.
    tag = re.search(rf'sandbox_image = "{NAME}/pause:(.*)"', KIND_CONFIGURATION.read_text())[1]
    layer = builder.layer(builder.tar(busybox_files() | {"bin/sleep": "busybox"}), "oci", "gzip")
    yield builder.image(NAME, "pause", "oci", [layer], runnable=False, tag=tag, command=["/bin/sleep", "2147483647"])
