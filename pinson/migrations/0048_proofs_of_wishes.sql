-- domain/alerts: each wish is proved by itself, so that whoever proves theirs does not confirm what somebody else asked
-- for at the same address. What was on its way is asked for again.
DROP TABLE confirmations;
CREATE TABLE confirmations (
    alert_id INTEGER PRIMARY KEY REFERENCES alerts (id) ON DELETE CASCADE,
    address_id INTEGER NOT NULL,
    -- to whom the address will belong
    reader_id INTEGER,
    code BLOB NOT NULL,
    link BLOB NOT NULL UNIQUE,
    -- asked for by a text: an answer by a text is proof
    by_reply INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL
);
CREATE INDEX confirmations_of_address ON confirmations (address_id);
