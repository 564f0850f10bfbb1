-- A reader may have a private feed of what they missed: its address is worked out from this, so a new one ends the old.
-- Expand only: the running version ignores the column. NULL: they have none.
ALTER TABLE readers ADD COLUMN feed_seed INTEGER;
