"""Questions about who is kept out."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.access.blocks import rules, store
from pinson.domain.access.blocks.model import AttemptsOn, EmailBlock, EmailDomainBlock, NetworkBlock
from pinson.domain.access.blocks.rules import BlockNotFound
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page


async def email_domain_blocks(tx: ReadTx, page: Page) -> list[EmailDomainBlock]:
    """The domains that are blocked, newest first."""
    return await store.email_domain_blocks(tx, page)


async def email_domain_block(tx: ReadTx, id: int) -> EmailDomainBlock:
    """One of them.

    Raises:
        BlockNotFound.
    """
    found = await store.email_domain_block(tx, id)
    if found is None:
        raise BlockNotFound
    return found


async def attempts(tx: ReadTx, ids: Sequence[int], *, since: datetime) -> list[AttemptsOn]:
    """How often somebody tried to sign up with these blocked domains on each day since, in no order."""
    return await store.attempts(tx, ids, since=since)


async def email_blocks(tx: ReadTx, page: Page) -> list[EmailBlock]:
    """The addresses that are blocked, newest first."""
    return await store.email_blocks(tx, page)


async def email_blocks_of(tx: ReadTx, email: str) -> list[EmailBlock]:
    """The blocks that an address meets: one or none."""
    return await store.email_blocks_of(tx, rules.hash_of(email))


async def email_block(tx: ReadTx, id: int) -> EmailBlock:
    """One blocked address.

    Raises:
        BlockNotFound.
    """
    found = await store.email_block(tx, id)
    if found is None:
        raise BlockNotFound
    return found


async def network_blocks(tx: ReadTx, page: Page) -> list[NetworkBlock]:
    """The networks that are blocked, newest first."""
    return await store.networks(tx, page)


async def network_block(tx: ReadTx, id: int) -> NetworkBlock:
    """One of them.

    Raises:
        BlockNotFound.
    """
    found = await store.network(tx, id)
    if found is None:
        raise BlockNotFound
    return found
