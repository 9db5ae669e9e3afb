"""A data folder with many images, written into the catalog's file as it lies on the disk: pushing them would take hours."""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import random
import sqlite3
import time

from .content import MANIFEST_TYPE
from .contenders import UPSTREAM

BLOBS_AN_IMAGE = 10
TAGS_A_REPOSITORY = 2
BLOB = 1_000_000
# A file system gives a file no more than some ten thousand names.
NAMES_A_FILE = 50_000
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
# A repository whose tags are a fifth of the pushed images.
MANY = "many"
# How much of its room the cache has when a round of eviction begins, and when it ends.
FULL, ENOUGH = 0.96, 0.85


@dataclasses.dataclass(frozen=True)
class Image:
    """One image as the catalog's rows have it; `upstream` is empty for a pushed one."""

    number: int
    upstream: str
    repository: str
    tag: str
    size: int
    last_use: int

    def blobs(self):
        return [f"sha256:{hashlib.sha256(f'{self.number} {part}'.encode()).hexdigest()}" for part in range(BLOBS_AN_IMAGE)]

    def manifest(self):
        config, *layers = ('{"mediaType":"%s","digest":"%s","size":%d}' % (LAYER_TYPE if part else CONFIG_TYPE, digest, self.size)
                           for part, digest in enumerate(self.blobs()))
        return f'{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}","config":{config},"layers":[{",".join(layers)}]}}'.encode()


class Stock:
    """Images in a data folder that Larder has made and doesn't serve: half of them pushed, half mirrored; and groups of mirrored ones
    that were used least recently, of which each is as large as what one round of eviction frees.

    Every blob has a file, so that who walks the folder walks it. These are names of a few small files: their bytes aren't those of their
    digests, and aren't asked for."""

    def __init__(self, data, images, groups, group_size):
        self.data = pathlib.Path(data)
        self._images = [self._image(number) for number in range(images)]
        self.pushed = [image for image in self._images if not image.upstream]
        self.mirrored = [image for image in self._images if image.upstream]
        self._old = self._least_recently_used(groups, group_size)
        self._fill()
        self._link()

    def _image(self, number):
        now = int(time.time() * 1000)
        place = number // 2
        if number % 2:
            return Image(number, UPSTREAM, f"bench/mirrored-{place // TAGS_A_REPOSITORY:06}", f"v{place % TAGS_A_REPOSITORY}", BLOB, now)
        if place % 5 == 0:
            return Image(number, "", MANY, f"v{place:06}", BLOB, now)
        return Image(number, "", f"team/pushed-{place // TAGS_A_REPOSITORY:06}", f"v{place % TAGS_A_REPOSITORY}", BLOB, now)

    def _least_recently_used(self, groups, group_size):
        """The last of the groups is evicted first."""
        left, images, number = sum(image.size for image in self.mirrored) * BLOBS_AN_IMAGE, [], len(self._images)
        for group in range(groups):
            size = int(left * (FULL / ENOUGH - 1) / group_size / BLOBS_AN_IMAGE)
            for place in range(group_size):
                images.append(Image(number, UPSTREAM, f"bench/old-{group}-{place:06}", "v0", size, 1_000_000 * (groups - group) + place))
                number += 1
            left += size * group_size * BLOBS_AN_IMAGE
        return images

    def _fill(self):
        everything = self._images + self._old
        manifests = {image.number: image.manifest() for image in everything}
        digests = {number: f"sha256:{hashlib.sha256(content).hexdigest()}" for number, content in manifests.items()}
        repositories = {key: number for number, key in enumerate(dict.fromkeys((image.upstream, image.repository) for image in everything), 1)}
        with self._catalog() as catalog:
            catalog.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000; PRAGMA foreign_keys = OFF; BEGIN;")
            catalog.executemany("INSERT INTO repositories (id, upstream, name) VALUES (?, ?, ?)",
                                ((number, *key) for key, number in repositories.items()))
            catalog.executemany("INSERT INTO manifests (digest, content) VALUES (?, ?)",
                                sorted((digests[number], content) for number, content in manifests.items()))
            rows = [(repositories[image.upstream, image.repository], digests[image.number], image) for image in everything]
            catalog.executemany("INSERT INTO repository_manifests (repository_id, digest, media_type, used_at, last_use) VALUES (?, ?, ?, ?, ?)",
                                ((own, digest, MANIFEST_TYPE, image.last_use, image.last_use if image.upstream else None)
                                 for own, digest, image in rows))
            catalog.executemany("INSERT INTO tags (repository_id, name, digest) VALUES (?, ?, ?)",
                                ((own, image.tag, digest) for own, digest, image in rows))
            catalog.executemany("INSERT INTO manifest_references (repository_id, digest, manifest, media_type, size) VALUES (?, ?, ?, ?, ?)",
                                ((own, blob, digest, LAYER_TYPE, image.size) for own, digest, image in rows for blob in image.blobs()))
            catalog.executemany("INSERT INTO repository_blobs (repository_id, digest, size, used_at) VALUES (?, ?, ?, ?)",
                                ((own, blob, image.size, image.last_use) for own, _, image in rows for blob in image.blobs()))
            pushed, mirrored = (sum(image.size for image in everything if bool(image.upstream) == whether) * BLOBS_AN_IMAGE
                                for whether in (False, True))
            catalog.executemany("UPDATE totals SET bytes = ? WHERE name = ?", ((pushed + mirrored, "blobs"), (mirrored, "mirrored")))
            catalog.executemany("INSERT INTO upstream_totals (upstream, bytes) VALUES (?, ?)", (("", pushed), (UPSTREAM, mirrored)))
            catalog.execute("COMMIT")
            catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _link(self):
        blobs = self.data / "blobs" / "sha256"
        for shard in range(256):
            (blobs / f"{shard:02x}").mkdir(exist_ok=True)
        source = None
        for number, image in enumerate(self._images + self._old):
            if number % (NAMES_A_FILE // BLOBS_AN_IMAGE) == 0:
                source = blobs.parent / "source"
                source.unlink(missing_ok=True)
                source.write_bytes(bytes(1000))
            for digest in image.blobs():
                name = digest.partition(":")[2]
                os.link(source, f"{blobs}/{name[:2]}/{name}")
        source.unlink()

    def mirrored_bytes(self):
        with self._catalog() as catalog:
            return catalog.execute("SELECT bytes FROM totals WHERE name = 'mirrored'").fetchone()[0]

    def mirrored_images(self):
        with self._catalog() as catalog:
            return catalog.execute("SELECT COUNT(*) FROM repository_manifests WHERE last_use IS NOT NULL").fetchone()[0]

    def _catalog(self):
        return contextlib.closing(sqlite3.connect(self.data / "catalog.db", isolation_level=None, timeout=60))


def some(images, number=20_000):
    """Of many, so many at random, or all in another order."""
    return random.sample(images, min(number, len(images)))
