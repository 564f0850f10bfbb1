"""SQL of timelines: which entries are under which topics. They own no table."""

import msgspec

from pinson.domain.timelines.rules import Narrow
from pinson.lib.db import ReadTx

OWNS = ()

HEADS = "SELECT id AS topic_id, head AS id FROM topics WHERE id IN (SELECT value FROM json_each(:topics))"
NEWEST = "SELECT coalesce(max(id), 0) FROM posts"
RING = "SELECT id FROM entries WHERE topic_id = :topic_id ORDER BY id DESC LIMIT :limit"

# Plain joins, and no DISTINCT: SQLite then reads each topic's entries in the order asked for and leaves it as
# soon as they are past the page ("ORDER BY LIMIT" in its inner loop), so a busy topic costs no more than a
# quiet one. Correlated forms are 5 to 30 times slower: only a timeline that is narrowed pays for them. An entry comes
# once for each topic it is under.
WITH_MEDIA = " AND entry.media = 1"  # spelled like the condition of the index entries_media, which is then used
UNDER_ALL = """
        AND NOT EXISTS (
            SELECT 1 FROM json_each(:all) AS needed
            WHERE NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.topic_id = needed.value AND e.id = entry.id))"""
UNDER_NONE = """
        AND NOT EXISTS (
            SELECT 1 FROM json_each(:none) AS unwanted
            JOIN entries AS e ON e.topic_id = unwanted.value AND e.id = entry.id)"""
OLDER = """
    SELECT entry.id
    FROM json_each(:topics) AS topic
    JOIN entries AS entry ON entry.topic_id = topic.value
    WHERE entry.id < :before AND entry.id > :after{narrow}
    ORDER BY entry.id DESC
    LIMIT :limit
"""
NEWER = """
    SELECT entry.id
    FROM json_each(:topics) AS topic
    JOIN entries AS entry ON entry.topic_id = topic.value
    WHERE entry.id < :before AND entry.id > :after{narrow}
    ORDER BY entry.id
    LIMIT :limit
"""


class Head(msgspec.Struct, frozen=True, gc=False):
    """A topic, and the id of its newest entry."""

    topic_id: int
    id: int


async def heads(tx: ReadTx, topics: list[int]) -> list[Head]:
    """The heads of these topics; one that never had an entry is left out. O(topics)."""
    return await tx.all(Head, HEADS, topics=topics)


async def newest(tx: ReadTx) -> int:
    """The newest post there is; 0 if there is none. O(1)."""
    return await tx.one(int, NEWEST) or 0


async def ring(tx: ReadTx, topic_id: int, *, limit: int) -> list[int]:
    """The newest entries of a topic, newest first. O(limit) on the primary key."""
    return await tx.all(int, RING, topic_id=topic_id, limit=limit)


async def older(tx: ReadTx, topics: list[int], *, narrow: Narrow, before: int, after: int, limit: int) -> list[int]:
    """The newest `limit` entries under these topics, between the two ids, newest first, once for each topic.

    Costs a seek a topic and about `limit` rows, however deep the page: 0.1 ms at 200 topics. So it does for entries
    with media, which have an index; those under all or none of other topics are looked for among all there are, at
    0.4 µs each.
    """
    return await _between(tx, OLDER, topics, narrow, before=before, after=after, limit=limit)


async def newer(tx: ReadTx, topics: list[int], *, narrow: Narrow, before: int, after: int, limit: int) -> list[int]:
    """The oldest `limit` entries under these topics, between the two ids, oldest first. Otherwise as `older`."""
    return await _between(tx, NEWER, topics, narrow, before=before, after=after, limit=limit)


async def _between(tx: ReadTx, sql: str, topics: list[int], narrow: Narrow, **bounds: int) -> list[int]:
    conditions, parameters = WITH_MEDIA if narrow.media else "", dict[str, tuple[int, ...]]()
    if narrow.all:
        conditions, parameters["all"] = conditions + UNDER_ALL, narrow.all
    if narrow.none:
        conditions, parameters["none"] = conditions + UNDER_NONE, narrow.none
    return await tx.all(int, sql.format(narrow=conditions), topics=topics, **bounds, **parameters)
