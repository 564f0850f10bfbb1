-- domain/alerts: who wants to be reached about what, by which way and how often; and the proof that they asked.
-- A reader has several addresses, each of one channel; an alert is an address that meets a topic.
CREATE TABLE readers (
    id INTEGER PRIMARY KEY,
    account_id INTEGER UNIQUE REFERENCES accounts (id),
    lang TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- minutes of the day in their zone; equal: never quiet
    quiet_from INTEGER NOT NULL,
    quiet_until INTEGER NOT NULL,
    digest_hour INTEGER NOT NULL,
    paused_until INTEGER,
    created_at INTEGER NOT NULL
);
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    reader_id INTEGER NOT NULL REFERENCES readers (id),
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    -- of a browser: its public key and its secret
    keys TEXT NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    -- since when nothing arrives there, and what was said
    lost_at INTEGER,
    lost_why TEXT NOT NULL DEFAULT '',
    -- since when nobody wants anything there: then it is forgotten
    idle_at INTEGER,
    -- when what is held for it is due
    digest_due_at INTEGER,
    UNIQUE (channel, value)
);
CREATE INDEX addresses_of_reader ON addresses (reader_id);
CREATE INDEX addresses_digest ON addresses (digest_due_at) WHERE digest_due_at IS NOT NULL;
CREATE INDEX addresses_idle ON addresses (idle_at) WHERE idle_at IS NOT NULL;
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    kind TEXT NOT NULL,
    topic_id INTEGER NOT NULL,
    -- of the topic only what is under this hashtag too; 0: all
    narrow_id INTEGER NOT NULL DEFAULT 0,
    rhythm TEXT NOT NULL,
    per_week INTEGER,
    asked_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    -- how many were sent in a week, counted since 1970
    week INTEGER NOT NULL DEFAULT 0,
    week_sent INTEGER NOT NULL DEFAULT 0,
    UNIQUE (address_id, topic_id, narrow_id)
);
CREATE INDEX alerts_of_topic ON alerts (topic_id, address_id, id) WHERE confirmed_at IS NOT NULL;
CREATE INDEX alerts_pending ON alerts (asked_at) WHERE confirmed_at IS NULL;
-- what was read before somebody agreed, by its words: a changed one is another
CREATE TABLE wordings (
    id INTEGER PRIMARY KEY,
    lang TEXT NOT NULL,
    text TEXT NOT NULL UNIQUE
);
-- the register: lines are added, confirmed and withdrawn, and removed three years after they were withdrawn
CREATE TABLE consents (
    id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    masked TEXT NOT NULL,
    kind TEXT NOT NULL,
    topic_id INTEGER NOT NULL,
    narrow_id INTEGER NOT NULL,
    -- who writes under the topic, if it is one account's
    account_id INTEGER,
    wording_id INTEGER NOT NULL REFERENCES wordings (id),
    source TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    confirmed_how TEXT NOT NULL DEFAULT '',
    withdrawn_at INTEGER,
    withdrawn_how TEXT NOT NULL DEFAULT ''
);
CREATE INDEX consents_open ON consents (address_id, topic_id, narrow_id) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_fingerprint ON consents (fingerprint);
CREATE INDEX consents_account ON consents (account_id, id);
CREATE INDEX consents_withdrawn ON consents (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
CREATE TABLE confirmations (
    address_id INTEGER PRIMARY KEY REFERENCES addresses (id) ON DELETE CASCADE,
    -- to whom the address will belong
    reader_id INTEGER,
    code BLOB NOT NULL,
    link BLOB NOT NULL UNIQUE,
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL
);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX notes_of_address ON notes (address_id, created_at);
CREATE INDEX notes_created ON notes (created_at);
CREATE TABLE digests (
    id INTEGER PRIMARY KEY,
    address_id INTEGER NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
    made_at INTEGER NOT NULL
);
CREATE INDEX digests_made ON digests (made_at);
CREATE TABLE held (
    address_id INTEGER NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    digest_id INTEGER REFERENCES digests (id) ON DELETE CASCADE,
    PRIMARY KEY (address_id, post_id)
) WITHOUT ROWID;
CREATE INDEX held_of_post ON held (post_id);
CREATE INDEX held_of_digest ON held (digest_id) WHERE digest_id IS NOT NULL;
CREATE TABLE alert_publishers (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    -- sells something: the law asks for more
    commercial INTEGER NOT NULL DEFAULT 0,
    sender TEXT NOT NULL DEFAULT '',
    promise INTEGER,
    -- parts of SMS that may still be sent; NULL: as many as it likes
    credits INTEGER
);
CREATE TABLE spendings (
    day INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    PRIMARY KEY (day, account_id)
) WITHOUT ROWID;
-- what fingerprints and the links in letters are made with
CREATE TABLE alert_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL
);
