-- Conversations: direct posts, as each of those they are between has them in a list. Expand only.
-- Cost: one walk over the entries of direct posts, some microseconds each.

-- domain/conversations. thread_id: posts.conversation_id; others: JSON list of accounts, sorted.
-- read_to, cleared_to: posts with ids up to these are read, and not shown any more
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    thread_id INTEGER NOT NULL,
    others TEXT NOT NULL,
    read_to INTEGER NOT NULL,
    cleared_to INTEGER NOT NULL,
    UNIQUE (account_id, thread_id, others)
);
-- A post that is gone may stay here for a moment: no foreign key, a reaction takes it away.
CREATE TABLE conversation_posts (
    account_id INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;
CREATE INDEX conversation_posts_conversation ON conversation_posts (conversation_id, post_id);
CREATE INDEX conversation_posts_post ON conversation_posts (post_id);

-- What was said before is in it, and read. A direct post stands under minus the id of each it is between.
CREATE TABLE between_whom AS
    SELECT -e.topic_id AS account_id, p.id AS post_id, p.conversation_id AS thread_id, (
        SELECT json_group_array(-value) FROM (
            SELECT value FROM json_each(p.topics) WHERE value <> e.topic_id ORDER BY value DESC)) AS others
    FROM entries AS e
    JOIN posts AS p ON p.id = e.id
    WHERE e.topic_id < 0;
INSERT INTO conversations (account_id, thread_id, others, read_to, cleared_to)
    SELECT account_id, thread_id, others, max(post_id), 0 FROM between_whom GROUP BY account_id, thread_id, others;
INSERT INTO conversation_posts (account_id, post_id, conversation_id)
    SELECT b.account_id, b.post_id, c.id
    FROM between_whom AS b
    JOIN conversations AS c ON c.account_id = b.account_id AND c.thread_id = b.thread_id AND c.others = b.others;
DROP TABLE between_whom;
