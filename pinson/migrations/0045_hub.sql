-- domain/hub: programs that asked to be sent a feed whenever it changes (W3C WebSub), each until its lease ends.
-- topic_id: the account, hashtag or event that the feed is of; path: of the feed's address; since, until: of a feed of
-- days, from when until when. secret: what is sent is signed with it, "" if it is not.
-- Cost: a row and five index entries a subscription; a row an update, gone after three days.
CREATE TABLE hub_subscriptions (
    id INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    since INTEGER,
    until INTEGER,
    callback TEXT NOT NULL,
    host TEXT NOT NULL,
    secret TEXT NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (path, callback)
);
CREATE INDEX hub_subscriptions_topic ON hub_subscriptions (topic_id);
CREATE INDEX hub_subscriptions_host ON hub_subscriptions (host);
CREATE INDEX hub_subscriptions_end ON hub_subscriptions (ends_at);
-- What there is to send: a feed that says something else than before. version: a digest of it. through: up to which
-- subscription deliveries were asked for; done: for all.
CREATE TABLE hub_updates (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    version TEXT NOT NULL,
    at INTEGER NOT NULL,
    through INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX hub_updates_path ON hub_updates (path, id);
CREATE INDEX hub_updates_at ON hub_updates (at);
