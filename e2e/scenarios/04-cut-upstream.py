"""The upstream is cut in mid-layer, three times, and stalls once. No client sees it: one that never retries gets all bytes, and
the upstream has sent hardly more than them."""

import time

from lab import containerd
from lab.programs import run
from lab.report import check, check_equal, megabytes, say

CUTS = 3
ALLOWED = 1.02


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io)
    larder.start()
    for upstream, name, broken in (
        (docker_io, "docker.io/library/debian", {"cut": 17_000_001, "times": CUTS}),
        (quay_io, "quay.io/e2e/zstd", {"stall": 30_000_001, "times": 1}),
    ):
        image = lab.image(name)
        layer = max(image.blobs, key=image.blobs.get)
        fault = upstream.proxy.fault(f"GET .*/blobs/{layer}", **broken)
        begun = time.monotonic()
        check_equal(larder.manifest(image).status, 200, f"status of the manifest of {image}")
        url = f"{larder.url}/v2/{image.repository}/blobs/{layer}?ns={image.upstream}"
        seen = run("bash", "-c", f"set -o pipefail; curl --silent --show-error --fail '{url}' | sha256sum").split()[0]
        seconds = time.monotonic() - begun
        sent, wanted = upstream.proxy.sent(f"GET .*/blobs/{layer}"), image.blobs[layer]
        for exchange in upstream.proxy.exchanges(f"GET .*/blobs/{layer}"):
            say(f"    {exchange}")
        say(f"{image}: curl got {megabytes(wanted)} in {seconds:.1f} s; the upstream sent {sent / wanted:.3f} times that")
        check_equal(fault.struck, broken["times"], f"how often the upstream of {image} broke")
        check_equal(f"sha256:{seen}", layer, f"digest of what curl got of {image}")
        check(sent <= ALLOWED * wanted, f"the upstream of {image} sent {sent} bytes for a layer of {wanted}")

    for version, folder in containerd.binaries().items():
        node = lab.containerd(folder, "hosts", larder.url)
        for name in "docker.io/library/debian", "quay.io/e2e/zstd":
            node.check_pulls(lab.image(name))
        say(f"containerd {version} pulled and ran both images")
