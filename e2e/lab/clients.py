"""The other clients, each with its own folders and no configuration but ours."""

import json
import os
import pathlib
import re
import shutil

from . import programs
from .controlgroup import ControlGroup
from .images import GREETING
from .report import check_equal

BUILT = pathlib.Path(__file__).resolve().parent.parent / ".work" / "bin"
TOOLS = pathlib.Path(__file__).resolve().parent.parent / "tools"


def versions():
    """What each client says of itself."""
    commands = {
        "dockerd": ["dockerd", "--version"],
        "podman": ["podman", "--version"],
        "skopeo": ["skopeo", "--version"],
        "crane": ["crane", "version"],
        "oras": ["oras", "version"],
        "buildah": ["buildah", "--version"],
    }
    said = {name: programs.run(*command).strip().splitlines()[0] for name, command in commands.items()}
    return said | {tool: pinned(module, tool) for tool, module in PINNED.items()}


# What these are built from says their version; they themselves don't, unless their own makefile built them.
PINNED = {"regctl": "regctl", "helm": "helm", "cosign": "cosign", "buildctl": "buildkit", "jib": "jib"}


def pinned(module, tool):
    """The version that the folder of a tool pins."""
    folder = TOOLS / module
    if (folder / "pom.xml").exists():
        return re.search(rf"<artifactId>{tool}-maven-plugin</artifactId>\s*<version>(.*?)</version>", (folder / "pom.xml").read_text())[1]
    listed = (folder / "go.mod").read_text().partition("\ntool")[2]
    package = re.search(rf"\s(\S+?)(/cmd)?/{tool}\s", listed)[1]
    return re.search(rf"\s{package}(?:/{tool})? (v\S+)", listed)[1]


# Of the distribution's command line, which an engine of today takes only when it is told to.
OLDEST_API = "1.40"

# In daemon.json, for an engine that keeps images in containerd's store.
CONTAINERDS_STORE = {"features": {"containerd-snapshotter": True}}

# Where distributions put what the suite builds another one of.
DISTRIBUTION = "/usr/sbin:/usr/bin"


class Docker:
    """Docker's engine with a registry mirror, and its command line: the distribution's, or the one that is built with Go, which keeps
    images in containerd's store. `daemon_json` is the text of another configuration than that with the mirror."""

    def __init__(self, folder, mirror, built=False, daemon_json=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.host = f"unix://{self.folder}/docker.sock"
        configuration = self.folder / "daemon.json"
        configuration.write_text(daemon_json or json.dumps({"registry-mirrors": [mirror], **(CONTAINERDS_STORE if built else {})}))
        self._control_group = ControlGroup()
        self._server = programs.Server("dockerd", [
            BUILT / "dockerd" if built else shutil.which("dockerd", path=DISTRIBUTION), "--host", self.host, "--config-file", configuration, "--pidfile", self.folder / "docker.pid",
            "--data-root", self.folder / "root", "--exec-root", self.folder / "exec",
            "--cgroup-parent", f"/{self._control_group.name}",
            # No network of containers is tested, and none of the machine's is to change.
            "--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
        ], self.folder / "dockerd.log", env={"DOCKER_MIN_API_VERSION": OLDEST_API})
        self._server.wait_until(self._answers)

    def __call__(self, *arguments):
        # The command line that belongs to the engine comes first: a machine may have another one.
        environment = {"PATH": f"/usr/bin:{os.environ['PATH']}", "DOCKER_CONFIG": str(self.folder / "config")}
        return programs.run("docker", "--host", self.host, *arguments, env=environment)

    def digests(self, name):
        return json.loads(self("image", "inspect", name))[0]["RepoDigests"]

    def check_runs(self, name):
        said = self("run", "--rm", "--network", "none", name, "/bin/sh", "-c", f"echo {GREETING}")
        check_equal(said.strip(), GREETING, f"what a container of {name} says")

    def close(self):
        self._server.stop()
        self._control_group.remove()

    def _answers(self):
        try:
            self("version")
            return True
        except programs.CommandFailed:
            return False


class Containers:
    """podman, buildah and skopeo, which share their configuration; `registries` is the text of their registries.conf."""

    def __init__(self, folder, registries):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self._registries = self.folder / "registries.conf"
        self._registries.write_text(registries)
        self.environment = {"CONTAINERS_REGISTRIES_CONF": str(self._registries), "HOME": str(self.folder)}

    def podman(self, *arguments):
        return programs.run(*self.command(*arguments), env=self.environment)

    def command(self, *arguments):
        """The command line of podman with such arguments."""
        return ["podman", "--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", "overlay", *arguments]

    def buildah(self, *arguments):
        return programs.run("buildah", "--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", "overlay",
                            *arguments, env=self.environment)

    def skopeo(self, *arguments):
        return programs.run("skopeo", "--registries-conf", self._registries, *arguments, env=self.environment)

    def close(self):
        """None of them has anything running."""


class BuildKit:
    """A build daemon with a folder of its own. `configure` is given the file with what it needs here, and gives the whole text, with
    what is to be said of registries."""

    def __init__(self, folder, configure):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.address = f"unix://{self.folder}/socket"
        self._control_group = ControlGroup()
        configuration = self.folder / "buildkitd.toml"
        configuration.write_text(f"""root = "{self.folder}/root"
[grpc]
  address = ["{self.address}"]
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  binary = "runc"
  snapshotter = "overlayfs"
  networkMode = "host"
  defaultCgroupParent = "/{self._control_group.name}"
""")
        configuration.write_text(configure(configuration))
        self._server = programs.Server("buildkitd", [programs.require("buildkitd"), "--config", configuration], self.folder / "buildkitd.log")
        self._server.wait_until((self.folder / "socket").exists)

    def build(self, context, *options):
        """Builds a folder and gives what was said of each step."""
        command = f'exec buildctl --addr "{self.address}" build --progress plain --frontend dockerfile.v0 "$@" 2>&1'
        return programs.run("bash", "-c", command, "buildctl", "--local", f"context={context}", "--local", f"dockerfile={context}", *options)

    def close(self):
        self._server.stop()
        self._control_group.remove()


def registries_conf(larder, mirrored):
    """A registries.conf by which images of the mirrored registries are pulled through Larder, by path."""
    parts = [f'[[registry]]\nlocation = "{larder}"\ninsecure = true\n']
    for name in mirrored:
        parts.append(f'[[registry]]\nlocation = "{name}"\n[[registry.mirror]]\nlocation = "{larder}/{name}"\ninsecure = true\n')
    return "\n".join(parts)
