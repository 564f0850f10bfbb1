"""Questions about users, members, apps and sessions."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.access import store
from pinson.domain.access.model import App, AppId, Invitation, Membership, Person, State, User, UserId, UserRole
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


async def roles_of(tx: ReadTx, account_id: AccountId) -> list[UserRole]:
    """What the members of an account are to the server, in no order."""
    return await store.roles_of(tx, account_id)


async def session_user(tx: ReadTx, secret: str, *, now: datetime) -> User | None:
    """Who is signed in with this cookie; None if nobody is, or they are disabled. Two looks into indexes."""
    user_id = await store.session_user_id(tx, digest(secret), now)
    user = None if user_id is None else await store.user(tx, user_id)
    return None if user is None or user.state is State.DISABLED else user


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
