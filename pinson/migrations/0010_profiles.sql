-- Pictures of accounts, the hashtags they feature, and who runs the server.
-- Expand only: the running version ignores all of it. Cost: no rewrite of accounts, since the defaults are constant;
-- one index over the few users who have a role.

-- domain/accounts. avatar, header: files by key (lib/blobs); NULL is the picture that everyone has
ALTER TABLE accounts ADD COLUMN avatar TEXT;
ALTER TABLE accounts ADD COLUMN avatar_description TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN header TEXT;
ALTER TABLE accounts ADD COLUMN header_description TEXT NOT NULL DEFAULT '';

-- domain/access: those whose role is shown beside their name
CREATE INDEX users_staff ON users (role) WHERE role <> 'user';

-- domain/posts. posts, last_post_id: the account's public posts under the hashtag; derived, in the transaction of
-- the posts themselves. last_post_id: 0 if there are none
CREATE TABLE featured_tags (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL,
    posts INTEGER NOT NULL,
    last_post_id INTEGER NOT NULL,
    UNIQUE (account_id, tag_id)
);
