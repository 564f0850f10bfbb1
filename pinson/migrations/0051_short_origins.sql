-- From which countries people followed short links, by the hour, where the server has a table that tells countries.
-- Expand only: the running version ignores it. Migrate first, then deploy.
-- Cost: an empty table.

-- domain/shortlinks. hour: its beginning. country: ISO 3166-1, two letters; '' if the table does not say
CREATE TABLE short_origins (
    link_id INTEGER NOT NULL REFERENCES short_links (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    country TEXT NOT NULL,
    clicks INTEGER NOT NULL,
    PRIMARY KEY (link_id, hour, country)
) WITHOUT ROWID;
CREATE INDEX short_origins_hour ON short_origins (hour);
