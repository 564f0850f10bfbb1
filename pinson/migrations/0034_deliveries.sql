-- domain/deliveries: what is on its way to somebody outside, written before it is tried, so that nothing asked is lost.
-- One line for each holder and thing: a reaction that runs twice asks once. What has ended stays for three days, for
-- questions, and is counted by the hour. Cost: one row and two index entries a delivery, gone after three days.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    holder_id INTEGER NOT NULL,
    about_id INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, holder_id, about_id)
);
CREATE INDEX deliveries_due ON deliveries (channel, due_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
-- in hours since 1970; kept when the lines are gone
CREATE TABLE delivery_counts (
    channel TEXT NOT NULL,
    hour INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (channel, hour, outcome)
) WITHOUT ROWID;
