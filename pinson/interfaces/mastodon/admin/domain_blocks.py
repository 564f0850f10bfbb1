"""Other servers that are kept at a distance: https://docs.joinmastodon.org/methods/admin/domain_blocks."""

import hashlib
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import moderation, servers
from pinson.domain.access import UserRole
from pinson.domain.servers import BlockedAlready, ServerBlock, Severity, Terms
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, Who, json, refused
from pinson.interfaces.mastodon.entities import Empty, moment
from pinson.interfaces.request import Routes
from pinson.lib.errors import Refusal

routes = Routes()

MOST = 500
READ, WRITE = ("admin:read:domain_blocks",), ("admin:write:domain_blocks",)
ADMIN = UserRole.ADMIN


class AdminDomainBlock(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_DomainBlock"""

    id: str
    domain: str
    digest: str
    created_at: str
    severity: Severity
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class DomainBlock(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/DomainBlock: what everyone may know of a block."""

    domain: str
    digest: str
    severity: Literal["silence", "suspend"]
    comment: str | None


class HowBlocked(msgspec.Struct):
    """The terms of a block. What is left out stays as it is."""

    severity: Severity | UnsetType = UNSET
    reject_media: bool | UnsetType = UNSET
    reject_reports: bool | UnsetType = UNSET
    private_comment: str | UnsetType | None = UNSET
    public_comment: str | UnsetType | None = UNSET
    obfuscate: bool | UnsetType = UNSET

    def terms(self) -> Terms:
        """What the domain calls them."""
        return Terms(
            severity=self.severity,
            reject_media=self.reject_media,
            reject_reports=self.reject_reports,
            private_comment=self.private_comment,
            public_comment=self.public_comment,
            obfuscate=self.obfuscate,
        )


class NewDomainBlock(HowBlocked):
    """Body of POST /api/v1/admin/domain_blocks."""

    domain: str = ""


class ChangedDomainBlock(HowBlocked, kw_only=True):
    """Body of PUT /api/v1/admin/domain_blocks/:id."""

    id: int


def conflict(refusal: Refusal) -> Response:
    """A refusal; one that comes from another block says which."""
    answer = refused(refusal)
    if isinstance(refusal, BlockedAlready):
        body: dict[str, Any] = {"error": str(refusal), "existing_domain_block": entity(refusal.block)}
        return json(body, status=answer.status_code)
    return answer


@routes.get("/api/v1/admin/domain_blocks", role=ADMIN, scopes=READ, answers=list[AdminDomainBlock])
async def show_all(call: Call, form: Listed) -> Response:
    """The servers that are blocked, newest first."""
    page = form.page(maximum=MOST)
    async with call.tools.db.read() as tx:
        found = await servers.blocks(tx, page)
    return listed(call, page, [one.id for one in found], [entity(one) for one in found])


@routes.post("/api/v1/admin/domain_blocks", role=ADMIN, scopes=WRITE, answers=AdminDomainBlock, refuse=conflict)
async def block(call: Call, form: NewDomainBlock) -> Response:
    """Block a server."""
    made = await call.tools.db.write(
        moderation.block_server, by=moderator(call), domain=form.domain, terms=form.terms(), now=call.now
    )
    return json(entity(made))


@routes.get("/api/v1/admin/domain_blocks/{id}", role=ADMIN, scopes=READ, answers=AdminDomainBlock)
async def show(call: Call, form: One) -> Response:
    """One block."""
    async with call.tools.db.read() as tx:
        return json(entity(await servers.block_by_id(tx, form.id)))


@routes.on("PUT", "/api/v1/admin/domain_blocks/{id}", role=ADMIN, scopes=WRITE, answers=AdminDomainBlock)
async def change(call: Call, form: ChangedDomainBlock) -> Response:
    """Change the terms of a block."""
    changed = await call.tools.db.write(
        moderation.change_server_block, by=moderator(call), id=form.id, terms=form.terms(), now=call.now
    )
    return json(entity(changed))


@routes.on("DELETE", "/api/v1/admin/domain_blocks/{id}", role=ADMIN, scopes=WRITE, answers=Empty)
async def unblock(call: Call, form: One) -> Response:
    """End a block."""
    await call.tools.db.write(moderation.unblock_server, by=moderator(call), id=form.id, now=call.now)
    return json({})


@routes.get("/api/v1/instance/domain_blocks", who=Who.NOBODY, answers=list[DomainBlock])
async def show_to_everyone(call: Call) -> Response:
    """The servers of which people here do not see everything: https://docs.joinmastodon.org/methods/instance."""
    async with call.tools.db.read() as tx:
        found = await servers.limited(tx)
    return json(
        [
            DomainBlock(
                domain=servers.obscured(one.domain) if one.obfuscate else one.domain,
                digest=digest(one.domain),
                severity="suspend" if one.severity is Severity.SUSPEND else "silence",
                comment=one.public_comment,
            )
            for one in found
        ]
    )


def entity(one: ServerBlock) -> AdminDomainBlock:
    """A block, as moderators see it."""
    return AdminDomainBlock(
        id=str(one.id),
        domain=one.domain,
        digest=digest(one.domain),
        created_at=moment(one.created_at),
        severity=one.severity,
        reject_media=one.reject_media,
        reject_reports=one.reject_reports,
        private_comment=one.private_comment,
        public_comment=one.public_comment,
        obfuscate=one.obfuscate,
    )


def digest(domain: str) -> str:
    """By which those who know a domain recognise it, where it is obscured."""
    return hashlib.sha256(domain.encode()).hexdigest()
