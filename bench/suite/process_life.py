"""What Larder costs as a process: its start, its commands, its memory, many connections."""

import contextlib
import os
import resource
import subprocess
import time

from lab import programs
from lab.report import check_equal

from . import load
from .contenders import LARDER
from .content import MANIFEST_TYPE, TAG
from .process import cost
from .rows import US, Row, Target, rounds

LOAD_SECONDS = 5
IDLE, BUSY, USUAL = 2000, 500, 32
# Requests a second, of all connections.
PACE = 4000


def start(bench):
    """Until the first 200, and two commands; with a cache of what the JVM knows of the classes (AOT), and without."""
    serve = Row("start", "until the first 200", "CPU s", (Target(0.6),))
    plain = Row("start", "until the first 200, without AOT cache", "CPU s")
    commands = {name: Row("start", f"larder {name}", "CPU s", (Target(0.4),)) for name in ("status", "--help")}
    with contextlib.ExitStack() as open_now:
        larder = bench.larder(open_now)
        larder.process.stop()
        for _ in range(bench.rounds):
            for row, environment in (serve, {}), (plain, {"LARDER_AOT": "-Xshare:auto"}):
                larder.start(environment)
                row.add(US, larder.process.cpu())
                if row is serve:
                    for name, command in commands.items():
                        command.add(US, cost([LARDER, name, *(["--data", larder.data] if name == "status" else [])]))
                larder.process.stop()
        larder.start()
    yield from (serve, plain, *commands.values())


def memory(bench):
    """Resident memory: idle, after everything, at most; and whether a load that goes on adds to it."""
    half = f"{US}, half way"
    with contextlib.ExitStack() as open_now:
        larder = bench.larder(open_now)
        idle = Row("memory", "idle", "MB", (Target(80),))
        after = Row("memory", "after the load", "MB", (Target(160), Target(1.05, half)))
        most = Row("memory", "at most", "MB", (Target(200),))
        idle.add(US, larder.process.memory())
        for name in half, US:
            _some_of_everything(bench, larder, bench.memory_seconds / 2)
            after.add(name, larder.process.memory())
        most.add(US, larder.process.memory("VmHWM"))
        yield from (idle, after, most)


def connections(bench):
    """500 busy connections beside 2,000 idle ones, and 32 alone, at one pace that leaves the machine time: the slowest hundredth of
    manifests. Where each asks as soon as it can, everybody waits in one queue, which is as long as there are connections."""
    row = Row("connections", f"{BUSY} busy and {IDLE:,} idle, p99 of manifests", "ms", (Target(3, f"Larder, {USUAL}"),))
    kept = Row("connections", "memory with them", "MB")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[0]),) * 2)
    with contextlib.ExitStack() as open_now:
        larder = bench.larder(open_now)
        url = larder.manifest(TAG)
        load.ask(url, clients=USUAL, seconds=LOAD_SECONDS, accept=MANIFEST_TYPE)

        def measure(how):
            name, idle, busy = how
            with contextlib.ExitStack() as around:
                if idle:
                    around.callback(load.Idle(url, idle).close)
                came = load.ask(url, clients=busy, pace=PACE, seconds=LOAD_SECONDS, accept=MANIFEST_TYPE)
                if idle:
                    kept.add(name, larder.process.memory())
            row.add(name, came["p99"] * 1000)

        rounds(bench.rounds, [(US, IDLE, BUSY), (f"Larder, {USUAL}", 0, USUAL)], measure)
    yield row
    yield kept


def tls(bench):
    """A blob of 200 MB by https, beside nginx: on connections of their own, and as streams of one."""
    blob = bench.content.large[200]
    with contextlib.ExitStack() as open_now:
        certificate = bench.certificate(open_now)
        contenders = [bench.larder(open_now, certificate), bench.nginx(open_now, certificate=certificate)]
        protocols = ("HTTP/1.1", {}), ("HTTP/2", {"http2": True})
        for contender in contenders:
            for _, how in protocols:
                load.ask(contender.blob(blob), clients=4, times=6, **how)
        for protocol, how in protocols:
            for clients, times in (1, 4), (8, 1):
                said = f"200 MB, {protocol}, {clients} client{'s' if clients > 1 else ''}"
                cost = Row("TLS", said, "CPU s/GB", (Target(1.5, "nginx"),))
                speed = Row("TLS", said, "MB/s")

                def measure(contender):
                    before = contender.process.cpu()
                    came = load.ask(contender.blob(blob), clients=clients, times=times, **how)
                    cost.add(contender.name, (contender.process.cpu() - before) / (came["bytes"] / 1e9))
                    speed.add(contender.name, came["bytes"] / 1e6 / came["seconds"])

                rounds(bench.rounds, contenders, measure)
                yield cost
                yield speed


def disk(bench):
    """Manifests while a blob is read that the page cache hasn't got."""
    row = Row("disk", "p99 of manifests while 1 GB is read from the disk", "ms", (Target(3, "Larder, nothing read"),))
    with contextlib.ExitStack() as open_now:
        larder = bench.larder(open_now)
        blob = larder.blob(bench.content.large[1000])
        load.ask(blob)
        load.ask(larder.manifest(TAG), accept=MANIFEST_TYPE)
        programs.wait_until(lambda: larder.stored(bench.content.large[1000]), "the blob is kept")
        stored = next(larder.data.glob(f"blobs/**/{bench.content.large[1000].partition(':')[2]}"))

        def measure(reads):
            with contextlib.ExitStack() as around:
                if reads:
                    with open(stored, "rb") as file:
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    reader = subprocess.Popen([load.LOAD, blob], stdout=subprocess.DEVNULL)
                    around.callback(lambda: check_equal(reader.wait(120), 0, "status of the client that reads from the disk"))
                came = load.ask(larder.manifest(TAG), clients=8, seconds=2, accept=MANIFEST_TYPE)
            row.add(US if reads else "Larder, nothing read", came["p99"] * 1000)

        rounds(bench.rounds, (True, False), measure)
    yield row


def _some_of_everything(bench, larder, seconds):
    """Manifests, large and small blobs, cold and warm, for a while."""
    end = time.monotonic() + seconds
    paths = [larder.blob(digest).removeprefix(larder.url) for digest in bench.content.small]
    while True:
        load.ask(larder.blob(bench.content.large[200]), clients=4)
        load.ask(larder.manifest(TAG), clients=32, seconds=1, accept=MANIFEST_TYPE)
        load.ask(larder.url, paths, clients=32, seconds=1)
        if time.monotonic() >= end:
            return
