"""Questions about accounts. What is deleted is not found; what is suspended is, except by `active`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pinson.domain.accounts import rules, store
from pinson.domain.accounts.model import Account, AccountId, Activity, Author, Defaults, Opened, Profile
from pinson.domain.accounts.rules import AccountNotFound
from pinson.lib.db import ReadTx


async def by_id(tx: ReadTx, id: AccountId) -> Account | None:
    """The account, suspended or not."""
    return await store.by_id(tx, id)


async def by_ids(tx: ReadTx, ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Those of the accounts that exist, suspended or not. One statement."""
    return {account.id: account for account in await store.by_ids(tx, ids)}


async def active(tx: ReadTx, id: AccountId) -> Account:
    """An account that takes part.

    Raises:
        AccountNotFound: there is none, or it is suspended.
    """
    account = await by_id(tx, id)
    if account is None or account.suspended_at is not None:
        raise AccountNotFound
    return account


async def author(tx: ReadTx, id: AccountId) -> Author:
    """An account that takes part, as one that publishes.

    Raises:
        AccountNotFound: there is none, or it is suspended.
    """
    found = await store.author(tx, id)
    if found is None:
        raise AccountNotFound
    return found


async def by_acct(tx: ReadTx, acct: str, *, local_domain: str) -> Account | None:
    """The account that people address so: `user`, `@user` or `user@domain`, in any case."""
    handle, domain = rules.split_acct(acct, local_domain=local_domain)
    return next((found for found in await store.by_handles(tx, [handle]) if found.domain == domain), None)


async def by_accts(tx: ReadTx, accts: Sequence[str]) -> dict[str, Account]:
    """The accounts that a text addresses, by the address it used. One statement.

    Args:
        accts: folded: `user` for somebody here, else `user@domain`.
    """
    wanted = set(accts)
    found = await store.by_handles(tx, [acct.partition("@")[0] for acct in accts])
    by_address = {f"{one.handle}@{one.domain}" if one.domain else one.handle: one for one in found}
    return {acct: account for acct, account in by_address.items() if acct in wanted}


async def profile(tx: ReadTx, id: AccountId) -> Profile | None:
    """The account with its counters, suspended or not."""
    return next(iter(await store.profiles(tx, [id])), None)


async def profile_by_acct(tx: ReadTx, acct: str, *, local_domain: str) -> Profile | None:
    """The account that people address so, with its counters, suspended or not. One statement."""
    handle, domain = rules.split_acct(acct, local_domain=local_domain)
    return await store.profile_of(tx, handle, domain)


async def profiles(tx: ReadTx, ids: Sequence[AccountId]) -> dict[AccountId, Profile]:
    """Those of the accounts that exist, suspended or not, with their counters. One statement."""
    return {profile.id: profile for profile in await store.profiles(tx, ids)}


async def defaults(tx: ReadTx, id: AccountId) -> Defaults:
    """How an account posts unless it says otherwise. One statement."""
    return await store.defaults(tx, id) or Defaults()


async def discoverable(
    tx: ReadTx,
    *,
    by_activity: bool,
    local: bool = False,
    without: Iterable[AccountId] = (),
    limit: int,
    offset: int = 0,
) -> list[AccountId]:
    """Accounts that agreed to be found: those that posted last first, or the newest first. In a thread: it may
    read all of them.

    Args:
        local: only those of this server.
        without: whom to leave out, so that a page is full all the same.
    """
    return await store.discoverable(
        tx, by_activity=by_activity, local=local, without=list(without), limit=limit, offset=offset
    )


async def local_activity(tx: ReadTx, *, since: datetime) -> Activity:
    """How much there is on this server, and how many accounts published since. Reads a whole table."""
    return await store.activity(tx, since=since)


async def opened_by_week(tx: ReadTx, *, since: datetime) -> list[Opened]:
    """How many accounts were opened here in each week since; weeks without any are left out."""
    return await store.opened_by_week(tx, since=since)


async def local_count(tx: ReadTx) -> int:
    """How many accounts live on this server."""
    return await store.local_count(tx)
