"""What Larder costs with a large catalog, 100,000 images and 1,000,000 blobs, beside a hundredth of that."""

import contextlib
import time

from lab import programs, web
from lab.report import check_equal

from . import load
from .content import MANIFEST_TYPE
from .contenders import LARDER, Larder
from .process import cost
from .rows import US, Row, Target
from .stock import ENOUGH, FULL, MANY, Stock, some

IMAGES, FEW = 100_000, 1_000
SMALL = f"Larder, {FEW:,} images"
EVICTED = 300
CLIENTS = 8
# How often each of them asks, before it is measured and then. A number in the place of a time: a catalog that is slower is to be as warm.
BEFORE, TIMES = 2500, 1500
SCRAPES = 20
PAGE = 100


class _Measured:
    """The rows. Each figure of the large catalog is to be at most half as much again as that of the small one."""

    def __init__(self):
        self.rows = {}

    def add(self, name, what, unit, figure):
        row = self.rows.setdefault((what, unit), Row("catalog", what, unit, (Target(1.5, SMALL),)))
        row.add(name, figure)


def large(bench):
    measured = _Measured()
    with contextlib.ExitStack() as open_now:
        upstream = bench.upstream(open_now)
        stocks = [_Stocked(bench, open_now, name, images, upstream) for name, images in ((SMALL, FEW), (US, IMAGES))]
        for number in range(bench.rounds):
            for stocked in stocks:
                stocked.measure(measured, bench.content.small[number])
    yield from measured.rows.values()


class _Stocked:
    """Larder with so many images, which isn't running between two rounds."""

    def __init__(self, bench, open_now, name, images, upstream):
        self.name = name
        self.larder = Larder(name, bench.folder(name), upstream.url)
        self.larder.start()
        open_now.callback(self.larder.close)
        self.larder.process.stop()
        self.stock = Stock(self.larder.data, images, bench.rounds, EVICTED)

    def measure(self, measured, missing):
        """One round, at whose end `missing`, a blob that isn't here, makes the cache larger than it may be."""
        room = round(self.stock.mirrored_bytes() / FULL, -6)  # in megabytes
        self.larder.configure(f"cache-size: {room / 1e9:.3f}GB\n")
        self._start(measured)
        self._lookups(measured)
        self._pages(measured)
        self._figures(measured)
        self._eviction(measured, missing, room)
        self.larder.process.stop()

    def _start(self, measured):
        begun = time.monotonic()
        self.larder.start()
        measured.add(self.name, "until the first 200", "s", time.monotonic() - begun)
        measured.add(self.name, "until the first 200", "CPU s", self.larder.process.cpu())
        measured.add(self.name, "memory after the start", "MB", self.larder.process.memory())

    def _lookups(self, measured):
        """At random over all images, so that in the large catalog most are asked for the first time."""
        paths = [f"/v2/{image.repository}/manifests/{image.tag}" for image in some(self.stock.pushed)]
        for method in "HEAD", "GET":
            self._ask(measured, f"{method} by tag", paths, method)

    def _pages(self, measured):
        self._ask(measured, f"page of {PAGE} repositories",
                  [f"/v2/_catalog?n={PAGE}&last={image.repository}" for image in some(self.stock.pushed)])
        self._ask(measured, f"page of {PAGE} tags",
                  [f"/v2/{MANY}/tags/list?n={PAGE}&last={image.tag}" for image in some(self.stock.pushed) if image.repository == MANY])

    def _ask(self, measured, what, paths, method="GET"):
        asked = {"clients": CLIENTS, "method": method, "accept": MANIFEST_TYPE}
        load.ask(self.larder.url, paths, times=BEFORE, **asked)
        before = self.larder.process.cpu()
        came = load.ask(self.larder.url, paths, times=TIMES, **asked)
        measured.add(self.name, what, "CPU µs", (self.larder.process.cpu() - before) / came["requests"] * 1e6)
        for quantile in "p50", "p99":
            measured.add(self.name, f"{what}, {quantile}", "ms", came[quantile] * 1000)

    def _figures(self, measured):
        """What says how Larder is: `larder status` costs the command and the server."""
        before = self.larder.process.cpu()
        for _ in range(SCRAPES):
            check_equal(web.ask("GET", f"{self.larder.url}/metrics").status, 200, "status of /metrics")
        after = self.larder.process.cpu()
        measured.add(self.name, "/metrics", "CPU ms", (after - before) / SCRAPES * 1e3)
        command = cost([LARDER, "status", "--data", self.larder.data])
        measured.add(self.name, "larder status", "CPU s", command + self.larder.process.cpu() - after)
        measured.add(self.name, "memory after the load", "MB", self.larder.process.memory())

    def _eviction(self, measured, missing, room):
        images, begun, before = self.stock.mirrored_images(), time.monotonic(), self.larder.process.cpu()
        check_equal(web.ask("GET", self.larder.blob(missing)).status, 200, "status of what isn't here")
        programs.wait_until(lambda: self.stock.mirrored_bytes() <= room * ENOUGH, "there is room again", seconds=120)
        gone = images - self.stock.mirrored_images()
        measured.add(self.name, "eviction of an image", "CPU ms", (self.larder.process.cpu() - before) / gone * 1e3)
        measured.add(self.name, "eviction of an image", "ms", (time.monotonic() - begun) / gone * 1e3)
        measured.add(self.name, "memory after the evictions", "MB", self.larder.process.memory())
