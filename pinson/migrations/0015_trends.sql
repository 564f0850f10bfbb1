-- What rises now, and what moderators said about what may.
-- Expand only: the running version ignores all of it. Migrate first, then deploy.
-- Cost: no rewrite of tags, since the defaults are constant.

-- domain/posts. A hashtag that is not usable is refused in new posts; one that is not listable is suggested nowhere.
-- trendable: what a moderator said; null is nothing
ALTER TABLE tags ADD COLUMN usable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tags ADD COLUMN listable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tags ADD COLUMN trendable INTEGER;

-- domain/trends: at most a hundred of each kind, computed anew every minute. reason: the numbers, JSON
CREATE TABLE trends (
    kind TEXT NOT NULL CHECK (kind IN ('tag', 'link', 'post')),
    id INTEGER NOT NULL,
    score REAL NOT NULL,
    reason TEXT NOT NULL,
    computed_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE post_verdicts (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    trendable INTEGER NOT NULL
);
