"""What Larder answers when an upstream is in trouble, and that containerd then gets the image from its `server`.

Each row breaks the upstream docker.io in one way, asks a Larder that has nothing yet for a manifest or a blob of it, and has a
containerd of each version pull the image. Where Larder has no answer, containerd must get one from a second registry.
"""

import concurrent.futures
import dataclasses
import itertools
import time

from lab import containerd
from lab.larder import check_error_body
from lab.report import Failed, check, check_equal, say

# Some rows wait for deadlines, so rows run side by side.
AT_ONCE = 6
# While Larder waits, so do a kubelet's other pulls of the node.
PATIENCE_SECONDS = 120
# docs/answers.md says why each. A 200 is right only when it is cut short.
NOT_TO_BE_HAD = {404}
# The upstream's challenge: it may be had with a secret of the client's own.
CHALLENGED = {401}
NO_MANIFEST = {503}
NO_BLOB = {404}
CUT = {200}
MANIFESTS, MANIFEST_BODIES, BLOBS = "(HEAD|GET) .*/manifests/", "GET .*/manifests/", "GET .*/blobs/"


@dataclasses.dataclass(frozen=True)
class Trouble:
    """One row: which of the upstream's answers is broken and how, and which of Larder's answers are right."""

    name: str
    pattern: str
    fault: dict
    right: set
    ever_after: dict = None
    repository: str = "library/busybox"
    says: str = ""
    # Bytes that were passed on before the trouble was seen can't be taken back: containerd fails, and must succeed next time.
    tainted: bool = False

    def of_blobs(self):
        return self.pattern == BLOBS


TROUBLES = [
    Trouble("manifest never answered", MANIFESTS, {"silent": True}, NO_MANIFEST),
    Trouble("manifest stalls", MANIFEST_BODIES, {"stall": 100}, NO_MANIFEST),
    Trouble("blob never answered", BLOBS, {"silent": True}, NO_BLOB),
    Trouble("blob stalls, and then for good", BLOBS, {"stall": 100_000, "times": 1}, CUT, ever_after={"silent": True}),
    Trouble("manifest absent", MANIFESTS, {"status": 404}, NOT_TO_BE_HAD),
    Trouble("manifest for want of a credential", "", {}, CHALLENGED, repository="private/app", says="UNAUTHORIZED"),
    Trouble("manifest 403", MANIFESTS, {"status": 403}, NOT_TO_BE_HAD),
    Trouble("manifest 429", MANIFESTS, {"status": 429, "headers": {"Retry-After": "60"}}, NO_MANIFEST),
    Trouble("manifest 500", MANIFESTS, {"status": 500}, NO_MANIFEST),
    Trouble("manifest cut", MANIFEST_BODIES, {"cut": 100}, NO_MANIFEST),
    Trouble("manifest of wrong bytes", MANIFEST_BODIES, {"corrupt": True}, NO_MANIFEST),
    Trouble("upstream gone", "gone", {}, NO_MANIFEST),
    Trouble("blob absent", BLOBS, {"status": 404}, NOT_TO_BE_HAD),
    Trouble("blob 403", BLOBS, {"status": 403}, CHALLENGED),
    Trouble("blob 429", BLOBS, {"status": 429, "headers": {"Retry-After": "60"}}, NO_BLOB),
    Trouble("blob 500", BLOBS, {"status": 500}, NO_BLOB),
    Trouble("blob cut, and then always at once", BLOBS, {"cut": 500_000, "times": 1}, CUT, ever_after={"cut": 0}),
    Trouble("blob of wrong bytes", BLOBS, {"corrupt": True}, NO_BLOB | CUT, tainted=True),
]


def scenario(lab):
    fallback = lab.plain_registry("docker.io")
    failed = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as rows:
        running = {rows.submit(row, lab, trouble, fallback): trouble for trouble in TROUBLES}
        for done in concurrent.futures.as_completed(running):
            try:
                for line in done.result():
                    say(line)
            except Failed as failure:
                say(f"{running[done].name}: FAILED: {failure}")
                failed.append(running[done].name)
    check(not failed, f"{len(failed)} of {len(TROUBLES)} rows failed: {', '.join(failed)}")


def row(lab, trouble, fallback):
    """Carries out one row and gives the lines that say what was seen."""
    docker_io = lab.docker_io()
    larder = lab.larder(docker_io)
    larder.start()
    nodes = {version: lab.containerd(folder, "hosts", larder.url, fallback.url) for version, folder in containerd.binaries().items()}
    image = lab.image(f"docker.io/{trouble.repository}")
    if trouble.pattern == "gone":
        docker_io.close()
    elif trouble.fault:
        docker_io.proxy.fault(trouble.pattern, **trouble.fault)
        if trouble.ever_after:
            docker_io.proxy.fault(trouble.pattern, **trouble.ever_after)

    lines = [f"{trouble.name}: larder answers {larders_answer(larder, trouble, image)}"]
    for version, node in nodes.items():
        begun = time.monotonic()
        if trouble.tainted:
            check_refused(node, image)
            lines.append(f"    containerd {version}: refused the wrong bytes")
        else:
            node.check_pulls(image)
            lines.append(f"    containerd {version}: pulled and ran it all the same, in {time.monotonic() - begun:.1f} s")
    if trouble.tainted:
        docker_io.proxy.heal()
        for version, node in nodes.items():
            tries = pull_again(node, image)
            lines.append(f"    containerd {version}: pulled and ran it when the upstream was well again, at try {tries}")
    for node in nodes.values():
        node.close()
    larder.stop()
    return lines


def larders_answer(larder, trouble, image):
    """Asks Larder itself, checks what it answers, and says it in words."""
    begun = time.monotonic()
    largest = max(image.blobs, key=image.blobs.get)
    if trouble.of_blobs():
        check_equal(larder.manifest(image).status, 200, "status for the manifest, which is in no trouble")
        answer = larder.blob(image, largest)
    else:
        answer = larder.manifest(image)
    seconds = time.monotonic() - begun
    check(answer.status in trouble.right, f"larder answered {answer.status}; right were {sorted(trouble.right)}")
    check(seconds < PATIENCE_SECONDS, f"larder took {seconds:.0f} s to end its answer")
    if answer.status == 200:
        check(not answer.whole, f"larder ended its answer as if it were whole: {answer.size} bytes, {answer.digest}")
        return f"200, cut after {answer.size} of {image.blobs[largest]} bytes, after {seconds:.1f} s"
    said = check_error_body(answer, trouble.name)
    check(trouble.says in said, f"larder says {said!r}, and not {trouble.says}")
    return f"{answer.status}, {said!r}, after {seconds:.1f} s"


def pull_again(node, image):
    """Pulls as a kubelet does, which comes back: until containerd has thrown away the wrong bytes that it kept of the pull before,
    which it does at some time after that, it says again what it said then, and asks nobody.
    Gives the number of the try that went well."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    for attempt in itertools.count(1):
        try:
            node.pull(image.name)
            break
        except Failed:
            if time.monotonic() > give_up:
                raise
            time.sleep(1)
    node.check_pulls(image)
    return attempt


def check_refused(node, image):
    try:
        node.pull(image.name)
    except Failed:
        return
    check(False, f"containerd took {image} with wrong bytes")
