-- Links on profiles whose pages are looked at: does the page link back to the profile? When it first did stands with
-- the line of the profile itself (accounts.fields); here is how looking goes.
-- Expand only: the running version ignores it. Cost: an empty table.

-- domain/links/proofs. url: as it stands in the line. failure: why the last look proved nothing, '' if it did.
-- failures: looks in a row that proved nothing; failing_since: the first of them. due_at: NULL if not by itself
CREATE TABLE proofs (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    checked_at INTEGER,
    failure TEXT NOT NULL,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    due_at INTEGER,
    PRIMARY KEY (account_id, url)
);
CREATE INDEX proofs_due ON proofs (due_at) WHERE due_at IS NOT NULL;
