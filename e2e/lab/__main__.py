"""Runs scenarios: each in a process of its own, in namespaces of its own.

Processes, mounts and the network of a scenario are private to it. So no port is taken, no machine outside can be reached, and
when it ends, however it ends, the kernel ends all that it started and forgets all that it mounted.
"""

import os
import pathlib
import runpy
import shutil
import signal
import subprocess
import sys
import time
import traceback

from . import engine, larder, programs, report
from .laboratory import Laboratory
from .node import NodeImages
from .tokens import Authority
from .upstreams import Upstreams

HOME = pathlib.Path(__file__).resolve().parent.parent
WORK = HOME / ".work"
SCENARIOS = HOME / "scenarios"
# They take minutes each, and nodes as large as real ones: they run where they are named.
CLUSTERS = SCENARIOS / "clusters"
SCENARIO_SECONDS = 900
# The scenario that builds the project needs the network, for what the build downloads.
NEEDS_NETWORK = "07-readme"


def main(arguments):
    if arguments[:1] == ["--inside"]:
        return run_inside(arguments[1])
    chosen = choose(arguments)
    begun = time.monotonic()
    larder_version = programs.run(larder.LAUNCHER, "--version", seconds=600).strip()
    print(f"{larder_version}, ready to start after {time.monotonic() - begun:.0f} s", flush=True)
    Upstreams(WORK, Authority(WORK / "authority")).prepare()
    if any(path_of(name).parent == CLUSTERS for name in chosen):
        subprocess.run([HOME / "install", "clusters"], check=True)
        NodeImages(WORK).prepare()
    passed = sum(run_outside(name) for name in chosen)
    print(f"{time.monotonic() - begun:.0f} s in all")
    if not arguments:
        print(f"not run, since they run where they are named: {', '.join(names_in(CLUSTERS))}")
    print(f"{passed} passed, {len(chosen) - passed} failed")
    return 0 if passed == len(chosen) else 1


def names_in(folder):
    return sorted(path.stem for path in folder.glob("[0-9]*.py"))


def path_of(name):
    """The file of a scenario."""
    return next(folder / f"{name}.py" for folder in (SCENARIOS, CLUSTERS) if (folder / f"{name}.py").exists())


def choose(beginnings):
    """The scenarios whose names begin so; all but those with clusters where nothing is said, and these where "clusters" is."""
    if beginnings == ["clusters"]:
        return names_in(CLUSTERS)
    names = sorted(names_in(SCENARIOS) + (names_in(CLUSTERS) if beginnings else []))
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in names):
            sys.exit(f"e2e/run: no scenario begins with {beginning!r}; there are {', '.join(names)}")
    return [name for name in names if not beginnings or name.startswith(tuple(beginnings))]


def run_outside(name):
    """Runs one scenario in its namespaces and says whether it passed."""
    print(f"\n{name}", flush=True)
    begun = time.monotonic()
    namespaces = ["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"] + ([] if name == NEEDS_NETWORK else ["--net"])
    scenario = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", *namespaces, sys.executable, "-m", "lab", "--inside", name],
                                cwd=HOME)
    try:
        status = scenario.wait(SCENARIO_SECONDS)
    except subprocess.TimeoutExpired:
        report.warn(f"  not done after {SCENARIO_SECONDS} s")
        status = 1
    finally:
        # With it ends its namespace, and with that every process in there.
        scenario.kill()
        scenario.wait()
        shutil.rmtree(WORK / "running", ignore_errors=True)
    print(f"{'passed' if status == 0 else 'FAILED'}: {name} ({time.monotonic() - begun:.0f} s)", flush=True)
    return status == 0


def run_inside(name):
    """Runs one scenario, in this process."""
    if name != NEEDS_NETWORK:
        programs.run("ip", "link", "set", "lo", "up")
        programs.run("ip", "address", "add", f"{engine.HOST}/32", "dev", "lo")
        # Container engines leave sockets and locks here, and the laboratory keeps its clients here.
        programs.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    try:
        with Laboratory(WORK, name) as lab:
            runpy.run_path(str(path_of(name)))["scenario"](lab)
        return 0
    except KeyboardInterrupt:
        report.warn("  interrupted")
    except report.Failed as failed:
        report.warn(f"  FAILED: {failed}")
    except Exception:
        report.warn(f"  FAILED: {traceback.format_exc()}")
    report.warn(f"  logs are in {WORK / 'logs' / name}")
    return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("e2e/run: interrupted; everything that was started has ended")
