"""Questions about live events. Which of their posts somebody may see is asked of posts (`can_see`) and timelines."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from pinson.domain.accounts import AccountId
from pinson.domain.events import rules, store
from pinson.domain.events.model import Entry, Event, Line, Member, Moment, ReadyDraft, Role
from pinson.domain.posts import EventId, PostId
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST

AHEAD = timedelta(days=90)


async def by_slug(tx: ReadTx, slug: str) -> Event:
    """The event at an address.

    Raises:
        EventNotFound.
    """
    found = await store.by_slug(tx, slug)
    if found is None:
        raise rules.EventNotFound
    return found


async def by_id(tx: ReadTx, id: EventId) -> Event:
    """
    Raises:
        EventNotFound.
    """
    found = await store.by_ids(tx, [id])
    if not found:
        raise rules.EventNotFound
    return found[0]


async def by_ids(tx: ReadTx, ids: Sequence[EventId]) -> dict[EventId, Event]:
    """Those of these events that exist, in one statement."""
    return {event.id: event for event in await store.by_ids(tx, ids)} if ids else {}


async def of_account(tx: ReadTx, account_id: AccountId, *, is_model: bool = False, limit: int = 100) -> list[Event]:
    """Events of an account and of teams that it is in, the latest first; `is_model`: its models."""
    return await store.of_account(tx, account_id, is_model=is_model, limit=limit)


async def next_of(tx: ReadTx, account_id: AccountId, *, now: datetime) -> Event | None:
    """The event of an account, or of a team that it is in, that goes on or is the next to come."""
    return await store.next_of(tx, account_id, now=now)


async def current(tx: ReadTx, *, now: datetime, limit: int = 20) -> list[Event]:
    """Events that go on or are to come, in the order of their beginnings."""
    return await store.around(tx, since=now - rules.LONGEST, until=now + AHEAD, now=now, limit=limit)


async def due_mornings(tx: ReadTx, *, now: datetime) -> list[Event]:
    """Events that ended yesterday and of which it is time to tell how they went."""
    ended = await store.ended(tx, since=now - rules.NEWS, until=now)
    return [one for one in ended if rules.morning_after(one) <= now]


async def worth_reliving(tx: ReadTx, *, language: str, now: datetime) -> Event | None:
    """The past event in which most was written, one in this language if there is any; of several the first made."""
    return await store.past(tx, language=language, now=now)


async def team(tx: ReadTx, id: EventId) -> list[Member]:
    """Who writes in an event besides the account whose it is: leads first."""
    return await store.team(tx, id)


async def role(tx: ReadTx, event: Event, account_id: AccountId | None) -> Role | None:
    """What an account does in an event; None if nothing."""
    if account_id is None:
        return None
    if account_id == event.account_id:
        return Role.LEAD
    return rules.role_of(event, await store.team(tx, event.id), account_id)


async def lines(tx: ReadTx, id: EventId) -> list[Line]:
    """The programme of an event, in the order of time."""
    return await store.lines(tx, id)


async def moments(tx: ReadTx, ids: Sequence[int]) -> dict[int, Moment]:
    """Those of these moments that there still are. Two statements."""
    lines = {line.id: line for line in await store.lines_by_ids(tx, [id for id in ids if id > 0])}
    wanted = {line.event_id for line in lines.values()} | {EventId(-id) for id in ids if id < 0}
    there = {event.id: event for event in await store.by_ids(tx, list(wanted))}
    found = {}
    for id in ids:
        line = lines.get(id)
        event = there.get(line.event_id if line is not None else EventId(-id))
        if event is not None:
            is_off = event.is_model or event.cancelled_at is not None or (line is not None and line.done_at is not None)
            starts_at, what = (line.starts_at, line.what) if line is not None else (event.starts_at, "")
            found[id] = Moment(id, event, starts_at, what, is_off)
    return found


async def lines_of(tx: ReadTx, ids: Sequence[EventId]) -> dict[EventId, list[Line]]:
    """The programmes of several events, in one statement."""
    found: dict[EventId, list[Line]] = {}
    for line in await store.lines_of(tx, ids) if ids else ():
        found.setdefault(line.event_id, []).append(line)
    return found


async def drafts(tx: ReadTx, id: EventId) -> list[ReadyDraft]:
    """What is ready to be written, and was, in order: for its team."""
    return await store.drafts(tx, id)


async def entries(tx: ReadTx, post_ids: Sequence[PostId]) -> dict[PostId, Entry]:
    """What those of these posts are that are part of events, in one statement."""
    return {entry.post_id: entry for entry in await store.entries(tx, post_ids)} if post_ids else {}


async def answered_by(tx: ReadTx, post_id: PostId) -> list[Entry]:
    """Those whose expectation or promise a post answers."""
    return await store.answered_by(tx, post_id)


async def page(
    tx: ReadTx, id: EventId, *, before: int = NEWEST, after: int = 0, limit: int, ascending: bool = False
) -> list[Entry]:
    """Posts of an event with ids between the two, newest first or oldest first."""
    return await store.page(tx, id, before=before, after=after, limit=limit, ascending=ascending)


async def key_moments(tx: ReadTx, id: EventId, *, limit: int = 40) -> list[Entry]:
    """Its key moments, the latest first."""
    return await store.key_moments(tx, id, limit=limit)


async def still_open(tx: ReadTx, id: EventId) -> list[Entry]:
    """Those whose expectation or promise is open, oldest first; of expectations there is at most one."""
    return await store.still_open(tx, id)


async def gauge(tx: ReadTx, id: EventId, *, limit: int = 1) -> list[Entry]:
    """Those that moved the gauge, the latest first: where it stands is said by the first."""
    return await store.gauge(tx, id, limit=limit)


async def goes_on_under(tx: ReadTx, tag_ids: Sequence[int], account_id: AccountId, *, now: datetime) -> EventId | None:
    """The event that goes on under one of these hashtags, with this account in its team; of several the latest."""
    return await store.tagged(tx, tag_ids, account_id, now=now)


async def tags_of_events(tx: ReadTx, tag_ids: Collection[int]) -> set[int]:
    """Those of these hashtags that any event ever had."""
    return set(await store.tags_of_events(tx, list(tag_ids)))


async def number_of(tx: ReadTx, id: EventId, post_id: int = NEWEST) -> int:
    """Which place a post has in its event, the oldest being 1; without one, how many there are."""
    return await store.count(tx, id, until=post_id)
