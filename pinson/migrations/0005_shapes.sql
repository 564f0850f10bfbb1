-- What a post carries besides its text, so that timelines can choose by it and pages know what to look for.
-- Expand only: the running version ignores the columns.
-- Cost: no rewrite for the columns, since their defaults are constant; posts that have media are counted once.

-- domain/posts. media: how many pictures, films or sounds; poll: 1 if it asks something
ALTER TABLE posts ADD COLUMN media INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN poll INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quote_of_id INTEGER;
ALTER TABLE posts ADD COLUMN quote_of_author_id INTEGER;
UPDATE posts SET media = found.count
    FROM (SELECT post_id, count(*) AS count FROM media WHERE post_id IS NOT NULL GROUP BY post_id) AS found
    WHERE posts.id = found.post_id;
