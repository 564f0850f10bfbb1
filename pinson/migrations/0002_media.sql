-- Pictures, films and sounds that people attach to posts, and the files that no row names (yet, or any more).
-- Expand only: the running version knows neither table. Cost: two empty tables.

-- lib/blobs: files that go at this time unless a row claims them first
CREATE TABLE unclaimed_blobs (
    key TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX unclaimed_blobs_due ON unclaimed_blobs (due_at);

-- domain/media. Files by key: what is shown, its small version, and what was sent, until it is processed.
-- loose_since: when it came to belong to no post; NULL exactly while post_id is not. details is JSON.
-- Rows never go with their account: whoever deletes them gives up the files too.
CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    post_id INTEGER,
    position INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'gifv', 'video', 'audio')),
    state TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
    key TEXT,
    preview_key TEXT,
    upload_key TEXT,
    size INTEGER NOT NULL DEFAULT 0,
    details TEXT NOT NULL DEFAULT '{}',
    description TEXT NOT NULL DEFAULT '',
    focus_x REAL,
    focus_y REAL,
    blurhash TEXT,
    created_at INTEGER NOT NULL,
    loose_since INTEGER
);
CREATE INDEX media_account ON media (account_id, id);
CREATE INDEX media_post ON media (post_id, position) WHERE post_id IS NOT NULL;
CREATE INDEX media_loose ON media (loose_since) WHERE loose_since IS NOT NULL;
