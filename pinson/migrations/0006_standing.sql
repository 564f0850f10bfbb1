-- What moderators can do to an account short of suspending it: limit whom it reaches, mark what it shows as sensitive.
-- Expand only: the running version ignores the columns. Cost: no rewrite, since they are null; one empty index.

-- domain/accounts. NULL: it is not
ALTER TABLE accounts ADD COLUMN limited_at INTEGER;
ALTER TABLE accounts ADD COLUMN sensitized_at INTEGER;
CREATE INDEX accounts_limited ON accounts (id) WHERE limited_at IS NOT NULL;
