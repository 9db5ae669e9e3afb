"""Control groups, which are the whole machine's: they have no namespace here, and outlive a scenario unless they are removed."""

import contextlib
import os
import pathlib
import secrets
import signal

from .programs import wait_until


class ControlGroup:
    """One that is like no other, for an engine to put its containers' groups into."""

    def __init__(self):
        self.name = f"e2e-{secrets.token_hex(4)}"

    def remove(self):
        """Removes it with what engines have left in it. Where there are several hierarchies, one is in each."""
        for group in self._groups():
            for below in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
                below.rmdir()
            group.rmdir()

    def end(self):
        """Ends what runs in it."""
        for group in self._groups():
            for tasks in group.rglob("cgroup.procs"):
                for process in tasks.read_text().split():
                    # It may have ended since.
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(process), signal.SIGKILL)
            wait_until(lambda: not any(tasks.read_text() for tasks in group.rglob("cgroup.procs")), f"nothing runs in {group}")

    def _groups(self):
        hierarchies = pathlib.Path("/sys/fs/cgroup")
        return [*hierarchies.glob(self.name), *hierarchies.glob(f"*/{self.name}")]
