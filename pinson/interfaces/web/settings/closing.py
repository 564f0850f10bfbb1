"""Closing the acting account, for good."""

import msgspec
from starlette.responses import Response

from pinson.domain import access, accounts
from pinson.interfaces.request import Routes
from pinson.interfaces.web.settings.security import proven
from pinson.interfaces.web.site import Call

routes = Routes()


class Closing(msgspec.Struct):
    """The form. current: the password."""

    current: str = ""


@routes.get("/settings/close")
async def show(call: Call, form: Closing) -> Response:
    """What would go, and the form.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        profile = await accounts.profile(tx, account_id)
    return call.page("settings/close", profile=profile, is_last=len(call.accounts) == 1)


@routes.post("/settings/close", again=show)
async def close(call: Call, form: Closing) -> Response:
    """Erase the account; the person too, if they have no other, and then nobody is signed in here.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts, NotYourPassword.
    """
    account_id = call.require("write:accounts")
    await proven(call, form.current)
    await call.tools.db.write(accounts.delete, account_id=account_id, now=call.now)
    response = call.page("settings/closed")
    if len(call.accounts) == 1 and call.session is not None:
        await call.tools.db.write(access.sign_out, secret=call.session)
        call.end_session(response)
    return response
