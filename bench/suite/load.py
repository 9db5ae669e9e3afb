"""The client that asks, and what it says came of it."""

import json
import subprocess

from lab import programs
from lab.report import check

from .contenders import BUILT

LOAD = BUILT / "load"


def ask(url, paths=(), **how):
    """Runs the client to its end; any request that failed fails the measurement."""
    said = json.loads(programs.run(LOAD, *_flags(how), url, stdin="\n".join(paths)))
    check(said["failed"] == 0, f"{url}: {said['failed']} of the clients failed: {said.get('failure')}")
    return said


class Idle:
    """Connections that have asked once, and stay as long as this is open."""

    def __init__(self, url, connections):
        self._process = subprocess.Popen([LOAD, "-idle", "-clients", str(connections), url],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self._process.stdout.readline()
        check(said.strip() == "waiting", f"{connections} idle connections to {url} couldn't be opened")

    def close(self):
        self._process.stdin.close()
        check(self._process.wait(30) == 0, "the idle connections ended well")
        self._process.stdout.close()


def _flags(how):
    return [f"-{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in how.items()]
