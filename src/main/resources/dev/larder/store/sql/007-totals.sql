-- One more sum: 'blobs', the bytes of all blobs, each counted once.
INSERT INTO totals (name, bytes)
SELECT 'blobs', COALESCE(SUM(size), 0) FROM
  (SELECT MAX(size) AS size FROM repository_blobs GROUP BY digest) d;

-- The bytes of the blobs that the repositories of an upstream have, each counted once for it; of
-- those that hosted repositories have, with ''.
CREATE TABLE upstream_totals (
  upstream TEXT NOT NULL PRIMARY KEY,
  bytes INTEGER NOT NULL
);
INSERT INTO upstream_totals (upstream, bytes)
SELECT d.upstream, SUM(d.size) FROM
  (SELECT p.upstream, MAX(b.size) AS size
   FROM repository_blobs b JOIN repositories p ON p.id = b.repository_id
   GROUP BY p.upstream, b.digest) d
GROUP BY d.upstream;
