-- People without an account tell moderators of what is against the law, and are answered.
-- Expand only: the running version ignores the new table, and cannot read a report that nobody with an account made;
-- there are none before the new one serves. Cost: reports are copied once, since a column cannot lose its NOT NULL in
-- place; there are few.

-- domain/moderation. account_id: NULL if whoever reports has no account
CREATE TABLE reports_new (
    id INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES accounts (id),
    target_id INTEGER NOT NULL REFERENCES accounts (id),
    category TEXT NOT NULL CHECK (category IN ('spam', 'legal', 'violation', 'other')),
    comment TEXT NOT NULL,
    post_ids TEXT NOT NULL,
    rule_ids TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    assigned_to INTEGER,
    resolved_at INTEGER,
    resolved_by INTEGER,
    collection_ids TEXT NOT NULL DEFAULT '[]'
);
INSERT INTO reports_new (
    id, account_id, target_id, category, comment, post_ids, rule_ids, created_at, updated_at, assigned_to, resolved_at,
    resolved_by, collection_ids)
SELECT
    id, account_id, target_id, category, comment, post_ids, rule_ids, created_at, updated_at, assigned_to, resolved_at,
    resolved_by, collection_ids
FROM reports;
DROP TABLE reports;
ALTER TABLE reports_new RENAME TO reports;
CREATE INDEX reports_account ON reports (account_id, id);
CREATE INDEX reports_target ON reports (target_id, id);
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
CREATE INDEX reports_resolved ON reports (resolved_at) WHERE resolved_at IS NOT NULL;

-- domain/moderation. Who made such a report, and what they were answered; id: of the report.
-- address: of what it is about, as they gave it. name, email, phone: '' where there is none, and once forgotten.
-- key: opens their page. answers: JSON, the first and the one after their objection. told: how many went out by text.
-- forget_at: when name, email and phone go; NULL while an answer is owed
CREATE TABLE notices (
    id INTEGER PRIMARY KEY REFERENCES reports (id) ON DELETE CASCADE,
    key TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject IN ('child', 'hatred', 'privacy', 'fraud', 'work', 'other')),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    lang TEXT NOT NULL,
    answers TEXT NOT NULL DEFAULT '[]',
    objection TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0,
    forget_at INTEGER
);
CREATE INDEX notices_forget ON notices (forget_at) WHERE forget_at IS NOT NULL;
