"""Other servers that are let in by name: https://docs.joinmastodon.org/methods/admin/domain_allows."""

import msgspec
from starlette.responses import Response

from pinson.domain import moderation, servers
from pinson.domain.access import UserRole
from pinson.domain.servers import ServerAllow
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, moment
from pinson.interfaces.request import Routes

routes = Routes()

MOST = 500
READ, WRITE = ("admin:read:domain_allows",), ("admin:write:domain_allows",)
ADMIN = UserRole.ADMIN


class AdminDomainAllow(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_DomainAllow"""

    id: str
    domain: str
    created_at: str


class NewDomainAllow(msgspec.Struct):
    """Body of POST /api/v1/admin/domain_allows."""

    domain: str = ""


@routes.get("/api/v1/admin/domain_allows", role=ADMIN, scopes=READ, answers=list[AdminDomainAllow])
async def show_all(call: Call, form: Listed) -> Response:
    """The servers that are allowed, newest first."""
    page = form.page(maximum=MOST)
    async with call.tools.db.read() as tx:
        found = await servers.allows(tx, page)
    return listed(call, page, [one.id for one in found], [_entity(one) for one in found])


@routes.post("/api/v1/admin/domain_allows", role=ADMIN, scopes=WRITE, answers=AdminDomainAllow)
async def allow(call: Call, form: NewDomainAllow) -> Response:
    """Allow a server."""
    made = await call.tools.db.write(moderation.allow_server, by=moderator(call), domain=form.domain, now=call.now)
    return json(_entity(made))


@routes.get("/api/v1/admin/domain_allows/{id}", role=ADMIN, scopes=READ, answers=AdminDomainAllow)
async def show(call: Call, form: One) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        return json(_entity(await servers.allow_by_id(tx, form.id)))


@routes.on("DELETE", "/api/v1/admin/domain_allows/{id}", role=ADMIN, scopes=WRITE, answers=Empty)
async def disallow(call: Call, form: One) -> Response:
    """Allow a server no longer."""
    await call.tools.db.write(moderation.disallow_server, by=moderator(call), id=form.id, now=call.now)
    return json({})


def _entity(one: ServerAllow) -> AdminDomainAllow:
    return AdminDomainAllow(str(one.id), one.domain, moment(one.created_at))
