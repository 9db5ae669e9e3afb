"""BuildKit builds on a base image that it pulls through Larder, pushes the image, and keeps its cache in Larder, in both forms that it
has. Another BuildKit, that has nothing, builds from that cache; a third one gets it through a mirror of this Larder."""

import json

from lab.controlgroup import ControlGroup
from lab.images import GREETING
from lab.programs import Server, require, run
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
        said = BuildKit(lab).build(context, "--output", f"type=image,name={REGISTRY}/by-buildkit:{form},push=true",
                                   "--export-cache", f"{cache},mode=max,image-manifest={form}")
        check("CACHED" not in said, f"the first build used a cache: {said}")
        run("crane", "validate", "--remote", f"{REGISTRY}/by-buildkit:{form}")
        kept = json.loads(run("crane", "manifest", f"{REGISTRY}/cache:{form}"))["mediaType"]
        check_equal(kept, f"application/vnd.oci.{media_type}.v1+json", "type of the cache's manifest")
        for registry in REGISTRY, f"{MIRROR}/{HOME}":
            said = BuildKit(lab).build(context, "--import-cache", f"type=registry,ref={registry}/cache:{form}")
            cached = [line for line in said.splitlines() if line.endswith(" CACHED")]
            check(len(cached) == 2, f"{len(cached)} of two steps came from the cache of {registry}: {said}")
        say(f"BuildKit built, pushed and kept its cache (image-manifest={form}); another took both steps from it, and one through a mirror")


class BuildKit:
    """A build daemon with a folder of its own; it goes to Larder for images of docker.io."""

    def __init__(self, lab):
        self.folder = lab.client_folder("buildkit")
        self.folder.mkdir(parents=True)
        self.address = f"unix://{self.folder}/socket"
        self._control_group = ControlGroup()
        configuration = self.folder / "buildkitd.toml"
        configuration.write_text(f"""root = "{self.folder}/root"
[grpc]
  address = ["{self.address}"]
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  binary = "runc"
  snapshotter = "overlayfs"
  networkMode = "host"
  defaultCgroupParent = "/{self._control_group.name}"
[registry."docker.io"]
  mirrors = ["{REGISTRY}/docker.io"]
[registry."{REGISTRY}"]
  http = true
[registry."{MIRROR}"]
  http = true
""")
        self._server = Server("buildkitd", [require("buildkitd"), "--config", configuration], self.folder / "buildkitd.log")
        lab.callback(self._close)
        self._server.wait_until((self.folder / "socket").exists)

    def build(self, context, *options):
        """Builds a folder and gives what was said of each step."""
        command = f'exec buildctl --addr "{self.address}" build --progress plain --frontend dockerfile.v0 "$@" 2>&1'
        return run("bash", "-c", command, "buildctl", "--local", f"context={context}", "--local", f"dockerfile={context}", *options)

    def _close(self):
        self._server.stop()
        self._control_group.remove()
