"""Questions about other servers."""

from pinson.domain.servers import rules, store
from pinson.domain.servers.model import ServerAllow, ServerBlock
from pinson.domain.servers.rules import ServerNotFound
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page


async def effective(tx: ReadTx, domain: str) -> ServerBlock | None:
    """The block that counts for a domain: its own, else that of the nearest it is part of. One statement."""
    found = {block.domain: block for block in await store.blocks_of(tx, rules.and_above(domain))}
    return next((found[name] for name in rules.and_above(domain) if name in found), None)


async def blocks(tx: ReadTx, page: Page) -> list[ServerBlock]:
    """The servers that are blocked, newest first."""
    return await store.blocks(tx, page)


async def limited(tx: ReadTx) -> list[ServerBlock]:
    """The servers of which people here do not see everything, by domain: what anyone may know."""
    return await store.limited(tx)


async def block_by_id(tx: ReadTx, id: int) -> ServerBlock:
    """One block.

    Raises:
        ServerNotFound.
    """
    block = await store.block(tx, id)
    if block is None:
        raise ServerNotFound
    return block


async def allows(tx: ReadTx, page: Page) -> list[ServerAllow]:
    """The servers that are allowed by name, newest first."""
    return await store.allows(tx, page)


async def allow_by_id(tx: ReadTx, id: int) -> ServerAllow:
    """One of them.

    Raises:
        ServerNotFound.
    """
    allow = await store.allow(tx, id)
    if allow is None:
        raise ServerNotFound
    return allow
