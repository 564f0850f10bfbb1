"""What can be done to an account, each in one transaction. Doing it twice is doing it once."""

from datetime import datetime

from pinson.domain.accounts import queries, rules, store
from pinson.domain.accounts.facts import AccountCreated, AccountDeleted, AccountRestored, AccountSuspended
from pinson.domain.accounts.model import Account, AccountId
from pinson.domain.accounts.rules import AccountNotFound, UsernameTaken
from pinson.lib import log
from pinson.lib.db import WriteTx


async def create(
    tx: WriteTx,
    *,
    username: str,
    now: datetime,
    display_name: str = "",
    note: str = "",
    reserved: bool = False,
) -> Account:
    """Open an account on this server.

    Args:
        reserved: whether it may have a reserved name.
    Raises:
        FieldRefused: the username is taken, reserved, or not a username.
    """
    if refusal := rules.refuse_username(username, reserved=reserved):
        raise refusal
    handle = rules.fold(username)
    if await store.handle_is_taken(tx, handle, ""):
        raise UsernameTaken
    account = Account(
        id=AccountId(tx.new_id(None, now)),
        username=username,
        handle=handle,
        domain="",
        display_name=display_name,
        note=note,
        locked=False,
        bot=False,
        discoverable=None,
        indexable=False,
        created_at=now,
        suspended_at=None,
    )
    await store.insert(tx, account)
    await log.record(tx, AccountCreated(at=now, account_id=account.id))
    return account


async def suspend(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Hide the account and all it posted, and let it do nothing, until it is restored.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).suspended_at is None:
        await store.set_suspended(tx, account_id, now)
        await log.record(tx, AccountSuspended(at=now, account_id=account_id))


async def restore(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """End a suspension: everything is as it was before.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).suspended_at is not None:
        await store.set_suspended(tx, account_id, None)
        await log.record(tx, AccountRestored(at=now, account_id=account_id))


async def delete(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Erase the account for good. Its handle stays taken: nobody can come back as someone else.

    At once nobody sees it and no token speaks for it; those who keep its posts, follows and
    memberships erase them when they hear of AccountDeleted.

    Raises:
        AccountNotFound: there is no such account.
    """
    await _existing(tx, account_id)
    await store.erase(tx, account_id, now)
    await log.record(tx, AccountDeleted(at=now, account_id=account_id))


async def count(
    tx: WriteTx,
    account_id: AccountId,
    *,
    followers: int = 0,
    following: int = 0,
    posts: int = 0,
    last_post_at: datetime | None = None,
) -> None:
    """Add to an account's counters, in the transaction of what is counted.

    Records nothing: the caller's own fact says what happened.

    Args:
        last_post_at: when the post was published; counts if it is newer than what is kept.
    """
    await store.count(tx, account_id, followers=followers, following=following, posts=posts, last_post_at=last_post_at)


async def _existing(tx: WriteTx, account_id: AccountId) -> Account:
    account = await queries.by_id(tx, account_id)
    if account is None:
        raise AccountNotFound
    return account
