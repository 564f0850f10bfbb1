-- Blocks, mutes, requests to follow, notes, lists; and what a profile says besides a name and a note.
-- Expand only: the running version ignores all of it. Migrate first, then deploy.
-- Cost: no rewrite of accounts, since the defaults are constant; one index over account_counts.

-- domain/accounts
ALTER TABLE accounts ADD COLUMN hide_collections INTEGER;
ALTER TABLE accounts ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN attribution_domains TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN show_media INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN show_media_replies INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN show_featured INTEGER NOT NULL DEFAULT 1;
-- who agreed to be found, in directories and suggestions
CREATE INDEX accounts_discoverable ON accounts (id)
    WHERE discoverable = 1 AND suspended_at IS NULL AND deleted_at IS NULL;
CREATE INDEX account_counts_followers ON account_counts (followers);
-- how an account posts unless it says otherwise; no row: as everyone does
CREATE TABLE posting_defaults (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private', 'direct')),
    sensitive INTEGER NOT NULL,
    language TEXT,
    quote_policy TEXT NOT NULL CHECK (quote_policy IN ('public', 'followers', 'nobody'))
);

-- domain/relations: between two accounts. account_id is whose decision it is
CREATE TABLE follow_requests (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    boosts INTEGER NOT NULL,
    notify INTEGER NOT NULL,
    languages TEXT,
    UNIQUE (account_id, target_id)
);
CREATE INDEX follow_requests_target ON follow_requests (target_id, id);
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    UNIQUE (account_id, target_id)
);
CREATE INDEX blocks_account ON blocks (account_id, id);
CREATE INDEX blocks_target ON blocks (target_id, account_id);
-- expires_at: null is for ever; one that has expired no longer counts, swept or not
CREATE TABLE mutes (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    notifications INTEGER NOT NULL,
    expires_at INTEGER,
    UNIQUE (account_id, target_id)
);
CREATE INDEX mutes_account ON mutes (account_id, id);
CREATE INDEX mutes_target ON mutes (target_id);
CREATE INDEX mutes_expires ON mutes (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE account_domain_blocks (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    UNIQUE (account_id, domain)
);
CREATE TABLE account_notes (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX account_notes_target ON account_notes (target_id);
CREATE TABLE endorsements (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    UNIQUE (account_id, target_id)
);
CREATE INDEX endorsements_target ON endorsements (target_id);
-- whom an account does not want suggested again
CREATE TABLE dismissals (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX dismissals_target ON dismissals (target_id);

-- domain/relations/lists: timelines that an account puts together; a topic is an account or a hashtag
CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    replies TEXT NOT NULL CHECK (replies IN ('followed', 'list', 'none')),
    exclusive INTEGER NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);
CREATE TABLE list_topics (
    id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    topic_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'tag')),
    UNIQUE (list_id, topic_id)
);
CREATE INDEX list_topics_topic ON list_topics (topic_id);
