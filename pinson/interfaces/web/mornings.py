"""The sheet of the morning after a live event: one page, for a director, or whoever was not there.

Five figures, three key moments, what stayed open, one thing to do next time, and where all of it is. Everything on it
anybody can count on the event's page, but for what was sent and how often links were followed: those stand there for
members of the event's account alone. What to do next time follows from a few plain rules, the gravest first.

Not here: the messages as PDF (`extracts.py`), how a PDF is made (lib/papers).
"""

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec
from starlette.responses import Response

from pinson.domain import deliveries, events, media, shortlinks
from pinson.domain.deliveries import What
from pinson.domain.events import EventNotFound, State
from pinson.domain.media import MediaKind
from pinson.interfaces.request import Routes
from pinson.interfaces.web.events.page import opened
from pinson.interfaces.web.extracts import small_of
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.walls import Message
from pinson.lib.errors import Kind, Refusal

routes = Routes()

KEPT = 60  # seconds that a proxy may hold a sheet
FIGURES_SCOPE = "read:statuses"
MOST_MOMENTS = 3
MOST_PHOTOS = 3  # on the whole sheet
MOST_OPEN = 2
SILENCE = timedelta(minutes=90)  # between two messages: whoever follows wonders whether it is over
LONGEST, LONGEST_OPEN = 120, 60  # characters of a message here, and of one that stayed open; the page has them all
LONGEST_TITLE = 60


class NotOverYet(Refusal):
    """The event goes on, or is to come."""

    kind, code = Kind.MISSING, "not_over_yet"
    text = "This event is not over yet. Its sheet will be here, at this address, when it is."


class Asked(msgspec.Struct):
    """Of which event."""

    slug: str


class Shown(msgspec.Struct, frozen=True):
    """A message, short enough. picture: `key` of a file, or ""; alt: what is on it."""

    time: str
    text: str
    language: str | None
    picture: str = ""
    alt: str = ""


class Photo(msgspec.Struct, frozen=True):
    """A photo of another message. picture: `key` of a file; alt: what is on it."""

    time: str
    picture: str
    alt: str


class Advice(msgspec.Struct, frozen=True):
    """What to do next time. what: as the template says it; count: of what went wrong; since, until: of a silence."""

    what: str
    count: int = 0
    since: str = ""
    until: str = ""


@routes.get("/e/{slug}/lendemain")
@routes.get("/e/{slug}/morning-after")
async def show(call: Call, form: Asked) -> Response:
    """The sheet, as PDF.

    Raises:
        EventNotFound, NotOverYet, CannotPrint, PressIsBusy, TooManyAttempts.
    """
    async with call.tools.db.read() as tx:
        event, owner, _role = await opened(tx, call, form.slug)
    if event.is_model:
        raise EventNotFound
    if event.state(call.now) is not State.AFTER:
        raise NotOverYet
    story = await call.walls.story(event.id, call.lang)
    ids = [one.id for one in story.messages]
    is_ours = call.acting is not None and call.acting.account_id == event.account_id and call.may(FIGURES_SCOPE)
    async with call.tools.db.read() as tx:
        attached = await media.of_posts(tx, ids)
        waiting = await events.still_open(tx, event.id)
        followed = await shortlinks.followed_from(tx, ids) if is_ours else 0
        lines = await deliveries.lines(tx, ids) if is_ours else []
    photos = [one for some in attached.values() for one in some if one.kind is MediaKind.IMAGE]
    figures = {
        "messages": len(ids),
        "moments": len(story.moments),
        "photos": len(photos),
        "corrections": sum(one.corrects is not None for one in story.messages),
        "hours": _hours(story.messages),
        "sent": sum(line.deliveries for line in lines if line.what is What.SENT),
        "followed": followed,
    }
    best = _best(story.messages)
    moments = [_shown(one, with_picture=True) for one in best]
    seen = _photos(story.messages, without=best, most=MOST_PHOTOS - sum(bool(one.picture) for one in moments))
    promised = {one.post_id for one in waiting if one.promises and one.kept_at is None}
    still_open = [_shown(one, most=LONGEST_OPEN) for one in story.messages if one.id in promised]
    return await call.paper(
        "events/morning",
        name=f"{event.slug}-{'lendemain' if call.lang == 'fr' else 'morning-after'}",
        kept=0 if is_ours else KEPT,
        style="paper.css",
        pictures=[*(one.picture for one in moments if one.picture), *(one.picture for one in seen)],
        event=event,
        story=story,
        title=_short(event.title, LONGEST_TITLE),
        place=_short(event.place, LONGEST_TITLE),
        by=_short(owner.display_name or owner.username, LONGEST_TITLE),
        figures=figures,
        is_ours=is_ours,
        moments=moments,
        photos=seen,
        still_open=still_open[:MOST_OPEN],
        others=max(len(still_open) - MOST_OPEN, 0),
        advice=advice_on(
            story.messages, broken=len(still_open), undescribed=sum(not one.description for one in photos)
        ),
        address=f"{call.base_url}/e/{event.slug}",
    )


def _best(messages: Sequence[Message]) -> list[Message]:
    """Up to three key moments, in the order of the day: those with a picture first, then the latest."""
    keys = [one for one in messages if one.is_key]
    best = sorted(keys, key=lambda one: (bool(one.pictures), one.id), reverse=True)[:MOST_MOMENTS]
    return sorted(best, key=lambda one: one.id)


def _photos(messages: Sequence[Message], *, without: Sequence[Message], most: int) -> list[Photo]:
    """Photos of the day that no moment shows, spread over it: one a message first."""
    left = [one for one in messages if one not in without and one.pictures]
    found = [(one, one.pictures[0]) for one in left] + [(one, more) for one in left for more in one.pictures[1:]]
    chosen = sorted(found[: max(most, 0)], key=lambda pair: pair[0].id)
    return [Photo(one.time, small_of(picture), picture.description) for one, picture in chosen]


def _hours(messages: Sequence[Message]) -> int:
    """From the first message to the last, rounded up."""
    moments = [one.at for one in messages]
    return math.ceil((max(moments) - min(moments)) / timedelta(hours=1)) if moments else 0


def advice_on(messages: Sequence[Message], *, broken: int, undescribed: int) -> Advice:
    """One thing to do next time: of what can be told from the messages, what weighs most on who followed."""
    by_time = sorted(messages, key=lambda one: one.at)
    silences = [(later.at - earlier.at, earlier, later) for earlier, later in pairwise(by_time)]
    longest = max(silences, key=lambda one: one[0], default=None)
    if not messages:
        return Advice("write")
    if broken:
        return Advice("promises", broken)
    if longest is not None and longest[0] >= SILENCE:
        return Advice("silence", since=longest[1].time, until=longest[2].time)
    if not any(one.is_key for one in messages):
        return Advice("moments")
    if undescribed:
        return Advice("describe", undescribed)
    if not any(one.pictures for one in messages):
        return Advice("photos")
    corrections = sum(one.corrects is not None for one in messages)
    return Advice("read", corrections) if corrections else Advice("same")


def _shown(one: Message, *, with_picture: bool = False, most: int = LONGEST) -> Shown:
    text = _short(" ".join(one.text.split()), most)
    if not with_picture or not one.pictures:
        return Shown(one.time, text, one.language)
    picture = one.pictures[0]
    return Shown(one.time, text, one.language, small_of(picture), picture.description)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
