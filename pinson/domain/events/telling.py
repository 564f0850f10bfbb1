"""What an event's page, wall, feeds and API show: its posts with all that belongs to them, and how things stand.

Called by interfaces, after they asked a timeline which posts the reader may see.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts, media, posts
from pinson.domain.accounts import Profile
from pinson.domain.events import store
from pinson.domain.events.model import Entry, Event, Line, State, Step
from pinson.domain.media import Media
from pinson.domain.posts import EventId, Post, Shape
from pinson.lib.db import ReadTx
from pinson.lib.ids import moment_of


class Told(msgspec.Struct, frozen=True):
    """A post of an event, with all that is shown of it.

    number: its place in the event, the oldest being 1.
    """

    post: Post
    author: Profile
    media: tuple[Media, ...]
    entry: Entry
    number: int

    @property
    def corrected_at(self) -> datetime | None:
        """When it was corrected last, if it was."""
        return None if self.post.corrected_by_id is None else moment_of(self.post.corrected_by_id)


class Situation(msgspec.Struct, frozen=True):
    """How things stand in an event at a moment.

    posts: how many there are.
    gauge: where it stands; None if nothing moved it, or there is none. reached, next_step: its steps around that.
    expecting: whose expectation is open, if any, until the event is over. promising: whose promises are, oldest first.
    lines: the programme. line: what goes on by it. next_line: what comes next.
    """

    state: State
    posts: int
    gauge: float | None
    reached: Step | None
    next_step: Step | None
    expecting: Entry | None
    promising: tuple[Entry, ...]
    line: Line | None
    next_line: Line | None
    lines: tuple[Line, ...]

    def late(self, now: datetime) -> timedelta | None:
        """By how much what is expected is late; None if it is not, or nothing is expected."""
        if self.expecting is None or self.expecting.expects_until is None or now <= self.expecting.expects_until:
            return None
        return now - self.expecting.expects_until


async def tell(tx: ReadTx, id: EventId, shapes: Sequence[Shape]) -> list[Told]:
    """These posts of an event, in the order given; those that left it are left out. Six statements at most."""
    ids = [shape.id for shape in shapes]
    entries = {entry.post_id: entry for entry in await store.entries(tx, ids) if entry.event_id == id} if ids else {}
    if not entries:
        return []
    found = await posts.posts(tx, list(entries))
    authors = await accounts.profiles(tx, list({post.author_id for post in found.values()}))
    shown = await media.of_posts(tx, [post.id for post in found.values() if post.media])
    numbers = await store.numbers(tx, id, first=min(entries), last=max(entries))
    return [
        Told(found[one], authors[found[one].author_id], tuple(shown.get(one, ())), entries[one], numbers[one])
        for one in ids
        if one in found and found[one].author_id in authors
    ]


async def situation(tx: ReadTx, event: Event, *, now: datetime) -> Situation:
    """How things stand. Four statements."""
    lines = await store.lines(tx, event.id)
    moved = await store.gauge(tx, event.id, limit=1) if event.gauge_steps else []
    opened = await store.still_open(tx, event.id)
    is_on = event.state(now) is not State.AFTER  # what was expected then is late no more
    value = moved[0].gauge if moved else None
    passed = [step for step in event.gauge_steps if value is not None and step.value <= value]
    ahead = [step for step in event.gauge_steps if value is None or step.value > value]
    to_come = [line for line in lines if line.starts_at > now and line.done_at is None]
    begun = [line for line in lines if line.starts_at <= now and line.done_at is None]
    return Situation(
        event.state(now),
        await store.count(tx, event.id, until=2**63 - 1),
        value,
        passed[-1] if passed else None,
        ahead[0] if ahead else None,
        next((one for one in reversed(opened) if is_on and one.expects_until is not None and one.met_at is None), None),
        tuple(one for one in opened if one.promises and one.kept_at is None),
        begun[-1] if begun and (begun[-1].ends_at or event.ends_at) > now else None,
        to_come[0] if to_come else None,
        tuple(lines),
    )
