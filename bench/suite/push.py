"""Pushes: a blob of 1 GB, and 1,000 of 4 KB, as docker pushes them."""

import contextlib
import time

from lab import web
from lab.report import check_equal

from .content import MEGABYTE, SMALL
from .rows import Row, Target, rounds

REGISTRY = "docker-registry"
SMALL_BLOBS = 1000


def pushes(bench):
    blobs = {
        "1 GB": [(bench.content.large[1000], 1000 * MEGABYTE)],
        f"{SMALL_BLOBS:,} blobs of 4 KB": [(digest, SMALL) for digest in bench.content.small[:SMALL_BLOBS]],
    }
    # Others, so that code which is compiled as it runs has been.
    before = [(bench.content.large[1500], 1500 * MEGABYTE)] + [(digest, SMALL) for digest in bench.content.small[SMALL_BLOBS:]]
    for what, pushed in blobs.items():
        cost = Row("pushes", what, "CPU s", (Target(0.7, REGISTRY),))
        total = Row("pushes", what, "s", (Target(1, REGISTRY),))

        def measure(name):
            with contextlib.ExitStack() as open_now:
                contender = bench.mirror(open_now, name, None)
                _push(bench, contender, before)
                used, begun = contender.process.cpu(), time.monotonic()
                _push(bench, contender, pushed)
                total.add(name, time.monotonic() - begun)
                cost.add(name, contender.process.cpu() - used)

        rounds(bench.rounds, bench.MIRRORS, measure)
        yield cost
        yield total


def _push(bench, contender, blobs):
    for digest, size in blobs:
        with open(bench.content.file(digest), "rb") as body:
            check_equal(web.push_blob(contender.url, "pushed", digest, body, size), 201, f"{contender.name} takes {digest}")
