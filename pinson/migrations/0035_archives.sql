-- Archives: all that an account holds, in one file, made when its owner asks.
-- Expand only: the running version ignores it. Cost: an empty table.

-- domain/archives. One an account at a time. made_at: NULL while it is being made. key: a file by key (lib/blobs),
-- which is not served to anybody but its owner
CREATE TABLE archives (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    made_at INTEGER,
    key TEXT,
    size INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX archives_asked ON archives (asked_at);
