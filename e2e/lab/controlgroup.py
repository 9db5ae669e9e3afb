"""Control groups, which are the whole machine's: they have no namespace here, and outlive a scenario unless they are removed."""

import pathlib
import secrets


class ControlGroup:
    """One that is like no other, for an engine to put its containers' groups into."""

    def __init__(self):
        self.name = f"e2e-{secrets.token_hex(4)}"

    def remove(self):
        """Removes it with what engines have left in it. Where there are several hierarchies, one is in each."""
        hierarchies = pathlib.Path("/sys/fs/cgroup")
        for group in [*hierarchies.glob(self.name), *hierarchies.glob(f"*/{self.name}")]:
            for below in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
                below.rmdir()
            group.rmdir()
