"""Looks into Larder's data folder from outside: does the catalog name each blob's file, and is there a file for each name?"""

import contextlib
import hashlib
import pathlib
import re
import sqlite3

from .report import check

# docs/architecture.md says what lies where.
BLOB = re.compile(r"blobs/(sha256|sha512)/[0-9a-f]{2}/([0-9a-f]+)")
QUARANTINE = re.compile(r"quarantine/(sha256|sha512)-([0-9a-f]+)")
PARTIAL = re.compile(r"partial/(sha256|sha512)-([0-9a-f]+)")
OF_THE_HOUSE = re.compile(r"larder\.lock|reserve|catalog\.db(-wal|-shm)?")
# SQLite's library and its lock file, of the process that runs now.
NATIVE = re.compile(r"native/sqlite-.*")
NATIVE_FILES = 2


class DataFolder:
    """What is in a data folder now. Larder may be running, and should be idle."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        files = [str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()]
        self.blobs = {_digest(found): found.string for found in map(BLOB.fullmatch, files) if found}
        self.partial = {_digest(found): found.string for found in map(PARTIAL.fullmatch, files) if found}
        native = [name for name in files if NATIVE.fullmatch(name)]
        known = {*self.blobs.values(), *self.partial.values(), *native[:NATIVE_FILES],
                 *filter(QUARANTINE.fullmatch, files)}
        self.unexplained = [name for name in files if name not in known and not OF_THE_HOUSE.fullmatch(name)]
        self.linked, self.wanted = self._catalogued()

    def _catalogued(self):
        """The digests that repositories may serve as blobs, and those that manifests refer to."""
        database = self.folder / "catalog.db"
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as catalog:
            linked = {digest for digest, in catalog.execute("SELECT digest FROM repository_blobs")}
            wanted = {digest for digest, in catalog.execute("SELECT digest FROM manifest_references")}
        return linked, wanted

    def check_no_orphans(self):
        """Every file has a reason to be there, and every blob that the catalog names has its file."""
        check(not self.unexplained, f"files that nothing explains: {self.unexplained}")
        check(self.blobs.keys() <= self.linked, f"blobs that no repository has: {sorted(self.blobs.keys() - self.linked)}")
        check(self.linked <= self.blobs.keys(), f"blobs of repositories that are missing: {sorted(self.linked - self.blobs.keys())}")
        lost = self.partial.keys() - self.wanted
        check(not lost, f"partial files that no manifest asks for: {sorted(lost)}")
        both = self.partial.keys() & self.blobs.keys()
        check(not both, f"partial files of blobs that are whole: {sorted(both)}")

    def check_bytes(self):
        """Every blob's bytes are those of its digest; gives how many bytes there are."""
        total = 0
        for digest, name in self.blobs.items():
            with open(self.folder / name, "rb") as source:
                seen = hashlib.file_digest(source, digest.split(":")[0]).hexdigest()
                total += source.tell()
            check(digest.endswith(seen), f"the file of {digest} has other bytes")
        return total


def _digest(found):
    return f"{found[1]}:{found[2]}"
