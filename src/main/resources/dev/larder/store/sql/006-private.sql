-- 1 for a mirrored repository of which something came by a client's own right.
ALTER TABLE repositories ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
