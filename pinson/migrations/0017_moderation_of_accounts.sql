-- What people report, and what moderators decide about an account.
-- Expand only: the running version ignores it. Cost: empty tables.

-- domain/moderation. account_id: who reports; target_id: whom. post_ids, rule_ids: JSON, those gone since included.
-- assigned_to: who looks into it; resolved_at, resolved_by: NULL while it is open
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    target_id INTEGER NOT NULL REFERENCES accounts (id),
    category TEXT NOT NULL CHECK (category IN ('spam', 'legal', 'violation', 'other')),
    comment TEXT NOT NULL,
    post_ids TEXT NOT NULL,
    rule_ids TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    assigned_to INTEGER,
    resolved_at INTEGER,
    resolved_by INTEGER
);
CREATE INDEX reports_account ON reports (account_id, id);
CREATE INDEX reports_target ON reports (target_id, id);
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
CREATE INDEX reports_resolved ON reports (resolved_at) WHERE resolved_at IS NOT NULL;
-- decisions about an account, as its owner is told. by_id: the account that decided; it may be gone
CREATE TABLE strikes (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    by_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('none', 'sensitive', 'disable', 'silence', 'suspend')),
    text TEXT NOT NULL,
    report_id INTEGER,
    post_ids TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX strikes_account ON strikes (account_id, id);
