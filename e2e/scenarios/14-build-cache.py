"""BuildKit builds on a base image that it pulls through Larder, pushes the image, and keeps its cache in Larder, in both forms that it
has. Another BuildKit, that has nothing, builds from that cache; a third one gets it through a mirror of this Larder."""

import json

from lab.images import GREETING
from lab.programs import require, run
from lab.report import check, check_equal, say

REGISTRY = "localhost:5000"
MIRROR = "localhost:5005"
HOME = "larder.example"
CONTAINERFILE = f"""
FROM docker.io/library/busybox:e2e AS first
RUN ["/bin/sh", "-c", "echo {GREETING} > /greeting"]
FROM docker.io/library/busybox:e2e
COPY --from=first /greeting /greeting
"""

REGISTRIES = f"""
[registry."docker.io"]
  mirrors = ["{REGISTRY}/docker.io"]
[registry."{REGISTRY}"]
  http = true
[registry."{MIRROR}"]
  http = true
"""


def scenario(lab):
    require("buildkitd")
    larder = lab.larder(lab.docker_io(), port=5000)
    larder.start()
    mirror = lab.larder(lab.as_upstream(larder, HOME), port=5005)
    mirror.start()
    context = lab.folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(CONTAINERFILE)
    # An image's manifest with the cache's layers, as it is today, or an index of layers, as it was.
    for form, media_type in ("true", "image.manifest"), ("false", "image.index"):
        cache = f"type=registry,ref={REGISTRY}/cache:{form}"
        said = lab.buildkit(configured).build(context, "--output", f"type=image,name={REGISTRY}/by-buildkit:{form},push=true",
                                   "--export-cache", f"{cache},mode=max,image-manifest={form}")
        check("CACHED" not in said, f"the first build used a cache: {said}")
        run("crane", "validate", "--remote", f"{REGISTRY}/by-buildkit:{form}")
        kept = json.loads(run("crane", "manifest", f"{REGISTRY}/cache:{form}"))["mediaType"]
        check_equal(kept, f"application/vnd.oci.{media_type}.v1+json", "type of the cache's manifest")
        for registry in REGISTRY, f"{MIRROR}/{HOME}":
            said = lab.buildkit(configured).build(context, "--import-cache", f"type=registry,ref={registry}/cache:{form}")
            cached = [line for line in said.splitlines() if line.endswith(" CACHED")]
            check(len(cached) == 2, f"{len(cached)} of two steps came from the cache of {registry}: {said}")
        say(f"BuildKit built, pushed and kept its cache (image-manifest={form}); another took both steps from it, and one through a mirror")


def configured(file):
    return file.read_text() + REGISTRIES
