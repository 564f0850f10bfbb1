"""Questions about deliveries."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.deliveries import rules, store
from pinson.domain.deliveries.model import About, Channel, Count, Had, Lately, Line, Made, Pace, Reached, Waiting
from pinson.lib.db import ReadTx

LOOKED_AT = 10_000  # of the latest, whatever their channel
AHEAD = 1000


async def is_due(tx: ReadTx, channel: Channel, *, now: datetime) -> bool:
    """Whether there is anything to take on."""
    return await store.is_due(tx, channel, now=now)


async def ahead(tx: ReadTx, *, now: datetime) -> list[int]:
    """What waits because the clock of this machine was ahead when it was asked, begun or put off: some of it.

    In a thread: it looks at all that is put off.
    """
    return await store.ahead(tx, now=now, latest=now + rules.LONGEST_WAIT, limit=AHEAD)


async def reached(
    tx: ReadTx, about: About, about_id: int, channel: Channel, *, after: int = 0, limit: int
) -> list[Reached]:
    """For whom something was asked by a channel in the last three days, and how that ended, by their ids."""
    return await store.reached(tx, about, about_id, channel, after=after, limit=limit)


async def had(tx: ReadTx, about: About, about_id: int) -> list[Had]:
    """How many had something in the last three days, or will, by channel: whom a correction of it would reach."""
    return await store.had(tx, about, about_id)


async def asked(tx: ReadTx, channel: Channel, about: About, about_id: int, holder_ids: Sequence[int]) -> set[int]:
    """For which of these holders something was asked in the last three days."""
    return set(await store.asked(tx, channel, about, about_id, holder_ids)) if holder_ids else set()


async def lines(tx: ReadTx, post_ids: Sequence[int]) -> list[Line]:
    """The ledger of these posts, by post, minute and channel."""
    return await store.lines(tx, post_ids) if post_ids else []


async def paces(tx: ReadTx, post_ids: Sequence[int]) -> list[Pace]:
    """How quickly these posts of the last three days were sent, by channel."""
    return await store.paces(tx, post_ids) if post_ids else []


async def doubtful(tx: ReadTx, *, limit: int = 100) -> list[Made]:
    """What ended in doubt in the last three days, the latest first."""
    return await store.doubtful(tx, limit=limit)


async def counts(tx: ReadTx, *, since: datetime) -> list[Count]:
    """How many ended and how, by channel, since the hour of a moment."""
    return await store.counts(tx, hour=rules.hour(since))


async def waiting(tx: ReadTx) -> list[Waiting]:
    """What is on its way, by channel."""
    return await store.waiting(tx)


async def lately(tx: ReadTx, channel: Channel) -> Lately:
    """What was heard last of a channel, if that was not long ago."""
    return await store.lately(tx, channel, most=LOOKED_AT)
