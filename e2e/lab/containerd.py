"""containerd as a node of a cluster runs it: with the CRI plugin, its own folders and socket, and Larder as a mirror."""

import json
import pathlib
import secrets

from . import programs
from .images import GREETING
from .report import check, check_equal

BUILT = pathlib.Path(__file__).resolve().parent.parent / ".work" / "bin"
PLUGIN = 'plugins."io.containerd.grpc.v1.cri"'


def binaries():
    """The folders with the containerds to test, by version: the distribution's, and the one that is built with Go."""
    packaged = pathlib.Path("/usr/bin")
    return {_version(folder): folder for folder in (packaged, BUILT)}


def _version(folder):
    return programs.run(folder / "containerd", "--version").split()[2].lstrip("v").split("~")[0].split("+")[0]


def check_pulled(image, name, status):
    """Checks what a node says of an image that it has pulled."""
    check(any(seen.endswith(f"@{image.digest}") for seen in status["repo_digests"]),
          f"{name}: the node knows it as {status['repo_digests']}, not as {image.digest}")
    check(status["id"] in image.blobs, f"{name}: the node has the configuration {status['id']}, which the image does not name")
    check(int(status["size"]) >= image.bytes, f"{name}: the node has {status['size']} bytes of {image.bytes}")


class Containerd:
    """A containerd that pulls through `mirror`, by "hosts" (certs.d/_default/hosts.toml) or by "mirrors" (registry.mirrors).

    `fallback` is the registry that it goes to where the mirror has no answer; without one there is none that can be reached.
    `settings` are further sections of its configuration; without a mirror, they are all that it has for registries. It trusts the
    certificate `trusting` and no other, if one is given.
    """

    def __init__(self, folder, bin_folder, configured_by, mirror, fallback=None, settings="", trusting=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self._bin = pathlib.Path(bin_folder)
        self.socket = self.folder / "containerd.sock"
        if not mirror:
            registry = ""
        elif configured_by == "hosts":
            registry = self._hosts(mirror, fallback)
        else:
            registry = _mirrors(mirror, fallback)
        configuration = self.folder / "config.toml"
        configuration.write_text(self._configuration(registry) + settings)
        # Its own shim before any other's.
        environment = {"PATH": f"{self._bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        if trusting:
            environment["SSL_CERT_FILE"] = str(trusting)
        self._server = programs.Server(f"containerd in {self._bin}", [self._bin / "containerd", "--config", configuration],
                                       self.folder / "containerd.log", env=environment)
        self._server.wait_until(self._has_cri)

    def pull(self, name, secret=()):
        """PullImage, as a kubelet asks for it, with user and password of a pull secret; gives what ImageStatus then says."""
        return json.loads(programs.run("cri", self.socket, "pull", name, *secret))

    def remove(self, name):
        programs.run("cri", self.socket, "remove", name)

    def check_pulls(self, image, name=None):
        """Pulls an image and checks what the node has then: its digest, its configuration, its unpacked files."""
        name = name or image.name
        check_pulled(image, name, self.pull(name))
        if image.runnable:
            self.check_runs(name)

    def check_runs(self, name):
        """Runs a container of an image: its layers are unpacked, and usable."""
        # A control group is the whole machine's: this one is like no other, and leaves nothing above it.
        container = f"e2e-{secrets.token_hex(4)}"
        said = self.folder / container
        said.mkdir()
        # It speaks into a file: ctr may end before it has passed on the last of a short container's output.
        self.ctr("run", "--rm", "--cgroup", f"/{container}", "--mount", f"type=bind,src={said},dst=/mnt,options=rbind:rw",
                 name, container, "/bin/sh", "-c", f"echo {GREETING} >/mnt/said")
        check_equal((said / "said").read_text().strip(), GREETING, f"what a container of {name} says")

    def ctr(self, *arguments):
        return programs.run(self._bin / "ctr", "--address", self.socket, "--namespace", "k8s.io", *arguments)

    def close(self):
        self._server.stop()

    def _has_cri(self):
        try:
            programs.run("cri", self.socket, "version", seconds=10)
            return True
        except programs.CommandFailed:
            return False

    def _hosts(self, mirror, fallback):
        folder = self.folder / "certs.d"
        (folder / "_default").mkdir(parents=True)
        server = f'server = "{fallback}"\n' if fallback else ""
        (folder / "_default" / "hosts.toml").write_text(f'{server}[host."{mirror}"]\n  capabilities = ["pull", "resolve"]\n')
        return f'[{PLUGIN}.registry]\n  config_path = "{folder}"\n'

    def _configuration(self, registry):
        return f"""version = 2
root = "{self.folder}/root"
state = "{self.folder}/state"
[grpc]
  address = "{self.socket}"
[ttrpc]
  address = "{self.socket}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "{self.folder}/opt"
[{PLUGIN}]
  stream_server_port = "0"
{registry}"""


def _mirrors(mirror, fallback):
    endpoints = json.dumps([mirror, fallback] if fallback else [mirror])
    return "".join(f'[{PLUGIN}.registry.mirrors."{name}"]\n  endpoint = {endpoints}\n'
                   for name in ("docker.io", "quay.io", "localhost:5000"))
