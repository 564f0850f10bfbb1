-- Which entries have media, so that a page of those alone costs no more than another, however rare they are.
-- Expand only: the running version leaves the column at 0, so what it publishes with media meanwhile is missing where
-- older pages are asked for media only, until it is edited.
-- Cost: no rewrite of entries, since the default is constant; those of posts with media are marked once.

-- domain/posts. media: 1 if something is attached to the post
ALTER TABLE entries ADD COLUMN media INTEGER NOT NULL DEFAULT 0;
UPDATE entries SET media = 1 WHERE id IN (SELECT id FROM posts WHERE media > 0);
CREATE INDEX entries_media ON entries (topic_id, id) WHERE media = 1;
