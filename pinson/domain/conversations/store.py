"""SQL of conversations."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.conversations.model import Conversation
from pinson.domain.posts import PostId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("conversations", "conversation_posts")

# Whether a post under the name p counts for its reader: not if its author is gone or suspended, keeps the reader
# away, or may not notify them.
WANTED = """
    (p.author_id = :account_id OR (
        EXISTS (SELECT 1 FROM accounts WHERE id = p.author_id AND suspended_at IS NULL AND deleted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = p.author_id AND target_id = :account_id)
        AND NOT EXISTS (
            SELECT 1 FROM mutes
            WHERE account_id = :account_id AND target_id = p.author_id AND notifications = 1
                AND (expires_at IS NULL OR expires_at > :now))))
"""
# Conversations with somebody whom their owner blocks are not shown at all, whoever else takes part.
SHOWN = f"""
    SELECT c.id, c.others, m.post_id AS last_id,
        m.post_id > c.read_to AND NOT EXISTS (
            SELECT 1 FROM conversation_mutes WHERE account_id = :account_id AND conversation_id = c.thread_id) AS unread
    FROM conversation_posts AS m
    JOIN conversations AS c ON c.id = m.conversation_id
    JOIN posts AS p ON p.id = m.post_id
    WHERE m.account_id = :account_id AND m.post_id > c.cleared_to AND {WANTED}
        AND NOT EXISTS (
            SELECT 1 FROM conversation_posts AS newer
            JOIN posts AS p ON p.id = newer.post_id
            WHERE newer.conversation_id = m.conversation_id AND newer.post_id > m.post_id AND {WANTED})
        AND NOT EXISTS (
            SELECT 1 FROM json_each(c.others) AS other
            JOIN blocks AS b ON b.account_id = :account_id AND b.target_id = other.value)
"""
OLDER = f"{SHOWN} AND m.post_id < :before AND m.post_id > :after ORDER BY m.post_id DESC LIMIT :limit"
NEWER = f"{SHOWN} AND m.post_id < :before AND m.post_id > :after ORDER BY m.post_id LIMIT :limit"
ONE = f"{SHOWN} AND m.conversation_id = :id ORDER BY m.post_id DESC LIMIT 1"

HELD = "SELECT id FROM conversations WHERE account_id = :account_id AND thread_id = :thread_id AND others = :others"
INSERT = """
    INSERT INTO conversations (id, account_id, thread_id, others, read_to, cleared_to)
    VALUES (:id, :account_id, :thread_id, :others, 0, 0)
"""
PUT = """
    INSERT INTO conversation_posts (account_id, post_id, conversation_id)
    VALUES (:account_id, :post_id, :conversation_id)
    ON CONFLICT (account_id, post_id) DO UPDATE SET conversation_id = excluded.conversation_id
"""
HOLDING = "SELECT conversation_id FROM conversation_posts WHERE post_id = :post_id ORDER BY conversation_id"
TAKE = "DELETE FROM conversation_posts WHERE post_id = :post_id"
DROP_EMPTY = """
    DELETE FROM conversations
    WHERE id = :id AND NOT EXISTS (SELECT 1 FROM conversation_posts WHERE conversation_id = :id)
"""
OWNER = "SELECT account_id FROM conversations WHERE id = :id"
READ = "UPDATE conversations SET read_to = max(read_to, :post_id) WHERE id = :id AND read_to < :post_id"
UNREAD = "UPDATE conversations SET read_to = :post_id - 1 WHERE id = :id AND read_to >= :post_id"
CLEAR = """
    UPDATE conversations
    SET cleared_to = coalesce((SELECT max(post_id) FROM conversation_posts WHERE conversation_id = :id), 0)
    WHERE id = :id
"""
ANY = "SELECT id FROM conversations WHERE account_id = :account_id LIMIT :limit"
DELETE_POSTS = "DELETE FROM conversation_posts WHERE conversation_id = :id"
DELETE = "DELETE FROM conversations WHERE id = :id"


async def page(
    tx: ReadTx,
    account_id: AccountId,
    *,
    now: datetime,
    before: int,
    after: int,
    limit: int,
    ascending: bool = False,
) -> list[Conversation]:
    """Conversations by their last posts, between two ids, the newest first, or the other way.

    Walks the account's direct posts on the primary key: O(posts from the first of them to the last), 2.5 µs each.
    """
    ask = NEWER if ascending else OLDER
    return await tx.all(Conversation, ask, account_id=account_id, now=now, before=before, after=after, limit=limit)


async def one(tx: ReadTx, account_id: AccountId, id: int, *, now: datetime) -> Conversation | None:
    """One of an account's conversations, if it has anything to show. O(its newest posts that do not count)."""
    return await tx.one(Conversation, ONE, account_id=account_id, id=id, now=now)


async def held(tx: ReadTx, account_id: AccountId, thread_id: PostId, others: Sequence[AccountId]) -> int | None:
    """The account's conversation of this thread with these people, sorted. One look into the unique index."""
    return await tx.one(int, HELD, account_id=account_id, thread_id=thread_id, others=list(others))


async def insert(tx: WriteTx, id: int, account_id: AccountId, thread_id: PostId, others: Sequence[AccountId]) -> None:
    """Add a conversation that is not there yet, empty."""
    await tx.run(INSERT, id=id, account_id=account_id, thread_id=thread_id, others=list(others))


async def put(tx: WriteTx, account_id: AccountId, post_id: PostId, conversation_id: int) -> None:
    """Put a post into one of an account's conversations, out of another if it was there."""
    await tx.run(PUT, account_id=account_id, post_id=post_id, conversation_id=conversation_id)


async def holding(tx: ReadTx, post_id: PostId) -> list[int]:
    """The conversations that hold a post, one of each who takes part."""
    return await tx.all(int, HOLDING, post_id=post_id)


async def take(tx: WriteTx, post_id: PostId) -> None:
    """Take a post out of all conversations."""
    await tx.run(TAKE, post_id=post_id)


async def drop_empty(tx: WriteTx, id: int) -> bool:
    """Remove a conversation that holds nothing; whether it did not."""
    return await tx.run(DROP_EMPTY, id=id) > 0


async def owner(tx: ReadTx, id: int) -> int | None:
    """Whose conversation it is."""
    return await tx.one(int, OWNER, id=id)


async def read(tx: WriteTx, id: int, post_id: PostId) -> bool:
    """Everything up to a post is read; whether that is new."""
    return await tx.run(READ, id=id, post_id=post_id) > 0


async def unread(tx: WriteTx, id: int, post_id: PostId) -> bool:
    """A post is not read; whether that is new."""
    return await tx.run(UNREAD, id=id, post_id=post_id) > 0


async def clear(tx: WriteTx, id: int) -> None:
    """Show nothing any more of what a conversation holds now."""
    await tx.run(CLEAR, id=id)


async def any_of(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[int]:
    """Up to `limit` of an account's conversations, in no order."""
    return await tx.all(int, ANY, account_id=account_id, limit=limit)


async def delete(tx: WriteTx, id: int) -> None:
    """Remove a conversation; its posts stay."""
    await tx.run(DELETE_POSTS, id=id)
    await tx.run(DELETE, id=id)
