"""« While you were away »: of what a member has not read at home, the few posts worth reading first, each with why.

Plain rules in a fixed order, which the page prints beside each line: who writes to the reader, the key moments of
events, what others answered, repeated and liked most. Nothing is weighed, learnt or hidden: all of it stands below,
in the order of time. How far somebody has read is the marker that apps move too.

Called by `home.py`. Not here: what a home shows (timelines).
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from enum import StrEnum

import msgspec

from pinson.domain import accounts, events, notifications, posts
from pinson.domain.accounts import AccountId
from pinson.domain.filters import Context
from pinson.domain.notifications import Marker
from pinson.domain.posts import Post, PostId, Shape, summary_of
from pinson.domain.timelines import Timeline
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import path_of
from pinson.interfaces.web.reading import Part
from pinson.interfaces.web.site import Call
from pinson.lib.paging import Page

HOME = "home"  # the name of the marker
ABSENCE = timedelta(hours=1)  # shorter ones are none
SETTLED = timedelta(minutes=10)  # a marker is moved again after so long
FEW = 6  # new posts, of which one sees at a glance what they are
LINES = 6
MOST = 100  # new posts that are looked at and counted
LEAST = 2  # reactions that make a post stand out


class Why(StrEnum):
    """Why a post is named."""

    MENTION = "mention"
    KEY = "key"
    REPEATED = "repeated"
    LIKED = "liked"
    ANSWERED = "answered"


class Line(msgspec.Struct, frozen=True):
    """A post that is named. count: how often it was repeated, liked or answered, if that is why."""

    why: Why
    count: int
    path: str
    who: str
    summary: str


class Away(msgspec.Struct, frozen=True):
    """What somebody missed. since: until when they had read, in words. newest: the entry that ends it."""

    count: int
    is_more: bool
    since: str
    newest: PostId
    lines: Sequence[Line]


def named(
    shown: Iterable[Post], *, reader_id: AccountId, key_moments: AbstractSet[PostId], most: int = LINES
) -> list[tuple[Post, Why, int]]:
    """The posts to name, in the order of the rules, then the newest or what others did most with. Pure."""
    others = [post for post in shown if post.author_id != reader_id]
    found: dict[PostId, tuple[Post, Why, int]] = {}
    for post in others:
        if reader_id in post.mentions:
            found[post.id] = (post, Why.MENTION, 0)
    for post in others:
        if post.id in key_moments:
            found.setdefault(post.id, (post, Why.KEY, 0))
    for post in sorted(others, key=lambda post: (_reactions(post), post.id), reverse=True):
        count, why = max(
            (post.boosts, Why.REPEATED), (post.favourites, Why.LIKED), (post.replies, Why.ANSWERED), key=_first
        )
        if count >= LEAST:
            found.setdefault(post.id, (post, why, count))
    return list(found.values())[:most]


def _reactions(post: Post) -> int:
    return post.boosts + post.favourites + post.replies


def _first(pair: tuple[int, Why]) -> int:
    return pair[0]


async def away(call: Call, timeline: Timeline, part: Part, marker: Marker | None) -> Away | None:
    """What the reader missed, given the newest page of their home; None if it was nothing much, or not for long."""
    if marker is None or not part.cards or call.now - marker.updated_at < ABSENCE:
        return None
    if sum(card.shape.id > marker.last_read_id for card in part.cards) < FEW:
        return None
    page = Page(max_id=None, since_id=marker.last_read_id, min_id=None, limit=MOST)
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    assert reader.id is not None
    shapes = await call.tools.timelines.page(call.tools.db, timeline, reader=reader, page=page)
    ids = list(dict.fromkeys(shape.boost_of_id or shape.id for shape in shapes))
    async with call.tools.db.read() as tx:
        originals: list[Shape] = await call.tools.shapes.of(tx, ids)
        veiled = await call.veils(tx, originals, Context.HOME)
        read: Mapping[PostId, Post] = await posts.posts(tx, [id for id in ids if id not in veiled])
        entries = await events.entries(tx, list(read))
        key_moments = {id for id, entry in entries.items() if entry.is_key}
        chosen = named([read[id] for id in ids if id in read], reader_id=AccountId(reader.id), key_moments=key_moments)
        authors = await accounts.by_ids(tx, [post.author_id for post, _, _ in chosen]) if chosen else {}
    lines = [
        Line(why, count, path_of(author.acct, post), author.display_name or author.username, summary_of(post))
        for post, why, count in chosen
        if (author := authors.get(post.author_id))
    ]
    since = dates.moment(marker.updated_at, lang=call.lang, zone=call.zone)
    return Away(len(shapes), len(shapes) == MOST, since, part.cards[0].shape.id, lines)


async def keep_place(call: Call, part: Part, marker: Marker | None) -> None:
    """The reader has seen the newest page of their home: keep that for later, unless it was kept just now."""
    if not part.cards or not call.may("write:statuses"):
        return
    newest = part.cards[0].shape.id
    if marker is None or (newest >= marker.last_read_id and call.now - marker.updated_at >= SETTLED):
        await move(call, newest)


async def move(call: Call, id: PostId) -> None:
    """The acting account has read its home up to an entry."""
    own = call.require("write:statuses")
    await call.tools.db.write(notifications.mark, account_id=own, read={HOME: id}, now=call.now)
