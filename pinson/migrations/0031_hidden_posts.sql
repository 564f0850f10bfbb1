-- Moderators can hide single posts.
-- Expand only: the running version ignores the new table, and writes none of the new decisions. Cost: decisions are
-- copied once, since what a CHECK allows cannot be changed in place; there are few.

-- domain/posts. Posts that nobody but their author sees. decision_id: the strike that says why
CREATE TABLE hidden_posts (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    decision_id INTEGER NOT NULL
);
CREATE INDEX hidden_posts_decision ON hidden_posts (decision_id);

-- domain/moderation. One more action; appeals go on pointing at the table by its name
CREATE TABLE strikes_new (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    by_id INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('none', 'hide', 'sensitive', 'disable', 'silence', 'suspend')),
    text TEXT NOT NULL,
    report_id INTEGER,
    post_ids TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    key TEXT NOT NULL DEFAULT ''
);
INSERT INTO strikes_new (id, account_id, by_id, action, text, report_id, post_ids, created_at, key)
SELECT id, account_id, by_id, action, text, report_id, post_ids, created_at, key FROM strikes;
DROP TABLE strikes;
ALTER TABLE strikes_new RENAME TO strikes;
CREATE INDEX strikes_account ON strikes (account_id, id);
