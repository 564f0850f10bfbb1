"""What keeps accounts apart: blocks, mutes, and servers that somebody does not want to see.

A block works both ways and ends all follows; a mute is one account's own affair, which the
other never learns of, and may end by itself. Doing either twice is doing it once, and to
oneself is nothing. Not here: what they hide (posts/rules.py, timelines/rules.py).
"""

import re
from datetime import datetime, timedelta

from pinson.domain.accounts import AccountId
from pinson.domain.relations import collections, commands, store
from pinson.domain.relations.facts import Blocked, Muted, Unblocked, Unmuted
from pinson.domain.relations.model import Mute
from pinson.lib import log
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal

FOR_EVER = timedelta(days=36_525)  # a mute as long as a century has no end

# Labels of letters (any script), digits and inner hyphens, 63 each at most; at least two (RFC 1034 section 3.5).
DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:(?!-)[\w-]{1,63}(?<!-)\.)+(?!-)[^\W\d_][\w-]{0,61}[^\W_]")


class BadDomain(Refusal):
    """No server can have this name."""

    kind, code = Kind.INVALID, "bad_domain"
    text = "Validation failed: Domain is not a valid domain name"


async def block(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """Keep two accounts from each other, and end what follows, requests and recommendations there were
    between them."""
    if account_id == target_id:
        return
    if await store.add_block(tx, tx.new_id(account_id, now), account_id, target_id):
        await commands.sever(tx, account_id, target_id, now)
        await collections.part(tx, account_id, target_id, now)
        await log.record(tx, Blocked(at=now, account_id=account_id, target_id=target_id))


async def unblock(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """End a block. The follows that it ended do not come back."""
    if await store.delete_block(tx, account_id, target_id):
        await log.record(tx, Unblocked(at=now, account_id=account_id, target_id=target_id))


async def mute(
    tx: WriteTx,
    *,
    account_id: AccountId,
    target_id: AccountId,
    notifications: bool = True,
    seconds: int = 0,
    now: datetime,
) -> None:
    """Hear no more of an account; a mute that there is takes the new terms.

    Args:
        notifications: whether it may not notify either.
        seconds: how long; 0 is for ever.
    """
    if account_id == target_id:
        return
    ends = 0 < seconds < FOR_EVER.total_seconds()
    until = now + timedelta(seconds=seconds) if ends else None
    await store.put_mute(tx, Mute(tx.new_id(account_id, now), account_id, target_id, notifications, until))
    await log.record(tx, Muted(at=now, account_id=account_id, target_id=target_id, until=until))


async def unmute(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """Hear of an account again."""
    if await store.delete_mute(tx, account_id, target_id):
        await log.record(tx, Unmuted(at=now, account_id=account_id, target_id=target_id))


async def forget_mutes(tx: WriteTx, *, now: datetime) -> int:
    """Remove mutes that have expired, which only take room: they no longer count; how many."""
    return await store.forget_mutes(tx, now=now)


async def block_domain(tx: WriteTx, *, account_id: AccountId, domain: str, now: datetime) -> None:
    """See nothing of a server any more.

    Raises:
        BadDomain.
    """
    await store.add_domain_block(tx, tx.new_id(account_id, now), account_id, domain_name(domain))


async def unblock_domain(tx: WriteTx, *, account_id: AccountId, domain: str, now: datetime) -> None:
    """See that server again; one that was not blocked changes nothing."""
    await store.delete_domain_block(tx, account_id, domain.strip().lower())


def domain_name(typed: str) -> str:
    """The name of a server as it is kept: lower case, Unicode.

    Raises:
        BadDomain: it cannot be one.
    """
    name = typed.strip().lower()
    if not DOMAIN.fullmatch(name):
        raise BadDomain
    return name
