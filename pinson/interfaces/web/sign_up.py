"""Signing up, and showing that an e-mail address is one's own.

Whether an address already belongs to somebody here is never told to whoever types it: the
answer is the same, and the owner of the address gets a letter. A link in a letter only opens a
page with a button: programs that scan mail follow links, and must not confirm anything.
"""

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import EmailTaken, SignUp, SignUpClosed, SignUpMode, SignUpRefused
from pinson.domain.accounts import MAX_USERNAME
from pinson.interfaces.request import Routes, peer
from pinson.interfaces.web.site import Call
from pinson.lib.limits import Limit

FIVE_MINUTES, HALF_HOUR = 300, 1800

routes = Routes()


class Newcomer(msgspec.Struct):
    """The form. Names are those of the fields that refusals speak of."""

    username: str = ""
    email: str = ""
    password: str = ""
    reason: str = ""
    invite_code: str = ""
    agreement: bool = False

    def to_sign_up(self, locale: str) -> SignUp:
        return SignUp(
            username=self.username,
            email=self.email,
            agreement=self.agreement,
            locale=locale,
            reason=self.reason,
            invitation=self.invite_code,
        )


class Link(msgspec.Struct):
    """What the link of a letter holds."""

    token: str = ""


@routes.get("/auth/sign_up")
async def show_sign_up(call: Call, form: Newcomer) -> Response:
    """The form; `?invite_code=` fills in an invitation.

    Raises:
        SignUpClosed.
    """
    mode = SignUpMode(call.tools.settings.registration.mode)
    if mode is SignUpMode.CLOSED:
        raise SignUpClosed
    return call.page("sign_up", form=form, mode=mode, max_username=MAX_USERNAME, min_password=access.MIN_PASSWORD)


@routes.post("/auth/sign_up", again=show_sign_up)
async def sign_up(call: Call, form: Newcomer) -> Response:
    """Sign up, or seem to: see the module.

    Two limits: attempts, since each may cost a hash; and those that are filled in well, since
    each may open an account or send a letter. Who mistypes does not use up the second.
    """
    settings = call.tools.settings
    call.limit("sign_up_form", call.origin, Limit(settings.limits.sign_in_per_5_minutes, FIVE_MINUTES))
    mode = SignUpMode(settings.registration.mode)
    applicant = await access.prepare(form.to_sign_up(call.lang), password=form.password, passwords=call.tools.passwords)
    if not applicant.refusals:
        limit = Limit(settings.limits.sign_up_per_30_minutes, HALF_HOUR)
        call.limit("sign_up", call.origin, limit)
        call.limit("sign_up_with", applicant.email.casefold(), limit)
    network = call.tools.ip_blocks.severity(peer(call.request), now=call.now)
    try:
        new = await call.tools.db.write(
            access.sign_up,
            applicant=applicant,
            mode=mode,
            confirm_email=settings.registration.confirm_email,
            network=network,
            now=call.now,
        )
        if isinstance(new, SignUpRefused):
            raise new
    except SignUpRefused as refused:
        others = [one for one in refused.refusals if not isinstance(one, EmailTaken)]
        if others:
            raise SignUpRefused(others) from None
        await call.tools.db.write(access.repeat_sign_up, email=applicant.email, now=call.now)
    async with call.tools.db.read() as tx:
        waits = await access.must_wait(tx, applicant, mode=mode, network=network)
    return call.page("signed_up", email=applicant.email, waits=waits, confirm_email=settings.registration.confirm_email)


@routes.get("/auth/confirm")
async def show_confirm(call: Call, form: Link) -> Response:
    """Where the letter leads: a button."""
    return call.page("confirm", token=form.token)


@routes.post("/auth/confirm", again=show_confirm)
async def confirm(call: Call, form: Link) -> Response:
    """The address is theirs."""
    user = await call.tools.db.write(access.confirm, secret=form.token, now=call.now)
    return call.page("confirmed", state=user.state)


@routes.get("/auth/confirmation")
async def show_confirmation(call: Call) -> Response:
    """Ask for another letter, for those who are signed in: so nobody learns who is here, or floods a stranger."""
    if call.user is None:
        return call.to_sign_in("/auth/confirmation")
    return call.page("confirmation", sent=False)


@routes.post("/auth/confirmation", again=show_confirmation)
async def ask_confirmation(call: Call) -> Response:
    """Send another letter."""
    if call.user is None:
        return call.to_sign_in("/auth/confirmation")
    limits = call.tools.settings.limits
    call.limit("confirmation", str(call.user.id), Limit(limits.sign_up_per_30_minutes, HALF_HOUR))
    await call.tools.db.write(access.ask_confirmation, user_id=call.user.id, now=call.now)
    return call.page("confirmation", sent=True)
