"""All upstreams are gone and Larder is started anew: everything that was pulled before still pulls, and says that it may be old."""

import time

from lab import containerd
from lab.programs import run
from lab.report import check, check_equal, say

FRESH_SECONDS = 1


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, fresh_for=f"{FRESH_SECONDS}s", login=lab.login())
    larder.start()
    images = [image for image in lab.images.values() if image.runnable]
    for image in images:
        check_equal(larder.check_serves_whole(image).headers["Larder-Cache"], "miss", f"Larder-Cache of {image} at first")
    noted = lab.image("quay.io/e2e/busybox")
    note, tags = notes(larder, noted), tag_list(larder, noted)
    say(f"pulled {len(images)} images, the tags of {noted.repository} ({', '.join(tags)}), and what refers to it")

    larder.stop()
    docker_io.close()
    quay_io.close()
    time.sleep(FRESH_SECONDS)
    say(f"stopped larder and all upstreams; larder serves again {larder.start():.1f} s after its start")

    for image in images:
        begun = time.monotonic()
        answer = larder.manifest(image)
        seconds = time.monotonic() - begun
        check_equal(answer.status, 200, f"status of {image} without its upstream")
        check_equal(answer.headers["Larder-Cache"], "stale", f"Larder-Cache of {image} without its upstream")
        check((answer.headers["Warning"] or "").startswith(("110", "111", "299")), f"Warning of {image}: {answer.headers['Warning']!r}")
        larder.check_serves_whole(image)
        say(f"{image}: stale, whole; its tag was answered after {seconds:.2f} s")
    check_equal((notes(larder, noted), tag_list(larder, noted)), (note, tags), "referrers and tags without their upstream")
    say("the tags and referrers are answered as before")
    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        for image in images:
            node.check_pulls(image)
        say(f"containerd {version}, new and empty, pulled and ran all {len(images)} images")
    never = lab.image("quay.io/e2e/big")
    check_equal(larder.manifest(never).status, 503, f"status of {never}, which nobody had pulled")


def notes(larder, image):
    return run("curl", "--silent", "--fail", f"{larder.url}/v2/{image.repository}/referrers/{image.digest}?ns={image.upstream}")


def tag_list(larder, image):
    return run("crane", "ls", f"127.0.0.1:{larder.port}/{image.upstream}/{image.repository}").split()
