-- How a user wants pages to look, and in which time zone they read.
-- Expand only: the running version ignores the columns. Cost: no rewrite, since the defaults are constant.

-- domain/access. theme: 'system', 'light' or 'dark'; time_zone: by the IANA's name, '' is the server's
ALTER TABLE users ADD COLUMN theme TEXT NOT NULL DEFAULT 'system';
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
