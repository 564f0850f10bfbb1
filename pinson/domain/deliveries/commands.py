"""To ask for deliveries, to take on those that are due, and to keep what came of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pinson.domain.deliveries import rules, store
from pinson.domain.deliveries.model import (
    NEVER_TWICE,
    About,
    Again,
    Channel,
    Delivery,
    Ended,
    Made,
    Outcome,
    Reached,
    What,
)
from pinson.lib.db import WriteTx

KEPT = timedelta(hours=72)
STEP = 1000  # rows that are removed in one transaction


async def ask(
    tx: WriteTx, *, channel: Channel, about: About, about_id: int, holders: Mapping[int, datetime], now: datetime
) -> list[int]:
    """That these holders be reached about something: each once, however often it is asked.

    Args:
        holders: their ids, and from when each may be reached.
    Returns:
        Those that it had not been asked for.
    """
    if not holders:
        return []
    new = await store.ask(tx, channel, about, about_id, holders, now=now)
    if about is About.POST and new:
        await store.add(tx, about_id, channel, What.ASKED, len(new), minute=rules.minute(now))
    return new


async def retell(tx: WriteTx, *, post_id: int, sent: Mapping[Channel, int], at: datetime) -> None:
    """Count deliveries that never were, of a message that a demo tells as the past: nobody is reached."""
    for channel, count in sent.items():
        for what in (What.ASKED, What.SENT):
            await store.add(tx, post_id, channel, what, count, minute=rules.minute(at))


async def claim(tx: WriteTx, *, channel: Channel, now: datetime, until: datetime, limit: int) -> list[Delivery]:
    """Take on what is due. What is not settled `until` then is due again: whoever took it on has died.

    Where nothing may be sent twice, that ends in doubt instead.

    Returns:
        At most `limit`, those first that have been due the longest.
    """
    if channel in NEVER_TWICE:
        doubtful = await store.end_open(tx, channel, now=now)
        outcomes = Counter((Outcome.IN_DOUBT, one.about, one.about_id) for one in doubtful)
        await _count(tx, channel, outcomes, now=now)
    return await store.claim(tx, channel, now=now, until=until, limit=limit, repeats=channel not in NEVER_TWICE)


async def settle(tx: WriteTx, *, channel: Channel, results: Sequence[Ended | Again], now: datetime) -> None:
    """Keep what came of attempts. A delivery ends, and is counted, once.

    One statement for all that ended the same way: most of a batch has.
    """
    alike: dict[tuple[Outcome, str], list[int]] = {}
    for result in results:
        if isinstance(result, Ended):
            alike.setdefault((result.outcome, result.error), []).append(result.delivery_id)
    outcomes: Counter[tuple[Outcome, About, int]] = Counter()
    for (outcome, error), ids in alike.items():
        for ended in await store.end(tx, ids, outcome, error, now=now):
            outcomes[outcome, ended.about, ended.about_id] += 1
    for result in results:
        match result:
            case Ended():
                for remote_id in result.remote_ids:
                    await store.name_part(tx, channel, remote_id, result.delivery_id, now=now)
                if result.remote_ids:
                    await _conclude_parts(tx, result.delivery_id, now=now)
            case Again():
                await store.put_off(tx, result)
    await _count(tx, channel, outcomes, now=now)


async def bring_back(tx: WriteTx, *, ids: Sequence[int], now: datetime) -> None:
    """Let what `ahead` found wait from now on, as long as it was to wait when the clock was ahead."""
    await store.bring_back(tx, ids, now=now)


async def receive(
    tx: WriteTx, *, channel: Channel, remote_id: str, arrived: bool, error: str = "", now: datetime
) -> None:
    """Keep what the other side says became of a part that it took. Said twice, the first stands."""
    state = What.DELIVERED if arrived else What.LOST
    delivery_id = await store.report_part(tx, channel, remote_id, state, error, now=now)
    if delivery_id is not None:
        await _conclude_parts(tx, delivery_id, now=now)


async def come_back(tx: WriteTx, *, delivery_id: int, holder_id: int, now: datetime) -> Reached | None:
    """Keep that what was sent did not arrive; whose it was, unless that was known before or is forgotten.

    Whoever says so names its holder too: what a stranger makes up fits none.
    """
    there = await store.one(tx, delivery_id)
    if there is None or there.holder_id != holder_id:
        return None
    if there.outcome is not Outcome.SENT or not await _conclude(tx, there, What.LOST, now=now):
        return None
    return Reached(there.channel, there.holder_id, there.outcome)


async def count_left(tx: WriteTx, *, channel: Channel, holder_id: int, now: datetime) -> None:
    """Count that a holder left, with the post that they had last, if they had one in the last three days."""
    post_id = await store.last_post(tx, channel, holder_id)
    if post_id is not None:
        await store.add(tx, post_id, channel, What.LEFT, 1, minute=rules.minute(now))


async def forget_ended(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what ended three days ago, and what we were told of it; whether there may be more."""
    parts = await store.forget_parts(tx, until=now - KEPT, limit=STEP)
    return await store.forget_ended(tx, until=now - KEPT, limit=STEP) == STEP or parts == STEP


async def _conclude_parts(tx: WriteTx, delivery_id: int, *, now: datetime) -> None:
    """Count a delivery as arrived once all its parts are, or as lost as soon as one is."""
    there = await store.one(tx, delivery_id)
    states = await store.parts(tx, delivery_id)
    if there is None:
        return
    if What.LOST in states:
        await _conclude(tx, there, What.LOST, now=now)
    elif all(state == What.DELIVERED for state in states):
        await _conclude(tx, there, What.DELIVERED, now=now)


async def _conclude(tx: WriteTx, there: Made, state: What, *, now: datetime) -> bool:
    """Keep, and count, what became of what was sent: once; whether it was now."""
    if not await store.conclude(tx, there.id, state):
        return False
    if there.about is About.POST:
        await store.add(tx, there.about_id, there.channel, state, 1, minute=rules.minute(now))
    return True


async def _count(
    tx: WriteTx, channel: Channel, outcomes: Mapping[tuple[Outcome, About, int], int], *, now: datetime
) -> None:
    by_outcome: Counter[Outcome] = Counter()
    for (outcome, about, about_id), deliveries in outcomes.items():
        by_outcome[outcome] += deliveries
        if about is About.POST:
            await store.add(tx, about_id, channel, What(outcome), deliveries, minute=rules.minute(now))
    for outcome, deliveries in by_outcome.items():
        await store.count(tx, channel, outcome, deliveries, hour=rules.hour(now))
