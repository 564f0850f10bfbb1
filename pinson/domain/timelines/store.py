"""SQL of timelines: which entries are under which topics. They own no table."""

import msgspec

from pinson.lib.db import ReadTx

OWNS = ()

HEADS = "SELECT id AS topic_id, head AS id FROM topics WHERE head > 0"
RING = "SELECT id FROM entries WHERE topic_id = :topic_id ORDER BY id DESC LIMIT :limit"

# Plain joins, and no DISTINCT: SQLite then reads each topic's entries in the order asked for and leaves it as
# soon as they are past the page ("ORDER BY LIMIT" in its inner loop), so a busy topic costs no more than a
# quiet one. Correlated forms are 5 to 30 times slower. An entry comes once for each topic it is under.
OLDER = """
    SELECT entry.id
    FROM json_each(:topics) AS topic
    JOIN entries AS entry ON entry.topic_id = topic.value
    WHERE entry.id < :before AND entry.id > :after
    ORDER BY entry.id DESC
    LIMIT :limit
"""
NEWER = """
    SELECT entry.id
    FROM json_each(:topics) AS topic
    JOIN entries AS entry ON entry.topic_id = topic.value
    WHERE entry.id < :before AND entry.id > :after
    ORDER BY entry.id
    LIMIT :limit
"""


class Head(msgspec.Struct, frozen=True, gc=False):
    """A topic, and the id of its newest entry."""

    topic_id: int
    id: int


async def heads(tx: ReadTx) -> list[Head]:
    """The head of every topic that has one. O(topics), once at the start."""
    return await tx.all(Head, HEADS)


async def ring(tx: ReadTx, topic_id: int, *, limit: int) -> list[int]:
    """The newest entries of a topic, newest first. O(limit) on the primary key."""
    return await tx.all(int, RING, topic_id=topic_id, limit=limit)


async def older(tx: ReadTx, topics: list[int], *, before: int, after: int, limit: int) -> list[int]:
    """The newest `limit` entries under these topics, between the two ids, newest first, once for each topic.

    Costs a seek a topic and about `limit` rows, however deep the page: 0.1 ms at 200 topics.
    """
    return await tx.all(int, OLDER, topics=topics, before=before, after=after, limit=limit)


async def newer(tx: ReadTx, topics: list[int], *, before: int, after: int, limit: int) -> list[int]:
    """The oldest `limit` entries under these topics, between the two ids, oldest first. Otherwise as `older`."""
    return await tx.all(int, NEWER, topics=topics, before=before, after=after, limit=limit)
