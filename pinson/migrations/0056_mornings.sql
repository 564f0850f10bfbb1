-- The morning after an event, whoever follows it by e-mail is told how it went: since when that was asked for.
-- Expand only: the running version ignores the column.
ALTER TABLE events ADD COLUMN morning_at INTEGER;
