"""A list of addresses is pasted, and each is asked once how it wants to hear of the acting account, if at all.

What cannot be read comes back with its reason, line by line, while the others are asked. The list is not kept.
"""

import re

import msgspec
from starlette.responses import Response

from pinson.domain import access, accounts, alerts
from pinson.domain.alerts import Reach, Withdrawn
from pinson.domain.deliveries import Channel
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib import phones
from pinson.lib.errors import Kind, Refusal
from pinson.lib.limits import Limit

routes = Routes()

NEEDED = "write:accounts"
LISTS = Limit(10, 3600)
PARTS = re.compile(r"[,;\t]")  # of a line of a spreadsheet
MOST_SHOWN = 80  # characters of a line that comes back


class NotTheirs(Refusal):
    """They did not say that they may write to these people."""

    kind, code = Kind.INVALID, "not_theirs"
    text = "Tick that these people know you, and left you their address for this."


class NobodyThere(Refusal):
    """A key that is nobody's, or whose address is forgotten."""

    kind, code = Kind.MISSING, "nobody_there"
    text = "This link no longer works: nothing more is kept of the address that it was sent to."


class Listed(msgspec.Struct):
    """The form. sent, known: what came of the list before."""

    addresses: str = ""
    agreed: bool = False
    sent: int | None = None
    known: int = 0


class Refusing(msgspec.Struct):
    """Somebody wants no more invitations. key: of their address."""

    key: str
    done: bool = False


class Unread(msgspec.Struct, frozen=True):
    """A line in which there is no address."""

    number: int
    line: str
    why: str


@routes.get("/settings/invitations")
async def show(call: Call, form: Listed) -> Response:
    """The form.

    Raises:
        NotSignedIn, RoleForbids.
    """
    call.require(NEEDED)
    return call.page("settings/invitations", form=form, unread=())


@routes.post("/settings/invitations", again=show)
async def invite(call: Call, form: Listed) -> Response:
    """Ask those in the list; what cannot be read comes back.

    Raises:
        NotSignedIn, RoleForbids, NotTheirs, TooManyInvitations, TooManyAttempts.
    """
    account_id = call.require(NEEDED)
    if not form.agreed:
        raise NotTheirs
    call.limit("invitations", str(account_id), LISTS)
    reaches, unread = _read(call, form.addresses)
    async with call.tools.db.read() as tx:
        profile = await accounts.profile(tx, account_id)
    assert profile is not None
    came = await call.tools.db.write(
        alerts.invitations.invite,
        account_id=account_id,
        name=profile.display_name or profile.username,
        reaches=reaches,
        lang=call.lang,
        zone=call.zone.key,
        now=call.now,
    )
    if not unread:
        return call.redirect(f"/settings/invitations?sent={came.sent}&known={came.known}")
    call.status = 422
    form = Listed("\n".join(one.line for one in unread), form.agreed, came.sent, came.known)
    return call.page("settings/invitations", form=form, unread=unread)


@routes.get("/s/non/{key}")
async def show_refusing(call: Call, form: Refusing) -> Response:
    """One button: looking changes nothing, since programs that look at letters follow links too.

    Raises:
        NobodyThere.
    """
    async with call.tools.db.read() as tx:
        if await alerts.by_key(tx, form.key) is None and not form.done:
            raise NobodyThere
    return call.page("doors/refusing", form=form)


@routes.post("/s/non/{key}")
async def refuse(call: Call, form: Refusing) -> Response:
    """No more invitations to this address.

    Raises:
        NobodyThere.
    """
    async with call.tools.db.read() as tx:
        address = await alerts.by_key(tx, form.key)
    if address is None:
        raise NobodyThere
    await call.tools.db.write(alerts.invitations.refuse, address_id=address.id, how=Withdrawn.PAGE, now=call.now)
    return call.redirect(f"/s/non/{form.key}?done=1")


def _read(call: Call, pasted: str) -> tuple[list[Reach], list[Unread]]:
    """The addresses of a list, each once, and the lines in which there is none."""
    found: dict[tuple[Channel, str], Reach] = {}
    unread = []
    for number, line in enumerate(pasted.splitlines(), 1):
        if not line.strip():
            continue
        try:
            reach = _reach(call, line)
        except Refusal as refusal:
            why = call.tools.catalogs.translations(call.lang).gettext(refusal.text).format(**refusal.facts)
            unread.append(Unread(number, line.strip()[:MOST_SHOWN], why))
        else:
            found[reach.channel, reach.value] = reach
    return list(found.values()), unread


def _reach(call: Call, line: str) -> Reach:
    """The address in a line, which may be one of a spreadsheet.

    Raises:
        What says why there is none.
    """
    parts = [part.strip(" \"'<>") for part in PARTS.split(line)]
    mail = next((part for part in parts if "@" in part), None)
    if mail is not None:
        return Reach(Channel.EMAIL, access.checked_email(mail))
    settings = call.tools.settings.sms
    digits = next((part for part in parts if sum(sign.isdecimal() for sign in part) > 5), parts[0])
    value = phones.number(digits, settings.region)
    if settings.backend == "none":
        raise NoTexts
    return Reach(Channel.SMS, value)


class NoTexts(Refusal):
    """This server sends none."""

    kind, code = Kind.INVALID, "no_texts"
    text = "This server sends no SMS: give an e-mail address."
