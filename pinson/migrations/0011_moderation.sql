-- Who is kept out, what people report, what moderators did about it, and who invited whom.
-- Expand only: the running version ignores all of it. Cost: empty tables; one null column, without a rewrite.

-- domain/servers: other servers. severity: what becomes of what comes from them and from below their domain
CREATE TABLE server_blocks (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    severity TEXT NOT NULL CHECK (severity IN ('noop', 'silence', 'suspend')),
    reject_media INTEGER NOT NULL,
    reject_reports INTEGER NOT NULL,
    private_comment TEXT,
    public_comment TEXT,
    obfuscate INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE server_allows (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

-- domain/access/blocks: who cannot sign up. day: its beginning, UTC; only the last week is kept
CREATE TABLE email_domain_blocks (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    allow_with_approval INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE email_domain_attempts (
    block_id INTEGER NOT NULL REFERENCES email_domain_blocks (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (block_id, day)
) WITHOUT ROWID;
-- hash: of an address in its canonical form. account_id: the suspended account that is the reason, if one is;
-- it may be deleted since, and the block stays
CREATE TABLE email_blocks (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    account_id INTEGER
);
CREATE INDEX email_blocks_account ON email_blocks (account_id) WHERE account_id IS NOT NULL;
CREATE TABLE network_blocks (
    id INTEGER PRIMARY KEY,
    network TEXT NOT NULL UNIQUE,
    severity TEXT NOT NULL CHECK (severity IN ('sign_up_requires_approval', 'sign_up_block', 'no_access')),
    comment TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
);
CREATE INDEX network_blocks_expires ON network_blocks (expires_at) WHERE expires_at IS NOT NULL;

-- domain/access: whose invitation a user brought
ALTER TABLE users ADD COLUMN invited_by INTEGER;

-- domain/moderation: every decision, by whom and about what, for good. by_id: the account that decided
CREATE TABLE deeds (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL,
    verb TEXT NOT NULL,
    target_id INTEGER NOT NULL,
    label TEXT NOT NULL
);
