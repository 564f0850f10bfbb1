"""The sheet of the morning after a live event: one page, for a director, or whoever was not there.

Five figures at most, three key moments, what stayed open, and where all of it is. Everything on it anybody can count on
the event's page, but for how often links were followed: that stands on it only for members of the event's account.

Not here: the messages as PDF (`extracts.py`), how a PDF is made (lib/papers).
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import events, media, shortlinks
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
MOST_OPEN = 4
LONGEST = 140  # characters of a message here; the page has them all
LONGEST_TITLE = 100


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
    figures = {
        "messages": len(ids),
        "moments": len(story.moments),
        "photos": sum(one.kind is MediaKind.IMAGE for some in attached.values() for one in some),
        "corrections": sum(one.corrects is not None for one in story.messages),
        "followed": followed,
    }
    moments = [_shown(one, with_picture=True) for one in _best(story.messages)]
    promised = {one.post_id for one in waiting if one.promises and one.kept_at is None}
    still_open = [_shown(one) for one in story.messages if one.id in promised]
    return await call.paper(
        "events/morning",
        name=f"{event.slug}-{'lendemain' if call.lang == 'fr' else 'morning-after'}",
        kept=0 if is_ours else KEPT,
        style="paper.css",
        pictures=[one.picture for one in moments if one.picture],
        event=event,
        story=story,
        title=_short(event.title, LONGEST_TITLE),
        place=_short(event.place, LONGEST_TITLE),
        by=_short(owner.display_name or owner.username, LONGEST_TITLE),
        figures=figures,
        is_ours=is_ours,
        moments=moments,
        still_open=still_open[:MOST_OPEN],
        others=max(len(still_open) - MOST_OPEN, 0),
        address=f"{call.base_url}/e/{event.slug}",
    )


def _best(messages: Sequence[Message]) -> list[Message]:
    """Up to three key moments, in the order of the day: those with a picture first, then the latest."""
    keys = [one for one in messages if one.is_key]
    best = sorted(keys, key=lambda one: (bool(one.pictures), one.id), reverse=True)[:MOST_MOMENTS]
    return sorted(best, key=lambda one: one.id)


def _shown(one: Message, *, with_picture: bool = False) -> Shown:
    text = _short(" ".join(one.text.split()), LONGEST)
    if not with_picture or not one.pictures:
        return Shown(one.time, text, one.language)
    picture = one.pictures[0]
    return Shown(one.time, text, one.language, small_of(picture), picture.description)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
