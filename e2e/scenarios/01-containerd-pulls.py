"""containerd, the distribution's 1.x and 2.x, pulls every image through Larder by its CRI plugin: with nothing but
certs.d/_default/hosts.toml, and with the old registry.mirrors. The upstream sends each byte once, to the first node."""

from lab import containerd
from lab.report import check_equal, megabytes, say


def scenario(lab):
    docker_io, quay_io = lab.docker_io(), lab.quay_io()
    larder = lab.larder(docker_io, quay_io, login=lab.login())
    say(f"larder serves {larder.start():.1f} s after its start")
    images = [image for image in lab.images.values() if image.runnable]

    for version, folder in containerd.binaries().items():
        for configured_by in "hosts", "mirrors":
            say(f"containerd {version}, configured by {configured_by}")
            node = lab.containerd(folder, configured_by, larder.url)
            for image in images:
                node.check_pulls(image)
                say(f"    pulled, unpacked and ran {image}, {megabytes(image.bytes)}")
            node.close()
            for upstream in docker_io, quay_io:
                say(f"    {upstream.name} was asked for {upstream.proxy.requests_by_kind()}; sent {megabytes(upstream.proxy.sent('/blobs/'))}")

    # Also a layer that both upstreams have: it is downloaded from the first that is asked, and only linked for the other.
    fetched = [exchange for upstream in (docker_io, quay_io) for exchange in upstream.proxy.exchanges("GET .*/blobs/")]
    digests = [exchange.path.rpartition("/")[2] for exchange in fetched]
    check_equal(sorted(digests), sorted(set(digests)), "blobs that the upstreams were asked for")
    say(f"for four nodes the upstreams sent {megabytes(sum(exchange.sent for exchange in fetched))} of blobs, each blob once")
