-- Short links of our own, and how often they were followed: by the hour, and by nobody in particular.
-- Expand only: the running version ignores all of it. Migrate first, then deploy.
-- Cost: empty tables; no rewrite of posting_defaults, since the default is constant.

-- domain/shortlinks. post_id: the message that it was made for, or first stood in. utm: JSON, by channel.
-- max_clicks, taken: how many people it leads on, and has; null and 0 where it leads on everybody.
-- people, machines, own: the sums of its lines in short_clicks, kept in the same transactions.
CREATE TABLE short_links (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    post_id INTEGER,
    expires_at INTEGER,
    max_clicks INTEGER,
    taken INTEGER NOT NULL DEFAULT 0,
    utm TEXT NOT NULL DEFAULT '{}',
    retired_at INTEGER,
    people INTEGER NOT NULL DEFAULT 0,
    machines INTEGER NOT NULL DEFAULT 0,
    own INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX short_links_account ON short_links (account_id, id);
CREATE INDEX short_links_post ON short_links (post_id) WHERE post_id IS NOT NULL;
-- one for each channel that a link is given out by, so that an address says where it was found
CREATE TABLE short_codes (
    code TEXT PRIMARY KEY,
    link_id INTEGER NOT NULL REFERENCES short_links (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    UNIQUE (link_id, channel)
) WITHOUT ROWID;
-- where a link led before, and until when
CREATE TABLE short_targets (
    link_id INTEGER NOT NULL REFERENCES short_links (id) ON DELETE CASCADE,
    until INTEGER NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (link_id, until)
) WITHOUT ROWID;
-- hour: its beginning. visitor: people, machines or own. Forgotten after 25 months
CREATE TABLE short_clicks (
    link_id INTEGER NOT NULL REFERENCES short_links (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    channel TEXT NOT NULL,
    visitor TEXT NOT NULL,
    clicks INTEGER NOT NULL,
    PRIMARY KEY (link_id, hour, channel, visitor)
) WITHOUT ROWID;
CREATE INDEX short_clicks_hour ON short_clicks (hour);
-- sites that short links do not lead to, and why; what is below one counts too
CREATE TABLE closed_sites (
    host TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    closed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- domain/accounts
ALTER TABLE posting_defaults ADD COLUMN shorten_links INTEGER NOT NULL DEFAULT 0;
