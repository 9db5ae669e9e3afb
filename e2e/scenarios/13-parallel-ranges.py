"""containerd 2.x with concurrent_layer_fetch_buffer asks for each layer by many open-ended ranges at once, and leaves each answer
after its part. Two nodes do so for a layer that is not here yet: the upstream sends it once, and what is hosted comes whole too."""

import concurrent.futures
import re

from lab import containerd
from lab.programs import run
from lab.report import check, check_equal, megabytes, say

BUFFER = 1_000_000
AT_ONCE = 8
# Both ways in which the CRI plugin of 2.x pulls: by the transfer service, and by itself.
SETTINGS = {
    "transfer service": f"""
[plugins."io.containerd.transfer.v1.local"]
  max_concurrent_downloads = {AT_ONCE}
  concurrent_layer_fetch_buffer = {BUFFER}
""",
    "local pull": f"""
[plugins."io.containerd.cri.v1.images"]
  use_local_image_pull = true
  max_concurrent_downloads = {AT_ONCE}
  concurrent_layer_fetch_buffer = {BUFFER}
""",
}


def scenario(lab):
    quay_io, docker_io = lab.quay_io(), lab.docker_io()
    larder = lab.larder(docker_io, quay_io, port=5000)
    larder.start()
    for upstream, (way, settings), name in zip((quay_io, docker_io), SETTINGS.items(), ("quay.io/e2e/zstd", "docker.io/library/debian")):
        image = lab.image(name)
        nodes = [lab.containerd(containerd.BUILT, "hosts", larder.url, settings=settings) for _ in range(2)]
        with concurrent.futures.ThreadPoolExecutor(len(nodes)) as at_once:
            list(at_once.map(lambda node: node.check_pulls(image), nodes))
        layer = max(image.blobs, key=image.blobs.get)
        check_asked_in_parts(larder, image, layer, way, len(nodes))
        fetched = upstream.proxy.exchanges(f"GET .*/blobs/{layer}")
        check_equal([exchange.sent for exchange in fetched], [image.blobs[layer]], f"bytes of the layer that {upstream.name} sent, by request")
        sent = upstream.proxy.sent("GET .*/blobs/")
        check_equal(sent, image.bytes, f"bytes of blobs that {upstream.name} sent for {image}")
        say(f"    {upstream.name} sent {megabytes(sent)}, {sent / image.bytes:.2f} times the image")

        hosted = f"localhost:5000/{image.repository}:1"
        run("crane", "copy", f"localhost:5000/{image}", hosted)
        node = lab.containerd(containerd.BUILT, "hosts", larder.url, settings=settings)
        node.pull(hosted)
        node.check_runs(hosted)
        say(f"    pulled and ran {hosted} in the same way")
        for node in (*nodes, node):
            node.close()


def check_asked_in_parts(larder, image, layer, way, nodes):
    """Larder's access log says that the setting had an effect: else this scenario would show nothing."""
    log = (larder.folder / "larder.log").read_text()
    asked = [int(size) for size in re.findall(rf"GET blob \S*@{layer} 206 \w+ (\d+) bytes", log)]
    check(len(asked) >= nodes * image.bytes / BUFFER / 2, f"{way}: {len(asked)} ranges of {layer} were asked for; see the log")
    say(f"containerd, {way}: {nodes} nodes at once pulled and ran {image}, {megabytes(image.bytes)}, its layer in {len(asked)} ranges, "
        f"of which {megabytes(sum(asked))} were sent")
