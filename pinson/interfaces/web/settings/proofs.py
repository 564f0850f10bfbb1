"""The lines of the acting account's profile that lead to a site, and whether the site links back.

A part of the page of the profile (`profile.py`), with a form of its own: to have it looked at now.
"""

from datetime import datetime

import msgspec
from starlette.responses import Response

from pinson.domain.accounts import Profile
from pinson.domain.links import proofs
from pinson.domain.links.proofs import Failure
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx
from pinson.lib.limits import Limit

LOOKS = Limit(20, 3600)  # that an account may ask for

routes = Routes()


class ProvenLink(msgspec.Struct, frozen=True):
    """A line that leads to a site.

    is_provable: whether it is the address of one page that travels safely, and nothing else.
    since, looked_at: as people say them; "" if it is not proven, or was not looked at yet.
    looks_again: whether we look again without being asked.
    """

    value: str
    is_provable: bool
    since: str = ""
    looked_at: str = ""
    failure: Failure = Failure.NONE
    looks_again: bool = True


async def links_of(tx: ReadTx, call: Call, profile: Profile) -> list[ProvenLink]:
    """The lines of a profile that lead to a site, in order. One statement."""
    known = await proofs.of_account(tx, profile.id)
    allow_http = call.tools.settings.outgoing.allow_loopback

    def told(at: datetime | None) -> str:
        return dates.moment(at, lang=call.lang, zone=call.zone) if at else ""

    found = []
    for line in profile.fields:
        if not proofs.is_provable(line.value, allow_http=allow_http):
            if "://" in line.value or "www." in line.value.lower():
                found.append(ProvenLink(line.value, is_provable=False))
        elif proof := known.get(line.value):
            found.append(
                ProvenLink(
                    line.value,
                    is_provable=True,
                    since=told(line.verified_at),
                    looked_at=told(proof.checked_at),
                    failure=proof.failure,
                    looks_again=proof.due_at is not None,
                )
            )
        else:
            found.append(ProvenLink(line.value, is_provable=True, since=told(line.verified_at)))
    return found


@routes.post("/settings/profile/links")
async def look_now(call: Call) -> Response:
    """Have the sites looked at now.

    Raises:
        NotSignedIn, RoleForbids, TooManyAttempts.
    """
    account_id = call.require("write:accounts")
    call.limit("proof", str(account_id), LOOKS)
    await call.tools.db.write(proofs.ask_again, account_id=account_id, now=call.now)
    return call.redirect("/settings/profile?looking=1#links")
