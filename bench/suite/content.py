"""What is served: an image's manifest and blobs as files, laid out as the distribution API names them, so that nginx is a registry."""

import hashlib
import json
import pathlib
import random
import tarfile

REPOSITORY = "bench/app"
TAG = "1"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
MEGABYTE = 1_000_000
SMALL = 4096
# An image as people pull them: one large layer, some less, under a tag of its own.
IMAGE_TAG = "image"
LAYERS_MEGABYTES = (120, 40, 20, 10, 6, 4)


class Content:
    """Files under `folder`/v2. Their bytes are random, and the same at each run."""

    def __init__(self, folder, small=2000):
        self.folder = pathlib.Path(folder)
        self._repository = self.folder / "v2" / REPOSITORY
        self.blobs = self._repository / "blobs"
        self.manifests = self._repository / "manifests"
        listed = self.folder / "content.json"
        if not listed.exists():
            self.blobs.mkdir(parents=True, exist_ok=True)
            self.manifests.mkdir(exist_ok=True)
            listed.write_text(json.dumps(self._make(small)))
        made = json.loads(listed.read_text())
        # Digests, by size in megabytes; of the small ones, all.
        self.large = {int(size): digest for size, digest in made["large"].items()}
        self.small = made["small"]
        self.manifest = made["manifest"]
        self.image = made["image"]

    def file(self, digest):
        return self.blobs / digest

    def _make(self, small):
        generator = random.Random(1)
        large = {size: self._blob(generator, size * MEGABYTE) for size in (200, 500, 1000, 1500)}
        smalls = [self._blob(generator, SMALL) for _ in range(small)]
        # About as long as a real one: some dozen layers.
        layers = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": SMALL} for digest in smalls[1:12]]
        layers.append(layers[0] | {"digest": large[200], "size": 200 * MEGABYTE})
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": smalls[0], "size": SMALL}
        return {"large": large, "small": smalls, "manifest": self._manifest(TAG, config, layers), "image": self._image(generator)}

    def _image(self, generator):
        """One that can be unpacked; its layers aren't compressed, so that unpacking costs everybody little."""
        layers = [(self._layer(generator, megabytes), megabytes) for megabytes in LAYERS_MEGABYTES]
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                             "rootfs": {"type": "layers", "diff_ids": [digest for digest, _ in layers]}}).encode()
        described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": self._keep([config]), "size": len(config)}
        return self._manifest(IMAGE_TAG, described, [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": self.file(digest).stat().st_size}
            for digest, _ in layers])

    def _layer(self, generator, megabytes):
        """A tar archive with one file."""
        header = tarfile.TarInfo(f"file-{megabytes}")
        header.size = megabytes * MEGABYTE
        padding = bytes(-header.size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)
        pieces = (generator.randbytes(MEGABYTE) for _ in range(megabytes))
        return self._keep([header.tobuf(), *pieces, padding])

    def _manifest(self, tag, config, layers):
        body = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": layers}).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        for reference in tag, digest:
            (self.manifests / reference).write_bytes(body)
        return digest

    def _blob(self, generator, size):
        return self._keep(generator.randbytes(min(MEGABYTE, size - begun)) for begun in range(0, size, MEGABYTE))

    def _keep(self, pieces):
        """Writes a blob of these pieces; gives its digest."""
        making = self.blobs / "making"
        sha256 = hashlib.sha256()
        with open(making, "wb") as file:
            for piece in pieces:
                sha256.update(piece)
                file.write(piece)
        digest = f"sha256:{sha256.hexdigest()}"
        making.rename(self.blobs / digest)
        return digest
