-- What people do with posts: boosts, favourites, bookmarks, pins, muted conversations, edits.
-- Cost: no rewrite for the columns, since their defaults are constant; the conversation of each post is found once.

-- domain/posts: a boost is a row of its own. conversation_id: the post that began the thread, there or gone.
-- silent: whom the text mentioned before it was edited; they still may see the post
ALTER TABLE posts ADD COLUMN conversation_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN boost_of_id INTEGER;
ALTER TABLE posts ADD COLUMN boost_of_author_id INTEGER;
ALTER TABLE posts ADD COLUMN edited_at INTEGER;
ALTER TABLE posts ADD COLUMN silent TEXT NOT NULL DEFAULT '[]';
-- derived, in the transaction of what they count
ALTER TABLE posts ADD COLUMN boosts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN favourites INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX posts_boosted_by ON posts (author_id, boost_of_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX posts_boosts ON posts (boost_of_id, id) WHERE boost_of_id IS NOT NULL;

-- A reply whose post was deleted lost nothing but the link: it begins a conversation of its own here.
UPDATE posts SET in_reply_to_id = NULL
    WHERE in_reply_to_id IS NOT NULL AND in_reply_to_id NOT IN (SELECT id FROM posts);
WITH RECURSIVE thread (id, root) AS (
    SELECT id, id FROM posts WHERE in_reply_to_id IS NULL
    UNION ALL
    SELECT p.id, thread.root FROM thread JOIN posts AS p ON p.in_reply_to_id = thread.id
)
UPDATE posts SET conversation_id = thread.root FROM thread WHERE thread.id = posts.id;

-- An account's marks on posts, of which the interface shows 'pin' as pinned and so on.
CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('favourite', 'bookmark', 'pin')),
    UNIQUE (account_id, post_id, mark)
);
CREATE INDEX marks_account ON marks (account_id, mark, id);
CREATE INDEX marks_post ON marks (post_id, mark, id);
CREATE TABLE conversation_mutes (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) WITHOUT ROWID;
-- What an edited post said, from the original on; nothing for a post that never was.
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    html TEXT NOT NULL,
    spoiler TEXT NOT NULL,
    sensitive INTEGER NOT NULL
);
CREATE INDEX versions_post ON versions (post_id, id);
