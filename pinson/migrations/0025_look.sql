-- The accent colour that the organisation chose.
-- Expand only: the running version ignores it. Cost: an empty table.

-- domain/instance. one: there is one row, or none. accent: "#rrggbb"
CREATE TABLE look (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    accent TEXT NOT NULL
);
