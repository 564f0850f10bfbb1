"""Signing in and out.

Whoever waits for something (a confirmed address, a moderator) may sign in too: pages then say
what for. What a wrong name and a wrong password are answered looks the same and takes as long.
"""

from datetime import datetime

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import Proof, User
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, local
from pinson.lib.db import WriteTx
from pinson.lib.limits import Limit

FIVE_MINUTES = 300

routes = Routes()


class SignIn(msgspec.Struct):
    """The form. `next` is where to go afterwards: a path of ours, whatever it says."""

    login: str = ""
    password: str = ""
    next: str = "/"


@routes.get("/auth/sign_in")
async def show_sign_in(call: Call, form: SignIn) -> Response:
    """The form, also for those who are signed in: they may want to be somebody else."""
    back_to = local(form.next)
    return call.page(
        "sign_in",
        leads_away=back_to.startswith("/oauth/authorize"),  # which may send them straight on to the app
        login=form.login,
        next=back_to,
        mode=call.tools.settings.registration.mode,
    )


@routes.post("/auth/sign_in", again=show_sign_in)
async def sign_in(call: Call, form: SignIn) -> Response:
    """Sign in, with a cookie that is always new."""
    limit = Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES)
    call.limit("sign_in", call.origin, limit)
    call.limit("sign_in_as", form.login.strip().removeprefix("@").casefold(), limit)
    proof = await access.prove(call.tools.db, call.tools.passwords, login=form.login, password=form.password)
    secret = access.new_secret()
    await call.tools.db.write(
        _sign_in,
        proof=proof,
        secret=secret,
        replaced=call.session,
        user_agent=call.request.headers.get("user-agent", ""),
        now=call.now,
    )
    response = call.redirect(local(form.next))
    call.open_session(response, secret)
    return response


@routes.get("/auth/sign_out")
async def show_sign_out(call: Call) -> Response:
    """A button: a link alone signs nobody out."""
    return call.page("sign_out")


@routes.post("/auth/sign_out", again=show_sign_out)
async def sign_out(call: Call) -> Response:
    """End this browser's session, here and in the database."""
    if call.session is not None:
        await call.tools.db.write(access.sign_out, secret=call.session)
    response = call.redirect("/")
    call.end_session(response)
    return response


async def _sign_in(
    tx: WriteTx, *, replaced: str | None, proof: Proof, secret: str, user_agent: str, now: datetime
) -> User:
    """Sign in; a session that this browser had before ends, since nobody could end it any more."""
    if replaced is not None:
        await access.sign_out(tx, secret=replaced)
    return await access.sign_in(tx, proof=proof, secret=secret, user_agent=user_agent, now=now)
