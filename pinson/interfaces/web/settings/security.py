"""What keeps others from signing in as a person: the password, for now."""

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import Proof, WrongPassword
from pinson.domain.accounts import FieldRefused, Flaw
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, NotSignedIn
from pinson.lib.limits import Limit

FIVE_MINUTES = 300

routes = Routes()


class NotYourPassword(FieldRefused):
    """Whoever sits there is signed in, and does not know the password."""

    code, field, flaw = "not_your_password", "current", Flaw.INVALID
    text = "This is not your password."


class NewPassword(msgspec.Struct):
    """The form. saved: that the page follows upon sending it."""

    current: str = ""
    password: str = ""
    saved: bool = False


@routes.get("/settings/security")
async def show(call: Call, form: NewPassword) -> Response:
    """What there is.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    return call.page("settings/security", min_password=access.MIN_PASSWORD, saved=form.saved and not call.problems)


@routes.post("/settings/security", again=show)
async def change_password(call: Call, form: NewPassword) -> Response:
    """Keep another password; other browsers are signed out, and this one gets a new cookie.

    Raises:
        NotSignedIn, TooManyAttempts, NotYourPassword, FieldRefused.
    """
    proof = await proven(call, form.current)
    password_hash = await call.tools.passwords.hash(form.password)
    secret = access.new_secret()
    await call.tools.db.write(
        access.change_password,
        proof=proof,
        password_hash=password_hash,
        secret=secret,
        user_agent=call.request.headers.get("user-agent", ""),
        now=call.now,
    )
    response = call.redirect("/settings/security?saved=1")
    call.open_session(response, secret)
    return response


async def proven(call: Call, password: str) -> Proof:
    """That whoever sits there knows the password, as what cannot be undone asks for.

    Raises:
        NotSignedIn, TooManyAttempts, NotYourPassword.
    """
    if call.user is None:
        raise NotSignedIn
    call.limit("password", str(call.user.id), Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES))
    try:
        return await access.prove(call.tools.db, call.tools.passwords, login=call.user.email, password=password)
    except WrongPassword:  # which speaks of names too
        raise NotYourPassword from None
