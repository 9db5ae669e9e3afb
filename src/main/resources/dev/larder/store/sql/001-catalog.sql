-- Who refers to what. For PostgreSQL the types alone would differ: BYTEA for BLOB, BIGINT for
-- INTEGER (an identity for repositories.id), and COLLATE "C" for the names, which are paged
-- through in the order of their bytes.

-- upstream is '' for a hosted repository.
CREATE TABLE repositories (
  id INTEGER PRIMARY KEY,
  upstream TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (upstream, name)
);

-- The bytes of each manifest, once. It goes with the last repository that has it.
CREATE TABLE manifests (
  digest TEXT NOT NULL PRIMARY KEY,
  content BLOB NOT NULL
);

-- The media type belongs to the repository: the same bytes may have come under two, and what one
-- person pushes must not change what another repository serves.
CREATE TABLE repository_manifests (
  repository_id INTEGER NOT NULL REFERENCES repositories (id),
  digest TEXT NOT NULL REFERENCES manifests (digest),
  media_type TEXT NOT NULL,
  PRIMARY KEY (repository_id, digest)
);
CREATE INDEX repository_manifests_by_digest ON repository_manifests (digest);

CREATE TABLE tags (
  repository_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (repository_id, name),
  FOREIGN KEY (repository_id, digest)
    REFERENCES repository_manifests (repository_id, digest) ON DELETE CASCADE
);
CREATE INDEX tags_by_digest ON tags (repository_id, digest);

-- What a manifest says of the blobs and manifests that it refers to, as understood by the media
-- type that it has in that repository.
CREATE TABLE manifest_references (
  repository_id INTEGER NOT NULL,
  digest TEXT NOT NULL,
  manifest TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (repository_id, digest, manifest),
  FOREIGN KEY (repository_id, manifest)
    REFERENCES repository_manifests (repository_id, digest) ON DELETE CASCADE
);
CREATE INDEX manifest_references_by_manifest ON manifest_references (repository_id, manifest);

-- The manifests that have a subject. annotations is a JSON object of strings.
CREATE TABLE referrers (
  repository_id INTEGER NOT NULL,
  subject TEXT NOT NULL,
  manifest TEXT NOT NULL,
  artifact_type TEXT,
  annotations TEXT NOT NULL,
  PRIMARY KEY (repository_id, subject, manifest),
  FOREIGN KEY (repository_id, manifest)
    REFERENCES repository_manifests (repository_id, digest) ON DELETE CASCADE
);
CREATE INDEX referrers_by_manifest ON referrers (repository_id, manifest);

-- The blobs that a repository may serve.
CREATE TABLE repository_blobs (
  repository_id INTEGER NOT NULL REFERENCES repositories (id),
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (repository_id, digest)
);
CREATE INDEX repository_blobs_by_digest ON repository_blobs (digest);

-- The last good answers of upstreams that are neither manifest nor blob.
CREATE TABLE documents (
  repository_id INTEGER NOT NULL REFERENCES repositories (id),
  document_key TEXT NOT NULL,
  content BLOB NOT NULL,
  next_query TEXT,
  PRIMARY KEY (repository_id, document_key)
);
