"""Parts of the internet from which something cannot be done: https://docs.joinmastodon.org/methods/admin/ip_blocks."""

from datetime import timedelta

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole, blocks
from pinson.domain.access.blocks import NetworkBlock, NetworkSeverity, NetworkTerms
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, moment
from pinson.interfaces.request import Routes, peer

routes = Routes()

READ, WRITE = ("admin:read:ip_blocks",), ("admin:write:ip_blocks",)
ADMIN = UserRole.ADMIN
LONGEST = 10 * 365 * 24 * 3600  # seconds that a block may last, short of for ever


class AdminIpBlock(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_IpBlock"""

    id: str
    ip: str
    severity: NetworkSeverity
    comment: str
    created_at: str
    expires_at: str | None


class HowBlocked(msgspec.Struct):
    """The terms of a block. What is left out stays as it is; `expires_in`, in seconds, may be emptied: for ever."""

    ip: str | UnsetType = UNSET
    severity: NetworkSeverity | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    expires_in: int | UnsetType | None = UNSET

    def terms(self, call: Call) -> NetworkTerms:
        """What the domain calls them."""
        until = self.expires_in
        if isinstance(until, int):
            lasts = timedelta(seconds=min(abs(until), LONGEST))
            return NetworkTerms(
                network=self.ip, severity=self.severity, comment=self.comment, expires_at=call.now + lasts
            )
        return NetworkTerms(network=self.ip, severity=self.severity, comment=self.comment, expires_at=until)


class NewIpBlock(HowBlocked, kw_only=True):
    """Body of POST /api/v1/admin/ip_blocks."""

    ip: str
    severity: NetworkSeverity


class ChangedIpBlock(HowBlocked, kw_only=True):
    """Body of PUT /api/v1/admin/ip_blocks/:id."""

    id: int


@routes.get("/api/v1/admin/ip_blocks", role=ADMIN, scopes=READ, answers=list[AdminIpBlock])
async def show_all(call: Call, form: Listed) -> Response:
    """The networks that are blocked, newest first."""
    page = form.page()
    async with call.tools.db.read() as tx:
        found = await blocks.network_blocks(tx, page)
    return listed(call, page, [one.id for one in found], [_entity(one) for one in found])


@routes.post("/api/v1/admin/ip_blocks", role=ADMIN, scopes=WRITE, answers=AdminIpBlock)
async def block(call: Call, form: NewIpBlock) -> Response:
    """Block a network."""
    made = await call.tools.db.write(
        moderation.block_network,
        by=moderator(call),
        terms=form.terms(call),
        own_address=peer(call.request),
        now=call.now,
    )
    return json(_entity(made))


@routes.get("/api/v1/admin/ip_blocks/{id}", role=ADMIN, scopes=READ, answers=AdminIpBlock)
async def show(call: Call, form: One) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        return json(_entity(await blocks.network_block(tx, form.id)))


@routes.on("PUT", "/api/v1/admin/ip_blocks/{id}", role=ADMIN, scopes=WRITE, answers=AdminIpBlock)
async def change(call: Call, form: ChangedIpBlock) -> Response:
    """Change the terms of a block."""
    changed = await call.tools.db.write(
        moderation.change_network_block,
        by=moderator(call),
        id=form.id,
        terms=form.terms(call),
        own_address=peer(call.request),
        now=call.now,
    )
    return json(_entity(changed))


@routes.on("DELETE", "/api/v1/admin/ip_blocks/{id}", role=ADMIN, scopes=WRITE, answers=Empty)
async def unblock(call: Call, form: One) -> Response:
    """End a block."""
    await call.tools.db.write(moderation.unblock_network, by=moderator(call), id=form.id, now=call.now)
    return json({})


def _entity(one: NetworkBlock) -> AdminIpBlock:
    return AdminIpBlock(
        id=str(one.id),
        ip=one.network,
        severity=one.severity,
        comment=one.comment,
        created_at=moment(one.created_at),
        expires_at=moment(one.expires_at) if one.expires_at else None,
    )
