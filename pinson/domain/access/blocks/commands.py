"""Block and allow, each in one transaction. Who decided it, and that it is logged, is moderation's."""

from datetime import datetime, timedelta

import msgspec

from pinson.domain.access import store as people
from pinson.domain.access.blocks import queries, rules, store
from pinson.domain.access.blocks.facts import NetworkBlocked, NetworkUnblocked
from pinson.domain.access.blocks.model import (
    EmailBlock,
    EmailDomainBlock,
    NetworkBlock,
    NetworkSeverity,
    NetworkTerms,
    Verdict,
)
from pinson.domain.accounts import AccountId
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx

HISTORY = timedelta(days=7)


# --- e-mail -------------------------------------------------------------------------------------------------------


async def judge(tx: ReadTx, email: str) -> tuple[Verdict, EmailDomainBlock | None]:
    """What becomes of somebody who signs up with this address, and the block of its domain, if there is one."""
    if await store.email_blocks_of(tx, rules.hash_of(email)):
        return Verdict.REFUSED, None
    found = {block.domain: block for block in await store.email_domain_blocks_of(tx, rules.domains_of(email))}
    block = next((found[name] for name in rules.domains_of(email) if name in found), None)
    if block is None:
        return Verdict.WELCOME, None
    return (Verdict.WAITS if block.allow_with_approval else Verdict.REFUSED), block


async def note_attempt(tx: WriteTx, block: EmailDomainBlock, *, now: datetime) -> None:
    """Count that somebody tried to sign up with a blocked domain. What is older than a week is forgotten."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    await store.count_attempt(tx, block.id, today)
    await store.forget_attempts(tx, block.id, before=today - HISTORY)


async def block_email_domain(tx: WriteTx, *, domain: str, allow_with_approval: bool, now: datetime) -> EmailDomainBlock:
    """Let nobody sign up with addresses of a domain, or only with a moderator's consent. Done twice, the first stays.

    Raises:
        EmailDomainInvalid.
    """
    name = rules.domain_of(domain)
    for known in await store.email_domain_blocks_of(tx, [name]):
        return known
    block = EmailDomainBlock(tx.new_id(None, now), name, allow_with_approval, now)
    await store.insert_email_domain_block(tx, block)
    return block


async def allow_email_domain(tx: WriteTx, *, id: int) -> EmailDomainBlock:
    """Let people sign up with it again; the block as it was.

    Raises:
        BlockNotFound.
    """
    block = await queries.email_domain_block(tx, id)
    await store.delete_email_domain_block(tx, id)
    return block


async def block_email(tx: WriteTx, *, email: str, hash: str, now: datetime) -> EmailBlock:
    """Let nobody sign up with an address, given as such or by the hash of its canonical form. Twice is once.

    Args:
        email: "" if only the hash is known.
    Raises:
        HashInvalid.
    """
    return await _block_hash(tx, rules.hash_of(email) if email else rules.checked_hash(hash), None, now)


async def allow_email(tx: WriteTx, *, id: int) -> EmailBlock:
    """Let somebody sign up with it again; the block as it was.

    Raises:
        BlockNotFound.
    """
    block = await queries.email_block(tx, id)
    await store.delete_email_block(tx, id)
    return block


async def block_email_of(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Let nobody sign up with the addresses of those who own an account, which is being suspended."""
    for user_id in await people.owners_of(tx, account_id):
        user = await people.user(tx, user_id)
        if user is not None:
            await _block_hash(tx, rules.hash_of(user.email), account_id, now)


async def allow_email_of(tx: WriteTx, *, account_id: AccountId) -> None:
    """Undo that."""
    await store.delete_email_blocks_for(tx, account_id)


async def _block_hash(tx: WriteTx, hash: str, account_id: AccountId | None, now: datetime) -> EmailBlock:
    for known in await store.email_blocks_of(tx, hash):
        return known
    block = EmailBlock(tx.new_id(None, now), hash, account_id)
    await store.insert_email_block(tx, block)
    return block


# --- networks -----------------------------------------------------------------------------------------------------


async def block_network(tx: WriteTx, *, terms: NetworkTerms, own_address: str, now: datetime) -> NetworkBlock:
    """Let something not be done from a network.

    Args:
        terms: with a network.
        own_address: where whoever decides it is.
    Raises:
        NetworkInvalid.
        NetworkBlockedAlready: there is a block of just this network.
        OwnNetwork: they would lock themselves out.
    """
    block = NetworkBlock(tx.new_id(None, now), "", NetworkSeverity.SIGN_UP_REQUIRES_APPROVAL, "", now, None)
    return await _put_network(tx, block, terms, own_address, now)


async def change_network(tx: WriteTx, *, id: int, terms: NetworkTerms, own_address: str, now: datetime) -> NetworkBlock:
    """Change the terms of a block.

    Raises:
        BlockNotFound.
        NetworkInvalid, NetworkBlockedAlready, OwnNetwork: as `block_network`.
    """
    return await _put_network(tx, await queries.network_block(tx, id), terms, own_address, now)


async def unblock_network(tx: WriteTx, *, id: int, now: datetime) -> NetworkBlock:
    """End a block; what it was.

    Raises:
        BlockNotFound.
    """
    block = await queries.network_block(tx, id)
    await _remove_network(tx, id, now)
    return block


async def forget_expired(tx: WriteTx, *, now: datetime) -> None:
    """Remove blocks of networks that have ended."""
    for id in await store.expired_networks(tx, now):
        await _remove_network(tx, id, now)


async def _put_network(
    tx: WriteTx, block: NetworkBlock, terms: NetworkTerms, own_address: str, now: datetime
) -> NetworkBlock:
    given = {name: value for name, value in msgspec.structs.asdict(terms).items() if value is not msgspec.UNSET}
    new = msgspec.structs.replace(block, **given)
    network = rules.network(new.network)
    new = msgspec.structs.replace(new, network=str(network))
    if new.severity is NetworkSeverity.NO_ACCESS and (here := rules.address(own_address)) and here in network:
        raise rules.OwnNetwork
    if await store.network_id(tx, new.network) not in (None, new.id):
        raise rules.NetworkBlockedAlready
    await store.put_network(tx, new)
    await log.record(
        tx, NetworkBlocked(at=now, id=new.id, network=new.network, severity=new.severity, until=new.expires_at)
    )
    return new


async def _remove_network(tx: WriteTx, id: int, now: datetime) -> None:
    await store.delete_network(tx, id)
    await log.record(tx, NetworkUnblocked(at=now, id=id))
