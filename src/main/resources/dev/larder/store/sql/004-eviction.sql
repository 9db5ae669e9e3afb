-- When something mirrored was last of use, in milliseconds since 1970, if it can be evicted by
-- itself: a manifest, or a blob that no manifest of its repository refers to. NULL for other blobs,
-- which go with their manifests, and for all that is hosted.
ALTER TABLE repository_manifests ADD COLUMN last_use INTEGER;
UPDATE repository_manifests
SET last_use = MAX(used_at, COALESCE(pulled_at, 0), COALESCE(
  (SELECT MAX(t.pulled_at) FROM tags t
   WHERE t.repository_id = repository_manifests.repository_id
     AND t.digest = repository_manifests.digest), 0))
WHERE repository_id IN (SELECT id FROM repositories WHERE upstream <> '');
CREATE INDEX repository_manifests_by_last_use ON repository_manifests (last_use, digest)
  WHERE last_use IS NOT NULL;

ALTER TABLE repository_blobs ADD COLUMN last_use INTEGER;
UPDATE repository_blobs SET last_use = used_at
WHERE repository_id IN (SELECT id FROM repositories WHERE upstream <> '')
  AND NOT EXISTS (SELECT 1 FROM manifest_references r
    WHERE r.repository_id = repository_blobs.repository_id AND r.digest = repository_blobs.digest);
CREATE INDEX repository_blobs_by_last_use ON repository_blobs (last_use, digest)
  WHERE last_use IS NOT NULL;

-- What stays however long nobody asks for it: a manifest of a mirrored repository by a tag or by
-- its digest, and what it lists. It needn't be there.
CREATE TABLE pins (
  repository_id INTEGER NOT NULL REFERENCES repositories (id),
  reference TEXT NOT NULL,
  PRIMARY KEY (repository_id, reference)
);

-- Sums that would take too long to make each time: 'mirrored', the bytes of the blobs that mirrored
-- repositories have and no hosted one; 'documents', those of the table of that name.
CREATE TABLE totals (
  name TEXT NOT NULL PRIMARY KEY,
  bytes INTEGER NOT NULL
);
INSERT INTO totals (name, bytes)
SELECT 'mirrored', COALESCE(SUM(d.size), 0) FROM
  (SELECT MAX(b.size) AS size FROM repository_blobs b JOIN repositories p ON p.id = b.repository_id
   GROUP BY b.digest HAVING MIN(p.upstream) <> '') d;
INSERT INTO totals (name, bytes)
SELECT 'documents', COALESCE(SUM(LENGTH(content)), 0) FROM documents;

-- When the answer came, in the same milliseconds. When that was of what is here already, nobody has
-- noted: it counts from this step, {now}, on.
ALTER TABLE documents ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET kept_at = {now};
CREATE INDEX documents_by_age ON documents (kept_at);
