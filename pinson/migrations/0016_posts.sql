-- What else a post can hold: a poll, a quote and who may quote it in turn, versions with their media.
-- Expand only: the running version ignores all of it. Migrate first, then deploy.
-- Cost: no rewrite for the columns, since their defaults are constant; each post that is not for everyone is written once.

-- domain/posts. quote_policy: who may quote it; quote_state: of the quote in it, once it is no longer accepted.
-- quotes: derived, in the transaction of what it counts
ALTER TABLE posts ADD COLUMN quotes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quote_policy TEXT NOT NULL DEFAULT 'public';
ALTER TABLE posts ADD COLUMN quote_state TEXT NOT NULL DEFAULT 'accepted';
UPDATE posts SET quote_policy = 'nobody' WHERE visibility IN ('private', 'direct');
CREATE INDEX posts_quotes ON posts (quote_of_id, id) WHERE quote_of_id IS NOT NULL;
-- media: which were shown, and what was said about them, as JSON; options: of a poll, null if there was none
ALTER TABLE versions ADD COLUMN media TEXT NOT NULL DEFAULT '[]';
ALTER TABLE versions ADD COLUMN options TEXT;

-- domain/posts/polls. options, votes: texts, and how many chose each, as JSON lists; voters: how many chose anything.
-- ended: whether its end was recorded
CREATE TABLE polls (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    options TEXT NOT NULL,
    multiple INTEGER NOT NULL,
    hide_totals INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    votes TEXT NOT NULL,
    voters INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX polls_open ON polls (expires_at) WHERE ended = 0;
-- One row a voter. They go in steps after their post: it may have many.
CREATE TABLE poll_votes (
    post_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    choices TEXT NOT NULL,
    PRIMARY KEY (post_id, account_id)
) WITHOUT ROWID;
CREATE INDEX poll_votes_account ON poll_votes (account_id);
