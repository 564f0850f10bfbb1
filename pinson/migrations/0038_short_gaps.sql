-- Moments up to which clicks of short links were written by a process that was stopped by force: what it counted in
-- the second after is lost.
-- Expand only: the running version ignores it. Cost: an empty table.

-- domain/shortlinks
CREATE TABLE short_gaps (at INTEGER PRIMARY KEY);
