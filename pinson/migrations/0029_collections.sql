-- Collections: accounts that somebody recommends. And reports of collections.
-- Expand only: the running version ignores all of it. Migrate first, then deploy.
-- Cost: no rewrite of reports, since the default is constant.

-- domain/relations/collections. language, tag: null if there is none
CREATE TABLE collections (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    language TEXT,
    tag TEXT,
    sensitive INTEGER NOT NULL,
    discoverable INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX collections_account ON collections (account_id, id);
-- at most 25 accepted in a collection; who left it for good keeps a row, so as not to be added again
CREATE TABLE collection_items (
    id INTEGER PRIMARY KEY,
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'revoked', 'cleared')),
    created_at INTEGER NOT NULL,
    UNIQUE (collection_id, account_id)
);
CREATE INDEX collection_items_account ON collection_items (account_id, id);

-- domain/moderation
ALTER TABLE reports ADD COLUMN collection_ids TEXT NOT NULL DEFAULT '[]';
