"""The proof of who agreed: for a publisher, of those who follow it; for who runs the server, of everybody.

No address stands in it: what is left when most of it is taken away, and a fingerprint, by which whoever gives their
address is found. The words are those that they read.
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import access, alerts
from pinson.domain.access import UserRole
from pinson.domain.alerts import Consent
from pinson.domain.deliveries import Channel
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.doors.followed import several
from pinson.interfaces.web.sheets import sheet
from pinson.interfaces.web.site import Call
from pinson.lib import phones
from pinson.lib.errors import Refusal
from pinson.lib.paging import NEWEST

routes = Routes()

PAGE = 50
MOST = 100_000  # lines of a file
STEP = 1000


class Listed(msgspec.Struct):
    """A page of the register. q: an address to be looked for; before: only what is older than this line."""

    q: str = ""
    before: int = 0


class Line(msgspec.Struct, frozen=True):
    """A line, and what was agreed to by name."""

    consent: Consent
    about: str
    asked: str
    confirmed: str
    withdrawn: str


@routes.get("/settings/consents")
async def show_own(call: Call, form: Listed) -> Response:
    """Who agreed to hear from the acting account, the latest first.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    async with call.tools.db.read() as tx:
        found = await alerts.register.of_account(tx, account_id, before=form.before or NEWEST, limit=PAGE + 1)
    lines = await _lines(call, found[:PAGE])
    return call.page("doors/consents", lines=lines, older=found[PAGE - 1].id if len(found) > PAGE else None)


@routes.get("/settings/consents.csv")
async def own_file(call: Call) -> Response:
    """The same as a table.

    Raises:
        NotSignedIn, RoleForbids.
    """
    account_id = call.require("write:accounts")
    found: list[Consent] = []
    before: int = NEWEST
    while len(found) < MOST:
        async with call.tools.db.read() as tx:
            part = await alerts.register.of_account(tx, account_id, before=before, limit=STEP)
        found += part
        if len(part) < STEP:
            break
        before = part[-1].id
    return await _file(call, found)


@routes.get("/operator/consents")
async def show_all(call: Call, form: Listed) -> Response:
    """What the register says, of everybody or of an address that somebody gives.

    Raises:
        NotSignedIn, NotStaff.
    """
    staff.moderator(call, least=UserRole.ADMIN)
    found, problem = await _found(call, form, PAGE + 1)
    lines = await _lines(call, found[:PAGE])
    older = found[PAGE - 1].id if len(found) > PAGE and not form.q else None
    return await staff.page(call, "consents", "consents", lines=lines, older=older, q=form.q, problem=problem)


@routes.get("/operator/consents.csv")
async def all_file(call: Call, form: Listed) -> Response:
    """The same as a table: what concerns an address, or the latest lines.

    Raises:
        NotSignedIn, NotStaff.
    """
    staff.moderator(call, least=UserRole.ADMIN)
    found, _ = await _found(call, form, MOST)
    return await _file(call, found)


async def _found(call: Call, form: Listed, limit: int) -> tuple[Sequence[Consent], bool]:
    """Lines, and whether what was looked for is no address."""
    async with call.tools.db.read() as tx:
        if not form.q:
            return await alerts.register.page(tx, before=form.before or NEWEST, limit=limit), False
        try:
            reach = _reach(call, form.q)
        except Refusal:
            return [], True
        return await alerts.found_in_register(tx, *reach), False


def _reach(call: Call, said: str) -> tuple[Channel, str]:
    if "@" in said:
        return Channel.EMAIL, access.checked_email(said)
    if said.startswith("https://"):
        return Channel.BROWSER, said
    return Channel.SMS, phones.number(said, call.tools.settings.sms.region)


async def _lines(call: Call, found: Sequence[Consent]) -> list[Line]:
    async with call.tools.db.read() as tx:
        about = await several(tx, call, list({(one.kind, one.topic_id) for one in found})) if found else {}

    def when(at: object) -> str:
        return dates.moment(at, lang=call.lang, zone=call.zone) if at else ""  # type: ignore[arg-type]

    return [
        Line(
            one,
            about[one.topic_id].name if one.topic_id in about else "…",
            when(one.asked_at),
            when(one.confirmed_at),
            when(one.withdrawn_at),
        )
        for one in found
    ]


async def _file(call: Call, found: Sequence[Consent]) -> Response:
    _ = call.tools.catalogs.translations(call.lang).gettext
    head = [
        *(_("Way"), _("Address, without most of it"), _("Fingerprint"), _("What"), _("Language"), _("Words read")),
        *(_("Asked by"), _("Asked at (UTC)"), _("Confirmed at (UTC)"), _("Confirmed by")),
        *(_("Withdrawn at (UTC)"), _("Withdrawn by")),
    ]
    rows = []
    for line in await _lines(call, found):
        one = line.consent
        rows.append(
            [
                *(one.channel, one.masked, one.fingerprint.hex(), line.about, one.lang, one.wording),
                *(one.source, one.asked_at.isoformat(timespec="seconds")),
                *(one.confirmed_at.isoformat(timespec="seconds") if one.confirmed_at else "", one.confirmed_how),
                *(one.withdrawn_at.isoformat(timespec="seconds") if one.withdrawn_at else "", one.withdrawn_how),
            ]
        )
    return sheet("consents.csv", head, rows)
