-- What the desk of moderators shows: why something was taken back, and how many people wait to be let in.
-- Expand only: the running version ignores it. Cost: a column without a rewrite; an index, O(users).

-- domain/moderation: why, in the words of whoever did it, if that stands nowhere else
ALTER TABLE deeds ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- domain/access: people who wait to be let in are counted
CREATE INDEX users_pending ON users (id) WHERE approved_at IS NULL;
