"""A new password for somebody who forgot theirs.

Asking is answered the same whether anybody has the address or not. The page behind the link
changes nothing until its form is sent.
"""

import asyncio

import msgspec
from starlette.responses import Response

from pinson.domain import access
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib.limits import Limit

HALF_HOUR = 1800
# Seconds that asking takes at least. A letter to write is a row on the disk, and nothing to write
# is none: without this, the time of an answer would tell what its words do not.
LEVEL = 0.1

routes = Routes()


class Forgotten(msgspec.Struct):
    """Whose password."""

    email: str = ""


class NewPassword(msgspec.Struct):
    """The secret of the letter's link, and what to replace the password by."""

    token: str = ""
    password: str = ""


@routes.get("/auth/password")
async def show_forgotten(call: Call, form: Forgotten) -> Response:
    """Ask for a letter."""
    return call.page("password", email=form.email)


@routes.post("/auth/password", again=show_forgotten)
async def forgotten(call: Call, form: Forgotten) -> Response:
    """Send a letter, if somebody has the address. One address gets a few at most, whoever asks."""
    email = form.email.strip()
    limit = Limit(call.tools.settings.limits.sign_up_per_30_minutes, HALF_HOUR)
    call.limit("password_reset", call.origin, limit)
    call.limit("password_reset_of", email.casefold(), limit)
    asking = call.tools.db.write(access.ask_password_reset, email=email, now=call.now)
    await asyncio.gather(asking, asyncio.sleep(LEVEL))
    return call.page("password_asked", email=email)


@routes.get("/auth/password/edit")
async def show_new(call: Call, form: NewPassword) -> Response:
    """Where the letter leads."""
    return call.page("password_edit", token=form.token, min_password=access.MIN_PASSWORD)


@routes.post("/auth/password/edit", again=show_new)
async def replace(call: Call, form: NewPassword) -> Response:
    """Keep the new password; whatever was signed in with the old one is signed out."""
    password_hash = await call.tools.passwords.hash(form.password)
    await call.tools.db.write(access.reset_password, secret=form.token, password_hash=password_hash, now=call.now)
    return call.page("password_changed")
