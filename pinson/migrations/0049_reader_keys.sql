-- domain/alerts/keys: browsers that may change what a reader wants, by the digest of what their cookie holds.
CREATE TABLE reader_keys (
    digest BLOB PRIMARY KEY,
    reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    given_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX reader_keys_of_reader ON reader_keys (reader_id);
CREATE INDEX reader_keys_old ON reader_keys (given_at);
