"""Podman as an engine: its service, at its usual address, for what speaks Docker's API, and its own command line."""

import os
import pathlib

from . import programs
from .engine import Engine, RUNTIME

SOCKET = "/run/podman/podman.sock"


class Podman(Engine):
    """A Podman of root's in the scenario's own network. Its data are in memory."""

    def start(self):
        pathlib.Path(SOCKET).parent.mkdir(exist_ok=True)
        configuration = self.folder / "containers.conf"
        configuration.write_text(f"""[engine]
runtime = "e2e"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
e2e = ["{RUNTIME}"]
[network]
network_backend = "netavark"
network_config_dir = "{self.folder}/networks"
""")
        (self.folder / "registries.conf").write_text('unqualified-search-registries = []\n[[registry]]\nlocation = "localhost:5001"\ninsecure = true\n')
        self.environment |= {"CONTAINERS_CONF": str(configuration), "CONTAINERS_REGISTRIES_CONF": str(self.folder / "registries.conf"),
                             "KIND_EXPERIMENTAL_PROVIDER": "podman"}
        # Its control groups are to be found again, to be removed.
        self._control_group.name = "libpod_parent"
        self._podman = ["podman", "--root", str(self.folder / "root"), "--runroot", str(self.folder / "runroot"), "--storage-driver", "overlay"]
        self._server = programs.Server("podman", [*self._podman, "system", "service", "--time", "0", f"unix://{SOCKET}"],
                                       self.folder / "podman.log", env=self.environment)
        self._server.wait_until(lambda: os.path.exists(SOCKET))

    def __call__(self, *arguments, stdin=None):
        """podman's command line."""
        return self.run(*self._podman, *arguments, stdin=stdin)

    def close(self):
        self("rm", "--all", "--force", "--time", "0")
        self._server.stop(seconds=60)
        # What has watched over a command in a container stays for five minutes, for whoever asks how it ended.
        self._control_group.end()
        self._control_group.remove()
        self._names.close()
