"""Debian's Prometheus scrapes a Larder that has users, by the project's own scrape configuration: what containerd 1.x and 2.x pull, skopeo
pushes, an upstream that fails, another that throttles and what nobody has are in its metrics to the byte; each query of the dashboard and
each alert's expression is answered, and those alerts fire that should; health follows the store and not the upstreams."""

import base64
import os
import re

from lab import containerd, programs, web
from lab.larder import LAUNCHER
from lab.prometheus import dashboard_queries
from lab.programs import run, wait_until
from lab.report import check, check_equal, megabytes, say

USER, PASSWORD = "prometheus", "correct horse"
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
ANSWERED = (200, 206)


def scenario(lab):
    users = lab.folder / "htpasswd"
    run(LAUNCHER, "user", "add", USER, "--password-stdin", "--htpasswd", users, stdin=PASSWORD + "\n")
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    nobody = f"http://127.0.0.1:{programs.free_port()}/"
    larder = lab.larder(docker_io, quay_io, login=lab.login(), fresh_for="1s", flags=["--htpasswd", users],
                        settings={"notifications": f"{{endpoints: [{{name: away, url: '{nobody}'}}]}}"})
    larder.start()
    who_may_see_metrics(larder)
    prometheus = lab.prometheus(larder, USER, PASSWORD)
    wait_until(lambda: prometheus.value('up{job="larder"}') == 1, "Prometheus reads Larder's metrics")

    served, received = pulls_and_pushes(lab, larder)
    seen = an_absent_one_a_stale_one_and_a_throttled_one(lab, larder, docker_io, quay_io)
    for upstream, more in seen.served.items():
        served[upstream] += more
    agree(prometheus, larder, (docker_io, quay_io), served, received, seen)
    dashboard(prometheus)
    alerts(prometheus, larder)
    health(larder)


def who_may_see_metrics(larder):
    anonymous = web.ask("GET", f"{larder.url}/metrics")
    check_equal(anonymous.status, 401, "status of metrics without a login, where there are users")
    check(b"larder_" not in anonymous.body, f"an anonymous client learns {anonymous.body!r}")
    check_equal(web.ask("GET", f"{larder.url}/metrics", LOGIN).status, 200, "status of metrics with a login")
    for path in "healthz", "readyz":
        check_equal(web.ask("GET", f"{larder.url}/{path}").status, 200, f"status of /{path} without a login")


def pulls_and_pushes(lab, larder):
    """Gives the bytes that clients have got by upstream, and those that were pushed."""
    pulled = [image for image in lab.images.values() if image.runnable]
    nodes = [lab.containerd(folder, "hosts", larder.url) for folder in containerd.binaries().values()]
    served = {"docker.io": 0, "quay.io": 0}
    for node in nodes:
        before = set()
        for image in pulled:
            node.pull(image.name)
            after = set(node.ctr("content", "ls", "--quiet").split())
            served[image.upstream] += sum(lab.content.path(digest).stat().st_size for digest in after - before if lab.content.path(digest).exists())
            before = after
    image = lab.image("docker.io/library/busybox")
    plain = lab.plain_registry("docker.io").url.removeprefix("http://")
    run("skopeo", "copy", "--all", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", f"{USER}:{PASSWORD}",
        f"docker://{plain}/{image.repository}:{image.tag}", f"docker://127.0.0.1:{larder.port}/mine:1")
    received = sum(image.blobs.values()) + sum(len(lab.content.read(digest)) for digest in {image.digest, *image.manifests})
    say(f"{len(nodes)} containerds got {megabytes(sum(served.values()))}, skopeo pushed {megabytes(received)}")
    return served, received


class Seen:
    """What was asked for by hand: answers by their outcome, and the bytes they had by upstream."""

    def __init__(self):
        self.stale = self.absent = self.errors = 0
        self.served = {"docker.io": 0, "quay.io": 0}


def an_absent_one_a_stale_one_and_a_throttled_one(lab, larder, docker_io, quay_io):
    seen = Seen()
    image = lab.image("quay.io/e2e/busybox")
    check_equal(larder.manifest(image, "nobody-has-it").status, 404, "status of a tag that nobody has")
    seen.absent += 1
    quay_io.proxy.fault(".*", status=503)

    def stale():
        answer = larder.manifest(image)
        check_equal((answer.status, answer.digest), (200, image.digest), f"{image} while its upstream fails")
        seen.served["quay.io"] += answer.size
        seen.stale += answer.headers["Larder-Cache"] == "stale"
        return seen.stale > 0

    wait_until(stale, "an answer is stale once its tag isn't fresh any more")
    docker_io.proxy.fault(".*", status=429, headers={"Retry-After": "600", "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "5;w=21600"})
    for _ in range(2):
        check_equal(larder.manifest(lab.image("docker.io/library/busybox"), "not-here").status, 503, "status of a tag of an upstream that throttles")
        seen.errors += 1
    say(f"{seen.absent} absent, {seen.stale} stale, {seen.errors} errors: an upstream failed, another one throttled")
    return seen


def agree(prometheus, larder, upstreams, served, received, seen):
    """What Prometheus has is what was done."""
    wait_until(lambda: prometheus.value('sum(larder_requests_total{outcome="error"})') == seen.errors, "Prometheus has the last request")

    def is_(expression, expected, what):
        wait_until(lambda: prometheus.value(expression) == expected, f"{what}: {expression} is {expected} (it is {prometheus.query(expression)})", seconds=10)

    for upstream in upstreams:
        name = f'upstream="{upstream.name}"'
        sent = sum(exchange.sent for exchange in upstream.proxy.exchanges("GET .*/(manifests|blobs)/") if exchange.status in ANSWERED)
        is_(f"larder_served_bytes_total{{{name}}}", served[upstream.name], f"bytes that clients got of {upstream.name}")
        is_(f"larder_upstream_bytes_total{{{name}}}", sent, f"bytes that {upstream.name} has sent")
        say(f"{upstream.name}: {served[upstream.name]} bytes served, {sent} fetched, to the byte")
    quay = upstreams[1]
    asked = [exchange.status for exchange in quay.proxy.exchanges(CONTENT) if exchange.status]
    for outcome, statuses in ("found", ANSWERED), ("absent", (404,)), ("failed", (503,)):
        is_(f'larder_upstream_requests_total{{upstream="quay.io",outcome="{outcome}"}}', sum(status in statuses for status in asked),
            f"questions to quay.io that were {outcome}")
    is_('larder_upstream_request_seconds_count{upstream="quay.io"}', sum(status != 503 for status in asked), "answers of quay.io in the histogram")
    for outcome, number in ("stale", seen.stale), ("absent", seen.absent):
        is_(f'sum(larder_requests_total{{upstream="quay.io",outcome="{outcome}"}})', number, f"answers that were {outcome}")
    is_('sum(larder_received_bytes_total{upstream=""})', received, "bytes that were pushed")
    is_('larder_upstream_ratelimit_remaining{upstream="docker.io"} / larder_upstream_ratelimit_limit{upstream="docker.io"}', 0.05, "rate limit left")
    is_('larder_upstream_circuit_open{upstream="docker.io"}', 1, "whether docker.io is left alone, as it wants to be")
    is_("larder_fetches_in_progress", 0, "fetches in progress")
    is_("larder_store_bytes", sum(file.stat().st_size for file in (larder.data / "blobs").rglob("*") if file.is_file()), "bytes on the disk")
    disk = os.statvfs(larder.data)
    is_("larder_disk_size_bytes", disk.f_blocks * disk.f_frsize, "size of the disk")
    check(prometheus.value('larder_notification_failures_total{endpoint="away"}') > 0, "attempts to notify somebody who isn't there aren't counted")


CONTENT = "(GET|HEAD) .*/(manifests|blobs)/"


def dashboard(prometheus):
    queries = dashboard_queries()
    for title, query in queries:
        wait_until(lambda: prometheus.query(query), f"the panel \"{title}\" has data for {query}", seconds=15)
    say(f"Prometheus has data for each of the {len(queries)} queries of the dashboard")


def alerts(prometheus, larder):
    for name, (query, _) in prometheus.alerts().items():
        without_limit = re.sub(r"\s*(>|<|==) [0-9.]+$", "", query)
        check(without_limit != query, f"{name} compares nothing: {query}")
        wait_until(lambda: prometheus.query(without_limit), f"{name} has data for {without_limit}", seconds=15)
    expected = {"LarderStaleAnswers", "LarderUpstreamLeftAlone", "LarderRateLimitNear"}
    wait_until(lambda: expected <= active(prometheus), f"{expected} are active: {active(prometheus)}", seconds=15)
    check(not {"LarderDown", "LarderNotificationsDropped"} & active(prometheus), f"nothing else is wrong: {active(prometheus)}")
    say(f"each alert has data; active are {', '.join(sorted(active(prometheus)))}")
    larder.stop()
    wait_until(lambda: "LarderDown" in active(prometheus), "LarderDown is active when Larder is stopped", seconds=15)
    larder.start()


def active(prometheus):
    return {name for name, (_, holds) in prometheus.alerts().items() if holds}


def health(larder):
    """The upstreams are gone, which is no matter; a store that can't be written to any more is."""
    check_equal(web.ask("GET", f"{larder.url}/readyz").body, b"{}", "readiness without upstreams")
    run("mount", "--bind", larder.data, larder.data)
    run("mount", "-o", "remount,bind,ro", larder.data)
    answer = web.ask("GET", f"{larder.url}/readyz")
    check_equal((answer.status, list(answer.json())), (503, ["folder"]), "readiness with a folder that can't be written to")
    check_equal(web.ask("GET", f"{larder.url}/healthz").status, 200, "life with a folder that can't be written to")
    run("umount", larder.data)
    check_equal(web.ask("GET", f"{larder.url}/readyz").status, 200, "readiness when it can be written to again")
    say(f"with a read-only folder: {answer.json()}")
