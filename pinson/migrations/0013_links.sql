-- Links in posts, and what their pages say of themselves.
-- Expand only: the running version ignores all of it. Migrate first, then deploy. A post that was there before has no
-- card until it is edited.
-- Cost: no rewrite of posts, since the default is null.

-- domain/links. trendable: what a moderator said; null is nothing. domain: without "www."
CREATE TABLE publishers (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    trendable INTEGER,
    reviewed_at INTEGER
);
-- The id is a topic, as a hashtag's is. asked_at: when somebody last shared it and its page was to be read anew.
-- fetched_at: when that was done, or given up; failure says why. card is JSON
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    publisher_id INTEGER NOT NULL REFERENCES publishers (id),
    asked_at INTEGER NOT NULL,
    fetched_at INTEGER,
    failure TEXT NOT NULL DEFAULT '',
    card TEXT,
    trendable INTEGER
);

-- domain/posts
ALTER TABLE posts ADD COLUMN link_id INTEGER;
