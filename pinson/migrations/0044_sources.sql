-- Sites whose news become messages of an account by themselves.
-- Expand only: the running version ignores all of it. Cost: empty tables.

-- domain/sources. rules, trouble: JSON. next_at: NULL while it is paused, ended or removed
-- etag, modified, digest: of what was read last. pause: seconds that it asks for. learning: what stands there is not news
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    title TEXT NOT NULL,
    home TEXT NOT NULL,
    rules TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    newest_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    next_at INTEGER,
    looked_at INTEGER,
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    digest BLOB NOT NULL DEFAULT x'',
    pause INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    trouble TEXT,
    learning INTEGER NOT NULL DEFAULT 0,
    removed_at INTEGER
);
CREATE INDEX sources_account ON sources (account_id, id);
CREATE INDEX sources_due ON sources (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sources_removed ON sources (removed_at) WHERE removed_at IS NOT NULL;

-- What was seen there, by names that tell nobody what it was
CREATE TABLE source_keys (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (source_id, key)
) WITHOUT ROWID;

-- What became of what was new. post_id: of the message, or of the draft that waits
CREATE TABLE source_news (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    post_id INTEGER,
    refusal TEXT
);
CREATE INDEX source_news_source ON source_news (source_id, id);
CREATE INDEX source_news_post ON source_news (post_id) WHERE post_id IS NOT NULL;
