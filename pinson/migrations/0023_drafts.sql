-- Drafts: what somebody began to write on the page for it.
-- Expand only: the running version keeps none. Cost: an empty table.

-- domain/posts/drafts. key: of the page on which it is written; draft: JSON; due_at: when it is to be published;
-- until: it was thrown away, and is forgotten then. The media in it belong to its id meanwhile.
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    draft TEXT NOT NULL,
    due_at INTEGER,
    until INTEGER,
    UNIQUE (account_id, key)
);
CREATE INDEX drafts_until ON drafts (until) WHERE until IS NOT NULL;
