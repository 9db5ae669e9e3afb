"""bench/run [--rounds N] [--json FILE] [MEASURE…]"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time

from lab import programs
from lab.report import Failed

from . import catalog, cold, nodes, process_life, push, warm
from .contenders import WORK, Larder, Nginx, debians_registry, distribution, pack_larder
from .content import Content
from .rows import US, table

MEASURES = {
    "warm": warm.large, "slow": warm.slow, "manifests": warm.manifests, "small": warm.small,
    "cold": cold.gigabyte, "line": cold.line, "limited": cold.limited, "herd": cold.herd,
    "containerd": nodes.containerd, "push": push.pushes,
    "start": process_life.start, "memory": process_life.memory, "connections": process_life.connections,
    "tls": process_life.tls, "disk": process_life.disk, "catalog": catalog.large,
}


class Bench:
    """What measures need: the content, and contenders, which end with what they are opened in."""

    MIRRORS = (US, "docker-registry", "distribution 3")

    def __init__(self, rounds, memory_seconds):
        self.rounds = rounds
        self.memory_seconds = memory_seconds
        self.content = Content(WORK / "content")
        self._running = WORK / "running"

    def upstream(self, open_now, rate=0):
        return self._open(open_now, Nginx("upstream", self.folder("upstream"), self.content, logged=True, rate=rate))

    def nginx(self, open_now, certificate=None):
        return self._open(open_now, Nginx("nginx", self.folder("nginx"), self.content, certificate=certificate))

    def larder(self, open_now, certificate=None):
        """Larder, with an upstream of its own."""
        upstream = self.upstream(open_now)
        return self._open(open_now, Larder(US, self.folder("larder"), upstream.url, certificate))

    def mirror(self, open_now, name, upstream):
        """A contender with an empty store; without an upstream, to push to."""
        url = upstream.url if upstream else None
        if name == US:
            return self._open(open_now, Larder(US, self.folder("larder"), url))
        make = {"docker-registry": debians_registry, "distribution 3": distribution}[name]
        return self._open(open_now, make(self.folder(name), url))

    def contenders(self, open_now):
        """All that can serve what is warm; and their upstream."""
        upstream = self.upstream(open_now)
        return [*(self.mirror(open_now, name, upstream) for name in self.MIRRORS), self.nginx(open_now)], upstream

    def certificate(self, open_now):
        folder = self.folder("certificate")
        folder.mkdir(parents=True, exist_ok=True)
        open_now.callback(shutil.rmtree, folder)
        files = folder / "certificate.pem", folder / "key.pem"
        programs.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                     "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1])
        return files

    def folder(self, name):
        """Where something that a measure starts keeps its things."""
        return self._running / name.replace(" ", "-")

    @staticmethod
    def _open(open_now, contender):
        contender.start()
        open_now.callback(contender.close)
        return contender


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures Larder beside other registries and nginx.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; default: all")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender is measured (default: 5)")
    parser.add_argument("--memory-seconds", type=int, default=60, help="how long the load is that memory is measured after (default: 60)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="where the figures are written (default: bench/.work/figures.json)")
    asked = parser.parse_args()
    unknown = set(asked.measures) - set(MEASURES)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    bench = Bench(asked.rounds, asked.memory_seconds)
    pack_larder()
    rows, failed = [], []
    for name in asked.measures or MEASURES:
        begun = time.monotonic()
        try:
            rows += MEASURES[name](bench)
        except (Failed, subprocess.SubprocessError) as failure:
            failed.append(name)
            print(f"bench/run: {name}: {failure}", file=sys.stderr)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    print(f"{_machine()}; {asked.rounds} rounds: medians (least–most), ratios by round")
    print(table(rows))
    figures = asked.json or WORK / "figures.json"
    figures.write_text(json.dumps({"machine": _machine(), "rounds": asked.rounds, "rows": [row.json() for row in rows]}, indent=1))
    return 1 if failed else 0


def _machine():
    model = next(line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
