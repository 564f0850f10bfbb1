-- domain/alerts: what comes by one wish can be held for a while, beside the pause of all that a reader gets.
-- Cost: no rewrite of alerts.
ALTER TABLE alerts ADD COLUMN paused_until INTEGER;
