"""A server whose use of the machine can be read while it runs."""

import os
import pathlib
import resource

from lab import programs

TICK = os.sysconf("SC_CLK_TCK")


class Process(programs.Server):
    """A program with one process, and however many threads."""

    def cpu(self):
        """Seconds of processor time that it has used, its own and the kernel's for it."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, field="VmRSS"):
        """Megabytes that are resident, or VmHWM, the most that ever were."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise AssertionError(f"no {field} for {self.name}")


def cost(command, environment=None):
    """Seconds of processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    programs.run(*command, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
