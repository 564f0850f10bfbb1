"""Sites that short links do not lead to, because they cheat people or harm them. Who follows a link there reads why.

Nothing asks whether one is sure: a site that was opened again is closed again from the page that comes then.
"""

from functools import partial

import msgspec
from starlette.responses import Response

from pinson.domain import moderation, shortlinks
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Undo
from pinson.interfaces.web.site import Call

routes = Routes()


class Site(msgspec.Struct):
    """The form."""

    host: str = ""
    reason: str = ""


@routes.get("/moderation/closed_sites")
async def show(call: Call, form: Site) -> Response:
    """The sites, and the form to close one more.

    Raises:
        NotSignedIn, NotStaff.
    """
    return await _page(call, form)


@routes.post("/moderation/closed_sites", again=show)
async def close(call: Call, form: Site) -> Response:
    """Close a site, or give another reason.

    Raises:
        NotSignedIn, NotStaff, DomainInvalid, ReasonMissing.
    """
    by = staff.moderator(call)
    await call.tools.db.write(moderation.close_site, by=by, host=form.host, reason=form.reason, now=call.now)
    return call.redirect("/moderation/closed_sites")


@routes.post("/moderation/closed_sites/open")
async def open_again(call: Call, form: Site) -> Response:
    """Let links lead there again; the page that follows can take that back.

    Raises:
        NotSignedIn, NotStaff.
    """
    by = staff.moderator(call)
    reason = call.tools.redirects.closed.get(form.host)
    await call.tools.db.write(moderation.reopen_site, by=by, host=form.host, now=call.now)
    undo = Undo("/moderation/closed_sites", {"host": form.host, "reason": reason}, form.host) if reason else None
    return await _page(call, Site(), undo)


async def _page(call: Call, form: Site, undo: Undo | None = None) -> Response:
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        sites = await shortlinks.closed_sites(tx)
    return await staff.page(
        call,
        "closed_sites",
        "closed_sites",
        form=form,
        sites=sites,
        most=shortlinks.LONGEST_REASON,
        undo=undo,
        when=partial(staff.when, call),
    )
