-- The number of a delivery is never given again. Lines go after three days, and SQLite gave the numbers of the last ones
-- to others: a letter that came back late, or what an address remembers of its last failure, could name another's.
-- Expand only: the running version neither knows nor minds. Cost: what was asked in the last three days is copied, about
-- 3 s a million. Numbers begin far above all that any server has given so far, since those that are gone are not known.
CREATE TABLE new_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    holder_id INTEGER NOT NULL,
    about TEXT NOT NULL,
    about_id INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- of the attempt that nobody has reported on
    opened_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    -- what the other side said later of what it took: delivered or lost
    receipt TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, holder_id, about, about_id)
);
INSERT INTO new_deliveries (
    id, channel, holder_id, about, about_id, asked_at, due_at, opened_at, attempts, error, ended_at, outcome, receipt
)
SELECT
    id, channel, holder_id, about, about_id, asked_at, due_at, opened_at, attempts, error, ended_at, outcome, receipt
FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (channel, due_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_about ON deliveries (about, about_id, channel, holder_id);
DELETE FROM sqlite_sequence WHERE name = 'deliveries';
INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries', max(1000000000, coalesce(max(id), 0)) FROM deliveries;
