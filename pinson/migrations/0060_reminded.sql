-- domain/alerts: for which hour of its moment an alert was reminded, so that one that is moved afterwards rings again.
-- Cost: none, whatever there is.
ALTER TABLE alerts ADD COLUMN reminded_for INTEGER;
