-- Full text of posts, and the words of accounts' names.
-- Expand only: the running version ignores it. What it publishes meanwhile is found later: see search_backfill.
-- Cost: empty tables. What is there already is put into them after the start, 10,000 posts a minute.

-- domain/search. Rows by the id of their post or account. What they hold was folded and stemmed already (see
-- pinson/domain/search/words.py), so the tokenizer only parts it at spaces. Only the index is kept, not the words.
CREATE VIRTUAL TABLE post_words USING fts5 (
    words, stems, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);
CREATE VIRTUAL TABLE account_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'", prefix = '2 3'
);
-- below which id rows were not looked at since the index was begun; 0 once all were
CREATE TABLE search_backfill (
    kind TEXT PRIMARY KEY CHECK (kind IN ('posts', 'accounts')),
    below INTEGER NOT NULL
);
INSERT INTO search_backfill (kind, below) VALUES ('posts', 9223372036854775807), ('accounts', 9223372036854775807);
