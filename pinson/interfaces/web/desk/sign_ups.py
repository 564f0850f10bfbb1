"""People who wait to be let in."""

from functools import partial

from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.moderation import Wanted
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed, OneAccount
from pinson.interfaces.web.site import Call

routes = Routes()


class Refused(OneAccount):
    """The form by which somebody is not let in. reason: for the register."""

    reason: str = ""


@routes.get("/moderation/sign_ups")
async def show(call: Call, form: Listed) -> Response:
    """Who waits, the latest first.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    staff.moderator(call)
    found = await call.tools.db.read_in_thread(
        moderation.dossiers, wanted=Wanted(local=True, pending=True), page=form.page
    )
    shown, older = staff.cut(found)
    async with call.tools.db.read() as tx:
        people = await staff.people(tx, (id for one in shown for id in (one.id, one.invited_by)))
    return await staff.page(
        call, "sign_ups", "sign_ups", dossiers=shown, people=people, older=older, when=partial(staff.when, call)
    )


@routes.post("/moderation/sign_ups/{id}/approve")
async def approve(call: Call, form: OneAccount) -> Response:
    """Let somebody in; they get a letter.

    Raises:
        NotSignedIn, NotStaff, AccountNotFound, BeyondPower, NotPending.
    """
    await call.tools.db.write(moderation.approve, by=staff.moderator(call), account_id=form.id, now=call.now)
    return call.redirect("/moderation/sign_ups")


@routes.post("/moderation/sign_ups/{id}/refuse")
async def refuse(call: Call, form: Refused) -> Response:
    """Do not let somebody in: what they sent is deleted.

    Raises:
        NotSignedIn, NotStaff, ReasonMissing, AccountNotFound, BeyondPower, NotPending, TextTooLong.
    """
    by = staff.moderator(call)
    await call.tools.db.write(
        moderation.reject, by=by, account_id=form.id, reason=staff.reason(form.reason), now=call.now
    )
    return call.redirect("/moderation/sign_ups")
