"""What comes from the upstream while it is asked for: one client, eight at once, an upstream that limits each connection."""

import contextlib
import time

from lab import programs

from . import load
from .content import MEGABYTE
from .rows import US, Row, Target, rounds

GIGABYTE = 1000 * MEGABYTE
DIRECT, REGISTRY, DISTRIBUTION = "direct", "docker-registry", "distribution 3"
FAST_LINE, SLOW_LINE = 125 * MEGABYTE, 20 * MEGABYTE


def gigabyte(bench):
    """A blob of 1 GB that nobody has."""
    rows = {
        "upstream": Row("cold", "1 GB, sent by the upstream", "GB", (Target(1.001),)),
        "cpu": Row("cold", "1 GB", "CPU s/GB", (Target(0.4, REGISTRY), Target(0.7, DISTRIBUTION))),
        "total": Row("cold", "1 GB, client's time", "s", (Target(0.85, REGISTRY),)),
        "first": Row("cold", "first byte", "ms"),
        "stored": Row("cold", "kept after the last byte", "s", (Target(0.2),)),
    }
    yield from _fetch(bench, rows, 0, bench.MIRRORS, before=(200, 500, 1500))


def line(bench):
    """The same from an upstream of 125 MB/s."""
    rows = {"total": Row("cold", "1 GB from 125 MB/s, client's time", "s", (Target(1.05, DIRECT),))}
    yield from _fetch(bench, rows, FAST_LINE, (US, REGISTRY))


def limited(bench):
    """A blob of 500 MB from an upstream that gives each connection 20 MB/s. One of 200 gains less: it takes two seconds to see that
    the upstream is slow."""
    rows = {"total": Row("cold", "500 MB, 20 MB/s a connection, client's time", "s", (Target(1 / 3, DIRECT),)),
            "upstream": Row("cold", "500 MB, 20 MB/s a connection, sent by the upstream", "GB", (Target(0.5005),))}
    yield from _fetch(bench, rows, SLOW_LINE, (US, REGISTRY), size=500)


def herd(bench):
    """Eight clients that want one blob of 500 MB at once, beside one client."""
    sent = Row("herd", "8 clients, 500 MB, sent by the upstream", "GB", (Target(0.5005),))
    total = Row("herd", "8 clients, 500 MB, until all have it", "s", (Target(1.15, "Larder, one client"),))
    digest = bench.content.large[500]

    def measure(how):
        name, kind, clients = how
        with contextlib.ExitStack() as open_now:
            upstream = bench.upstream(open_now)
            contender = bench.mirror(open_now, kind, upstream)
            _warm_up(bench, contender, (200, 1500))
            came = load.ask(contender.blob(digest), clients=clients)
            total.add(name, came["seconds"])
            if clients > 1:
                sent.add(name, upstream.sent(digest)[1] / GIGABYTE)

    rounds(bench.rounds, [(US, US, 8), ("Larder, one client", US, 1), (REGISTRY, REGISTRY, 8)], measure)
    yield sent
    yield total


def _fetch(bench, rows, rate, mirrors, size=1000, before=()):
    """Each mirror fetches a blob into an empty store; and a client does without any."""
    digest = bench.content.large[size]

    def measure(name):
        with contextlib.ExitStack() as open_now:
            upstream = bench.upstream(open_now, rate=rate)
            if name == DIRECT:
                figures = _figures(load.ask(upstream.blob(digest)))
            else:
                contender = bench.mirror(open_now, name, upstream)
                _warm_up(bench, contender, before)
                used = contender.process.cpu()
                figures = _figures(load.ask(contender.blob(digest)))
                done = time.monotonic()
                programs.wait_until(lambda: contender.stored(digest), f"{name} has kept the blob")
                figures["stored"] = time.monotonic() - done
                figures["cpu"] = (contender.process.cpu() - used) / (size / 1000)
                figures["upstream"] = upstream.sent(digest)[1] / GIGABYTE
        for figure, row in rows.items():
            if figure in figures:
                row.add(name, figures[figure])

    rounds(bench.rounds, [*mirrors, DIRECT], measure)
    yield from rows.values()


def _warm_up(bench, contender, sizes):
    """Has it fetch others, as one that runs for longer than a second has done: code that is compiled as it runs has been."""
    for size in sizes:
        digest = bench.content.large[size]
        load.ask(contender.blob(digest))
        programs.wait_until(lambda: contender.stored(digest), f"{contender.name} has kept a blob before")


def _figures(came):
    return {"total": came["seconds"], "first": came["first"][0] * 1000}
