"""Drawn telephones: a page each, where one reads what was sent to its number, sees what it cost, and writes back.

Only where texts go to drawn telephones (`sms.backend = "simulator"`): demonstrations, and servers that are being tried
out. Their numbers are those that are set aside for fiction, so nobody has them. It works without script: an answer
mostly is there when the page is.

Not here: what is done with what one writes (`pinson/texting`).
"""

import asyncio
import secrets
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, phones
from pinson.domain.phones import Drawn
from pinson.interfaces.request import Routes
from pinson.interfaces.web.site import Call
from pinson.lib import sms
from pinson.lib.errors import Kind, Refusal
from pinson.lib.gateways import Incoming
from pinson.lib.limits import Limit
from pinson.lib.phones import BadNumber, number, shown
from pinson.lib.sms import Alphabet
from pinson.texting import Answering, Speeches

routes = Routes()

TEXTS = Limit(120, 3600)  # from one place
PATIENCE, LOOK = 2.0, 0.1  # seconds for an answer to be there when the page is, and between looks
LONGEST = 1000  # characters
FICTION = "+3363998"  # and four digits


class NoTelephones(Refusal):
    """Texts go to real telephones here, or to none."""

    kind, code = Kind.MISSING, "no_telephones"
    text = "There are no drawn telephones on this server: texts go to real ones here, or to none."


class Taken(msgspec.Struct):
    """What is to be written on it first."""

    text: str = ""


class Held(msgspec.Struct):
    """A telephone. number: as in its address, without the plus. text: that stands there ready to be sent."""

    number: str
    text: str = ""


class Written(msgspec.Struct):
    """What somebody writes on it."""

    number: str
    text: str = ""


class Shown(msgspec.Struct, frozen=True):
    """A text as it is drawn. dear: it has characters that make parts short. time: of the day."""

    text: Drawn
    dear: bool
    time: str
    lines: tuple[str, ...]


def beside(call: Call, id: int) -> str:
    """Where the telephone is that is drawn beside something that goes on live, the same for all who watch it.

    Returns:
        "" where texts do not go to drawn telephones.
    """
    return f"/telephone/{FICTION[1:]}{id % 10_000:04}" if call.tools.settings.sms.backend == "simulator" else ""


@routes.get("/telephone")
async def take(call: Call, form: Taken) -> Response:
    """A telephone that nobody else looks at, most likely.

    Raises:
        NoTelephones.
    """
    _require(call)
    ready = f"?{urlencode({'text': form.text[:LONGEST]})}" if form.text else ""
    return call.redirect(f"/telephone/{FICTION[1:]}{secrets.randbelow(10_000):04}{ready}")


@routes.get("/telephone/{number}")
async def show(call: Call, form: Held) -> Response:
    """What a telephone shows.

    Raises:
        NoTelephones, BadNumber.
    """
    phone = _number(call, form.number)
    async with call.tools.db.read() as tx:
        texts = await phones.drawn(tx, phone)
    drawn = [
        Shown(
            one,
            sms.measure(one.body).alphabet is Alphabet.UCS2,
            f"{one.at.astimezone(call.zone):%H:%M}",
            tuple(one.body.splitlines()),
        )
        for one in texts
    ]
    if call.is_fragment:
        return call.fragment("_telephone", texts=drawn)
    found = await call.tools.db.read_in_thread(accounts.discoverable, by_activity=True, local=True, limit=1)
    async with call.tools.db.read() as tx:
        names = [one.username for one in (await accounts.profiles(tx, found)).values()]
    settings = call.tools.settings.sms
    return call.page(
        "telephone",
        phone=form.number,
        ready=form.text[:LONGEST],
        texts=drawn,
        shown=shown(phone, settings.region),
        to=settings.number or settings.sender,
        example=names[0] if names else "",
    )


@routes.post("/telephone/{number}")
async def write(call: Call, form: Written) -> Response:
    """Write to our number, and wait a moment for what it answers.

    Raises:
        NoTelephones, BadNumber.
    """
    phone, tools = _number(call, form.number), call.tools
    call.limit("texts", call.origin, TEXTS)
    text = form.text.replace("\r\n", "\n").strip()[:LONGEST]
    if text:
        price = sms.measure(text)
        to = tools.settings.sms.number
        await tools.db.write(
            phones.keep_drawn, phone=phone, ours=False, sender=phone, body=text, parts=price.parts, now=call.now
        )
        await Answering(tools, Speeches(tools)).hear([Incoming(phone, to, text, call.now)])
        if not call.is_fragment:
            await _answered(call, phone)
    return await show(call, Held(form.number)) if call.is_fragment else call.redirect(f"/telephone/{form.number}#last")


async def _answered(call: Call, phone: str) -> None:
    """Until what was written is answered, or long enough."""
    for _ in range(int(PATIENCE / LOOK)):
        async with call.tools.db.read() as tx:
            texts = await phones.drawn(tx, phone)
        if texts and texts[-1].ours:
            return
        await asyncio.sleep(LOOK)


def _require(call: Call) -> None:
    if call.tools.settings.sms.backend != "simulator":
        raise NoTelephones


def _number(call: Call, said: str) -> str:
    _require(call)
    phone = number(f"+{said}", "") if said.isdecimal() else ""
    if not phone.startswith(FICTION):  # a page where anybody reads what is sent to a number: for nobody's alone
        raise BadNumber
    return phone
