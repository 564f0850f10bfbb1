"""Block and allow servers, each in one transaction. Who decided it, and that it is logged, is moderation's."""

from datetime import datetime

from pinson.domain.servers import queries, rules, store
from pinson.domain.servers.model import ServerAllow, ServerBlock, Severity, Terms
from pinson.domain.servers.rules import BlockedAlready
from pinson.lib.db import WriteTx


async def block(tx: WriteTx, *, domain: str, terms: Terms, now: datetime) -> ServerBlock:
    """Block a server, silencing it unless the terms say otherwise.

    Raises:
        DomainInvalid.
        BlockedAlready: it is blocked, or what it is part of is, at least as strictly.
    """
    new = ServerBlock(
        id=tx.new_id(None, now),
        domain=rules.host(domain),
        severity=Severity.SILENCE,
        reject_media=False,
        reject_reports=False,
        private_comment=None,
        public_comment=None,
        obfuscate=False,
        created_at=now,
    )
    new = rules.applied(new, terms)
    known = await queries.effective(tx, new.domain)
    if known is not None and (known.domain == new.domain or not rules.is_stricter(new, known)):
        raise BlockedAlready(known)
    await store.insert_block(tx, new)
    return new


async def change(tx: WriteTx, *, id: int, terms: Terms) -> ServerBlock:
    """Change the terms of a block.

    Raises:
        ServerNotFound.
    """
    new = rules.applied(await queries.block_by_id(tx, id), terms)
    await store.update_block(tx, new)
    return new


async def unblock(tx: WriteTx, *, id: int) -> ServerBlock:
    """End a block; what it was.

    Raises:
        ServerNotFound.
    """
    block = await queries.block_by_id(tx, id)
    await store.delete_block(tx, id)
    return block


async def allow(tx: WriteTx, *, domain: str, now: datetime) -> ServerAllow:
    """Allow a server by name. One that is allowed stays so.

    Raises:
        DomainInvalid.
    """
    name = rules.host(domain)
    if known := await store.allow_of(tx, name):
        return known
    new = ServerAllow(tx.new_id(None, now), name, now)
    await store.insert_allow(tx, new)
    return new


async def disallow(tx: WriteTx, *, id: int) -> ServerAllow:
    """Allow it no longer; what it was.

    Raises:
        ServerNotFound.
    """
    known = await queries.allow_by_id(tx, id)
    await store.delete_allow(tx, id)
    return known
