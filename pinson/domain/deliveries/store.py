"""SQL of deliveries."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.deliveries.model import Again, Channel, Count, Delivery, Ended, Waiting
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("deliveries", "delivery_counts")

ASK = """
    INSERT INTO deliveries (channel, holder_id, about_id, asked_at, due_at)
    VALUES (:channel, :holder_id, :about_id, :now, :now)
    ON CONFLICT (channel, holder_id, about_id) DO NOTHING
"""
IS_DUE = """
    SELECT count(*) FROM (
        SELECT 1 FROM deliveries WHERE channel = :channel AND ended_at IS NULL AND due_at <= :now LIMIT 1
    ) AS due
"""
CLAIM = """
    UPDATE deliveries SET attempts = attempts + 1, due_at = :until
    WHERE id IN (
        SELECT id FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND due_at <= :now
        ORDER BY due_at
        LIMIT :limit
    )
    RETURNING id, holder_id, about_id, asked_at, attempts
"""
END = """
    UPDATE deliveries SET ended_at = :now, outcome = :outcome, error = :error
    WHERE id = :delivery_id AND ended_at IS NULL
"""
COUNT = """
    INSERT INTO delivery_counts (channel, hour, outcome, deliveries) VALUES (:channel, :hour, :outcome, :deliveries)
    ON CONFLICT (channel, hour, outcome) DO UPDATE SET deliveries = delivery_counts.deliveries + excluded.deliveries
"""
PUT_OFF = """
    UPDATE deliveries SET due_at = :due_at, error = :error
    WHERE id = :delivery_id AND ended_at IS NULL
"""
FORGET_ENDED = """
    DELETE FROM deliveries
    WHERE id IN (SELECT id FROM deliveries WHERE ended_at <= :until ORDER BY ended_at LIMIT :limit)
"""
COUNTS = """
    SELECT channel, outcome, sum(deliveries) AS deliveries FROM delivery_counts
    WHERE hour >= :hour
    GROUP BY channel, outcome
    ORDER BY channel, outcome
"""
WAITING = """
    SELECT channel, count(*) AS deliveries, min(asked_at) AS since, max(error) AS error FROM deliveries
    WHERE ended_at IS NULL
    GROUP BY channel
    ORDER BY channel
"""


async def ask(tx: WriteTx, channel: Channel, about_id: int, holder_ids: Sequence[int], *, now: datetime) -> None:
    """Add what was not asked for before."""
    rows = [{"channel": channel, "holder_id": id, "about_id": about_id, "now": now} for id in holder_ids]
    await tx.run_many(ASK, rows)


async def is_due(tx: ReadTx, channel: Channel, *, now: datetime) -> bool:
    """Whether there is anything to do. One look into the index of what is due."""
    return bool(await tx.one(int, IS_DUE, channel=channel, now=now))


async def claim(tx: WriteTx, channel: Channel, *, now: datetime, until: datetime, limit: int) -> list[Delivery]:
    """Open what has been due the longest, until a moment. O(limit) in the index of what is due."""
    return await tx.all(Delivery, CLAIM, channel=channel, now=now, until=until, limit=limit)


async def end(tx: WriteTx, ended: Ended, *, now: datetime) -> bool:
    """End a delivery; whether it was not ended before."""
    return bool(await tx.run(END, **msgspec.structs.asdict(ended), now=now))


async def count(tx: WriteTx, channel: Channel, outcome: str, deliveries: int, *, hour: int) -> None:
    """Add to the count of an hour."""
    await tx.run(COUNT, channel=channel, hour=hour, outcome=outcome, deliveries=deliveries)


async def put_off(tx: WriteTx, again: Again) -> None:
    """Close a delivery until it is tried again."""
    await tx.run(PUT_OFF, **msgspec.structs.asdict(again))


async def forget_ended(tx: WriteTx, *, until: datetime, limit: int) -> int:
    """Remove what ended before a moment; how many there were. O(limit)."""
    return await tx.run(FORGET_ENDED, until=until, limit=limit)


async def counts(tx: ReadTx, *, hour: int) -> list[Count]:
    """What was counted since an hour. O(hours)."""
    return await tx.all(Count, COUNTS, hour=hour)


async def waiting(tx: ReadTx) -> list[Waiting]:
    """What has not ended, by channel. O(those)."""
    return await tx.all(Waiting, WAITING)
