"""What can be done to an account, each in one transaction. Doing it twice is doing it once."""

from datetime import datetime
from typing import Any

import msgspec

from pinson.domain.accounts import queries, rules, store
from pinson.domain.accounts.facts import (
    AccountChanged,
    AccountCreated,
    AccountDeleted,
    AccountDesensitized,
    AccountLimited,
    AccountRestored,
    AccountSensitized,
    AccountSuspended,
    AccountUnlimited,
    AccountUnlocked,
)
from pinson.domain.accounts.model import Account, AccountId, Changes, DefaultsChanges, Field, Profile
from pinson.domain.accounts.rules import AccountNotFound, UsernameTaken
from pinson.lib import blobs, log
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
        hide_collections=None,
        created_at=now,
        suspended_at=None,
        limited_at=None,
        sensitized_at=None,
    )
    await store.insert(tx, account)
    await log.record(tx, AccountCreated(at=now, account_id=account.id))
    return account


async def change(
    tx: WriteTx, *, account_id: AccountId, changes: Changes, posting: DefaultsChanges | None = None, now: datetime
) -> None:
    """Change a profile, and how its account posts.

    Args:
        changes: within limits; see `prepare_changes`. What was said of a picture goes with it.
        posting: None keeps all of it.
    Raises:
        AccountNotFound: there is no such account.
        TookTooLong: its pictures were kept too long ago.
    """
    old = await _existing(tx, account_id)
    given = _given(changes)
    for picture in {"avatar", "header"} & given.keys():
        given = {f"{picture}_description": "", **given, picture: given[picture] or None}
    if "avatar" in given:  # what moves is the same picture
        given["avatar_moving"] = (given["avatar"] and given.get("avatar_moving")) or None
    if changes.fields is not None:  # what is proven of a line is proven of what it leads to, under whatever name
        proven = {line.value: line.verified_at for line in old.fields}
        given["fields"] = tuple(Field(line.name, line.value, proven.get(line.value)) for line in changes.fields)
    new = msgspec.structs.replace(old, **given)
    await blobs.claim(tx, [key for key in new.pictures if key not in old.pictures], now=now)
    await blobs.abandon(tx, [key for key in old.pictures if key not in new.pictures], now=now)
    await store.update(tx, new)
    if posting is not None:
        chosen = msgspec.structs.replace(await queries.defaults(tx, account_id), **_given(posting))
        await store.put_defaults(tx, account_id, msgspec.structs.replace(chosen, language=chosen.language or None))
    await log.record(tx, AccountChanged(at=now, account_id=account_id))
    if old.locked and changes.locked is False:
        await log.record(tx, AccountUnlocked(at=now, account_id=account_id))


async def prove(tx: WriteTx, *, account_id: AccountId, value: str, verified_at: datetime | None, now: datetime) -> None:
    """Keep since when the page that a line leads to links back to the profile; None if it does not (any more).

    Nothing happens if no line has this value.
    """
    profile = await queries.profile(tx, account_id)
    if profile is None:
        return
    fields = tuple(
        msgspec.structs.replace(line, verified_at=verified_at) if line.value == value else line
        for line in profile.fields
    )
    if fields != profile.fields:
        await store.update(tx, msgspec.structs.replace(profile, fields=fields))
        await log.record(tx, AccountChanged(at=now, account_id=account_id))


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


async def limit(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Let what the account posts reach only those who follow it, until `unlimit`.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).limited_at is None:
        await store.set_limited(tx, account_id, now)
        await log.record(tx, AccountLimited(at=now, account_id=account_id))


async def unlimit(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Let it reach everyone again. What it posted meanwhile stays unlisted.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).limited_at is not None:
        await store.set_limited(tx, account_id, None)
        await log.record(tx, AccountUnlimited(at=now, account_id=account_id))


async def sensitize(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Hide all pictures, films and sounds of the account behind a warning, those to come too, until `desensitize`.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).sensitized_at is None:
        await store.set_sensitized(tx, account_id, now)
        await log.record(tx, AccountSensitized(at=now, account_id=account_id))


async def desensitize(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Show them as their posts say again.

    Raises:
        AccountNotFound: there is no such account.
    """
    if (await _existing(tx, account_id)).sensitized_at is not None:
        await store.set_sensitized(tx, account_id, None)
        await log.record(tx, AccountDesensitized(at=now, account_id=account_id))


async def delete(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Erase the account for good. Its handle stays taken: nobody can come back as someone else.

    At once nobody sees it and no token speaks for it; those who keep its posts, follows and
    memberships erase them when they hear of AccountDeleted.

    Raises:
        AccountNotFound: there is no such account.
    """
    account = await _existing(tx, account_id)
    await blobs.abandon(tx, account.pictures, now=now)
    await store.erase(tx, account_id, now)
    await log.record(tx, AccountDeleted(at=now, account_id=account_id))


async def count_follows(tx: WriteTx, account_id: AccountId, *, followers: int = 0, following: int = 0) -> None:
    """Add to an account's counters, in the transaction of what is counted.

    Records nothing: the caller's own fact says what happened.
    """
    await store.count_follows(tx, account_id, followers=followers, following=following)


async def count_posts(tx: WriteTx, account_id: AccountId, posts: int, *, last_post_at: datetime | None = None) -> int:
    """Add to the number of an account's posts, likewise; how many there are now.

    Args:
        last_post_at: when the post was published; counts if it is newer than what is kept.
    """
    return await store.count_posts(tx, account_id, posts=posts, last_post_at=last_post_at)


def _given(changes: Changes | DefaultsChanges) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not None}


async def _existing(tx: WriteTx, account_id: AccountId) -> Profile:
    account = await queries.profile(tx, account_id)
    if account is None:
        raise AccountNotFound
    return account
