"""To ask for deliveries, to take on those that are due, and to keep what came of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from pinson.domain.deliveries import rules, store
from pinson.domain.deliveries.model import Again, Channel, Delivery, Ended
from pinson.lib.db import WriteTx

KEPT = timedelta(hours=72)
STEP = 1000  # rows that are removed in one transaction


async def ask(tx: WriteTx, *, channel: Channel, about_id: int, holder_ids: Sequence[int], now: datetime) -> None:
    """That these holders be reached about something: each once, however often it is asked."""
    await store.ask(tx, channel, about_id, holder_ids, now=now)


async def claim(tx: WriteTx, *, channel: Channel, now: datetime, until: datetime, limit: int) -> list[Delivery]:
    """Take on what is due. What is not settled `until` then is due again: whoever took it on has died.

    Returns:
        At most `limit`, those first that have been due the longest.
    """
    return await store.claim(tx, channel, now=now, until=until, limit=limit)


async def settle(tx: WriteTx, *, channel: Channel, results: Sequence[Ended | Again], now: datetime) -> None:
    """Keep what came of attempts. A delivery ends, and is counted, once."""
    outcomes: Counter[str] = Counter()
    for result in results:
        match result:
            case Ended():
                outcomes[result.outcome] += await store.end(tx, result, now=now)
            case Again():
                await store.put_off(tx, result)
    for outcome, deliveries in outcomes.items():
        await store.count(tx, channel, outcome, deliveries, hour=rules.hour(now))


async def forget_ended(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what ended three days ago; whether there may be more."""
    return await store.forget_ended(tx, until=now - KEPT, limit=STEP) == STEP
