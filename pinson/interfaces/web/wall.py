"""The wall of a live event, for a projector, the stream that keeps it up to date, and its replay when it is over.

Wall and replay may stand in a frame on any other site, each at an address of its own (`/embed`).

Not here: what it shows, and how those who watch are told (`walls.py`).
"""

from collections import Counter
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from pinson.domain import deliveries, events
from pinson.domain.deliveries import Channel, What
from pinson.domain.events import Event, EventNotFound, State, Webcast
from pinson.interfaces.request import Routes
from pinson.interfaces.tellers import EventsResponse
from pinson.interfaces.web import starts
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.walls import Story, version_of
from pinson.lib.i18n import negotiate

routes = Routes()

KEPT = 5  # seconds that a proxy may hold the page; the stream brings what is newer
KEPT_LONG = 60  # and what tells of the past
SPEEDS = (1, 2, 5, 10, 30, 60)


class Asked(msgspec.Struct):
    """A wall. theme: light or dark, whatever the machine says. columns, colonnes: 2 or 3."""

    slug: str
    theme: str = ""
    columns: int = 0
    colonnes: int = 0


class Again(msgspec.Struct):
    """A replay, or a frame. Where it begins and how fast it goes is read by the page's script."""

    slug: str


class Watched(msgspec.Struct):
    """A stream. seen: the version of the wall that the page shows."""

    slug: str
    seen: str = ""


@routes.get("/e/{slug}/mur")
@routes.get("/e/{slug}/wall")
async def show(call: Call, form: Asked) -> Response:
    """The wall, for a projector, or as a list on a telephone and without script.

    Raises:
        EventNotFound: also for what is only a model, and if its account is suspended.
    """
    event = await _spoken(call, form.slug)
    scene = await call.walls.scene(event.id, call.lang)
    picture = call.walls.picture(scene, call.lang)
    theme = form.theme if form.theme in ("light", "dark") else ""
    columns = 2 if 2 in (form.columns, form.colonnes) else 3
    return call.shared(
        "events/wall",
        kept=KEPT,
        scene=scene,
        picture=picture,
        version=version_of(picture),
        theme=theme,
        columns=columns,
        films_from=_origin(event.webcast_url) if event.webcast_kind is Webcast.HLS else "",
        beside=True,
    )


@routes.get("/e/{slug}/mur/stream")
async def watch(call: Call, form: Watched) -> Response:
    """The wall again whenever it changes, and a sign of life every 15 seconds.

    Raises:
        EventNotFound.
    """
    event = await _event(call, form.slug)
    seen = call.request.headers.get("last-event-id", form.seen)
    return EventsResponse(
        call.walls.watching(event.id, call.lang, seen), {"cache-control": "no-store", "x-accel-buffering": "no"}
    )


@routes.get("/e/{slug}/revivre")
@routes.get("/e/{slug}/replay")
async def replay(call: Call, form: Again) -> Response:
    """The event once more, at its own pace or faster: the page holds all of it, and asks for nothing more.

    Raises:
        EventNotFound.
    """
    event = await _spoken(call, form.slug)
    story = await call.walls.story(event.id, call.lang)
    reach = await _reach(call, story) if call.tools.settings.demo else {}
    guides = starts.guides(call.tools.catalogs.translations(call.lang).gettext)
    return call.shared(
        "events/replay", kept=KEPT_LONG, story=story, speeds=SPEEDS, framed=False, reach=reach, guides=guides
    )


async def _reach(call: Call, story: Story) -> dict[Channel, int]:
    """How many the last key moment of a demo reached, by channel. Elsewhere that is its publisher's to know."""
    ids = [one.message for one in story.chapters if one.what == "moment"]
    async with call.tools.db.read() as tx:
        lines = await deliveries.lines(tx, ids)
    found: Counter[Channel] = Counter()
    for line in lines:
        if line.what is What.SENT:
            found[line.channel] += line.deliveries
    return {channel: found[channel] for channel in Channel if channel in found}


@routes.get("/e/{slug}/revivre/embed")
async def replay_in_frame(call: Call, form: Again) -> Response:
    """The same, to stand in a page of somebody else.

    Raises:
        EventNotFound.
    """
    event = await _spoken(call, form.slug)
    story = await call.walls.story(event.id, call.lang)
    return call.framed("events/replay", kept=KEPT_LONG, moves=True, story=story, speeds=SPEEDS, framed=True)


@routes.get("/e/{slug}/embed")
async def show_in_frame(call: Call, form: Again) -> Response:
    """What a wall shows, small, to stand in a page of somebody else: its script reads it anew while it goes on.

    Raises:
        EventNotFound.
    """
    event = await _spoken(call, form.slug)
    scene = await call.walls.scene(event.id, call.lang)
    return call.framed("events/frame", kept=KEPT, moves=scene.state is not State.AFTER, scene=scene)


def speak(call: Call, event: Event) -> None:
    """In the language of the event, unless the address says otherwise; cookies do not count, since proxies hold it."""
    asked, accepted = call.request.query_params.get("lang"), call.request.headers.get("accept-language")
    call.lang = negotiate(asked, event.language, accepted)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _spoken(call: Call, slug: str) -> Event:
    """An event, in whose language the answer is from now on."""
    event = await _event(call, slug)
    speak(call, event)
    return event


async def _event(call: Call, slug: str) -> Event:
    async with call.tools.db.read() as tx:
        event = await events.by_slug(tx, slug)
    if event.is_model or event.account_id in call.tools.standing.hidden:
        raise EventNotFound
    return event
