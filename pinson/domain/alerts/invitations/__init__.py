"""Invitations: a list of addresses is asked, once each, whether it wants to be alerted. Nobody is moved silently.

Called by the page on which a list is pasted, and by whatever hears that somebody wants none. What is kept of an address
is its fingerprint: the list is not, and whoever does not answer is forgotten by all but that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import commands, rules
from pinson.domain.alerts import store as wishes
from pinson.domain.alerts.invitations import store
from pinson.domain.alerts.model import AddressId, NoteKind, Reach, Withdrawn
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal

AT_ONCE = 500  # addresses in one list
A_DAY = 2000  # of one account
KEPT = timedelta(days=3 * 365)


class TooManyInvitations(Refusal):
    """More than one sends who means those people."""

    kind, code = Kind.TOO_MANY, "too_many_invitations"
    text = "At most {at_once} addresses at a time, and {a_day} a day."


class Invited(msgspec.Struct, frozen=True):
    """What came of a list. known: they were invited before, follow already, or want no invitations."""

    sent: int
    known: int


async def invite(
    tx: WriteTx, *, account_id: AccountId, name: str, reaches: Sequence[Reach], lang: str, zone: str, now: datetime
) -> Invited:
    """Ask each address, once for ever, whether it wants to be alerted of what an account writes.

    Args:
        name: of the account, as people call it.
        reaches: by SMS or e-mail. lang, zone: in which they are asked.
    Raises:
        AccountNotFound: it is gone or suspended.
        TooManyInvitations.
    """
    account = await accounts.active(tx, account_id)
    before = await store.count_since(tx, account_id, since=now - timedelta(days=1))
    if len(reaches) > AT_ONCE or before + len(reaches) > A_DAY:
        raise TooManyInvitations(at_once=AT_ONCE, a_day=A_DAY)
    secret, sent = await commands.secret(tx), 0
    for reach in reaches:
        fingerprint = rules.fingerprint(secret, reach.channel, reach.value)
        if await store.is_known(tx, account_id, fingerprint):
            continue
        await store.put(tx, account_id, fingerprint, now=now)
        address = await commands.address_for(tx, reach=reach, lang=lang, zone=zone, now=now)
        if any(one.topic_id == account_id for one in await wishes.alerts_of(tx, [address.id])):
            continue
        data = {"topic": name, "username": account.username}
        await commands.tell(tx, address_id=address.id, kind=NoteKind.INVITATION, data=data, now=now)
        sent += 1
    return Invited(sent, len(reaches) - sent)


async def refuse(tx: WriteTx, *, address_id: AddressId, how: Withdrawn, now: datetime) -> None:
    """Whoever has an address wants no invitation from here any more, and nothing that waits to be confirmed there."""
    secret = await commands.secret(tx)
    for address in await wishes.addresses(tx, [address_id]):
        fingerprint = rules.fingerprint(secret, address.channel, address.value)
        await store.put(tx, store.NOBODY, fingerprint, now=now)
        waiting = [one for one in await wishes.alerts_of(tx, [address_id]) if one.confirmed_at is None]
        await commands.end(tx, waiting, how, now=now)


async def refuse_from(tx: WriteTx, *, account_id: AccountId, address_id: AddressId, now: datetime) -> None:
    """Whoever has an address wants no invitation of one account."""
    secret = await commands.secret(tx)
    for address in await wishes.addresses(tx, [address_id]):
        fingerprint = rules.fingerprint(secret, address.channel, address.value)
        await store.put(tx, account_id, fingerprint, now=now)


async def forget_old(tx: WriteTx, *, now: datetime) -> bool:
    """Remove what nobody can be asked about any more; whether there may be more."""
    return await store.forget(tx, until=now - KEPT, limit=commands.STEP) == commands.STEP


async def forget(tx: WriteTx, *, account_id: AccountId) -> None:
    """Remove what a closed account has store."""
    await store.delete_of(tx, account_id)
