"""Questions about deliveries."""

from datetime import datetime

from pinson.domain.deliveries import rules, store
from pinson.domain.deliveries.model import Channel, Count, Waiting
from pinson.lib.db import ReadTx


async def is_due(tx: ReadTx, channel: Channel, *, now: datetime) -> bool:
    """Whether there is anything to take on."""
    return await store.is_due(tx, channel, now=now)


async def counts(tx: ReadTx, *, since: datetime) -> list[Count]:
    """How many ended and how, by channel, since the hour of a moment."""
    return await store.counts(tx, hour=rules.hour(since))


async def waiting(tx: ReadTx) -> list[Waiting]:
    """What is on its way, by channel."""
    return await store.waiting(tx)
