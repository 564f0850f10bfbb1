-- What the server says of itself: rules, a long description, terms, announcements; and the emojis it offers.
-- Expand only: the running version knows none of it. Cost: empty tables.

-- domain/instance. position: their order; translations: JSON, by language
CREATE TABLE rules (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    hint TEXT NOT NULL,
    translations TEXT NOT NULL
);
-- one row at most
CREATE TABLE extended_descriptions (
    text TEXT NOT NULL,
    updated_at INTEGER NOT NULL
);
-- effective_at: the beginning of the day (UTC) from which they are in force
CREATE TABLE terms (
    effective_at INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    published_at INTEGER NOT NULL
);
-- starts_at, ends_at: what it is about happens then; all_day: they are the first and the last day (UTC)
CREATE TABLE announcements (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    starts_at INTEGER,
    ends_at INTEGER,
    all_day INTEGER NOT NULL,
    published_at INTEGER NOT NULL
);
-- dismissals and reactions may be many: a reaction to the fact deletes them after their announcement, in steps
CREATE TABLE announcement_dismissals (
    announcement_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (announcement_id, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_dismissals_account ON announcement_dismissals (account_id);
-- name: an emoji as it is, or the shortcode of a custom one
CREATE TABLE announcement_reactions (
    announcement_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (announcement_id, account_id, name)
) WITHOUT ROWID;
CREATE INDEX announcement_reactions_account ON announcement_reactions (account_id);
-- derived, in the transaction of the reactions; id: in the order in which they were first given
CREATE TABLE announcement_counts (
    id INTEGER PRIMARY KEY,
    announcement_id INTEGER NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    UNIQUE (announcement_id, name)
);
-- key: its file (lib/blobs)
CREATE TABLE custom_emojis (
    shortcode TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT ''
);
