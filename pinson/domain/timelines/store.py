"""SQL of timelines: which entries are under which topics. They own no table."""

import msgspec

from pinson.lib.db import ReadTx

OWNS = ()

HEADS = "SELECT id AS topic_id, head AS id FROM topics WHERE head > 0"
RING = "SELECT id FROM entries WHERE topic_id = :topic_id ORDER BY id DESC LIMIT :limit"

# The n newest entries of a set of topics come from the topics that have one of the n newest heads
# (several may share one: a post stands under its author and its hashtags). One seek a topic finds
# those, and at most n rows of each are read, however unevenly they write. A plain join of topics
# and entries would read all entries of the busiest topic instead.
OLDER = """
    WITH heads AS (
        SELECT
            topic.value AS topic_id,
            (SELECT max(id) FROM entries WHERE topic_id = topic.value AND id < :before) AS head
        FROM json_each(:topics) AS topic
    ), ranked AS (
        SELECT topic_id, dense_rank() OVER (ORDER BY head DESC) AS place FROM heads WHERE head > :after
    ), newest AS (
        SELECT topic_id FROM ranked WHERE place <= :limit
    )
    SELECT DISTINCT entry.id
    FROM newest
    JOIN entries AS entry ON entry.topic_id = newest.topic_id AND entry.id IN (
        SELECT id FROM entries
        WHERE topic_id = newest.topic_id AND id < :before AND id > :after
        ORDER BY id DESC
        LIMIT :limit)
    ORDER BY entry.id DESC
    LIMIT :limit
"""
NEWER = """
    WITH tails AS (
        SELECT
            topic.value AS topic_id,
            (SELECT min(id) FROM entries WHERE topic_id = topic.value AND id > :after) AS tail
        FROM json_each(:topics) AS topic
    ), ranked AS (
        SELECT topic_id, dense_rank() OVER (ORDER BY tail) AS place FROM tails WHERE tail < :before
    ), oldest AS (
        SELECT topic_id FROM ranked WHERE place <= :limit
    )
    SELECT DISTINCT entry.id
    FROM oldest
    JOIN entries AS entry ON entry.topic_id = oldest.topic_id AND entry.id IN (
        SELECT id FROM entries
        WHERE topic_id = oldest.topic_id AND id < :before AND id > :after
        ORDER BY id
        LIMIT :limit)
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
    """The newest `limit` entries under any of the topics, between the two ids, newest first.

    Costs one seek a topic and at most `limit` rows of `limit` topics, however deep the page.
    """
    return await tx.all(int, OLDER, topics=topics, before=before, after=after, limit=limit)


async def newer(tx: ReadTx, topics: list[int], *, before: int, after: int, limit: int) -> list[int]:
    """The oldest `limit` entries under any of the topics, between the two ids, oldest first. Costs as `older`."""
    return await tx.all(int, NEWER, topics=topics, before=before, after=after, limit=limit)
