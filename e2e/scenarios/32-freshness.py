"""How old an answer may be: a digest never asks, a rate limit makes Larder ask less, a dead upstream costs one timeout and not one a
pull, old answers end when `stale-for` says so, `larder refresh` asks at once, and `--offline` asks nobody."""

import json
import re
import time

from lab import containerd
from lab.larder import check_error_body
from lab.programs import CommandFailed, refused, run, wait_until
from lab.report import check, check_equal, say

# Packets to this address go nowhere, and to the other one there is no way at all.
HOLE, NO_ROUTE = "192.0.2.77", "198.51.100.7"
# What Docker Hub answers whoever has used his pulls up.
USED_UP = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600", "docker-ratelimit-source": "203.0.113.9"}
NEARLY = {**USED_UP, "ratelimit-remaining": "7;w=21600"}
# Far below any deadline, far above what an answer takes on a busy machine.
AT_ONCE_SECONDS = 3


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    pinned_never_asks(lab, docker_io, quay_io)
    a_rate_limit(lab, docker_io)
    an_upstream_that_is_not_there(lab, quay_io, HOLE)
    an_upstream_that_is_not_there(lab, quay_io, NO_ROUTE)
    refreshed(lab, docker_io, quay_io)
    offline(lab, docker_io, quay_io)
    too_old(lab, quay_io)


def pinned_never_asks(lab, *upstreams):
    """Even where each tag is asked for each time."""
    larder = lab.larder(*upstreams, fresh_for="0s", login=lab.login())
    larder.start()
    images = [lab.image("docker.io/library/busybox"), lab.image("quay.io/e2e/busybox")]
    for image in images:
        larder.check_serves_whole(image)
    forget(*upstreams)
    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        for image in images:
            name = f"{image.upstream}/{image.repository}@{image.digest}"
            node.pull(name)
            node.check_runs(name)
        say(f"containerd {version} pulled {len(images)} images by their digests; the upstreams were asked {requests(*upstreams)} times")
    check_equal(requests(*upstreams), 0, "requests to the upstreams for what is here, by digest")
    check_equal(larder.manifest(images[1]).headers["Larder-Cache"], "revalidated", "Larder-Cache of the tag")
    check_equal(requests(*upstreams), 1, "requests to the upstreams for a tag")
    larder.stop()


def a_rate_limit(lab, docker_io):
    larder = lab.larder(docker_io, fresh_for="2m", login=lab.login())
    larder.start()
    image = lab.image("docker.io/library/busybox")
    larder.check_serves_whole(image)
    check("rateLimit" not in upstream(larder, "docker.io"), "a rate limit is known of which nobody has told")

    docker_io.proxy.fault(".*/manifests/", headers=NEARLY)
    for _ in range(5):
        check_equal(asked_anew(larder, image).headers["Larder-Cache"], "revalidated", "Larder-Cache of a tag that is asked for anew")
    docker = upstream(larder, "docker.io")
    check_equal({key: docker["rateLimit"][key] for key in ("limit", "remaining", "windowSeconds")},
                {"limit": 100, "remaining": 7, "windowSeconds": 21600}, "the rate limit of docker.io")
    check_equal((docker["freshForSeconds"], docker["stretchedToSeconds"]), (120, 1200), "for how long a tag is fresh, near the limit")
    warned = [line for line in larder_log(larder) if "allows 7 more of 100 pulls" in line]
    check_equal(len(warned), 1, f"warnings of the limit after five answers that tell of it: {warned}")
    say(f"near the limit, the log has once: {warned[0]}")
    docker_io.proxy.heal()
    docker_io.proxy.fault(".*/manifests/", headers={**NEARLY, "ratelimit-remaining": "100;w=21600"})
    asked_anew(larder, image)
    check("stretchedToSeconds" not in upstream(larder, "docker.io"), "the window is stretched though all pulls are left")

    docker_io.proxy.heal()
    docker_io.proxy.fault(".*/manifests/", status=429, headers={**USED_UP, "Retry-After": "3600"})
    docker_io.proxy.forget()
    answer = asked_anew(larder, image)
    check_equal((answer.status, answer.headers["Larder-Cache"]), (200, "stale"), f"answer while {docker_io.name} answers 429")
    for _ in range(20):
        asked_anew(larder, image)
    check_equal(requests(docker_io), 1, "requests to an upstream that wants to be left alone for an hour")
    docker = upstream(larder, "docker.io")
    check_equal(docker["rateLimit"]["remaining"], 0, "pulls that docker.io has left")
    check("answered 429" in docker["leftAlone"]["reason"], f"docker.io is left alone: {docker['leftAlone']}")
    for version, folder in containerd.binaries().items():
        lab.containerd(folder, "hosts", larder.url).check_pulls(image)
        say(f"containerd {version} pulled and ran {image} while docker.io answers 429 to everybody")
    status = larder.command("status")
    check(re.search(r"Rate limit +docker\.io: 0 of 100 pulls left in 6h, as of \d+s ago; its tags are asked for only every 20m", status)
          and re.search(r"Left alone +docker\.io, for another 1\dm: it answered 429", status), f"larder status says {status}")
    say("as people see it:\n" + status + larder.command("get", "upstreams"))
    docker_io.proxy.heal()
    larder.stop()


def an_upstream_that_is_not_there(lab, quay_io, address):
    """The first one may wait for a connection; whoever comes later doesn't, not even when it is time to try again."""
    larder = lab.larder(quay_io, fresh_for="0s")
    larder.start()
    image, never = lab.image("quay.io/e2e/busybox"), lab.image("quay.io/e2e/big")
    larder.check_serves_whole(image)
    larder.stop()
    if address == HOLE:
        run("ip", "link", "add", "hole", "type", "bridge")
        run("ip", "link", "set", "hole", "up")
        run("ip", "address", "add", "192.0.2.1/24", "dev", "hole")
        run("ip", "neighbour", "add", HOLE, "lladdr", "02:00:00:00:00:01", "dev", "hole")
    larder.knows({"quay.io": (f"http://{address}", None)})
    larder.start()

    first, answer = seconds(lambda: larder.manifest(image))
    check_equal((answer.status, answer.headers["Larder-Cache"]), (200, "stale"), f"answer with quay.io at {address}")
    check(first < 15, f"the first question took {first:.2f} s")
    slowest = max(seconds(lambda: larder.manifest(image))[0] for _ in range(200))
    check(slowest < AT_ONCE_SECONDS, f"of 200 more questions, one took {slowest:.2f} s")
    missing, answer = seconds(lambda: larder.manifest(never))
    check_equal(answer.status, 503, f"status of {never}, which isn't here")
    check(missing < AT_ONCE_SECONDS, f"that {never} can't be had was said after {missing:.2f} s")
    pulls = []
    for folder in containerd.binaries().values():
        node = lab.containerd(folder, "hosts", larder.url)
        pulls.append(seconds(lambda: node.pull(image.name))[0])
        node.check_runs(image.name)
    say(f"quay.io at {address}: the first question for a tag took {first * 1000:.0f} ms, the slowest of 200 more {slowest * 1000:.0f} ms, "
        f"containerds' pulls {' and '.join(f'{pull:.2f}' for pull in pulls)} s, what isn't here was said after {missing * 1000:.0f} ms")
    if address == HOLE:
        # Who asks has it tried again when it is time for that; so it is left alone again, and for longer, sooner or later.
        wait_until(lambda: larder.manifest(image).status == 200 and "leftAlone" in upstream(larder, "quay.io"), "quay.io is left alone")
        waits = []

        def tried_again():
            wait, answer = seconds(lambda: larder.manifest(image))
            waits.append(wait)
            return "is being asked again" in answer.headers["Warning"]

        wait_until(tried_again, "quay.io is asked again", seconds=60)
        check(max(waits) < AT_ONCE_SECONDS, f"until it was asked again, somebody waited for {max(waits):.2f} s")
        say(f"it was tried again, and of {len(waits)} who asked meanwhile the slowest waited for {max(waits) * 1000:.0f} ms")
    larder.stop()


def refreshed(lab, docker_io, quay_io):
    """A registry whose tag moves, and clients that see it when Larder is told to ask."""
    registry = lab.empty_registry("apps.example")
    where = registry.url.removeprefix("http://")
    larder = lab.larder(docker_io, quay_io, registry, fresh_for="1h", login=lab.login())
    larder.start()
    old, new = lab.image("docker.io/library/busybox"), lab.image("quay.io/e2e/busybox")
    for image, tag in (old, "1"), (new, "2"):
        run("crane", "copy", "--insecure", f"127.0.0.1:{larder.port}/{image}", f"{where}/team/app:{tag}")
    nodes = [lab.containerd(folder, "hosts", larder.url) for folder in containerd.binaries().values()]
    name = "apps.example/team/app:1"
    for node in nodes:
        check_pulls(node, name, old)
    run("crane", "tag", "--insecure", f"{where}/team/app:2", "1")
    for node in nodes:
        check_pulls(node, name, old)
    say(f"{name} has moved; for an hour nobody would know")
    said = larder.command("refresh", name)
    check(re.search(rf"{name} +changed +{old.digest[:19]} +{new.digest[:19]}", said), f"larder refresh says {said}")
    for node in nodes:
        check_pulls(node, name, new)
    say(f"after larder refresh, containerds have the new image:\n{said}")

    # By a name that isn't here, too: who has asked too early needn't wait until that is forgotten.
    check_equal(larder.manifest(old, "3").status, 404, "status of a tag that isn't there")
    result = json.loads(larder.command("refresh", "apps.example/team/app:2", "apps.example/team/app", "-o", "json"))["images"]
    check_equal([(image["name"], image["state"]) for image in result],
                [("apps.example/team/app:2", "new"), (name, "unchanged")], "what larder refresh says")
    run("crane", "delete", "--insecure", f"{where}/team/app@{new.digest}")
    result = {image["name"]: image for image in json.loads(larder.command("refresh", "--all", "-o", "json"))["images"]}
    check_equal({name: image["state"] for name, image in result.items()},
                {name: "gone", "apps.example/team/app:2": "gone", old.name: "unchanged", new.name: "unchanged"}, "what larder refresh --all says")
    refused("a refresh of what has gone", lambda: larder.command("refresh", name))
    quay_io.proxy.fault(".*/manifests/", status=500)
    refused("a refresh of what can't be asked for", lambda: larder.command("refresh", new.name))
    quay_io.proxy.heal()
    refused("a refresh of a digest", lambda: larder.command("refresh", f"quay.io/{new.repository}@{new.digest}"))
    larder.stop()


def offline(lab, docker_io, quay_io):
    larder = lab.larder(docker_io, quay_io, fresh_for="0s", login=lab.login(), of_upstreams={"stale-for": "0s"})
    larder.start()
    images = [lab.image("docker.io/library/busybox"), lab.image("quay.io/e2e/busybox")]
    never = lab.image("quay.io/e2e/pair")
    for image in images:
        larder.check_serves_whole(image)
    larder.stop()
    forget(docker_io, quay_io)
    larder.start("--offline")
    check("offline: no upstream is asked" in larder.command("status"), f"larder status says {larder.command('status')}")

    for image in images:
        check_equal(larder.check_serves_whole(image).headers["Larder-Cache"], "stale", f"Larder-Cache of {image}, offline")
    tools = lab.containers("")
    plain = "--src-tls-verify=false"
    for version, folder in containerd.binaries().items():
        # Where there is nobody else to ask, it says what Larder says.
        node = lab.containerd(folder, "hosts", larder.url, fallback=larder.url)
        for image in images:
            node.check_pulls(image)
        took, failure = seconds(lambda: failing(lambda: node.pull(never.name)))
        check("not found" in failure and took < 5, f"containerd {version} says after {took:.1f} s: {failure}")
        say(f"containerd {version} pulled what is here, and after {took:.2f} s said of {never} that it isn't")
        elsewhere = lab.containerd(folder, "hosts", larder.url, fallback=lab.plain_registry("quay.io").url)
        elsewhere.check_pulls(never)
        say(f"containerd {version} got it from where its configuration sends it then")
    where = f"docker://127.0.0.1:{larder.port}"
    tools.skopeo("copy", plain, "--quiet", f"{where}/{images[0]}", f"dir:{lab.folder / 'copied'}")
    took, failure = seconds(lambda: failing(lambda: tools.skopeo("copy", plain, f"{where}/{never}", f"dir:{lab.folder / 'none'}")))
    check("Larder is offline" in failure and took < 5, f"skopeo says after {took:.1f} s: {failure}")
    say(f"skopeo, after {took:.2f} s: {failure.splitlines()[-1][-160:]}")
    took, failure = seconds(lambda: failing(lambda: run("crane", "manifest", f"127.0.0.1:{larder.port}/{never}")))
    check("Larder is offline" in failure and took < 5, f"crane says after {took:.1f} s: {failure}")
    check_error_body(larder.manifest(never), never)
    refused("a refresh", lambda: larder.command("refresh", images[0].name))
    check_equal(requests(docker_io, quay_io), 0, "requests to the upstreams of a Larder that is offline")
    larder.stop()
    larder.start()
    larder.check_serves_whole(never)
    say("started without --offline, it asks again")
    larder.stop()


def too_old(lab, quay_io):
    larder = lab.larder(quay_io, fresh_for="0s", of_upstreams={"stale-for": "15s"})
    larder.start()
    image = lab.image("quay.io/e2e/busybox")
    larder.check_serves_whole(image)
    listed = f"{larder.url}/v2/{image.repository}/tags/list?ns=quay.io"
    run("curl", "--silent", "--fail", listed)
    quay_io.close()
    check_equal(larder.manifest(image).headers["Larder-Cache"], "stale", "Larder-Cache without the upstream")
    check_equal(upstream(larder, "quay.io")["staleForSeconds"], 15, "staleForSeconds of quay.io")
    wait_until(lambda: larder.manifest(image).status == 503, "the last answer has become too old", seconds=60)
    error = check_error_body(larder.manifest(image), image)
    check("is older than stale-for allows" in error, f"the error is {error}")
    wait_until(lambda: run("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", listed) == "503",
               "the list of tags has become too old")
    larder.kill()
    larder.start()
    check_equal(larder.manifest(image).status, 503, "status after kill -9 and a new start")
    check_equal(larder.manifest(image, image.digest).status, 200, "status of the same image by its digest")
    say(f"after stale-for, also after kill -9: {error}")
    larder.stop()
    larder.start("--offline")
    check_equal(larder.manifest(image).status, 200, "status of the same tag, offline")
    larder.stop()


def upstream(larder, name):
    return next(one for one in json.loads(larder.command("get", "upstreams", "-o", "json"))["upstreams"] if one["name"] == name)


def asked_anew(larder, image):
    return larder.manifest(image, headers={"Cache-Control": "no-cache"})


def larder_log(larder):
    return (larder.folder / "larder.log").read_text().splitlines()


def check_pulls(node, name, image):
    containerd.check_pulled(image, name, node.pull(name))


def seconds(action):
    begun = time.monotonic()
    result = action()
    return time.monotonic() - begun, result


def failing(action):
    """What a command says that has to fail."""
    try:
        action()
    except CommandFailed as failure:
        return str(failure)
    check(False, "a command that was to fail didn't")


def requests(*upstreams):
    return sum(len(one.proxy.exchanges()) for one in upstreams)


def forget(*upstreams):
    for one in upstreams:
        one.proxy.forget()
