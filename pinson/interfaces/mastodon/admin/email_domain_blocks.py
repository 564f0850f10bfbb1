"""E-mail domains that nobody can sign up with: https://docs.joinmastodon.org/methods/admin/email_domain_blocks.

Beyond the documentation, `allow_with_approval` may be given: people can then sign up, and wait for a moderator. The
history counts attempts; who tried is not kept, so `accounts` and `uses` are the same.
"""

from datetime import datetime, timedelta

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole, blocks
from pinson.domain.access.blocks import EmailDomainBlock
from pinson.interfaces.mastodon.admin.desk import Listed, One, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, moment
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx

routes = Routes()

DAYS = 7
READ, WRITE = ("admin:read:email_domain_blocks",), ("admin:write:email_domain_blocks",)
ADMIN = UserRole.ADMIN


class DayOfAttempts(msgspec.Struct):
    """What happened on one day, in texts. day: its beginning, UTC, in seconds since 1970."""

    day: str
    accounts: str
    uses: str


class AdminEmailDomainBlock(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock; history: the last seven days, today first."""

    id: str
    domain: str
    created_at: str
    history: list[DayOfAttempts]
    allow_with_approval: bool


class NewEmailDomainBlock(msgspec.Struct):
    """Body of POST /api/v1/admin/email_domain_blocks."""

    domain: str = ""
    allow_with_approval: bool = False


@routes.get("/api/v1/admin/email_domain_blocks", role=ADMIN, scopes=READ, answers=list[AdminEmailDomainBlock])
async def show_all(call: Call, form: Listed) -> Response:
    """The domains that are blocked, newest first."""
    page = form.page()
    async with call.tools.db.read() as tx:
        found = await blocks.email_domain_blocks(tx, page)
        shown = await _entities(tx, found, call.now)
    return listed(call, page, [one.id for one in found], shown)


@routes.post("/api/v1/admin/email_domain_blocks", role=ADMIN, scopes=WRITE, answers=AdminEmailDomainBlock)
async def block(call: Call, form: NewEmailDomainBlock) -> Response:
    """Block a domain."""
    made = await call.tools.db.write(
        moderation.block_email_domain,
        by=moderator(call),
        domain=form.domain,
        allow_with_approval=form.allow_with_approval,
        now=call.now,
    )
    async with call.tools.db.read() as tx:
        return json((await _entities(tx, [made], call.now))[0])


@routes.get("/api/v1/admin/email_domain_blocks/{id}", role=ADMIN, scopes=READ, answers=AdminEmailDomainBlock)
async def show(call: Call, form: One) -> Response:
    """One of them."""
    async with call.tools.db.read() as tx:
        found = await blocks.email_domain_block(tx, form.id)
        return json((await _entities(tx, [found], call.now))[0])


@routes.on("DELETE", "/api/v1/admin/email_domain_blocks/{id}", role=ADMIN, scopes=WRITE, answers=Empty)
async def allow(call: Call, form: One) -> Response:
    """Let people sign up with a domain again."""
    await call.tools.db.write(moderation.allow_email_domain, by=moderator(call), id=form.id, now=call.now)
    return json({})


async def _entities(tx: ReadTx, found: list[EmailDomainBlock], now: datetime) -> list[AdminEmailDomainBlock]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=ago) for ago in range(DAYS)]
    attempts = await blocks.attempts(tx, [one.id for one in found], since=days[-1])
    counted = {(one.block_id, one.day): str(one.attempts) for one in attempts}
    return [
        AdminEmailDomainBlock(
            id=str(one.id),
            domain=one.domain,
            created_at=moment(one.created_at),
            history=[
                DayOfAttempts(
                    day=str(int(day.timestamp())),
                    accounts=counted.get((one.id, day), "0"),
                    uses=counted.get((one.id, day), "0"),
                )
                for day in days
            ],
            allow_with_approval=one.allow_with_approval,
        )
        for one in found
    ]
