-- Live events: what people attend, as one object; and posts that correct others.
-- The running version ignores the new columns and tables, and knows no follows of events, which the new kind allows.
-- Cost: follows is written anew, once, with its indexes (about 2 s a million); nothing else is rewritten.

-- domain/posts. event_id: the live event that a post is part of, and under. corrects_id: what it corrects;
-- corrected_by_id: the latest post that corrects it
ALTER TABLE posts ADD COLUMN event_id INTEGER;
ALTER TABLE posts ADD COLUMN corrects_id INTEGER;
ALTER TABLE posts ADD COLUMN corrected_by_id INTEGER;
CREATE INDEX posts_corrects ON posts (corrects_id, id) WHERE corrects_id IS NOT NULL;
CREATE INDEX posts_corrections_by ON posts (author_id, id) WHERE corrects_id IS NOT NULL;

-- domain/relations: an event can be followed too
CREATE TABLE new_follows (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    topic_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'tag', 'event')),
    boosts INTEGER NOT NULL DEFAULT 1,
    notify INTEGER NOT NULL DEFAULT 0,
    languages TEXT,
    UNIQUE (account_id, topic_id)
);
INSERT INTO new_follows (id, account_id, topic_id, kind, boosts, notify, languages)
    SELECT id, account_id, topic_id, kind, boosts, notify, languages FROM follows;
DROP TABLE follows;
ALTER TABLE new_follows RENAME TO follows;
CREATE INDEX follows_topic ON follows (topic_id, id);
CREATE INDEX follows_account ON follows (account_id, kind, id);
CREATE INDEX follows_notify ON follows (topic_id, id) WHERE notify = 1;

-- domain/events. id: also the topic of its posts. slug: where its page is, for ever. zone: of its clock, IANA.
-- tag_id: the hashtag that brings a post of its team into it; adds_hashtag: what is written in it gets that hashtag.
-- webcast_kind: hls, peertube, youtube, vimeo or link. gauge_steps: JSON. is_model: others are made from it, and it
-- takes place never. model_id: what it was made from. paused_at: since when its wall stands still.
-- sequence: how often what stands in calendars changed (RFC 5545).
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    language TEXT,
    tag_id INTEGER REFERENCES tags (id),
    adds_hashtag INTEGER NOT NULL DEFAULT 0,
    webcast_url TEXT NOT NULL DEFAULT '',
    webcast_kind TEXT NOT NULL DEFAULT '',
    cover_id INTEGER,
    gauge_unit TEXT NOT NULL DEFAULT '',
    gauge_steps TEXT NOT NULL DEFAULT '[]',
    is_model INTEGER NOT NULL DEFAULT 0,
    model_id INTEGER,
    paused_at INTEGER,
    cancelled_at INTEGER,
    sequence INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX events_account ON events (account_id, starts_at);
CREATE INDEX events_tag ON events (tag_id) WHERE tag_id IS NOT NULL;
CREATE INDEX events_starts ON events (starts_at) WHERE is_model = 0;

-- Who writes in it besides the account whose it is. role: writer, or lead, who may change the event as well
CREATE TABLE event_team (
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('writer', 'lead')),
    PRIMARY KEY (event_id, account_id)
);
CREATE INDEX event_team_account ON event_team (account_id);

-- The programme: what happens when, and who is there. done_at: when it was over, if somebody said so
CREATE TABLE event_lines (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    what TEXT NOT NULL,
    who TEXT NOT NULL DEFAULT '',
    done_at INTEGER
);
CREATE INDEX event_lines_event ON event_lines (event_id, starts_at);

-- What is ready to be written, in order. after_start: when it is meant to go out, in seconds after the beginning.
-- marks: JSON. post_id: what it became
CREATE TABLE event_drafts (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    language TEXT,
    after_start INTEGER,
    marks TEXT NOT NULL DEFAULT '{}',
    post_id INTEGER REFERENCES posts (id) ON DELETE SET NULL
);
CREATE INDEX event_drafts_event ON event_drafts (event_id, place);
CREATE INDEX event_drafts_post ON event_drafts (post_id) WHERE post_id IS NOT NULL;

-- What a post is in its event, one row for each. by_tag: its hashtag brought it here. is_key: a key moment.
-- gauge: where the gauge stands from it on. expects_from, expects_until: when it says that more will follow; it is
-- open until met_by, a post, or met_at. promises: it leaves something to be answered, open until kept_by or kept_at.
-- line_id: the line of the programme that it is about
CREATE TABLE event_posts (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    by_tag INTEGER NOT NULL DEFAULT 0,
    is_key INTEGER NOT NULL DEFAULT 0,
    gauge REAL,
    expects_from INTEGER,
    expects_until INTEGER,
    met_by INTEGER REFERENCES posts (id) ON DELETE SET NULL,
    met_at INTEGER,
    promises INTEGER NOT NULL DEFAULT 0,
    kept_by INTEGER REFERENCES posts (id) ON DELETE SET NULL,
    kept_at INTEGER,
    line_id INTEGER REFERENCES event_lines (id) ON DELETE SET NULL
);
CREATE INDEX event_posts_event ON event_posts (event_id, post_id);
CREATE INDEX event_posts_account ON event_posts (account_id);
CREATE INDEX event_posts_met ON event_posts (met_by) WHERE met_by IS NOT NULL;
CREATE INDEX event_posts_line ON event_posts (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX event_posts_kept ON event_posts (kept_by) WHERE kept_by IS NOT NULL;
