"""SQL of follows."""

from pinson.domain.accounts import AccountId
from pinson.domain.relations.model import Follow, TopicKind
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("follows",)

INSERT = """
    INSERT INTO follows (id, account_id, topic_id, kind, boosts, notify, languages)
    VALUES (:id, :account_id, :topic_id, :kind, :boosts, :notify, :languages)
"""
UPDATE = "UPDATE follows SET boosts = :boosts, notify = :notify, languages = :languages WHERE id = :id"
DELETE = "DELETE FROM follows WHERE id = :id"
ONE = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND topic_id = :topic_id
"""
TOPICS = "SELECT topic_id FROM follows WHERE account_id = :account_id"
AMONG = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND topic_id IN (SELECT value FROM json_each(:topic_ids))
"""
FOLLOWERS_AMONG = """
    SELECT account_id
    FROM follows
    WHERE topic_id = :topic_id AND account_id IN (SELECT value FROM json_each(:account_ids))
"""
FOLLOWERS = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE topic_id = :topic_id AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""
FOLLOWING = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id AND kind = :kind AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""

TOUCHING = """
    SELECT id, account_id, topic_id, kind, boosts, notify, languages
    FROM follows
    WHERE account_id = :account_id OR topic_id = :account_id
    LIMIT :limit
"""


async def insert(tx: WriteTx, follow: Follow) -> None:
    """Add a follow that is not there yet."""
    await tx.run(
        INSERT,
        id=follow.id,
        account_id=follow.account_id,
        topic_id=follow.topic_id,
        kind=follow.kind,
        boosts=follow.boosts,
        notify=follow.notify,
        languages=follow.languages,
    )


async def update(tx: WriteTx, follow: Follow) -> None:
    """Keep its options."""
    await tx.run(UPDATE, id=follow.id, boosts=follow.boosts, notify=follow.notify, languages=follow.languages)


async def delete(tx: WriteTx, follow: Follow) -> None:
    """Remove it."""
    await tx.run(DELETE, id=follow.id)


async def one(tx: ReadTx, account_id: AccountId, topic_id: int) -> Follow | None:
    """The follow of a topic by an account. One look into the unique index."""
    return await tx.one(Follow, ONE, account_id=account_id, topic_id=topic_id)


async def topics(tx: ReadTx, account_id: AccountId) -> list[int]:
    """All topics that an account follows, in no order. O(follows), from the index alone."""
    return await tx.all(int, TOPICS, account_id=account_id)


async def among(tx: ReadTx, account_id: AccountId, topic_ids: list[int]) -> list[Follow]:
    """Which of these topics the account follows, and how."""
    return await tx.all(Follow, AMONG, account_id=account_id, topic_ids=topic_ids)


async def followers_among(tx: ReadTx, topic_id: int, account_ids: list[AccountId]) -> list[int]:
    """Which of these accounts follow the topic."""
    return await tx.all(int, FOLLOWERS_AMONG, topic_id=topic_id, account_ids=account_ids)


async def followers(tx: ReadTx, topic_id: int, *, before: int, after: int, limit: int) -> list[Follow]:
    """Follows of a topic with ids between the two, newest first. O(limit) on (topic_id, id)."""
    return await tx.all(Follow, FOLLOWERS, topic_id=topic_id, before=before, after=after, limit=limit)


async def following(
    tx: ReadTx, account_id: AccountId, *, kind: TopicKind, before: int, after: int, limit: int
) -> list[Follow]:
    """Follows of one kind by an account, newest first. O(limit) on (account_id, kind, id)."""
    return await tx.all(Follow, FOLLOWING, account_id=account_id, kind=kind, before=before, after=after, limit=limit)


async def touching(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Follow]:
    """Follows by the account or of it, in no order. O(limit) on the two indexes."""
    return await tx.all(Follow, TOUCHING, account_id=account_id, limit=limit)
