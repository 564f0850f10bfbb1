"""SQL of deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pinson.domain.deliveries.model import (
    About,
    Again,
    Channel,
    Count,
    Delivery,
    Had,
    Lately,
    Line,
    Made,
    Outcome,
    Pace,
    Reached,
    Waiting,
    What,
)
from pinson.lib.clock import to_ms
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("deliveries", "delivery_counts", "delivery_parts", "ledger")

MADE = "id, channel, holder_id, about, about_id, nullif(outcome, '') AS outcome"
ASK = """
    INSERT INTO deliveries (channel, holder_id, about, about_id, asked_at, due_at)
    SELECT :channel, cast(key AS INTEGER), :about, :about_id, :now, value FROM json_each(:holders) WHERE true
    ON CONFLICT (channel, holder_id, about, about_id) DO NOTHING
    RETURNING holder_id
"""
IS_DUE = """
    SELECT count(*) FROM (
        SELECT 1 FROM deliveries WHERE channel = :channel AND ended_at IS NULL AND due_at <= :now LIMIT 1
    ) AS due
"""
END_OPEN = f"""
    UPDATE deliveries SET ended_at = :now, outcome = 'in_doubt'
    WHERE id IN (
        SELECT id FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND due_at <= :now AND opened_at IS NOT NULL
    )
    RETURNING {MADE}
"""
CLAIM = """
    UPDATE deliveries SET attempts = attempts + 1, due_at = :until, opened_at = :now
    WHERE id IN (
        SELECT id FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND due_at <= :now AND (:repeats OR opened_at IS NULL)
        ORDER BY due_at
        LIMIT :limit
    )
    RETURNING id, holder_id, about, about_id, asked_at, attempts
"""
END = f"""
    UPDATE deliveries SET ended_at = :now, outcome = :outcome, error = :error
    WHERE id IN (SELECT value FROM json_each(:ids)) AND ended_at IS NULL
    RETURNING {MADE}
"""
COUNT = """
    INSERT INTO delivery_counts (channel, hour, outcome, deliveries) VALUES (:channel, :hour, :outcome, :deliveries)
    ON CONFLICT (channel, hour, outcome) DO UPDATE SET deliveries = delivery_counts.deliveries + excluded.deliveries
"""
ADD = """
    INSERT INTO ledger (post_id, channel, minute, what, deliveries)
    VALUES (:post_id, :channel, :minute, :what, :deliveries)
    ON CONFLICT (post_id, channel, minute, what) DO UPDATE SET deliveries = ledger.deliveries + excluded.deliveries
"""
AHEAD = """
    SELECT id FROM deliveries
    WHERE channel IN (SELECT value FROM json_each(:channels)) AND ended_at IS NULL AND due_at > :now
        AND (asked_at > :now OR opened_at > :now OR due_at > :latest)
    LIMIT :limit
"""
BRING_BACK = """
    UPDATE deliveries
    SET due_at = CASE
            WHEN opened_at > :now THEN :now + due_at - opened_at
            WHEN asked_at > :now THEN :now + due_at - asked_at
            ELSE :now
        END,
        asked_at = min(asked_at, :now),
        opened_at = CASE WHEN opened_at > :now THEN :now ELSE opened_at END
    WHERE id IN (SELECT value FROM json_each(:ids)) AND ended_at IS NULL
"""
PUT_OFF = """
    UPDATE deliveries SET due_at = :due_at, error = :error, opened_at = NULL
    WHERE id = :delivery_id AND ended_at IS NULL
"""
ONE = f"SELECT {MADE} FROM deliveries WHERE id = :id"
CONCLUDE = "UPDATE deliveries SET receipt = :state WHERE id = :id AND receipt = ''"
NAME_PART = """
    INSERT INTO delivery_parts (channel, remote_id, delivery_id, at) VALUES (:channel, :remote_id, :delivery_id, :now)
    ON CONFLICT (channel, remote_id) DO UPDATE SET delivery_id = excluded.delivery_id
"""
REPORT_PART = """
    INSERT INTO delivery_parts (channel, remote_id, state, error, at)
    VALUES (:channel, :remote_id, :state, :error, :now)
    ON CONFLICT (channel, remote_id) DO UPDATE SET state = excluded.state, error = excluded.error
    WHERE delivery_parts.state = ''
    RETURNING coalesce(delivery_id, 0)
"""
PARTS = "SELECT state FROM delivery_parts WHERE delivery_id = :id"
FORGET_PARTS = """
    DELETE FROM delivery_parts WHERE (channel, remote_id) IN (
        SELECT channel, remote_id FROM delivery_parts WHERE at <= :until ORDER BY at LIMIT :limit
    )
"""
FORGET_ENDED = """
    DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries WHERE ended_at <= :until ORDER BY ended_at LIMIT :limit)
"""
LAST_POST = """
    SELECT about_id FROM deliveries
    WHERE channel = :channel AND holder_id = :holder_id AND about = 'post' AND outcome = 'sent'
    ORDER BY about_id DESC
    LIMIT 1
"""
REACHED = """
    SELECT channel, holder_id, nullif(outcome, '') AS outcome FROM deliveries
    WHERE about = :about AND about_id = :about_id AND channel = :channel AND holder_id > :after
    ORDER BY holder_id
    LIMIT :limit
"""
HAD = """
    SELECT channel, count(*) AS deliveries FROM deliveries
    WHERE about = :about AND about_id = :about_id AND outcome IN ('', 'sent', 'in_doubt')
    GROUP BY channel
    ORDER BY channel
"""
ASKED = """
    SELECT holder_id FROM deliveries
    WHERE channel = :channel AND about = :about AND about_id = :about_id
        AND holder_id IN (SELECT value FROM json_each(:holders))
"""
LINES = """
    SELECT post_id, channel, minute, what, deliveries FROM ledger
    WHERE post_id IN (SELECT value FROM json_each(:post_ids))
    ORDER BY post_id, minute, channel, what
"""
PACES = """
    SELECT about_id AS post_id, channel, count(*) AS deliveries, min(asked_at) AS asked_at, max(ended_at) AS ended_at
    FROM deliveries
    WHERE about = 'post' AND about_id IN (SELECT value FROM json_each(:post_ids)) AND outcome = 'sent'
    GROUP BY about_id, channel
"""
DOUBTFUL = f"""
    SELECT {MADE} FROM deliveries
    WHERE outcome = 'in_doubt' AND ended_at IS NOT NULL
    ORDER BY ended_at DESC
    LIMIT :limit
"""
COUNTS = """
    SELECT channel, outcome, sum(deliveries) AS deliveries FROM delivery_counts
    WHERE hour >= :hour
    GROUP BY channel, outcome
    ORDER BY channel, outcome
"""
WAITING = """
    SELECT channel, count(*) AS deliveries, min(asked_at) AS since, max(error) AS error,
        min(due_at) AS due_at
    FROM deliveries
    WHERE ended_at IS NULL
    GROUP BY channel
    ORDER BY channel
"""

LATELY = """
    SELECT
        (SELECT at FROM (SELECT at, channel, state FROM delivery_parts ORDER BY at DESC LIMIT :most)
         WHERE channel = :channel AND state <> '' LIMIT 1) AS receipt_at,
        failed.ended_at AS failed_at, coalesce(failed.error, '') AS why
    FROM (SELECT 1) LEFT JOIN (
        SELECT ended_at, error FROM (
            SELECT ended_at, error, channel, outcome FROM deliveries
            WHERE ended_at IS NOT NULL
            ORDER BY ended_at DESC
            LIMIT :most
        )
        WHERE channel = :channel AND outcome = 'failed'
        LIMIT 1
    ) AS failed
"""


async def ask(
    tx: WriteTx, channel: Channel, about: About, about_id: int, holders: Mapping[int, datetime], *, now: datetime
) -> list[int]:
    """Add what was not asked for before; for whom. O(holders), in one statement."""
    due = {str(id): to_ms(at) for id, at in holders.items()}
    return await tx.all(int, ASK, channel=channel, about=about, about_id=about_id, holders=due, now=now)


async def is_due(tx: ReadTx, channel: Channel, *, now: datetime) -> bool:
    """Whether there is anything to do. One look into the index of what is due."""
    return bool(await tx.one(int, IS_DUE, channel=channel, now=now))


async def end_open(tx: WriteTx, channel: Channel, *, now: datetime) -> list[Made]:
    """End in doubt what was begun and is due again. O(what is due)."""
    return await tx.all(Made, END_OPEN, channel=channel, now=now)


async def claim(
    tx: WriteTx, channel: Channel, *, now: datetime, until: datetime, limit: int, repeats: bool
) -> list[Delivery]:
    """Open what has been due the longest, until a moment. O(limit) in the index of what is due."""
    return await tx.all(Delivery, CLAIM, channel=channel, now=now, until=until, limit=limit, repeats=repeats)


async def end(tx: WriteTx, ids: Sequence[int], outcome: Outcome, error: str, *, now: datetime) -> list[Made]:
    """End deliveries; those that were not ended before. O(those), in one statement."""
    return await tx.all(Made, END, ids=list(ids), outcome=outcome, error=error, now=now)


async def count(tx: WriteTx, channel: Channel, outcome: str, deliveries: int, *, hour: int) -> None:
    """Add to the count of an hour."""
    await tx.run(COUNT, channel=channel, hour=hour, outcome=outcome, deliveries=deliveries)


async def add(tx: WriteTx, post_id: int, channel: Channel, what: What, deliveries: int, *, minute: int) -> None:
    """Add to the ledger of a post."""
    await tx.run(ADD, post_id=post_id, channel=channel, minute=minute, what=what, deliveries=deliveries)


async def ahead(tx: ReadTx, *, now: datetime, latest: datetime, limit: int) -> list[int]:
    """What waits for a moment that a clock which was ahead has set. O(what is put off) in the index of what is due."""
    return await tx.all(int, AHEAD, channels=list(Channel), now=now, latest=latest, limit=limit)


async def bring_back(tx: WriteTx, ids: Sequence[int], *, now: datetime) -> None:
    """Let these wait as long from now on as they were to wait then. O(those)."""
    await tx.run(BRING_BACK, ids=list(ids), now=now)


async def put_off(tx: WriteTx, again: Again) -> None:
    """Close a delivery until it is tried again."""
    await tx.run_with(PUT_OFF, again)


async def one(tx: ReadTx, id: int) -> Made | None:
    """A delivery, if it is not forgotten."""
    return await tx.one(Made, ONE, id=id)


async def conclude(tx: WriteTx, id: int, state: What) -> bool:
    """Keep what became of a delivery, the first time that this is said; whether it was."""
    return bool(await tx.run(CONCLUDE, id=id, state=state))


async def name_part(tx: WriteTx, channel: Channel, remote_id: str, delivery_id: int, *, now: datetime) -> None:
    """Keep whose a part is."""
    await tx.run(NAME_PART, channel=channel, remote_id=remote_id, delivery_id=delivery_id, now=now)


async def report_part(
    tx: WriteTx, channel: Channel, remote_id: str, state: What, error: str, *, now: datetime
) -> int | None:
    """Keep what became of a part, the first time that this is said; whose it is, if that is known."""
    named = {"channel": channel, "remote_id": remote_id, "state": state, "error": error, "now": now}
    return await tx.one(int, REPORT_PART, **named) or None


async def parts(tx: ReadTx, delivery_id: int) -> list[str]:
    """What is known of each part of a delivery: "" for nothing."""
    return await tx.all(str, PARTS, id=delivery_id)


async def forget_parts(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove what was taken, or reported on, before a moment; how many there were. O(limit)."""
    return await tx.run(FORGET_PARTS, until=until, limit=limit)


async def forget_ended(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove what ended before a moment; how many there were. O(limit)."""
    return await tx.run(FORGET_ENDED, until=until, limit=limit)


async def last_post(tx: ReadTx, channel: Channel, holder_id: int) -> int | None:
    """The newest post that a holder was sent, of those that are not forgotten. O(its deliveries)."""
    return await tx.one(int, LAST_POST, channel=channel, holder_id=holder_id)


async def reached(
    tx: ReadTx, about: About, about_id: int, channel: Channel, *, after: int, limit: int
) -> list[Reached]:
    """For whom something was asked by a channel, in the order of holders. O(limit)."""
    return await tx.all(Reached, REACHED, about=about, about_id=about_id, channel=channel, after=after, limit=limit)


async def had(tx: ReadTx, about: About, about_id: int) -> list[Had]:
    """How many had something, or will, by channel. O(those)."""
    return await tx.all(Had, HAD, about=about, about_id=about_id)


async def asked(tx: ReadTx, channel: Channel, about: About, about_id: int, holder_ids: Sequence[int]) -> list[int]:
    """For which of these holders something was asked. O(those)."""
    return await tx.all(int, ASKED, channel=channel, about=about, about_id=about_id, holders=list(holder_ids))


async def lines(tx: ReadTx, post_ids: Sequence[int]) -> list[Line]:
    """The ledger of posts. O(lines)."""
    return await tx.all(Line, LINES, post_ids=list(post_ids))


async def paces(tx: ReadTx, post_ids: Sequence[int]) -> list[Pace]:
    """How quickly posts were sent. O(their deliveries)."""
    return await tx.all(Pace, PACES, post_ids=list(post_ids))


async def doubtful(tx: ReadTx, *, limit: int) -> list[Made]:
    """What ended in doubt and is not forgotten, the latest first. O(what ended)."""
    return await tx.all(Made, DOUBTFUL, limit=limit)


async def counts(tx: ReadTx, *, hour: int) -> list[Count]:
    """What was counted since an hour. O(hours)."""
    return await tx.all(Count, COUNTS, hour=hour)


async def waiting(tx: ReadTx) -> list[Waiting]:
    """What has not ended, by channel. O(those)."""
    return await tx.all(Waiting, WAITING)


async def lately(tx: ReadTx, channel: Channel, *, most: int) -> Lately:
    """What was heard last of a channel, among so many of the latest of all channels. O(most)."""
    return await tx.one(Lately, LATELY, channel=channel, most=most) or Lately()
