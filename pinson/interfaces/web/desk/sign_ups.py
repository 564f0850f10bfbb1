"""People who wait to be let in, and links by which others need not wait."""

from datetime import timedelta
from functools import partial

from starlette.responses import Response

from pinson.domain import access, moderation
from pinson.domain.moderation import Wanted
from pinson.interfaces.request import Routes
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed, One, OneAccount, Undo
from pinson.interfaces.web.site import Call
from pinson.lib.clock import from_ms, to_ms
from pinson.lib.errors import Kind, Refusal

routes = Routes()

MOST = 1000  # uses of an invitation, and days for which it is good


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


# --- invitations --------------------------------------------------------------------------------------------------


class Invited(Listed):
    """The form of an invitation. uses: how many may use it, 0 is any number; days: how long it is good, 0 is for
    ever."""

    uses: int = 1
    days: int = 7


class Renewed(One):
    """Until when an invitation is good again, in milliseconds since 1970; None is for ever."""

    until: int | None = None


class BadInvitation(Refusal):
    """Nobody could use it."""

    kind, code = Kind.INVALID, "bad_invitation"
    text = "Choose how many may use it and for how many days: numbers from 1 to {most}, or 0."


@routes.get("/moderation/invitations")
async def show_invitations(call: Call, form: Invited) -> Response:
    """All invitations, the latest first, and the form to make one.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    return await _invitations(call, form)


async def _invitations(call: Call, form: Invited, undo: Undo | None = None) -> Response:
    staff.moderator(call)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await access.all_invitations(tx, form.page))
    return await staff.page(
        call,
        "invitations",
        "invitations",
        form=form,
        invitations=shown,
        older=older,
        mode=call.tools.settings.registration.mode,
        most=MOST,
        undo=undo,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/invitations", again=show_invitations)
async def invite(call: Call, form: Invited) -> Response:
    """Make one.

    Raises:
        NotSignedIn, NotStaff, BadInvitation.
    """
    by = staff.moderator(call)
    assert call.user is not None
    if not (0 <= form.uses <= MOST and 0 <= form.days <= MOST):
        raise BadInvitation(most=MOST)
    await call.tools.db.write(
        moderation.invite,
        by=by,
        user_id=call.user.id,
        code=access.new_invitation_code(),
        expires_at=call.now + timedelta(days=form.days) if form.days else None,
        max_uses=form.uses or None,
        now=call.now,
    )
    return call.redirect("/moderation/invitations")


@routes.post("/moderation/invitations/{id}/end")
async def end_invitation(call: Call, form: One) -> Response:
    """Let nobody use it any more; the page that follows can undo that.

    Raises:
        NotSignedIn, NotStaff, InvitationNotFound.
    """
    by = staff.moderator(call)
    was = await call.tools.db.write(moderation.end_invitation, by=by, id=form.id, now=call.now)
    fields = {"until": str(to_ms(was.expires_at))} if was.expires_at else {}
    undo = Undo(f"/moderation/invitations/{form.id}/renew", fields, was.code)
    return await _invitations(call, Invited(), undo)


@routes.post("/moderation/invitations/{id}/renew")
async def renew_invitation(call: Call, form: Renewed) -> Response:
    """Let it be good again, as it was.

    Raises:
        NotSignedIn, NotStaff, InvitationNotFound.
    """
    by = staff.moderator(call)
    until = None if form.until is None else min(from_ms(form.until), call.now + timedelta(days=MOST))
    await call.tools.db.write(moderation.renew_invitation, by=by, id=form.id, expires_at=until, now=call.now)
    return call.redirect("/moderation/invitations")
