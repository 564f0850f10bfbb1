"""To subscribe, to end subscriptions, and to say that a feed has changed."""

from datetime import datetime, timedelta

from pinson.domain import deliveries, posts
from pinson.domain.deliveries import About, Channel
from pinson.domain.hub import rules, store
from pinson.domain.hub.model import Wish
from pinson.domain.hub.rules import MOST_OF_HOST, TooManyOfHost
from pinson.lib.db import WriteTx

STEP = 1000  # deliveries that are asked for, or rows that are removed, in one transaction
KEPT = timedelta(days=3)  # as deliveries are


async def subscribe(tx: WriteTx, *, wish: Wish, now: datetime) -> None:
    """Send a feed to a callback, which has confirmed that it wants it, whenever it changes; or renew that.

    Raises:
        TooManyOfHost.
        BadCallback: `rules.check_callback` was not asked.
    """
    topic, host = wish.topic, rules.check_callback(wish.callback)
    is_new = not await store.is_there(tx, topic.path, wish.callback)
    if is_new and await store.of_host(tx, host) >= MOST_OF_HOST:
        raise TooManyOfHost(limit=MOST_OF_HOST)
    topic_id = topic.topic_id
    if topic_id is None:
        topic_id = (await posts.tag_named(tx, name=topic.tag, now=now)).id
    await store.put(
        tx,
        topic_id=topic_id,
        path=topic.path,
        since=topic.since,
        until=topic.until,
        callback=wish.callback,
        host=host,
        secret=wish.secret,
        ends_at=now + wish.lasts,
        now=now,
    )


async def unsubscribe(tx: WriteTx, *, path: str, callback: str) -> None:
    """Send this feed there no longer. Without a subscription this changes nothing."""
    await store.take_out(tx, path, callback)


async def drop(tx: WriteTx, *, id: int) -> None:
    """End a subscription whose callback is gone."""
    await store.drop(tx, id)


async def publish(tx: WriteTx, *, path: str, version: str, now: datetime) -> bool:
    """Ask that a feed be sent to all who subscribed, if it says something else than last time; in steps.

    Args:
        version: a digest of what it says.
    Returns:
        Whether there is more to do: call it again then. It goes on where it ended, in another process too.
    """
    newest = await store.newest(tx, path)
    if newest is None or newest.version != version:
        id, through = await store.new_update(tx, path, version, at=now), 0
    elif newest.done:
        return False
    else:
        id, through = newest.id, newest.through
    holders = await store.holders(tx, path, after=through, now=now, limit=STEP)
    await deliveries.ask(
        tx, channel=Channel.WEBSUB, about=About.FEED, about_id=id, holders=dict.fromkeys(holders, now), now=now
    )
    done = len(holders) < STEP
    await store.asked(tx, id, through=holders[-1] if holders else through, done=done)
    return not done


async def forget_old(tx: WriteTx, *, now: datetime) -> bool:
    """Remove subscriptions whose lease has ended, and updates of three days ago; whether there may be more."""
    over = await store.forget_over(tx, now=now, limit=STEP)
    sent = await store.forget_updates(tx, until=now - KEPT, limit=STEP)
    return STEP in (over, sent)
