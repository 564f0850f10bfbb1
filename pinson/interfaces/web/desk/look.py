"""The accent colour: tried on the very page where it is chosen, before anybody else sees it."""

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole
from pinson.domain.instance import OWN_ACCENT, checked_colour
from pinson.interfaces.request import Routes
from pinson.interfaces.web import theme
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.site import Call

routes = Routes()


class Chosen(msgspec.Struct):
    """The form. accent: "#rrggbb". do: keep it, or go back to the program's own; nothing only tries it."""

    accent: str = ""
    do: str = ""


@routes.get("/operator/look")
async def show(call: Call, form: Chosen) -> Response:
    """The form, the page dressed in the colour that is tried, and what becomes of it.

    Raises:
        NotSignedIn, NotStaff.
        BadColour.
    """
    staff.moderator(call, least=UserRole.ADMIN)
    typed = form.accent or call.tools.look.accent or OWN_ACCENT
    tried = call.tools.look.accent or OWN_ACCENT if call.problems else checked_colour(typed)
    return await staff.page(
        call,
        "look",
        "look",
        accent=tried,
        typed=typed,
        light=theme.light(tried),
        dark=theme.dark(tried),
        is_tried=tried != (call.tools.look.accent or OWN_ACCENT),
    )


@routes.post("/operator/look", again=show)
async def choose(call: Call, form: Chosen) -> Response:
    """Keep it, or go back to the program's own.

    Raises:
        NotSignedIn, NotStaff, BadColour.
    """
    by = staff.moderator(call, least=UserRole.ADMIN)
    accent = None if form.do == "reset" else form.accent
    await call.tools.db.write(moderation.choose_accent, by=by, accent=accent, now=call.now)
    return call.redirect("/operator/look")
