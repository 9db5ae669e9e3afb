"""`larder events -f` tells what containerd pulls, what is fetched for it to the byte, what skopeo pushes and what is deleted, as it happens; a
reader that stands still costs nobody anything and is told what it has missed. Webhooks are, field by field, those that Debian's
docker-registry sends for the same clients by the same configuration; they come late rather than not at all."""

import http.client
import json
import os
import signal
import time

from lab import clients, containerd, programs, web
from lab.larder import LAUNCHER
from lab.programs import run, wait_until
from lab.report import check, check_equal, say

PORT = 5000
REGISTRY = f"localhost:{PORT}"
URL = f"http://127.0.0.1:{PORT}"
ENVELOPE = "application/vnd.docker.distribution.events.v1+json"
# Twice as many as are kept, and more than fit on the way to a reader beside them.
MANY = 20000


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, login=lab.login())
    larder.start()
    followed = Followed(lab, larder)
    what_happens(lab, larder, (docker_io, quay_io), followed)
    a_reader_that_stands_still(lab, larder, followed)
    followed.close()
    larder.stop()
    webhooks_are_docker_registrys(lab)


class Followed:
    """A command that follows events, and what it has printed."""

    def __init__(self, lab, larder, *arguments):
        self.log = lab.client_folder("events").with_suffix(".log")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._server = programs.Server("larder events", [LAUNCHER, "events", "-f", "-o", "json", *arguments, "--config", larder.configuration], self.log)
        # It follows from some moment on: until then, what happens isn't seen.
        image = lab.image("quay.io/e2e/pair")
        self._server.wait_until(lambda: larder.manifest(image, method="HEAD") and self.log.stat().st_size > 0)
        last = {"User-Agent": f"begins {self.log.name}", "Accept": web.MANIFEST_TYPES}
        web.ask("HEAD", f"{larder.url}/v2/quay.io/{image.repository}/manifests/{image.tag}", last)
        wait_until(lambda: self._place(last["User-Agent"]), "the last request before the beginning is told")
        self.begun = self._place(last["User-Agent"])

    def _place(self, agent):
        """The place after the event of a client; 0 where there is none."""
        return next((place for place, event in enumerate(self.events(), 1) if event.get("userAgent") == agent), 0)

    @property
    def pid(self):
        return self._server.pid

    def events(self):
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def since_begun(self, **fields):
        return [event for event in self.events()[self.begun:] if all(event.get(name) == value for name, value in fields.items())]

    def close(self):
        self._server.stop()


def what_happens(lab, larder, upstreams, followed):
    pulled = [image for image in lab.images.values() if image.runnable]
    for upstream in upstreams:
        upstream.proxy.forget()
    node = lab.containerd(containerd.BUILT, "hosts", larder.url)
    for image in pulled:
        node.pull(image.name)
    for image in pulled:
        wait_until(lambda: followed.since_begun(kind="pull", object="manifest", name=image.name), f"the pull of {image} is told")
    for upstream in upstreams:
        sent = {}
        for exchange in upstream.proxy.exchanges("GET .*/(manifests|blobs)/"):
            digest = exchange.path.rpartition("/")[2]
            sent[digest] = sent.get(digest, 0) + (exchange.sent if exchange.status in (200, 206) else 0)
        sent = {digest: size for digest, size in sent.items() if size}

        def told():
            return {event["digest"]: event["bytes"] for event in followed.since_begun(kind="fetch", upstream=upstream.name)}

        wait_until(lambda: told() == sent, f"the fetches from {upstream.name} are told to the byte: {told()} and not {sent}", seconds=10)
        say(f"{len(sent)} fetches from {upstream.name}, {sum(sent.values())} bytes, told to the byte as its proxy has sent them")
    agents = {event["userAgent"] for event in followed.since_begun(kind="pull")}
    check(any(agent.startswith("containerd/") for agent in agents), f"pulls were by {agents}")
    check(all(event["milliseconds"] >= 0 for event in followed.since_begun(kind="fetch")), "fetches took no time")

    run("skopeo", "copy", "--all", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
        f"docker://{larder.url.removeprefix('http://')}/quay.io/e2e/pair:e2e", f"docker://127.0.0.1:{larder.port}/mine:1")
    wait_until(lambda: followed.since_begun(kind="push", name="mine:1"), "the push is told")
    larder.command("rm", "mine:1")
    wait_until(lambda: followed.since_begun(kind="delete", name="mine:1"), "what larder rm has done is told")
    lines = larder.command("events", "--kind", "push,delete", "mine*").splitlines()
    check(lines[-1].split()[1:4] == ["delete", "manifest", "mine:1"], f"the last lines of larder events are {lines[-3:]}")
    check_equal(larder.command("events", "-n", "1", "--kind", "evict"), "", "evictions")
    say("as people see it:\n" + larder.command("events", "-n", "4"))


def a_reader_that_stands_still(lab, larder, followed):
    still = Followed(lab, larder)
    os.killpg(still.pid, signal.SIGSTOP)
    before = len(followed.events())
    image = lab.image("quay.io/e2e/pair")
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", larder.port)
    for _ in range(MANY):
        connection.request("HEAD", f"/v2/quay.io/{image.repository}/manifests/{image.digest}", headers={"Accept": web.MANIFEST_TYPES})
        answer = connection.getresponse()
        answer.read()
        check_equal(answer.status, 200, f"status of {image}")
    seconds = time.monotonic() - begun
    wait_until(lambda: len(followed.events()) - before == MANY, f"the other reader has all {MANY}: it has {len(followed.events()) - before}")
    check(not any("missed" in event for event in followed.events()), "the other reader has missed some")
    os.killpg(still.pid, signal.SIGCONT)
    wait_until(lambda: missed(still) and seen(still) + missed(still) >= MANY, f"it is told what it has missed: {missed(still)} beside {seen(still)}")
    check_equal(seen(still) + missed(still), MANY, "events that a reader has seen or missed while it stood still")
    say(f"while one reader stood still, {MANY} pulls took {seconds:.1f} s, the other reader got each, and it was told that it has missed {missed(still)}")
    still.close()


def missed(followed):
    return sum(event.get("missed", 0) for event in followed.events())


def seen(followed):
    return len(followed.since_begun(kind="pull"))


def webhooks_are_docker_registrys(lab):
    plain = lab.plain_registry("docker.io").url.removeprefix("http://")
    tools = lab.containers(clients.registries_conf(REGISTRY, []))
    told = {}
    for name, command in ("docker-registry", ["docker-registry"]), ("larder", [LAUNCHER]):
        receiver = lab.webhooks()
        receiver.refusals = 3
        folder = lab.folder / name
        folder.mkdir()
        file = folder / "config.yml"
        file.write_text(f"""version: 0.1
log: {{level: info, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/root}}, delete: {{enabled: true}}}}
http: {{addr: '127.0.0.1:{PORT}'}}
notifications:
  endpoints:
    - name: listener
      url: {receiver.url}
      headers: {{X-Secret: [hush-hush]}}
      timeout: 5s
      threshold: 2
      backoff: 100ms
      ignoredmediatypes: [application/vnd.docker.container.image.v1+json]
""")
        server = programs.Server(name, [*command, "serve", file], folder / "registry.log")
        server.wait_until(lambda: programs.listens(PORT) and web.serves(REGISTRY))
        clients_work(lab, tools, plain)
        wait_until(lambda: any(event["action"] == "delete" for event in receiver.events()), f"{name} has told the deletion")
        server.stop()
        check_equal(receiver.refused, 3, f"posts of {name}'s that were refused, and came again")
        for headers, envelope in receiver.posts():
            check_equal((headers["Content-Type"], headers["X-Secret"]), (ENVELOPE, "hush-hush"), f"headers of {name}'s posts")
        check(name != "larder" or "hush-hush" not in (folder / "registry.log").read_text(), "larder's log has a secret")
        told[name] = receiver.events()
        say(f"{name} told {len(told[name])} events")
    ours, theirs = ([comparable(event) for event in told[name] if is_of_both(event)] for name in ("larder", "docker-registry"))
    for event in told["larder"]:
        check(event["id"] and event["request"]["id"] and event["source"]["addr"].endswith(f":{PORT}") and event["source"]["instanceID"],
              f"an event lacks what tells it from others: {event}")
    only_ours = [event for event in ours if event not in theirs]
    only_theirs = [event for event in theirs if event not in ours]
    check_equal((only_ours, only_theirs), ([], []), "events that only larder, and that only docker-registry has told")
    check_equal(len(ours), len(theirs), "how many events were told")
    say(f"field by field they are the same: {', '.join(sorted({event['action'] for event in ours}))}")


def clients_work(lab, tools, plain):
    busybox, pair = lab.image("docker.io/library/busybox"), lab.image("docker.io/e2e/pair")
    for image, name in (busybox, "app:1"), (pair, "team/pair:2"):
        tools.skopeo("copy", "--all", "--quiet", "--src-tls-verify=false", f"docker://{plain}/{image.repository}:{image.tag}", f"docker://{REGISTRY}/{name}")
    run("crane", "validate", "--remote", f"{REGISTRY}/team/pair:2")
    digest = next(iter(busybox.blobs))
    mounted = web.ask("POST", f"{URL}/v2/other/blobs/uploads/?mount={digest}&from=app", {"Content-Length": "0", "User-Agent": "e2e"})
    check_equal(mounted.status, 201, "status of a mount")
    deleted = web.ask("DELETE", f"{URL}/v2/app/manifests/{busybox.digest}", {"User-Agent": "e2e"})
    check_equal(deleted.status, 202, "status of a deletion")


def is_of_both(event):
    """For docker-registry a look at a blob by HEAD is a pull, and the tags of a manifest that is deleted are deleted each by itself."""
    looked = event["request"]["method"] == "HEAD" and event["target"].get("mediaType") == "application/octet-stream"
    return not looked and not (event["action"] == "delete" and "tag" in event["target"])


def comparable(event):
    """What two registries say of the same in common: not when, and not which of them it was."""
    event = json.loads(json.dumps(event))
    for key in "id", "timestamp", "source":
        event.pop(key)
    for key in "id", "addr":
        event["request"].pop(key)
    return event
