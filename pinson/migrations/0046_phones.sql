-- domain/phones: accounts whose members may publish by text, and what drawn telephones said and heard (one day).
-- Cost: two new tables.
CREATE TABLE pockets (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    allowed INTEGER NOT NULL,
    -- four digits to write first; '' for none
    code TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL
);
CREATE TABLE drawn_texts (
    id INTEGER PRIMARY KEY,
    phone TEXT NOT NULL,
    ours INTEGER NOT NULL,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    parts INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX drawn_texts_of_phone ON drawn_texts (phone, id);
CREATE INDEX drawn_texts_at ON drawn_texts (at);
