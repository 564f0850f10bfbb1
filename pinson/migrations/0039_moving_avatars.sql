-- A picture of an account may move: beside the one that stands still, which remains what pages show.
-- Expand only: the running version ignores it. Cost: no rewrite of accounts, since the default is constant.

-- domain/accounts. A file by key (lib/blobs); NULL if nothing moves
ALTER TABLE accounts ADD COLUMN avatar_moving TEXT;
