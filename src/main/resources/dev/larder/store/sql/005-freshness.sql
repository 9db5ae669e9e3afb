-- When the upstream last said so, in milliseconds since 1970. When that was of what is here already,
-- nobody has noted: it counts from this step, {now}, on.
ALTER TABLE tags ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;
UPDATE tags SET checked_at = {now};
