"""How a person wants to read: language, light, time zone. Theirs, whichever account they act as."""

from collections.abc import Iterable
from itertools import groupby

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import Theme
from pinson.interfaces.request import Routes
from pinson.interfaces.web.pages import LANGUAGES
from pinson.interfaces.web.settings.posting import NoSuchChoice
from pinson.interfaces.web.site import Call, NotSignedIn
from pinson.lib.i18n import Lang

AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

routes = Routes()


class Preferences(msgspec.Struct):
    """The form. time_zone: "" is the server's."""

    language: str = ""
    theme: str = ""
    time_zone: str = ""
    saved: bool = False


@routes.get("/settings/preferences")
async def show(call: Call, form: Preferences) -> Response:
    """The form, filled in with what is; with what was sent, if that was refused.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    if not call.problems:
        form = Preferences(call.lang, call.user.theme, call.user.time_zone, form.saved)
    here = call.tools.settings.instance.time_zone
    return call.page("settings/preferences", form=form, areas=by_area(access.time_zones()), here=here)


@routes.post("/settings/preferences", again=show)
async def change(call: Call, form: Preferences) -> Response:
    """Keep it; the next page is in the chosen language already.

    Raises:
        NotSignedIn, NoSuchChoice, NoSuchTimeZone.
    """
    if call.user is None:
        raise NotSignedIn
    lang: Lang | None = next((one for one in LANGUAGES if one == form.language), None)
    if lang is None or form.theme not in list(Theme):
        raise NoSuchChoice
    await call.tools.db.write(
        access.prefer, user_id=call.user.id, locale=lang, theme=Theme(form.theme), time_zone=form.time_zone
    )
    call.speak(lang)
    return call.redirect("/settings/preferences?saved=1")


def by_area(zones: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Time zones that are named after a place, by continent or ocean."""
    places = sorted(zone for zone in zones if zone.partition("/")[0] in AREAS)
    return [(area, list(of_area)) for area, of_area in groupby(places, lambda zone: zone.partition("/")[0])]
