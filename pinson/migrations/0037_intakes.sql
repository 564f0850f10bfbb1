-- Archives of the past that are taken in: posts that an account wrote elsewhere, with their dates.
-- Expand only: the running version ignores it. Cost: two empty tables.

-- domain/intakes. One an account at a time. key: the file that was sent (lib/blobs), NULL once it is done.
-- place: of the entry that is next; posts, known, left_out, lost_files: what became of those before it
CREATE TABLE intakes (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    visibility TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    key TEXT,
    total INTEGER NOT NULL,
    place INTEGER NOT NULL DEFAULT 0,
    posts INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    lost_files INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER
);

-- What was taken in, by the name that it had there: twice is once, even if the post was deleted since.
CREATE TABLE taken_in (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    post_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, source)
);
