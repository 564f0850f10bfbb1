"""What is let in at all: other servers, e-mail domains to sign up with, parts of the internet. For whoever runs the
server, as the same over the API is.

Nothing asks whether one is sure: what was taken back can be done again from the page that comes then.
"""

from collections import Counter
from datetime import timedelta
from functools import partial

from starlette.responses import Response

from pinson.domain import moderation, servers
from pinson.domain.access import UserRole, blocks
from pinson.domain.access.blocks import NetworkSeverity, NetworkTerms
from pinson.domain.servers import Severity, Terms
from pinson.interfaces.request import Routes, peer
from pinson.interfaces.web.desk import staff
from pinson.interfaces.web.desk.staff import Listed, One, Undo
from pinson.interfaces.web.site import Call

routes = Routes()

ADMIN = UserRole.ADMIN
WEEK = timedelta(days=7)
LASTING = {"day": 1, "week": 7, "month": 30, "year": 365}  # days


class Server(Listed):
    """The form about a server. id: of the block to change, if there is one."""

    id: int = 0
    domain: str = ""
    severity: Severity = Severity.SILENCE
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str = ""
    public_comment: str = ""
    obfuscate: bool = False

    @property
    def terms(self) -> Terms:
        """What the domain calls it."""
        return Terms(
            severity=self.severity,
            reject_media=self.reject_media,
            reject_reports=self.reject_reports,
            private_comment=self.private_comment.strip() or None,
            public_comment=self.public_comment.strip() or None,
            obfuscate=self.obfuscate,
        )


class EmailDomain(Listed):
    """The form about a domain of e-mail addresses."""

    domain: str = ""
    allow_with_approval: bool = False


class Network(Listed):
    """The form about a network. lasts: one of `LASTING`, or for ever."""

    ip: str = ""
    severity: NetworkSeverity = NetworkSeverity.SIGN_UP_REQUIRES_APPROVAL
    comment: str = ""
    lasts: str = ""


# --- servers ------------------------------------------------------------------------------------------------------


@routes.get("/moderation/servers")
async def show_servers(call: Call, form: Server) -> Response:
    """Servers that are kept at a distance, and the form to add one.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    return await _servers(call, form)


async def _servers(call: Call, form: Server, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await servers.blocks(tx, form.page))
    return await staff.page(
        call,
        "servers",
        "servers",
        form=form,
        blocks=shown,
        severities=[Severity.SILENCE, Severity.SUSPEND, Severity.NOOP],
        older=older,
        undo=undo,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/servers", again=show_servers)
async def block_server(call: Call, form: Server) -> Response:
    """Keep a server at a distance.

    Raises:
        NotSignedIn, NotStaff, DomainInvalid, BlockedAlready.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(moderation.block_server, by=by, domain=form.domain, terms=form.terms, now=call.now)
    return call.redirect("/moderation/servers")


@routes.get("/moderation/servers/{id}")
async def show_server(call: Call, form: Server) -> Response:
    """One block, and the form to change it.

    Raises:
        NotSignedIn, NotStaff, ServerNotFound.
    """
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        block = await servers.block_by_id(tx, form.id)
    return await staff.page(
        call, "server", "servers", block=block, severities=[Severity.SILENCE, Severity.SUSPEND, Severity.NOOP]
    )


@routes.post("/moderation/servers/{id}", again=show_server)
async def change_server(call: Call, form: Server) -> Response:
    """Change how a server is blocked.

    Raises:
        NotSignedIn, NotStaff, ServerNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(moderation.change_server_block, by=by, id=form.id, terms=form.terms, now=call.now)
    return call.redirect("/moderation/servers")


@routes.post("/moderation/servers/{id}/lift")
async def unblock_server(call: Call, form: One) -> Response:
    """End the block of a server; the page that follows can bring it back.

    Raises:
        NotSignedIn, NotStaff, ServerNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        was = await servers.block_by_id(tx, form.id)
    await call.tools.db.write(moderation.unblock_server, by=by, id=form.id, now=call.now)
    fields = {
        "domain": was.domain,
        "severity": was.severity.value,
        "reject_media": "1" if was.reject_media else "",
        "reject_reports": "1" if was.reject_reports else "",
        "private_comment": was.private_comment or "",
        "public_comment": was.public_comment or "",
        "obfuscate": "1" if was.obfuscate else "",
    }
    return await _servers(call, Server(), Undo("/moderation/servers", fields, was.domain))


# --- e-mail domains -----------------------------------------------------------------------------------------------


@routes.get("/moderation/email_domains")
async def show_email_domains(call: Call, form: EmailDomain) -> Response:
    """Domains whose addresses cannot be used to sign up, how often it was tried, and the form to add one.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    return await _email_domains(call, form)


async def _email_domains(call: Call, form: EmailDomain, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await blocks.email_domain_blocks(tx, form.page))
        days = await blocks.attempts(tx, [one.id for one in shown], since=call.now - WEEK)
    tried: Counter[int] = Counter()
    for day in days:
        tried[day.block_id] += day.attempts
    return await staff.page(
        call,
        "email_domains",
        "email_domains",
        form=form,
        blocks=shown,
        tried=tried,
        older=older,
        undo=undo,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/email_domains", again=show_email_domains)
async def block_email_domain(call: Call, form: EmailDomain) -> Response:
    """Let nobody sign up with a domain, or only with a moderator's consent.

    Raises:
        NotSignedIn, NotStaff, EmailDomainInvalid.
    """
    by = staff.moderator(call, least=ADMIN)
    await call.tools.db.write(
        moderation.block_email_domain,
        by=by,
        domain=form.domain,
        allow_with_approval=form.allow_with_approval,
        now=call.now,
    )
    return call.redirect("/moderation/email_domains")


@routes.post("/moderation/email_domains/{id}/lift")
async def allow_email_domain(call: Call, form: One) -> Response:
    """Let people sign up with it again; the page that follows can take that back.

    Raises:
        NotSignedIn, NotStaff, BlockNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        was = await blocks.email_domain_block(tx, form.id)
    await call.tools.db.write(moderation.allow_email_domain, by=by, id=form.id, now=call.now)
    fields = {"domain": was.domain, "allow_with_approval": "1" if was.allow_with_approval else ""}
    return await _email_domains(call, EmailDomain(), Undo("/moderation/email_domains", fields, was.domain))


# --- networks -----------------------------------------------------------------------------------------------------


@routes.get("/moderation/networks")
async def show_networks(call: Call, form: Network) -> Response:
    """Parts of the internet from which something cannot be done, and the form to add one.

    Raises:
        NotSignedIn, NotStaff, BadCursor.
    """
    return await _networks(call, form)


async def _networks(call: Call, form: Network, undo: Undo | None = None) -> Response:
    staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        shown, older = staff.cut(await blocks.network_blocks(tx, form.page))
    return await staff.page(
        call,
        "networks",
        "networks",
        form=form,
        blocks=shown,
        severities=list(NetworkSeverity),
        lasting=list(LASTING),
        own=peer(call.request),
        older=older,
        undo=undo,
        when=partial(staff.when, call),
    )


@routes.post("/moderation/networks", again=show_networks)
async def block_network(call: Call, form: Network) -> Response:
    """Let something not be done from a network.

    Raises:
        NotSignedIn, NotStaff, NetworkInvalid, NetworkBlockedAlready, OwnNetwork.
    """
    by = staff.moderator(call, least=ADMIN)
    until = call.now + timedelta(days=LASTING[form.lasts]) if form.lasts in LASTING else None
    terms = NetworkTerms(network=form.ip, severity=form.severity, comment=form.comment.strip(), expires_at=until)
    await call.tools.db.write(
        moderation.block_network, by=by, terms=terms, own_address=peer(call.request), now=call.now
    )
    return call.redirect("/moderation/networks")


@routes.post("/moderation/networks/{id}/lift")
async def unblock_network(call: Call, form: One) -> Response:
    """End the block of a network; the page that follows can bring it back, for ever.

    Raises:
        NotSignedIn, NotStaff, BlockNotFound.
    """
    by = staff.moderator(call, least=ADMIN)
    async with call.tools.db.read() as tx:
        was = await blocks.network_block(tx, form.id)
    await call.tools.db.write(moderation.unblock_network, by=by, id=form.id, now=call.now)
    fields = {"ip": was.network, "severity": was.severity.value, "comment": was.comment}
    return await _networks(call, Network(), Undo("/moderation/networks", fields, was.network))
