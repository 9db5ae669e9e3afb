"""Eight clients ask for one uncached layer of 500 MB at once. The upstream sends its bytes once; each client gets all of them."""

import concurrent.futures
import time

from lab.programs import run
from lab.report import check, check_equal, megabytes, say

CLIENTS = 8


def scenario(lab):
    quay_io = lab.quay_io()
    larder = lab.larder(quay_io)
    larder.start()
    image = lab.image("quay.io/e2e/big")
    layer = max(image.blobs, key=image.blobs.get)
    check_equal(larder.manifest(image).status, 200, "status of the manifest")

    for expectation in "uncached", "cached":
        quay_io.proxy.forget()
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
            digests = list(clients.map(lambda _: download(larder, image, layer), range(CLIENTS)))
        seconds = time.monotonic() - begun
        sent, wanted = quay_io.proxy.sent("GET .*/blobs/"), image.blobs[layer]
        say(f"{expectation}: {CLIENTS} clients got {megabytes(wanted)} each in {seconds:.1f} s, {megabytes(CLIENTS * wanted / seconds)}/s in all")
        say(f"    the upstream sent {megabytes(sent)}, {sent / wanted:.2f} times the layer, for {quay_io.proxy.requests_by_kind()}")
        check_equal(set(digests), {layer}, "digests of what the clients got")
        check(sent == (wanted if expectation == "uncached" else 0), f"the upstream sent {sent} bytes for a layer of {wanted}, {expectation}")


def download(larder, image, layer):
    url = f"{larder.url}/v2/{image.repository}/blobs/{layer}?ns={image.upstream}"
    return "sha256:" + run("bash", "-c", f"set -o pipefail; curl --silent --show-error --fail '{url}' | sha256sum").split()[0]
