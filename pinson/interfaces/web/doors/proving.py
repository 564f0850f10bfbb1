"""That an address is theirs who asked: a code that they type, or a link that they follow.

The browser that asked keeps in a cookie what it asked, so that no address stands in a link. There, the link of the
letter is enough; anywhere else it shows a button, since programs that look at letters follow links too.
"""

import hashlib
from urllib.parse import quote, unquote

import msgspec
from starlette.responses import Response

from pinson.domain import access, alerts
from pinson.domain.alerts import AddressId, CodeExpired, Reader, ReaderId, WrongCode
from pinson.domain.alerts.visits import Visitor
from pinson.domain.deliveries import Channel
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call, local
from pinson.lib.limits import Limit

routes = Routes()

TYPING = Limit(30, 600)  # codes, from one place


class Pending(msgspec.Struct, frozen=True):
    """What a browser asked for last. masked: the address, without most of it; path: where to go on."""

    address_id: AddressId
    link: str
    masked: str
    path: str


class Typed(msgspec.Struct):
    """The form. channel: where the code was sent."""

    channel: str
    code: str = ""


class Followed(msgspec.Struct):
    """A link of a letter."""

    link: str


@routes.get("/s/code/{channel}")
async def show_code(call: Call, form: Typed) -> Response:
    """The form for the code that was sent."""
    asked = pending(call)
    if asked is None or form.channel not in (Channel.SMS, Channel.EMAIL):
        raise CodeExpired
    return call.page("doors/code", asked=asked, channel=form.channel)


@routes.post("/s/code/{channel}", again=show_code)
async def confirm(call: Call, form: Typed) -> Response:
    """Take the code as proof.

    Raises:
        CodeExpired, WrongCode, TooManyAttempts.
    """
    asked = pending(call)
    if asked is None:
        raise CodeExpired
    call.limit("alert codes", call.origin, TYPING)
    code = "".join(sign for sign in form.code if sign.isdecimal())
    who = await _visitor(call)
    reader_id = await call.tools.db.write(
        alerts.visits.confirm, visitor=who, address_id=asked.address_id, code=code, now=call.now
    )
    if reader_id is None:
        raise WrongCode
    return _done(call, who, reader_id, asked.path)


@routes.get("/s/confirm/{link}")
async def show_link(call: Call, form: Followed) -> Response:
    """Where the link of a letter leads: done at once in the browser that asked, elsewhere a button."""
    asked = pending(call)
    if asked is not None and asked.link == digest(form.link) and not call.problems and call.request.method == "GET":
        return await _follow(call, form.link)
    return call.page("doors/link", link=form.link)


@routes.post("/s/confirm/{link}")
async def follow(call: Call, form: Followed) -> Response:
    """Take the link as proof.

    Raises:
        CodeExpired.
    """
    return await _follow(call, form.link)


def visitor(call: Call, known: Reader | None) -> Visitor:
    """Who asks, with a key for their browser in case it turns out."""
    account_id = call.acting.account_id if call.acting is not None else None
    return Visitor(account_id, known.id if known is not None and account_id is None else None, access.new_secret())


def recognise(call: Call, answer: Response, who: Visitor, reader_id: ReaderId) -> None:
    """Let this browser be known from now on, as the domain did (see `visits`)."""
    if who.account_id is None and who.reader_id != reader_id:
        call.keep_reader_key(answer, who.key)


def digest(link: str) -> str:
    """How the cookie knows a link, without being one."""
    return hashlib.sha256(link.encode()).hexdigest()[:32]


def pending(call: Call) -> Pending | None:
    """What this browser asked for and has not proven yet, if anything."""
    id, _, rest = call.asked.partition("~")
    link, _, rest = rest.partition("~")
    masked, _, path = rest.partition("~")
    try:
        address_id = AddressId(int(id, 16))
    except ValueError:
        return None
    if not 0 < address_id < 1 << 63:
        return None
    return Pending(address_id, link, unquote(masked), local(unquote(path)))


def remember(call: Call, answer: Response, asked: Pending) -> None:
    """Keep what this browser is to prove."""
    parts = (f"{asked.address_id:x}", asked.link, quote(asked.masked, safe=""), quote(asked.path, safe=""))
    call.keep_asked(answer, "~".join(parts).replace("%7E", "_"))


def _done(call: Call, who: Visitor, reader_id: ReaderId, path: str) -> Response:
    answer = call.redirect(f"{path}?done=1")
    recognise(call, answer, who, reader_id)
    call.keep_asked(answer, "")
    return answer


async def _visitor(call: Call) -> Visitor:
    async with call.tools.db.read() as tx:
        account_id = call.acting.account_id if call.acting is not None else None
        known = await alerts.visits.known(tx, account_id=account_id, key=call.reader_key)
    return visitor(call, known)


async def _follow(call: Call, link: str) -> Response:
    asked = pending(call)
    who = await _visitor(call)
    reader_id = await call.tools.db.write(alerts.visits.confirm_by_link, visitor=who, link=link, now=call.now)
    is_here = asked is not None and asked.link == digest(link)
    return _done(call, who, reader_id, asked.path if asked is not None and is_here else "/alertes")
