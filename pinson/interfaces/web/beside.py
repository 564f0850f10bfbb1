"""The column beside home on wide screens: the live events one follows with what comes next, one's lists and hashtags.

Called by `home.py`. On narrow screens all of it is a page away: nothing is only here.
"""

from collections.abc import Sequence

import msgspec

from pinson.domain import accounts, events, posts, relations
from pinson.domain.accounts import AccountId
from pinson.domain.events import Event, State
from pinson.domain.posts import EventId, Tag, summary_of
from pinson.domain.relations import lists
from pinson.domain.relations.lists import List
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import path_of
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST

MOST_EVENTS, MOST_LINES, MOST_PROMISES, MOST_LISTS, MOST_TAGS = 3, 3, 3, 8, 8
LOOKED_AT = 40  # events followed lately, among which those that are not over are found


class Next(msgspec.Struct, frozen=True):
    """A line of a programme. when: its hour, where the reader is."""

    when: str
    what: str


class Promise(msgspec.Struct, frozen=True):
    """A post that leaves something open."""

    path: str
    summary: str


class Shown(msgspec.Struct, frozen=True):
    """An event. goes_on: whether it has begun. when: it begins, in words."""

    event: Event
    goes_on: bool
    when: str


class Beside(msgspec.Struct, frozen=True):
    """What stands there. coming, promises: of the first of the events."""

    events: Sequence[Shown]
    coming: Sequence[Next]
    promises: Sequence[Promise]
    lists: Sequence[List]
    tags: Sequence[Tag]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (self.events or self.lists or self.tags)


async def beside(tx: ReadTx, call: Call, own: AccountId) -> Beside:
    """What stands beside the home of an account. Four statements; at most five more if it follows an event."""
    held = await lists.of_account(tx, own)
    followed = await relations.followed_tags(tx, own, before=NEWEST, after=0, limit=MOST_TAGS)
    known = await posts.tags_by_ids(tx, [one.topic_id for one in followed])
    tags = [known[one.topic_id] for one in followed if one.topic_id in known]
    follows = await relations.followed_events(tx, own, before=NEWEST, after=0, limit=LOOKED_AT)
    found = await events.by_ids(tx, [EventId(one.topic_id) for one in follows])
    ahead = sorted(
        (one for one in found.values() if one.state(call.now) is not State.AFTER and one.cancelled_at is None),
        key=lambda one: (one.starts_at, one.id),
    )
    coming = await _coming(tx, call, ahead[0]) if ahead else []
    promises = await _promises(tx, call, ahead[0]) if ahead else []
    shown = [
        Shown(one, one.starts_at <= call.now, dates.moment(one.starts_at, lang=call.lang, zone=call.zone))
        for one in ahead[:MOST_EVENTS]
    ]
    return Beside(shown, coming, promises, held[:MOST_LISTS], tags)


async def _coming(tx: ReadTx, call: Call, event: Event) -> list[Next]:
    lines = [one for one in await events.lines(tx, event.id) if one.done_at is None and one.starts_at >= call.now]
    return [Next(f"{one.starts_at.astimezone(call.zone):%H:%M}", one.what) for one in lines[:MOST_LINES]]


async def _promises(tx: ReadTx, call: Call, event: Event) -> list[Promise]:
    """The promises of an event that nobody has kept yet, as far as the reader sees them."""
    open_ = [one for one in await events.still_open(tx, event.id) if one.promises and one.kept_at is None]
    if not open_:
        return []
    reader = await call.reader(tx)
    shapes = await call.tools.shapes.of(tx, [one.post_id for one in open_[:MOST_PROMISES]])
    written = await posts.posts(tx, [shape.id for shape in shapes if posts.can_see(shape, reader)])
    authors = await accounts.by_ids(tx, [post.author_id for post in written.values()])
    return [
        Promise(path_of(author.acct, post), summary_of(post))
        for post in written.values()
        if (author := authors.get(post.author_id))
    ]
