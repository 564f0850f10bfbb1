"""E-mail addresses that nobody can sign up with, however they are spelt.

An address is kept as the SHA-256 of its canonical form alone. The addresses of a suspended account's owners are
blocked by themselves, as long as it is suspended.

Source: https://docs.joinmastodon.org/methods/admin/canonical_email_blocks
"""

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole, blocks
from pinson.domain.access.blocks import EmailBlock
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty
from pinson.interfaces.request import Routes

routes = Routes()

READ, WRITE = ("admin:read:canonical_email_blocks",), ("admin:write:canonical_email_blocks",)
ADMIN = UserRole.ADMIN


class AdminCanonicalEmailBlock(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock"""

    id: str
    canonical_email_hash: str


class NewCanonicalEmailBlock(msgspec.Struct):
    """Body of POST /api/v1/admin/canonical_email_blocks: either of the two; the address wins."""

    email: str = ""
    canonical_email_hash: str = ""


class Tried(msgspec.Struct):
    """Body of POST /api/v1/admin/canonical_email_blocks/test."""

    email: str


@routes.get("/api/v1/admin/canonical_email_blocks", role=ADMIN, scopes=READ, answers=list[AdminCanonicalEmailBlock])
async def show_all(call: Call, form: Listed) -> Response:
    """The addresses that are blocked, newest first."""
    page = form.page()
    async with call.tools.db.read() as tx:
        found = await blocks.email_blocks(tx, page)
    return listed(call, page, [one.id for one in found], [_entity(one) for one in found])


@routes.post("/api/v1/admin/canonical_email_blocks", role=ADMIN, scopes=WRITE, answers=AdminCanonicalEmailBlock)
async def block(call: Call, form: NewCanonicalEmailBlock) -> Response:
    """Block an address."""
    made = await call.tools.db.write(
        moderation.block_email,
        by=moderator(call),
        email=form.email,
        hash=form.canonical_email_hash,
        now=call.now,
    )
    return json(_entity(made))


@routes.post(
    "/api/v1/admin/canonical_email_blocks/test", role=ADMIN, scopes=READ, answers=list[AdminCanonicalEmailBlock]
)
async def test(call: Call, form: Tried) -> Response:
    """The blocks that an address would meet."""
    async with call.tools.db.read() as tx:
        return json([_entity(one) for one in await blocks.email_blocks_of(tx, form.email)])


@routes.get("/api/v1/admin/canonical_email_blocks/{id}", role=ADMIN, scopes=READ, answers=AdminCanonicalEmailBlock)
async def show(call: Call, form: One) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        return json(_entity(await blocks.email_block(tx, form.id)))


@routes.on("DELETE", "/api/v1/admin/canonical_email_blocks/{id}", role=ADMIN, scopes=WRITE, answers=Empty)
async def allow(call: Call, form: One) -> Response:
    """Let somebody sign up with an address again."""
    await call.tools.db.write(moderation.allow_email, by=moderator(call), id=form.id, now=call.now)
    return json({})


def _entity(one: EmailBlock) -> AdminCanonicalEmailBlock:
    return AdminCanonicalEmailBlock(str(one.id), one.hash)
