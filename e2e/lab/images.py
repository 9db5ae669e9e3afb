"""Makes the images of the suite, once, with real bytes in every layer, and remembers what is in them.

Everything lies in one folder: each blob and manifest in a file named by its digest, and `images.json` that lists the images.
"""

import dataclasses
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import tarfile

from . import programs
from .debian import root_file_system
from .report import say

DOCKER = "application/vnd.docker."
OCI = "application/vnd.oci."
MANIFEST = {"docker": DOCKER + "distribution.manifest.v2+json", "oci": OCI + "image.manifest.v1+json"}
INDEX = {"docker": DOCKER + "distribution.manifest.list.v2+json", "oci": OCI + "image.index.v1+json"}
CONFIG = {"docker": DOCKER + "container.image.v1+json", "oci": OCI + "image.config.v1+json"}
LAYER = {
    ("docker", "gzip"): DOCKER + "image.rootfs.diff.tar.gzip",
    ("oci", "gzip"): OCI + "image.layer.v1.tar+gzip",
    ("oci", "zstd"): OCI + "image.layer.v1.tar+zstd",
    ("oci", "tar"): OCI + "image.layer.v1.tar",
}
BIG_LAYER_BYTES = 500_000_000
# What a container of any of the runnable images prints.
GREETING = "hello from a layer"


@dataclasses.dataclass(frozen=True)
class Image:
    """An image as an upstream has it: `manifests` are the digests that one platform's pull reads, `blobs` its blobs' sizes."""

    upstream: str
    repository: str
    tag: str
    media_type: str
    digest: str
    manifests: list
    blobs: dict
    runnable: bool

    @property
    def name(self):
        """The reference that people write."""
        return f"{self.upstream}/{self.repository}:{self.tag}"

    @property
    def bytes(self):
        """The bytes of all blobs that one platform's pull moves."""
        return sum(self.blobs.values())

    def __str__(self):
        return self.name


class Content:
    """The folder with everything that was made."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def path(self, digest):
        return self.folder / digest.replace(":", "-")

    def read(self, digest):
        return self.path(digest).read_bytes()

    def images(self):
        """All images, by name."""
        listed = json.loads((self.folder / "images.json").read_text())
        return {image.name: image for image in (Image(**fields) for fields in listed)}

    def made(self):
        return (self.folder / "images.json").exists()

    def make(self, make_all):
        """Makes every image, by what make_all(Builder) yields; an earlier attempt that did not end is begun anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        images = list(make_all(Builder(self)))
        (self.folder / "images.json").write_text(json.dumps([dataclasses.asdict(image) for image in images], indent=1))


def make_all(builder):
    """The images of docker.io and quay.io."""
    busybox = builder.tar(busybox_files())
    arm = builder.tar({"arch": b"arm64\n"})
    say("making a Debian root file system")
    debian = builder.content.folder / "debian.tar"
    # With enough in it to be about 100 MB when compressed.
    root_file_system(debian, ["ca-certificates", "git", "python3"])
    for upstream, kind, library in ("docker.io", "docker", "library/"), ("quay.io", "oci", "e2e/"):
        small = builder.layer(busybox, kind, "gzip")
        # The same names in both upstreams, and other bytes: whoever mixes the upstreams up is found out.
        mark = builder.layer(builder.tar({f"from-{upstream}": upstream.encode()}), kind, "gzip")
        yield builder.image(upstream, library + "busybox", kind, [small, mark])
        yield builder.index(upstream, "e2e/pair", kind, [
            builder.manifest(kind, "amd64", [small, mark]),
            builder.manifest(kind, "arm64", [small, mark, builder.layer(arm, kind, "gzip")]),
        ])
    say("compressing its layers")
    rootfs = builder.layer(debian, "docker", "gzip")
    small = builder.layer(busybox, "docker", "gzip")
    yield builder.image("docker.io", "library/debian", "docker", [rootfs])
    yield builder.image("docker.io", "private/app", "docker", [small, builder.layer(builder.tar({"secret": b"s\n"}), "docker", "gzip")])
    yield builder.image("quay.io", "e2e/zstd", "oci", [builder.layer(busybox, "oci", "zstd"), builder.layer(debian, "oci", "zstd")])
    debian.unlink()
    say("making a layer of 500 MB")
    yield builder.image("quay.io", "e2e/big", "oci", [builder.random_layer(BIG_LAYER_BYTES)], runnable=False)


class Builder:
    """Makes layers, manifests and images of some content."""

    def __init__(self, content):
        self.content = content
        self._diff_ids = {}

    def add(self, data):
        """Files bytes under their digest and gives (digest, size)."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.content.path(digest).write_bytes(data)
        return digest, len(data)

    def tar(self, files):
        """An uncompressed archive, beside the content, of files given as {name: bytes, or the name that a link leads to}."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, data in sorted(files.items()):
                entry = tarfile.TarInfo(name)
                entry.mode = 0o755
                if isinstance(data, str):
                    entry.type, entry.linkname = tarfile.SYMTYPE, data
                else:
                    entry.size = len(data)
                archive.addfile(entry, None if isinstance(data, str) else io.BytesIO(data))
        digest, _ = self.add(packed.getvalue())
        return self.content.path(digest)

    def layer(self, tar, kind, compression):
        """Compresses an archive into a layer and gives its descriptor."""
        packed = self.content.folder / "layer"
        if compression == "gzip":
            with open(tar, "rb") as source, open(packed, "wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as target:
                shutil.copyfileobj(source, target, 1 << 20)
        else:
            programs.run("zstd", "--quiet", "--force", tar, "-o", packed)
        digest = _digest_of(packed)
        os.replace(packed, self.content.path(digest))
        self._diff_ids[digest] = _digest_of(tar)
        return {"mediaType": LAYER[kind, compression], "digest": digest, "size": self.content.path(digest).stat().st_size}

    def random_layer(self, size):
        """An uncompressed layer with one file of random bytes, which no compression makes smaller."""
        packed = self.content.folder / "layer"
        entry = tarfile.TarInfo("random")
        entry.size = size
        with open(packed, "wb") as archive, open("/dev/urandom", "rb") as noise:
            archive.write(entry.tobuf())
            for _ in range(size // 1_000_000):
                archive.write(noise.read(1_000_000))
            archive.write(bytes(-size % 512 + 1024))
        digest = _digest_of(packed)
        os.replace(packed, self.content.path(digest))
        self._diff_ids[digest] = digest
        return {"mediaType": LAYER["oci", "tar"], "digest": digest, "size": self.content.path(digest).stat().st_size}

    def manifest(self, kind, architecture, layers, command=("/bin/sh", "-c", f"echo {GREETING}")):
        """Files an image manifest and its configuration, with what its containers run; gives its descriptor with the platform, and the blobs that it names."""
        config_digest, config_size = self.add(json.dumps({
            "architecture": architecture,
            "os": "linux",
            "config": {"Cmd": command, "Env": ["PATH=/bin:/usr/bin:/usr/local/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [self._diff_ids[layer["digest"]] for layer in layers]},
            "history": [{"created_by": "e2e"} for _ in layers],
        }).encode())
        body = json.dumps({
            "schemaVersion": 2,
            "mediaType": MANIFEST[kind],
            "config": {"mediaType": CONFIG[kind], "digest": config_digest, "size": config_size},
            "layers": layers,
        }, indent=1).encode()
        digest, size = self.add(body)
        descriptor = {"mediaType": MANIFEST[kind], "digest": digest, "size": size,
                      "platform": {"architecture": architecture, "os": "linux"}}
        return descriptor, {config_digest: config_size} | {layer["digest"]: layer["size"] for layer in layers}

    def image(self, upstream, repository, kind, layers, runnable=True, tag="e2e", **how):
        descriptor, blobs = self.manifest(kind, "amd64", layers, **how)
        return Image(upstream, repository, tag, MANIFEST[kind], descriptor["digest"], [descriptor["digest"]], blobs, runnable)

    def index(self, upstream, repository, kind, platforms):
        """An image of several platforms, of which a pull here reads the first."""
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX[kind],
                           "manifests": [descriptor for descriptor, _ in platforms]}, indent=1).encode()
        digest, _ = self.add(body)
        first, blobs = platforms[0]
        return Image(upstream, repository, "e2e", INDEX[kind], digest, [digest, first["digest"]], blobs, True)


def busybox_files():
    """A shell and its commands, in one program without libraries."""
    binary = pathlib.Path(shutil.which("busybox")).read_bytes()
    return {"bin/busybox": binary, "bin/sh": "busybox", "bin/echo": "busybox", "bin/cat": "busybox"}


def _digest_of(path):
    with open(path, "rb") as source:
        return f"sha256:{hashlib.file_digest(source, 'sha256').hexdigest()}"
