-- How often clients have asked for it by this name, and when last, in milliseconds since 1970.
ALTER TABLE tags ADD COLUMN pulls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tags ADD COLUMN pulled_at INTEGER;
ALTER TABLE repository_manifests ADD COLUMN pulls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE repository_manifests ADD COLUMN pulled_at INTEGER;

-- What was counted on each day, in days since 1970. upstream is '' for what is hosted, and '*' for
-- upstreams that aren't counted by name.
CREATE TABLE day_counts (
  day INTEGER NOT NULL,
  upstream TEXT NOT NULL,
  counted TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (day, upstream, counted)
);

-- With the digest in it, since SQLite prefers an index that has all it reads to one that has all it
-- searches by: without, it read all references of a repository to find those of one manifest.
DROP INDEX manifest_references_by_manifest;
CREATE INDEX manifest_references_by_manifest
  ON manifest_references (repository_id, manifest, digest);
