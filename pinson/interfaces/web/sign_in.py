"""Signing in and out.

Whoever waits for something (a confirmed address, a moderator) may sign in too: pages then say
what for. What a wrong name and a wrong password are answered looks the same and takes as long.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.domain.access import StepExpired, User
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, local
from pinson.lib.db import WriteTx
from pinson.lib.limits import Limit

FIVE_MINUTES = 300

routes = Routes()

Verb = Callable[..., Coroutine[Any, Any, User]]


class SignIn(msgspec.Struct):
    """The form. `next` is where to go afterwards: a path of ours, whatever it says.

    credential: what a device signed, as JSON, instead of a name and a password.
    """

    login: str = ""
    password: str = ""
    credential: str = ""
    next: str = "/"


class SecondStep(msgspec.Struct):
    """The form after the password, for those who turned it on."""

    code: str = ""
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
    """Sign in; or go on to the second step, if the person has turned it on."""
    limit = Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES)
    call.limit("sign_in", call.origin, limit)
    call.limit("sign_in_as", form.login.strip().removeprefix("@").casefold(), limit)
    proof = await access.prove(call.tools.db, call.tools.passwords, login=form.login, password=form.password)
    async with call.tools.db.read() as tx:
        takes_code = await access.has_second_factor(tx, proof.user_id)
    if takes_code:
        step = access.new_secret()
        await call.tools.db.write(access.open_step, proof=proof, secret=step, now=call.now)
        response = call.redirect(f"/auth/second_step?{urlencode({'next': local(form.next)})}")
        call.open_step(response, step)
        return response
    return await _let_in(call, form.next, access.sign_in, proof=proof)


@routes.post("/auth/passkey/options", again=show_sign_in)
async def ask_passkey(call: Call, form: SignIn) -> Response:
    """What a script is to ask the device for, whoever sits there."""
    call.limit("passkey", call.origin, Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES))
    secret = access.new_secret()
    await call.tools.db.write(access.challenge_device, user_id=None, secret=secret, now=call.now)
    return Response(access.sign_in_options(url=call.base_url, secret=secret), media_type="application/json")


@routes.post("/auth/passkey", again=show_sign_in)
async def sign_in_by_passkey(call: Call, form: SignIn) -> Response:
    """Sign in whomever the device knows, with a cookie that is always new.

    Raises:
        TooManyAttempts, PasskeyRefused, UserDisabled.
    """
    call.limit("sign_in", call.origin, Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES))
    return await _let_in(call, form.next, access.sign_in_by_passkey, credential=form.credential, url=call.base_url)


@routes.get("/auth/second_step")
async def show_second_step(call: Call, form: SecondStep) -> Response:
    """The form for the code, whoever asks: what it is worth is found out when it is sent."""
    back_to = local(form.next)
    return call.page("second_step", leads_away=back_to.startswith("/oauth/authorize"), next=back_to)


@routes.post("/auth/second_step", again=show_second_step)
async def second_step(call: Call, form: SecondStep) -> Response:
    """Sign in, if the password was given in this browser before. Tries are counted for each person, wherever they are.

    Raises:
        StepExpired, TooManyAttempts, WrongCode, UserDisabled.
    """
    async with call.tools.db.read() as tx:
        user_id = await access.step_user_id(tx, call.step or "", now=call.now)
    if user_id is None:
        raise StepExpired
    call.limit("second_step", str(user_id), Limit(call.tools.settings.limits.sign_in_per_5_minutes, FIVE_MINUTES))
    return await _let_in(call, form.next, access.pass_step, step=call.step, code=form.code)


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


async def _let_in(call: Call, to: str, verb: Verb, **known: Any) -> Response:
    """Sign in by a verb of the domain, with a cookie that is always new, and go on to a path of ours."""
    secret = access.new_secret()
    user = await call.tools.db.write(
        _replacing,
        verb=verb,
        replaced=call.session,
        secret=secret,
        user_agent=call.request.headers.get("user-agent", ""),
        now=call.now,
        **known,
    )
    call.speak_to(user)
    response = call.redirect(local(to))
    call.open_session(response, secret)
    return response


async def _replacing(tx: WriteTx, *, verb: Verb, replaced: str | None, **known: Any) -> User:
    """Sign in; a session that this browser had before ends, since nobody could end it any more."""
    if replaced is not None:
        await access.sign_out(tx, secret=replaced)
    return await verb(tx, **known)
