"""Questions about users, members, apps and sessions."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.access import store
from pinson.domain.access.model import (
    App,
    AppId,
    Grant,
    Invitation,
    Member,
    Membership,
    Person,
    Session,
    State,
    User,
    UserId,
    UserRole,
)
from pinson.domain.access.secret import digest
from pinson.domain.accounts import AccountId
from pinson.lib.db import ReadTx


async def user(tx: ReadTx, id: UserId) -> User | None:
    """The user."""
    return await store.user(tx, id)


async def owner(tx: ReadTx, account_id: AccountId) -> User | None:
    """Who has owned the account longest; None if it belongs to nobody here."""
    owners = await store.owners_of(tx, account_id)
    return await store.user(tx, owners[0]) if owners else None


async def members(tx: ReadTx, account_id: AccountId) -> list[Member]:
    """Everyone who may act for an account, the longest-standing first."""
    return await store.members(tx, account_id)


async def roles_of(tx: ReadTx, account_id: AccountId) -> list[UserRole]:
    """What the members of an account are to the server, in no order."""
    return await store.roles_of(tx, account_id)


async def session_user(tx: ReadTx, secret: str, *, now: datetime) -> User | None:
    """Who is signed in with this cookie; None if nobody is, or they are disabled. Two looks into indexes."""
    user_id = await store.session_user_id(tx, digest(secret), now)
    user = None if user_id is None else await store.user(tx, user_id)
    return None if user is None or user.state is State.DISABLED else user


async def sessions_of(tx: ReadTx, user_id: UserId, *, secret: str, now: datetime) -> list[Session]:
    """Every browser that is signed in as the user, newest first.

    Args:
        secret: the cookie of the browser that asks.
    """
    return await store.sessions(tx, user_id, hash=digest(secret), now=now)


async def grants(tx: ReadTx, user_id: UserId) -> list[Grant]:
    """What apps may do for the user, one for each app and account, newest first. One statement."""
    found: dict[tuple[AppId, AccountId], Grant] = {}
    for one in await store.grants(tx, user_id):
        kept = found.setdefault((one.app_id, one.account_id), one)
        both = " ".join(dict.fromkeys(f"{kept.scopes} {one.scopes}".split()))
        found[one.app_id, one.account_id] = msgspec.structs.replace(kept, scopes=both)
    return list(found.values())[::-1]


async def memberships(tx: ReadTx, user_id: UserId) -> list[Membership]:
    """The accounts that the user can act for now, oldest membership first."""
    return await store.memberships(tx, user_id)


async def granted_accounts(tx: ReadTx, *, user_id: UserId, app_id: AppId, scopes: str) -> list[AccountId]:
    """As which accounts the user lets the app act with just these scopes: there is no need to ask again.

    Args:
        scopes: as `check_request` gives them.
    """
    return await store.granted_accounts(tx, user_id, app_id, scopes)


async def apps(tx: ReadTx, ids: Sequence[AppId]) -> dict[AppId, App]:
    """Those of the apps that exist. One statement."""
    return {app.id: app for app in await store.apps(tx, ids)}


async def invitations(tx: ReadTx, user_id: UserId) -> list[Invitation]:
    """Those a user made, newest first."""
    return await store.invitations(tx, user_id)


async def staff(tx: ReadTx) -> dict[AccountId, UserRole]:
    """The accounts of those who run this server, with their role. One statement; there are few."""
    return {one.account_id: one.role for one in await store.staff(tx)}


async def people(tx: ReadTx) -> list[Person]:
    """Every account here with each of its members, oldest account first, for the operator. O(accounts)."""
    return await store.people(tx)
