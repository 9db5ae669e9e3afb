"""An image of six layers, 200 MB, pulled and unpacked by containerd: warm, cold, and from the upstream itself."""

import contextlib
import shutil
import time

from lab import programs

from .content import IMAGE_TAG, REPOSITORY
from .contenders import UPSTREAM
from .rows import US, Row, Target, rounds

DIRECT, REGISTRY = "direct", "docker-registry"


def containerd(bench):
    """Each pull is that of a node which has nothing."""
    warm = Row("containerd", "6 layers, 200 MB, warm", "s", (Target(0.8, REGISTRY),))
    cold = Row("containerd", "6 layers, 200 MB, cold", "s", (Target(1, DIRECT),))

    def measure(name):
        with contextlib.ExitStack() as open_now:
            upstream = bench.upstream(open_now)
            mirror = upstream if name == DIRECT else bench.mirror(open_now, name, upstream)
            for row in (cold, warm):
                with Node(bench.folder("containerd"), mirror.url) as node:
                    row.add(name, node.pull())

    rounds(bench.rounds, (US, REGISTRY, DIRECT), measure)
    yield cold
    yield warm


class Node:
    """A containerd in a folder of its own that pulls everything through a mirror."""

    def __init__(self, folder, mirror):
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "certs.d" / "_default").mkdir(parents=True)
        (folder / "certs.d" / "_default" / "hosts.toml").write_text(f'[host."{mirror}"]\n  capabilities = ["pull", "resolve"]\n')
        self._socket = folder / "socket"
        configuration = folder / "config.toml"
        configuration.write_text(f"""version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{self._socket}"
[ttrpc]
  address = "{self._socket}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
""")
        self._server = programs.Server("containerd", ["containerd", "--config", configuration], folder / "log")
        self._server.wait_until(self._answers)

    def pull(self):
        """The seconds that it took, unpacking included."""
        begun = time.monotonic()
        self._ctr("images", "pull", "--hosts-dir", self._folder / "certs.d", f"{UPSTREAM}/{REPOSITORY}:{IMAGE_TAG}")
        return time.monotonic() - begun

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.stop()
        shutil.rmtree(self._folder)

    def _ctr(self, *arguments):
        return programs.run("ctr", "--address", self._socket, "--namespace", "bench", *arguments)

    def _answers(self):
        try:
            self._ctr("version")
            return True
        except programs.CommandFailed:
            return False
