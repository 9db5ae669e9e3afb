"""A container engine as users have one: the distribution's Docker with networks, names and published ports, at its usual address."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil

from . import kubernetes, programs
from .clients import DISTRIBUTION
from .controlgroup import ControlGroup
from .larder import LAUNCHER
from .names import Names
from .node import Node, NodeImages

# Where containers on any network reach what the scenario runs beside the engine: each scenario's loopback interface has this address
# too, and containers' gateways lead there.
HOST = "10.99.0.1"
JAR = pathlib.Path(LAUNCHER).resolve().parent / "target" / "larder.jar"
SOCKET = "/var/run/docker.sock"
RUNTIME = pathlib.Path(__file__).resolve().parent / "runc"


class Engine:
    """A dockerd in the scenario's own network: its bridges and rules are nobody else's. Its data are in memory."""

    def __init__(self, folder, work):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self._work = pathlib.Path(work)
        self._images = NodeImages(work)
        self._control_group = ControlGroup()
        self._names = Names(HOST)
        home = self.folder / "home"
        home.mkdir()
        # The command line that belongs to the engine comes first: a machine may have another one. Nothing of the user's counts.
        self.environment = {"PATH": f"/usr/bin:{os.environ['PATH']}", "HOME": str(home), "DOCKER_BUILDKIT": "0"}
        self.start()

    def start(self):
        self._server = programs.Server("dockerd", [
            shutil.which("dockerd", path=DISTRIBUTION), "--host", f"unix://{SOCKET}", "--config-file", self._configuration(),
            "--pidfile", self.folder / "docker.pid", "--data-root", self.folder / "root", "--exec-root", self.folder / "exec",
            "--cgroup-parent", f"/{self._control_group.name}", "--dns", HOST,
        ], self.folder / "dockerd.log")
        self._server.wait_until(self._answers)

    def restart(self):
        """As a service manager does it, or a reboot: containers end with the engine, and those with a restart policy come back."""
        self._server.stop(seconds=60)
        self.start()

    def __call__(self, *arguments, stdin=None):
        """docker's command line."""
        return self.run("docker", *arguments, stdin=stdin)

    def run(self, *argv, stdin=None, env=None):
        """Any other command that is to find the engine as users' commands do."""
        return programs.run(*argv, stdin=stdin, env=self.environment | (env or {}))

    def larder(self, *arguments, stdin=None, env=None):
        """Larder's command line."""
        return self.run(LAUNCHER, *arguments, stdin=stdin, env=env)

    def larder_image(self):
        """Has Larder's image there, as `larder image` builds it; what it built before is kept."""
        built = hashlib.sha256(JAR.read_bytes()).hexdigest()[:12]
        kept = self._work / "larder-image" / f"{built}.tar"
        if kept.exists():
            self("load", "--quiet", "--input", kept)
            return
        self.larder("image", "--base", self.base_image())
        shutil.rmtree(kept.parent, ignore_errors=True)
        kept.parent.mkdir()
        tags = self("images", "--filter", "reference=larder", "--format", "{{.Repository}}:{{.Tag}}").split()
        self("save", "--output", kept, *tags)

    def base_image(self):
        """The name of an image of Debian."""
        return self._images.import_root(self)

    def inspect(self, name):
        """What the engine says of a container, a network, a volume or an image."""
        return json.loads(self("inspect", name))[0]

    def exists(self, name):
        try:
            return bool(self.inspect(name))
        except programs.CommandFailed:
            return False

    def address(self, container, network):
        """A container's address on one of its networks, or "" where it isn't on it."""
        return self.inspect(container)["NetworkSettings"]["Networks"].get(network, {}).get("IPAddress", "")

    def node(self, name="kind-control-plane", **how):
        """Creates and starts a node of a cluster, as kind does it; see node.Node."""
        return Node(self, self._images, name, **how)

    def kind_node_image(self):
        """The name of an image for `kind create cluster --image`."""
        return kubernetes.node_image(self, self._images)

    def delete_cluster(self, cluster):
        """As kind does it."""
        nodes = self("ps", "--all", "--quiet", "--filter", f"label=io.x-k8s.kind.cluster={cluster}").split()
        self("rm", "--force", "--volumes", *nodes)

    def close(self):
        if self._server.status is None:
            containers = self("ps", "--quiet").split()
            if containers:
                # None gets the time to end well that stopping the engine would give it.
                self("update", "--restart=no", *containers)
                # One may have ended since.
                with contextlib.suppress(programs.CommandFailed):
                    self("kill", *containers)
            self._server.stop(seconds=60)
        self._control_group.remove()
        self._names.close()

    def _configuration(self):
        file = self.folder / "daemon.json"
        file.write_text(json.dumps({"runtimes": {"e2e": {"path": str(RUNTIME)}}, "default-runtime": "e2e"}))
        return file

    def _answers(self):
        try:
            self("version")
            return True
        except programs.CommandFailed:
            return False
