"""What is in the cache already: large blobs, small ones, manifests, slow readers."""

import contextlib

from lab import web
from lab.report import check_equal

from . import load
from .content import MANIFEST_TYPE, MEGABYTE, TAG
from .rows import US, Row, Target, rounds

GIGABYTE = 1000 * MEGABYTE
NGINX, REGISTRY = "nginx", "docker-registry"
# Before it is measured: all of them have run for a while, and code that is compiled as it runs has been.
WARM_UP_TIMES, WARM_UP_SECONDS = 60, 15
SLOW_BYTES_A_SECOND = 40 * MEGABYTE


def large(bench):
    """Blobs of 200 MB."""
    with contextlib.ExitStack() as open_now:
        contenders, _ = bench.contenders(open_now)
        for contender in contenders:
            load.ask(contender.blob(bench.content.large[200]), times=WARM_UP_TIMES)
        for clients, times, nginx, registry in (1, 5, 1.1, 0.6), (8, 1, 0.7, 0.45):
            said = f"200 MB, {clients} client{'s' if clients > 1 else ''}"
            cost = Row("warm blobs", said, "CPU s/GB", (Target(nginx, NGINX), Target(registry, REGISTRY)))
            speed = Row("warm blobs", said, "MB/s", (Target(1, NGINX, least=True), Target(1, REGISTRY, least=True)))

            def measure(contender):
                before = contender.process.cpu()
                came = load.ask(contender.blob(bench.content.large[200]), clients=clients, times=times)
                cost.add(contender.name, (contender.process.cpu() - before) / (came["bytes"] / GIGABYTE))
                speed.add(contender.name, came["bytes"] / MEGABYTE / came["seconds"])

            rounds(bench.rounds, contenders, measure)
            yield cost
            yield speed


def slow(bench):
    """Four readers of 40 MB/s, beside one who takes what comes."""
    with contextlib.ExitStack() as open_now:
        larder = bench.larder(open_now)
        url = larder.blob(bench.content.large[200])
        load.ask(url, times=WARM_UP_TIMES)
        row = Row("slow readers", "4 of 40 MB/s", "CPU s/GB", (Target(1.3, "Larder, one fast"),))

        def measure(how):
            name, asked = how
            before = larder.process.cpu()
            came = load.ask(url, **asked)
            row.add(name, (larder.process.cpu() - before) / (came["bytes"] / GIGABYTE))

        rounds(bench.rounds, [(US, {"clients": 4, "rate": SLOW_BYTES_A_SECOND}), ("Larder, one fast", {"times": 4})], measure)
        yield row


def manifests(bench):
    """A manifest by digest and by tag, by GET and HEAD, from 32 clients; what the upstream is asked meanwhile."""
    with contextlib.ExitStack() as open_now:
        contenders, upstream = bench.contenders(open_now)
        for contender in contenders:
            load.ask(contender.manifest(TAG), accept=MANIFEST_TYPE)
            for reference in TAG, bench.content.manifest:
                load.ask(contender.manifest(reference), clients=32, seconds=WARM_UP_SECONDS, accept=MANIFEST_TYPE)
        for method in "GET", "HEAD":
            for name, reference in ("digest", bench.content.manifest), ("tag", TAG):
                row = Row("warm manifests", f"{method} by {name}", "CPU µs/request", (Target(1.6, NGINX), Target(0.02, REGISTRY)))
                asked = Row("warm manifests", f"{method} by {name}", "upstream requests/1000", (Target(0),))

                def measure(contender):
                    how = {"method": method, "accept": MANIFEST_TYPE}
                    upstream.forget()
                    before = contender.process.cpu()
                    came = load.ask(contender.manifest(reference), clients=32, seconds=3, **how)
                    row.add(contender.name, (contender.process.cpu() - before) / came["requests"] * 1e6)
                    if contender.name != NGINX:
                        asked.add(contender.name, upstream.sent()[0] / came["requests"] * 1000)

                rounds(bench.rounds, contenders, measure)
                yield row
                yield asked


def small(bench):
    """2,000 blobs of 4 KB at random."""
    with contextlib.ExitStack() as open_now:
        contenders, _ = bench.contenders(open_now)
        for contender in contenders:
            for digest in bench.content.small:
                check_equal(web.ask("GET", contender.blob(digest)).status, 200, f"{contender.name} has {digest}")
            load.ask(contender.url, _small(bench, contender), clients=32, seconds=WARM_UP_SECONDS)
        row = Row("small blobs", "2,000 of 4 KB at random", "CPU µs/request", (Target(2, NGINX), Target(0.015, REGISTRY)))

        def measure(contender):
            before = contender.process.cpu()
            came = load.ask(contender.url, _small(bench, contender), clients=32, seconds=3)
            row.add(contender.name, (contender.process.cpu() - before) / came["requests"] * 1e6)

        rounds(bench.rounds, contenders, measure)
        yield row


def _small(bench, contender):
    return [contender.blob(digest).removeprefix(contender.url) for digest in bench.content.small]
