-- A mailbox that takes no letters for weeks (full, say) gets none any more: how that is known.
-- Expand only: the running version ignores the columns. Cost: none, the defaults are constant.
-- since when letters have failed one after the other, and the last of them; what is lost and failing sleeps: a press wakes it
ALTER TABLE addresses ADD COLUMN failing_since INTEGER;
ALTER TABLE addresses ADD COLUMN failed_at INTEGER;
ALTER TABLE addresses ADD COLUMN failed_delivery INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addresses ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
