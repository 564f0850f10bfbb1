"""The second step of signing in, turned on and off: a code from an app on a phone."""

import msgspec
import segno
from markupsafe import Markup
from starlette.responses import Response

from pinson.domain import access
from pinson.interfaces.request import Routes
from pinson.interfaces.web.settings.security import proven
from pinson.interfaces.web.site import Call, NotSignedIn

routes = Routes()


class Setup(msgspec.Struct):
    """The form. secret: what the phone was shown; it stays if the form comes back. do: `on` or `off`."""

    do: str = ""
    secret: str = ""
    code: str = ""
    current: str = ""
    done: bool = False


@routes.get("/settings/second_step")
async def show(call: Call, form: Setup) -> Response:
    """How to turn it on, with a secret for the phone; or off.

    Raises:
        NotSignedIn.
    """
    if call.user is None:
        raise NotSignedIn
    async with call.tools.db.read() as tx:
        is_on = await access.has_second_factor(tx, call.user.id)
        left = await access.recovery_codes_left(tx, call.user.id)
    secret = form.secret if call.problems and access.is_totp_secret(form.secret) else access.new_totp_secret()
    name = call.acting.username if call.acting else call.user.email
    address = access.totp_address(secret, issuer=call.tools.settings.instance.title, name=name)
    return call.page(
        "settings/second_step",
        is_on=is_on,
        left=left,
        secret=secret,
        address=address,
        drawing=_drawing(address),
        done=form.done and not call.problems,
    )


@routes.post("/settings/second_step", again=show)
async def change(call: Call, form: Setup) -> Response:
    """Turn it on, and show the codes for the day the phone is lost, this once; or turn it off.

    Raises:
        NotSignedIn, TooManyAttempts, NotYourPassword, WrongCode.
    """
    proof = await proven(call, form.current)
    if form.do == "off":
        await call.tools.db.write(access.turn_off_second_step, proof=proof, now=call.now)
        return call.redirect("/settings/second_step?done=1")
    codes = [access.new_recovery_code() for _ in range(access.RECOVERY_CODES)]
    await call.tools.db.write(
        access.turn_on_second_step,
        proof=proof,
        secret=form.secret,
        code=form.code,
        recovery_codes=codes,
        now=call.now,
    )
    return call.page("settings/recovery_codes", codes=codes)


def _drawing(address: str) -> Markup:
    """The QR code as SVG: black on white in any light, as cameras want it."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(border=4, light="#fff", omitsize=True))  # noqa: S704  (squares, no text)
