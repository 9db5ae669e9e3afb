"""Nodes of clusters as kind makes them: Debian with systemd as the first process, containerd, crictl and kubectl, and the files of
kind's own base image, from the Go module of kind."""

import datetime
import hashlib
import json
import os
import pathlib
import shutil
import stat

from . import programs
from .containerd import check_pulled
from .clients import BUILT
from .debian import root_file_system
from .images import GREETING
from .report import check_equal, say

# What kind's base image installs, without what only storage tests and other snapshotters need; and runc, which kind builds.
PACKAGES = ["bash", "ca-certificates", "conntrack", "curl", "e2fsprogs", "ethtool", "iproute2", "iptables", "jq", "kmod", "mount", "nftables",
            "procps", "runc", "systemd", "util-linux"]
KIND_BASE = BUILT.parent / "kind-base"
KIND_CONFIGURATION = KIND_BASE / "etc" / "containerd" / "config.toml"
# What kind's base image does then, so that systemd starts nothing but what is the node's.
TIDY = r"""set -e
chmod 0755 "$1"/usr/local/bin/* "$1"/kind "$1"/kind/bin "$1"/kind/bin/*
cd "$1"
rm -f lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service lib/systemd/system/multi-user.target.wants/*
rm -f etc/systemd/system/*.wants/* lib/systemd/system/local-fs.target.wants/* lib/systemd/system/basic.target.wants/*
rm -f lib/systemd/system/sockets.target.wants/*udev* lib/systemd/system/sockets.target.wants/*initctl*
echo ReadKMsg=no >>etc/systemd/journald.conf
ln -sf /usr/lib/systemd/systemd sbin/init
mkdir -p etc/kubernetes/manifests opt/cni/bin
chroot . systemctl enable containerd.service kubelet.service undo-mount-hacks.service
# Its own kernel's settings are not a node's to change where that kernel is the whole machine's.
chroot . systemctl mask systemd-binfmt.service systemd-sysctl.service systemd-modules-load.service
"""
ROOT = "node-root"
# Where Larder is written into a node, below its root.
HOSTS_TOML = "etc/containerd/certs.d/_default/hosts.toml"
DOCKERFILE = f"""FROM {ROOT}
COPY tools/ /usr/local/bin/
COPY containerd/ /usr/local/bin/
COPY cri-base.json /etc/containerd/
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
"""
CONTAINERDS = {"1.7": BUILT / "containerd17", "2": BUILT}
CONTAINERD_PROGRAMS = ["containerd", "containerd-shim-runc-v2", "ctr"]
OWN_PLUGIN = 'plugins."io.containerd.grpc.v1.cri".registry'
# How a node's containerd may be configured for registries, after what kind's base image has.
REGISTRY = {
    # Images of kind 0.27 to 0.30, and older ones.
    "empty": "",
    # What kind's documentation has people write.
    "config_path": f'[{OWN_PLUGIN}]\n  config_path = "/etc/containerd/certs.d"\n',
    # Images of kind 0.31 and later, whose containerd has this built in.
    "two-paths": f'[{OWN_PLUGIN}]\n  config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"\n',
    # What many people's configuration of kind has from older documentation.
    "mirrors": f'[{OWN_PLUGIN}.mirrors."docker.io"]\n  endpoint = ["http://proxy:5000"]\n'
               f'[{OWN_PLUGIN}.mirrors."localhost:5000"]\n  endpoint = ["http://registry:5000"]\n',
}


class NodeImages:
    """The images that nodes are made of: a root file system, made once, to which each engine adds a containerd."""

    def __init__(self, work):
        self.folder = pathlib.Path(work) / "node"
        self.root = self.folder / f"{self._recipe()}.tar"

    def prepare(self):
        """Makes the root file system, where that was not done before."""
        if self.root.exists():
            return
        say("making the root file system of a node")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        tidy = self.folder / "tidy"
        tidy.write_text(TIDY)
        making = self.folder / "making.tar"
        unwanted = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("doc", "locale", "man")]
        root_file_system(making, PACKAGES, *unwanted, f"--customize-hook=sync-in {KIND_BASE} /", f"--customize-hook=sh {tidy} \"$1\"")
        making.rename(self.root)

    def build(self, engine, containerd):
        """Gives the name of the image with a version of containerd, which is built where the engine hasn't got it."""
        name = f"node:{containerd}"
        if engine.exists(name):
            return name
        self.import_root(engine)
        context = engine.folder / f"node-{containerd}"
        for folder, files in {"tools": [BUILT / "kubernetes" / "crictl", BUILT / "kubernetes" / "kubectl"],
                              "containerd": [CONTAINERDS[containerd] / program for program in CONTAINERD_PROGRAMS]}.items():
            (context / folder).mkdir(parents=True)
            for file in files:
                shutil.copy(programs.require(file), context / folder)
        (context / "cri-base.json").write_text(self._container_specification(CONTAINERDS[containerd] / "ctr"))
        (context / "Dockerfile").write_text(DOCKERFILE)
        engine("build", "--quiet", "--tag", name, context)
        shutil.rmtree(context)
        return name

    def import_root(self, engine):
        """Gives the name of the image of the root file system alone."""
        if not engine.exists(ROOT):
            engine("import", self.root, ROOT)
        return ROOT

    def _container_specification(self, ctr):
        """What kind's base image makes of containerd's own."""
        specification = json.loads(programs.run(ctr, "oci", "spec"))
        specification.setdefault("hooks", {})["createContainer"] = [{"path": "/kind/bin/mount-product-files.sh"}]
        del specification["process"]["rlimits"]
        return json.dumps(specification)

    def _recipe(self):
        """Changes with what the root file system is made of."""
        files = [file.read_bytes() for file in sorted(KIND_BASE.rglob("*")) if file.is_file()]
        return hashlib.sha256(b"".join([f"{PACKAGES}{TIDY}".encode(), *files])).hexdigest()[:12]


class Node:
    """A running node of a cluster.

    `cluster` and `role` are the values of kind's labels, in whose place another provider's `labels` may be; `containerd` the version
    that it runs; `registry` how that is configured, a key of REGISTRY; `network` the one it is on; `files` more files, as {path: text},
    which are there when it starts; `options` more options of `docker create`, and `command` what comes after the image.
    """

    def __init__(self, engine, images, name, cluster="kind", role="control-plane", containerd="2", registry="config_path", network="kind",
                 files=None, options=(), labels=None, command=()):
        self.name = name
        self._engine = engine
        if not engine.exists(network):
            engine("network", "create", "--driver", "bridge", "--opt", "com.docker.network.bridge.enable_ip_masquerade=true", network)
        image = images.build(engine, containerd)
        labels = labels or {"io.x-k8s.kind.cluster": cluster, "io.x-k8s.kind.role": role}
        # As kind creates it.
        engine("create", "--name", name, "--hostname", name, "--tty",
               *(word for label, value in labels.items() for word in ("--label", f"{label}={value}")),
               "--net", network, "--restart=on-failure:1", "--init=false", "--cgroupns=private", "--privileged",
               "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--tmpfs", "/tmp", "--tmpfs", "/run",
               "--volume", "/var", "--volume", "/lib/modules:/lib/modules:ro", "--env", "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER",
               *(("--env", "KUBECONFIG=/etc/kubernetes/admin.conf") if role == "control-plane" else ()), *options, image, *command)
        self._put({"/etc/containerd/config.toml": KIND_CONFIGURATION.read_text() + REGISTRY[registry]} | (files or {}))
        engine("start", name)

    def __call__(self, *command, stdin=None):
        """Runs a command in the node, as root."""
        return self._engine("exec", *(("--interactive",) if stdin else ()), self.name, *command, stdin=stdin)

    def root(self):
        """The node's files as this machine sees them, while it runs."""
        return pathlib.Path(f"/proc/{self._engine.inspect(self.name)['State']['Pid']}/root")

    def files(self):
        """All that is in it and is not its kernel's, its devices, or what only lives while it runs: {path: (mode, owner, content)}."""
        root = self.root()
        found = {}
        for folder, folders, names in os.walk(root):
            if folder == str(root):
                folders[:] = set(folders) - {"dev", "proc", "run", "sys", "tmp", "var"}
            for path in (pathlib.Path(folder) / name for name in (*folders, *names)):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                else:
                    content = os.readlink(path) if path.is_symlink() else ""
                found[str(path.relative_to(root))] = f"{status.st_mode:o} {status.st_uid}:{status.st_gid} {content}"
        return found

    def started(self):
        """When the engine last started it, in seconds since 1970."""
        return datetime.datetime.fromisoformat(self._engine.inspect(self.name)["State"]["StartedAt"]).timestamp()

    def write(self, path, text):
        self("mkdir", "--parents", str(pathlib.PurePath(path).parent))
        self("cp", "/dev/stdin", path, stdin=text)

    def wait_until_wired(self):
        """Waits until Larder has written itself into it; gives that file."""
        hosts = self.root() / HOSTS_TOML
        programs.wait_until(hosts.exists, f"{self.name} is wired")
        return hosts

    def wait_until_ready(self):
        """Waits until its containerd answers as a kubelet asks."""
        programs.wait_until(self._has_cri, f"containerd in {self.name} answers")
        return self

    def pull(self, name):
        """Pulls an image as a kubelet does; gives what the node then knows of it."""
        self("crictl", "pull", name)
        status = json.loads(self("crictl", "inspecti", "--output", "json", name))["status"]
        return {"id": status["id"], "repo_digests": status["repoDigests"], "size": status["size"]}

    def check_pulls(self, image, name=None):
        """Pulls an image and checks what the node has then: its digest, its configuration, its unpacked files."""
        name = name or image.name
        check_pulled(image, name, self.pull(name))
        if image.runnable:
            self("ctr", "--namespace", "k8s.io", "run", "--rm", "--net-host", "--mount", "type=bind,src=/tmp,dst=/mnt,options=rbind:rw",
                 name, "said", "/bin/sh", "-c", f"echo {GREETING} >/mnt/said")
            check_equal(self("cat", "/tmp/said").strip(), GREETING, f"what a container of {name} says in {self.name}")

    def remove(self, name):
        """Removes an image, and its content, from the node."""
        self("crictl", "rmi", name)

    def _has_cri(self):
        try:
            self("crictl", "version")
            return True
        except programs.CommandFailed:
            return False

    def _put(self, files):
        """Puts files into the container, which needn't run for that."""
        folder = self._engine.folder / self.name
        for path, text in files.items():
            file = folder / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self._engine("cp", f"{folder}/.", f"{self.name}:/")
        shutil.rmtree(folder)
