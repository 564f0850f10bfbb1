"""A day told again as if it were now, on a demo: whoever looks at an event presses a button, and watches its wall.

Not here: who sends the messages, and when (`pinson/playing.py`), where the buttons stand (`page.py`, `desk.py`).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import events
from pinson.domain.events import Event
from pinson.interfaces.request import Routes
from pinson.interfaces.web.events.page import opened
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.site import Call
from pinson.lib.i18n import Lang
from pinson.playing import SPEEDS

routes = Routes()


class Deed(msgspec.Struct):
    """What a button sends. do: begin, stop or go_on. speed: how many times faster than it was."""

    slug: str
    do: str = ""
    speed: float = SPEEDS[0]


@routes.post("/e/{slug}/rejouer")
async def act(call: Call, form: Deed) -> Response:
    """Tell an event again, in one of its own; stop that; or go on with it. What is told now is where this leads.

    Raises:
        EventNotFound, NoDemo, PlayedOften, IsModel, NothingToRetell, NoSuchDeed.
    """
    async with call.tools.db.read() as tx:
        event, _, _ = await opened(tx, call, form.slug)
    match form.do:
        case "begin":
            speed = form.speed if form.speed in SPEEDS else SPEEDS[0]
            id = await call.plays.begin(event, speed=speed, title=_title(call, event, speed))
        case "go_on":
            id = await call.plays.go_on(event)
        case "stop":
            call.plays.stop(event.id)
            id = event.id
        case _:
            raise NoSuchDeed
    async with call.tools.db.read() as tx:
        told = await events.by_id(tx, id)
    return call.redirect(f"/e/{told.slug}")


def _title(call: Call, event: Event, speed: float) -> str:
    """In the language of the event."""
    lang: Lang = "fr" if (event.language or call.lang) == "fr" else "en"
    gettext = call.tools.catalogs.translations(lang).gettext
    if speed == 1:
        return gettext("%(title)s (told again)") % {"title": event.title}
    return gettext("%(title)s (told again, ×%(speed)g)") % {"title": event.title, "speed": speed}
