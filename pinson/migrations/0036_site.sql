-- What the server says of itself can be said in several languages, announcements can be written for later, and the
-- organisation has a privacy text of its own.
-- Expand only: the running version ignores it, and would show what is meant for later at once. Cost: columns without a
-- rewrite, an empty table.

-- domain/instance. translations: JSON, by language; those named in it count before the text
ALTER TABLE extended_descriptions ADD COLUMN translations TEXT NOT NULL DEFAULT '{}';
ALTER TABLE terms ADD COLUMN translations TEXT NOT NULL DEFAULT '{}';
ALTER TABLE announcements ADD COLUMN translations TEXT NOT NULL DEFAULT '{}';
-- told: whether people know of it; until then it waits for published_at
ALTER TABLE announcements ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
-- as terms
CREATE TABLE privacy_texts (
    effective_at INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    translations TEXT NOT NULL DEFAULT '{}'
);
