"""Who is reached by a message: asked of deliveries at once, held for a digest, or left alone.

Called by reactions, in steps that fit between other writes. Each may run twice, late, or after the message changed, so
each reads the truth first, and asks only for whom it was not asked before.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import deliveries, events, posts
from pinson.domain.alerts import rules, store
from pinson.domain.alerts.model import CHANNELS, Reason, Standing
from pinson.domain.deliveries import About, Channel, Outcome
from pinson.domain.posts import EventId, Post, PostId, Shape, Visibility
from pinson.domain.posts.topics import EVERYTHING, LOCAL
from pinson.lib.db import ReadTx, WriteTx

STEP = 500  # alerts in one transaction
DIGESTS = 200
KEPT = timedelta(hours=72)  # how long deliveries say whom a message has reached


class Place(msgspec.Struct, frozen=True):
    """Where the next step goes on: which topic, or channel, and after which of its alerts, or addresses."""

    index: int = 0
    after: tuple[int, int] = (0, 0)


async def after_post(tx: WriteTx, *, id: PostId, place: Place, now: datetime) -> Place | None:
    """Reach some of those who want a message; where to go on, None if all were.

    A message that corrects another goes to those whom that one reached, and to nobody else.
    """
    post = (await posts.posts(tx, [id])).get(id)
    if post is None or not concerns_alerts(post) or now - post.created_at > rules.FRESH:
        return None
    if post.corrects_id is not None:
        first = (await posts.posts(tx, [post.corrects_id])).get(post.corrects_id)
        if first is not None and now - first.created_at < KEPT:
            return await _after_correction(tx, post, first.id, place, now=now)
    topics = sorted((await topics_of(tx, [post]))[post.id])
    if place.index >= len(topics):
        return None
    is_key = False
    if post.event_id is not None:
        entry = (await events.entries(tx, [id])).get(id)
        is_key = entry is not None and entry.is_key
    found = await store.standing(tx, topics[place.index], topics, at=post.created_at, after=place.after, limit=STEP)
    await _reach(tx, post, found, is_key=is_key, now=now)
    if len(found) < STEP:
        return Place(place.index + 1)
    return Place(place.index, (found[-1].address_id, found[-1].id))


def concerns_alerts(post: Post | Shape) -> bool:
    """Whether a message is for those who asked to be alerted: public, one's own, and no answer to somebody else."""
    return (
        post.visibility is Visibility.PUBLIC
        and post.boost_of_id is None
        and post.in_reply_to_author_id in (None, post.author_id)
    )


async def may_alert(tx: ReadTx, shapes: Sequence[Shape]) -> list[Shape]:
    """Those of these posts that may reach anybody. One statement, none if no post is of the kind that does."""
    fit = [shape for shape in shapes if concerns_alerts(shape)]
    wanted = set(await store.wanted(tx, list({topic for shape in fit for topic in shape.topics}))) if fit else set()
    return [
        shape
        for shape in fit
        if shape.corrects_id is not None or shape.event_id is not None or not wanted.isdisjoint(shape.topics)
    ]


async def topics_of(tx: ReadTx, written: Collection[Post]) -> dict[PostId, set[int]]:
    """What can be followed of what each message is under; of an event also the account whose it is. One statement."""
    ids = {post.event_id for post in written if post.event_id is not None}
    found = await events.by_ids(tx, list(ids)) if ids else {}
    topics = {}
    for post in written:
        topics[post.id] = {topic for topic in post.topics if topic not in (EVERYTHING, LOCAL)}
        if post.event_id in found:
            topics[post.id].add(found[post.event_id].account_id)
    return topics


async def after_event(
    tx: WriteTx, *, event_id: EventId, after: tuple[int, int], now: datetime
) -> tuple[int, int] | None:
    """Ask that some of those who follow an event by e-mail be told how it went; where to go on, None if all were.

    Not by other ways: it takes a page. Not who has a pause: it is no news any more when that ends.
    """
    found = await store.standing(tx, event_id, [event_id], at=now, after=after, limit=STEP)
    holders: dict[int, datetime] = {
        one.address_id: now for one in found if one.channel is Channel.EMAIL and one.paused_until <= now
    }
    await deliveries.ask(tx, channel=Channel.EMAIL, about=About.MORNING, about_id=event_id, holders=holders, now=now)
    return (found[-1].address_id, found[-1].id) if len(found) == STEP else None


async def make_digests(tx: WriteTx, *, now: datetime) -> bool:
    """Gather, and ask to send, what is held for whom the hour has come; whether there may be more."""
    due = await store.due_for_digest(tx, now=now, limit=DIGESTS)
    for address in due:
        digest_id = tx.new_id(address.id, now)
        if await store.make_digest(tx, digest_id, address.id, now=now):
            await deliveries.ask(
                tx,
                channel=address.channel,
                about=About.DIGEST,
                about_id=digest_id,
                holders={address.id: now},
                now=now,
            )
    return len(due) == DIGESTS


async def _reach(tx: WriteTx, post: Post, found: list[Standing], *, is_key: bool, now: datetime) -> None:
    is_live = post.event_id is not None
    by_channel: dict[Channel, dict[int, datetime]] = {}
    waits: list[tuple[Standing, Reason]] = []
    for alert in found:
        match rules.verdict(alert, is_live=is_live, is_key=is_key, now=now):
            case True:
                by_channel.setdefault(alert.channel, {})[alert.address_id] = rules.first_moment(alert, now)
            case Reason() as reason:
                waits.append((alert, reason))
    new: set[int] = set()
    for channel, holders in by_channel.items():
        asked = await deliveries.ask(tx, channel=channel, about=About.POST, about_id=post.id, holders=holders, now=now)
        new.update(asked)
        await store.unhold(tx, post.id, list(holders))
    capped = {
        alert.id: rules.week(now, alert.zone)
        for alert in found
        if alert.address_id in new and alert.per_week is not None
    }
    await store.count_sent(tx, capped)
    await _hold(tx, post, waits, now=now)


async def _hold(tx: WriteTx, post: Post, waits: list[tuple[Standing, Reason]], *, now: datetime) -> None:
    """Keep for digests, for those who do not get it by another alert."""
    reached: set[int] = set()
    for channel in {alert.channel for alert, _ in waits}:
        ids = [alert.address_id for alert, _ in waits if alert.channel is channel]
        reached |= await deliveries.asked(tx, channel, About.POST, post.id, ids)
    left = [(alert, reason) for alert, reason in waits if alert.address_id not in reached]
    if left:
        await store.hold(tx, post.id, [(alert.address_id, alert.topic_id, reason) for alert, reason in left])
        await store.set_due(tx, {a.address_id: rules.digest_moment(a, reason, now) for a, reason in left})


async def _after_correction(tx: WriteTx, post: Post, first_id: PostId, place: Place, *, now: datetime) -> Place | None:
    """Reach those whom the corrected message has reached, by the same channel, at once; where it waits for a digest,
    the correction waits with it."""
    after = place.after[0]
    if place.index == len(CHANNELS):
        return await _after_held(tx, post, first_id, after, now=now)
    channel = CHANNELS[place.index]
    found = await deliveries.reached(tx, About.POST, first_id, channel, after=after, limit=STEP)
    had = {one.holder_id: now for one in found if one.outcome in (None, Outcome.SENT, Outcome.IN_DOUBT)}
    await deliveries.ask(tx, channel=channel, about=About.POST, about_id=post.id, holders=had, now=now)
    if len(found) < STEP:
        return Place(place.index + 1)
    return Place(place.index, (found[-1].holder_id, 0))


async def _after_held(tx: WriteTx, post: Post, first_id: PostId, after: int, *, now: datetime) -> Place | None:
    found = await store.held_of_post(tx, first_id, after=after, limit=STEP)
    await store.hold(tx, post.id, [(one.address_id, one.topic_id, one.reason) for one in found if not one.digest_id])
    for channel in CHANNELS:
        had: dict[int, datetime] = {one.address_id: now for one in found if one.digest_id and one.channel is channel}
        await deliveries.ask(tx, channel=channel, about=About.POST, about_id=post.id, holders=had, now=now)
    return Place(len(CHANNELS), (found[-1].address_id, 0)) if len(found) == STEP else None
