-- Hubs tell at once when a site that is followed has something new.
-- Expand only: the running version ignores it. Cost: an empty table.

-- domain/sources. token: of the address that the hub calls. secret: that what it brings is signed with
-- wanted: whether we want to be told. asked_at: when the hub was asked last. until: it tells until then
-- next_at: when it is asked, again. failures: in a row
CREATE TABLE source_hubs (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    wanted INTEGER NOT NULL DEFAULT 1,
    asked_at INTEGER,
    until INTEGER,
    next_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX source_hubs_due ON source_hubs (next_at) WHERE next_at IS NOT NULL;
