"""SQL of lists."""

from collections.abc import Sequence

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.relations.lists.model import List
from pinson.domain.relations.model import Listed, TopicKind
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("lists", "list_topics")

INSERT = """
    INSERT INTO lists (id, account_id, title, replies, exclusive)
    VALUES (:id, :account_id, :title, :replies, :exclusive)
"""
UPDATE = "UPDATE lists SET title = :title, replies = :replies, exclusive = :exclusive WHERE id = :id"
DELETE = "DELETE FROM lists WHERE id = :id"
DELETE_TOPICS = "DELETE FROM list_topics WHERE list_id = :list_id"
ONE = "SELECT id, account_id, title, replies, exclusive FROM lists WHERE id = :id AND account_id = :account_id"
ALL = "SELECT id, account_id, title, replies, exclusive FROM lists WHERE account_id = :account_id ORDER BY id"
HOLDING = """
    SELECT l.id, l.account_id, l.title, l.replies, l.exclusive
    FROM lists AS l
    JOIN list_topics AS t ON t.list_id = l.id
    WHERE l.account_id = :account_id AND t.topic_id = :topic_id
    ORDER BY l.id
"""
WITH_MEMBER = """
    SELECT l.id, l.account_id, l.title, l.replies, l.exclusive
    FROM list_topics AS t
    JOIN lists AS l ON l.id = t.list_id
    WHERE t.topic_id = :topic_id
    LIMIT :limit
"""
COUNT = "SELECT count(*) FROM lists WHERE account_id = :account_id"
TOPICS = "SELECT topic_id, kind FROM list_topics WHERE list_id = :list_id"
EXCLUSIVE = """
    SELECT t.list_id, t.topic_id AS account_id
    FROM lists AS l
    JOIN list_topics AS t ON t.list_id = l.id
    WHERE l.account_id = :account_id AND l.exclusive = 1 AND t.kind = 'account'
"""
ADD = "INSERT INTO list_topics (id, list_id, topic_id, kind) VALUES (:id, :list_id, :topic_id, :kind)"
HELD = """
    SELECT topic_id FROM list_topics
    WHERE list_id = :list_id AND topic_id IN (SELECT value FROM json_each(:topic_ids))
"""
REMOVE = """
    DELETE FROM list_topics
    WHERE list_id = :list_id AND kind = :kind AND topic_id IN (SELECT value FROM json_each(:topic_ids))
"""
MEMBERS = """
    SELECT id, topic_id AS account_id
    FROM list_topics
    WHERE list_id = :list_id AND kind = 'account' AND id < :before AND id > :after
    ORDER BY id DESC
    LIMIT :limit
"""


class Topic(msgspec.Struct, frozen=True):
    """Something a list holds."""

    topic_id: int
    kind: TopicKind


class Member(msgspec.Struct, frozen=True):
    """An account in one of several lists."""

    list_id: int
    account_id: AccountId


async def insert(tx: WriteTx, one: List) -> None:
    """Add a list that is not there yet."""
    await tx.run(
        INSERT, id=one.id, account_id=one.account_id, title=one.title, replies=one.replies, exclusive=one.exclusive
    )


async def update(tx: WriteTx, one: List) -> None:
    """Keep its title and rules."""
    await tx.run(UPDATE, id=one.id, title=one.title, replies=one.replies, exclusive=one.exclusive)


async def delete(tx: WriteTx, list_id: int) -> None:
    """Remove a list and what it holds."""
    await tx.run(DELETE_TOPICS, list_id=list_id)
    await tx.run(DELETE, id=list_id)


async def one(tx: ReadTx, account_id: AccountId, list_id: int) -> List | None:
    """A list, if it belongs to the account. One look into the primary key."""
    return await tx.one(List, ONE, id=list_id, account_id=account_id)


async def of_account(tx: ReadTx, account_id: AccountId) -> list[List]:
    """An account's lists, oldest first: at most fifty."""
    return await tx.all(List, ALL, account_id=account_id)


async def holding(tx: ReadTx, account_id: AccountId, topic_id: int) -> list[List]:
    """Those of an account's lists that hold a topic, oldest first. One look for each list."""
    return await tx.all(List, HOLDING, account_id=account_id, topic_id=topic_id)


async def with_member(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[List]:
    """Lists of anybody that hold an account, in no order. O(limit) on the index list_topics_topic."""
    return await tx.all(List, WITH_MEMBER, topic_id=account_id, limit=limit)


async def count(tx: ReadTx, account_id: AccountId) -> int:
    """How many lists an account has."""
    return await tx.one(int, COUNT, account_id=account_id) or 0


async def topics(tx: ReadTx, list_id: int) -> list[Topic]:
    """All that a list holds, in no order. O(what it holds)."""
    return await tx.all(Topic, TOPICS, list_id=list_id)


async def exclusive(tx: ReadTx, account_id: AccountId) -> list[Member]:
    """The members of an account's exclusive lists. O(members)."""
    return await tx.all(Member, EXCLUSIVE, account_id=account_id)


async def add(tx: WriteTx, id: int, list_id: int, topic_id: int, kind: TopicKind) -> None:
    """Put a topic into a list that does not hold it."""
    await tx.run(ADD, id=id, list_id=list_id, topic_id=topic_id, kind=kind)


async def held(tx: ReadTx, list_id: int, topic_ids: Sequence[int]) -> list[int]:
    """Which of these topics a list holds. One look each."""
    return await tx.all(int, HELD, list_id=list_id, topic_ids=topic_ids)


async def remove(tx: WriteTx, list_id: int, topic_ids: Sequence[int], kind: TopicKind) -> int:
    """Take topics of one kind out of a list; how many were in it."""
    return await tx.run(REMOVE, list_id=list_id, topic_ids=topic_ids, kind=kind)


async def members(tx: ReadTx, list_id: int, *, before: int, after: int, limit: int) -> list[Listed]:
    """The accounts of a list, the latest first. O(what the list holds)."""
    return await tx.all(Listed, MEMBERS, list_id=list_id, before=before, after=after, limit=limit)
