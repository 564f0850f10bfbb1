-- A link that no post shares any more is forgotten, its picture too.
-- Expand only: the running version ignores the column. Cost: no rewrite, since it is null; one index over posts, of
-- those that share a link.

-- domain/links. loose_since: when the last post that shared it went; null while there is one
ALTER TABLE links ADD COLUMN loose_since INTEGER;
CREATE INDEX links_loose ON links (loose_since) WHERE loose_since IS NOT NULL;
-- domain/posts
CREATE INDEX posts_link ON posts (link_id) WHERE link_id IS NOT NULL;
