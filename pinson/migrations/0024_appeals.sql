-- Decisions can be looked at again.
-- Expand only: the running version ignores it. Cost: a column without a rewrite; an empty table.

-- domain/moderation. key: what the letter about the decision holds; it opens the page of this decision, and nothing else
ALTER TABLE strikes ADD COLUMN key TEXT NOT NULL DEFAULT '';
-- id: of the decision. answered_by: the account of whoever answered; NULL, as the rest, until then
CREATE TABLE appeals (
    id INTEGER PRIMARY KEY REFERENCES strikes (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    answered_at INTEGER,
    answered_by INTEGER,
    granted INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX appeals_open ON appeals (id) WHERE answered_at IS NULL;
