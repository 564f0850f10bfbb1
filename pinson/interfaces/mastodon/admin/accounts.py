"""Accounts, as moderators see them, and what is decided about them.

This server keeps no internet addresses of its visitors: `ip` is null, `ips` is empty, and looking for one finds
nobody. An account that several people share is shown with the user who has owned it longest.

Source: https://docs.joinmastodon.org/methods/admin/accounts
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import moderation
from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId
from pinson.domain.moderation import Dossier, Sanction, Wanted
from pinson.interfaces.mastodon.admin.desk import Listed, listed, moderator
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, moment
from pinson.interfaces.mastodon.people import OneAccount
from pinson.interfaces.mastodon.profile import OwnRole, role_entity
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.i18n import SOURCE

routes = Routes()

READ, WRITE = ("admin:read:accounts",), ("admin:write:accounts",)
MODERATOR = UserRole.MODERATOR
STAFF = (UserRole.MODERATOR, UserRole.ADMIN)


class AdminIp(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Ip"""

    ip: str
    used_at: str


class AdminAccount(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Account"""

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    confirmed: bool
    suspended: bool
    silenced: bool
    sensitized: bool
    disabled: bool
    approved: bool | None
    locale: str | None
    invite_request: str | None
    ips: list[AdminIp]
    account: AccountEntity
    role: OwnRole | None
    created_by_application_id: str | msgspec.UnsetType = msgspec.UNSET
    invited_by_account_id: str | msgspec.UnsetType = msgspec.UNSET


class Origin(StrEnum):
    """Where accounts live."""

    LOCAL = "local"
    REMOTE = "remote"


class Status(StrEnum):
    """How accounts stand."""

    ACTIVE = "active"
    PENDING = "pending"
    DISABLED = "disabled"
    SILENCED = "silenced"
    SUSPENDED = "suspended"


class Permissions(StrEnum):
    """What their owners are to the server."""

    STAFF = "staff"


class Described(Listed):
    """What both lists take: texts, all of which must fit."""

    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""

    def described(self) -> Wanted:
        """What the domain calls it."""
        return Wanted(username=self.username, display_name=self.display_name, domain=self.by_domain, email=self.email)


class Flagged(Described):
    """Parameters of GET /api/v1/admin/accounts."""

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False

    def wanted(self) -> Wanted:
        """What the domain calls it."""
        return msgspec.structs.replace(
            self.described(),
            local=self.local,
            remote=self.remote,
            active=self.active,
            pending=self.pending,
            disabled=self.disabled,
            limited=self.silenced,
            suspended=self.suspended,
            sensitized=self.sensitized,
            roles=STAFF if self.staff else None,
        )


class Filtered(Described):
    """Parameters of GET /api/v2/admin/accounts."""

    origin: Origin | None = None
    status: Status | None = None
    permissions: Permissions | None = None
    role_ids: list[str] = msgspec.field(default_factory=list)
    invited_by: AccountId | None = None

    def wanted(self) -> Wanted:
        """What the domain calls it."""
        roles = tuple(role for role in UserRole if role_entity(role).id in self.role_ids) if self.role_ids else None
        if self.permissions is not None:
            roles = STAFF if roles is None else tuple(role for role in roles if role in STAFF)
        return msgspec.structs.replace(
            self.described(),
            local=self.origin is Origin.LOCAL,
            remote=self.origin is Origin.REMOTE,
            active=self.status is Status.ACTIVE,
            pending=self.status is Status.PENDING,
            disabled=self.status is Status.DISABLED,
            limited=self.status is Status.SILENCED,
            suspended=self.status is Status.SUSPENDED,
            roles=roles,
            invited_by=self.invited_by,
        )


class Action(StrEnum):
    """What apps can ask for; to hide single posts is a matter of the desk."""

    NONE = "none"
    SENSITIVE = "sensitive"
    DISABLE = "disable"
    SILENCE = "silence"
    SUSPEND = "suspend"


class Decision(OneAccount):
    """Body of POST /api/v1/admin/accounts/:id/action. There are no presets of warnings here."""

    type: Action
    report_id: int | None = None
    text: str = ""
    send_email_notification: bool = True


@routes.get("/api/v1/admin/accounts", role=MODERATOR, scopes=READ, answers=list[AdminAccount])
async def show_all_v1(call: Call, form: Flagged) -> Response:
    """The accounts for which all flags hold, newest first."""
    return await _found(call, form, form.wanted())


@routes.get("/api/v2/admin/accounts", role=MODERATOR, scopes=READ, answers=list[AdminAccount])
async def show_all(call: Call, form: Filtered) -> Response:
    """The accounts that fit, newest first."""
    return await _found(call, form, form.wanted())


@routes.get("/api/v1/admin/accounts/{id}", role=MODERATOR, scopes=READ, answers=AdminAccount)
async def show(call: Call, form: OneAccount) -> Response:
    """One account."""
    return await _shown(call, form.id)


@routes.on("DELETE", "/api/v1/admin/accounts/{id}", role=MODERATOR, scopes=WRITE, answers=Empty)
async def delete(call: Call, form: OneAccount) -> Response:
    """Delete a suspended account for good."""
    await call.tools.db.write(moderation.delete, by=moderator(call), account_id=form.id, now=call.now)
    return json({})


@routes.post("/api/v1/admin/accounts/{id}/action", role=MODERATOR, scopes=WRITE, answers=Empty)
async def act(call: Call, form: Decision) -> Response:
    """Do something about an account, and tell its owner why."""
    await call.tools.db.write(
        moderation.act,
        by=moderator(call),
        account_id=form.id,
        action=Sanction(form.type),
        text=form.text,
        report_id=form.report_id,
        by_letter=form.send_email_notification,
        now=call.now,
    )
    return json({})


@routes.post("/api/v1/admin/accounts/{id}/approve", role=MODERATOR, scopes=WRITE, answers=AdminAccount)
async def approve(call: Call, form: OneAccount) -> Response:
    """Let somebody in who waits for it."""
    await call.tools.db.write(moderation.approve, by=moderator(call), account_id=form.id, now=call.now)
    return await _shown(call, form.id)


@routes.post("/api/v1/admin/accounts/{id}/reject", role=MODERATOR, scopes=WRITE, answers=Empty)
async def reject(call: Call, form: OneAccount) -> Response:
    """Let somebody not in."""
    await call.tools.db.write(moderation.reject, by=moderator(call), account_id=form.id, now=call.now)
    return json({})


@routes.post("/api/v1/admin/accounts/{id}/enable", role=MODERATOR, scopes=WRITE, answers=AdminAccount)
async def enable(call: Call, form: OneAccount) -> Response:
    """Let its owner act again."""
    return await _lifted(call, form.id, Sanction.DISABLE)


@routes.post("/api/v1/admin/accounts/{id}/unsilence", role=MODERATOR, scopes=WRITE, answers=AdminAccount)
async def unsilence(call: Call, form: OneAccount) -> Response:
    """Let it reach everyone again."""
    return await _lifted(call, form.id, Sanction.SILENCE)


@routes.post("/api/v1/admin/accounts/{id}/unsuspend", role=MODERATOR, scopes=WRITE, answers=AdminAccount)
async def unsuspend(call: Call, form: OneAccount) -> Response:
    """Show it again."""
    return await _lifted(call, form.id, Sanction.SUSPEND)


@routes.post("/api/v1/admin/accounts/{id}/unsensitive", role=MODERATOR, scopes=WRITE, answers=AdminAccount)
async def unsensitive(call: Call, form: OneAccount) -> Response:
    """Show its pictures as their posts say again."""
    return await _lifted(call, form.id, Sanction.SENSITIVE)


async def entities(tx: ReadTx, call: Call, found: Sequence[Dossier]) -> list[dict[str, Any]]:
    """Accounts as moderators see them, in order."""
    rendered = await call.renderings.accounts(tx, [one.id for one in found])
    return [_entity(one, rendered) for one in found]


async def _found(call: Call, form: Described, wanted: Wanted) -> Response:
    page = form.page()
    found = []
    if not form.ip:
        found = await call.tools.db.read_in_thread(moderation.dossiers, wanted=wanted, page=page)
    async with call.tools.db.read() as tx:
        shown = await entities(tx, call, found)
    return listed(call, page, [one.id for one in found], shown)


async def _lifted(call: Call, id: AccountId, action: Sanction) -> Response:
    await call.tools.db.write(moderation.lift, by=moderator(call), account_id=id, action=action, now=call.now)
    return await _shown(call, id)


async def _shown(call: Call, id: AccountId) -> Response:
    async with call.tools.db.read() as tx:
        return json((await entities(tx, call, [await moderation.dossier(tx, id)]))[0])


def _entity(one: Dossier, rendered: Mapping[AccountId, bytes]) -> dict[str, Any]:
    has_owner = one.user_id is not None
    entity: dict[str, Any] = {
        "id": str(one.id),
        "username": one.username,
        "domain": one.domain or None,
        "created_at": moment(one.created_at),
        "email": one.email,
        "ip": None,
        "confirmed": one.confirmed_at is not None,
        "suspended": one.suspended_at is not None,
        "silenced": one.limited_at is not None,
        "sensitized": one.sensitized_at is not None,
        "disabled": one.disabled_at is not None,
        "approved": one.approved_at is not None if has_owner else None,
        "locale": SOURCE if one.locale == "" else one.locale,  # they never said: we write to them so
        "invite_request": one.reason or None,
        "ips": [],
        "account": msgspec.Raw(rendered[one.id]),
        "role": role_entity(one.role) if one.role else None,
    }
    if one.app_id is not None:
        entity["created_by_application_id"] = str(one.app_id)
    if one.invited_by is not None:
        entity["invited_by_account_id"] = str(one.invited_by)
    return entity
