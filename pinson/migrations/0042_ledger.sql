-- domain/deliveries: a delivery says what it is about, when an attempt was begun, and what the other side said later;
-- for messages all of it is counted by the minute. Rows of before are pushes about notifications.
CREATE TABLE new_deliveries (
    id INTEGER PRIMARY KEY,
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
    id, channel, holder_id, about, about_id, asked_at, due_at, attempts, error, ended_at, outcome
)
SELECT
    id, channel, holder_id, 'notification', about_id, asked_at, due_at, attempts, error, ended_at, outcome
FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (channel, due_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
-- whom a message has reached: asked when another corrects it, and by operators
CREATE INDEX deliveries_about ON deliveries (about, about_id, channel, holder_id);
-- what a gateway calls a part that it took, and what became of it; a receipt may come before we know whose it is
CREATE TABLE delivery_parts (
    channel TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    delivery_id INTEGER,
    state TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, remote_id)
) WITHOUT ROWID;
CREATE INDEX delivery_parts_of ON delivery_parts (delivery_id);
CREATE INDEX delivery_parts_at ON delivery_parts (at);
-- messages by channel and minute since 1970: numbers only, of nobody
CREATE TABLE ledger (
    post_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    minute INTEGER NOT NULL,
    what TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (post_id, channel, minute, what)
) WITHOUT ROWID;
