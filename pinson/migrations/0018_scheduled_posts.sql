-- Posts for later: what somebody wrote and wants to be published at a time of their choice.
-- Expand only: the running version publishes none of them. Cost: an empty table.

-- domain/posts/scheduled. draft: JSON; refusal: why it could not be published when it was due, null before.
-- The media it will show belong to its id meanwhile.
CREATE TABLE scheduled_posts (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    draft TEXT NOT NULL,
    refusal TEXT
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (account_id, id);
CREATE INDEX scheduled_posts_due ON scheduled_posts (due_at) WHERE refusal IS NULL;
