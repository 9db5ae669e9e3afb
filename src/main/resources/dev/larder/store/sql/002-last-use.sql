-- When what nothing refers to was last of use, in milliseconds since 1970: when it came, when a
-- client was told that it is here, or when the last thing that referred to it went. Of what is
-- referred to, the column says nothing. {now} is the time of this step: what is here already gets
-- a whole grace period.
ALTER TABLE repository_blobs ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE repository_blobs SET used_at = {now};
ALTER TABLE repository_manifests ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE repository_manifests SET used_at = {now};

-- When what is done from time to time was last done, in the same milliseconds.
CREATE TABLE upkeep (
  task TEXT NOT NULL PRIMARY KEY,
  done_at INTEGER NOT NULL
);
