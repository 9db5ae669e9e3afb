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
