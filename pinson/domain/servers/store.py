"""SQL of what was decided about other servers."""

from collections.abc import Sequence

import msgspec

from pinson.domain.servers.model import ServerAllow, ServerBlock
from pinson.lib import paging
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = ("server_blocks", "server_allows")

BLOCK = "id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, created_at"

INSERT_BLOCK = """
    INSERT INTO server_blocks (
        id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, created_at)
    VALUES (
        :id, :domain, :severity, :reject_media, :reject_reports, :private_comment, :public_comment, :obfuscate,
        :created_at)
"""
UPDATE_BLOCK = """
    UPDATE server_blocks
    SET severity = :severity, reject_media = :reject_media, reject_reports = :reject_reports,
        private_comment = :private_comment, public_comment = :public_comment, obfuscate = :obfuscate
    WHERE id = :id
"""
DELETE_BLOCK = "DELETE FROM server_blocks WHERE id = :id"
ONE_BLOCK = f"SELECT {BLOCK} FROM server_blocks WHERE id = :id"
BLOCKS_OF = f"SELECT {BLOCK} FROM server_blocks WHERE domain IN (SELECT value FROM json_each(:domains))"
BLOCKS = f"""
    SELECT {BLOCK} FROM server_blocks WHERE id < :before AND id > :after ORDER BY id {{way}} LIMIT :limit
"""
LIMITED = f"SELECT {BLOCK} FROM server_blocks WHERE severity <> 'noop' ORDER BY domain"
INSERT_ALLOW = "INSERT INTO server_allows (id, domain, created_at) VALUES (:id, :domain, :created_at)"
DELETE_ALLOW = "DELETE FROM server_allows WHERE id = :id"
ALLOW = "SELECT id, domain, created_at FROM server_allows WHERE id = :id"
ALLOW_OF = "SELECT id, domain, created_at FROM server_allows WHERE domain = :domain"
ALLOWS = """
    SELECT id, domain, created_at FROM server_allows
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""


async def insert_block(tx: WriteTx, block: ServerBlock) -> None:
    """Add a block of a server that has none."""
    await tx.run_with(INSERT_BLOCK, block)


async def update_block(tx: WriteTx, block: ServerBlock) -> None:
    """Keep the terms of a block."""
    terms = msgspec.structs.asdict(block)
    del terms["domain"], terms["created_at"]
    await tx.run(UPDATE_BLOCK, **terms)


async def delete_block(tx: WriteTx, id: int) -> None:
    """Remove a block."""
    await tx.run(DELETE_BLOCK, id=id)


async def block(tx: ReadTx, id: int) -> ServerBlock | None:
    """One block. One look into the primary key."""
    return await tx.one(ServerBlock, ONE_BLOCK, id=id)


async def blocks_of(tx: ReadTx, domains: Sequence[str]) -> list[ServerBlock]:
    """The blocks of these domains, in no order. One look into the unique index each."""
    return await tx.all(ServerBlock, BLOCKS_OF, domains=domains)


async def blocks(tx: ReadTx, page: Page) -> list[ServerBlock]:
    """A page of blocks, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, ServerBlock, BLOCKS, page)


async def limited(tx: ReadTx) -> list[ServerBlock]:
    """Every block that limits what people see, by domain. O(blocks)."""
    return await tx.all(ServerBlock, LIMITED)


async def insert_allow(tx: WriteTx, allow: ServerAllow) -> None:
    """Add a server that is not allowed yet."""
    await tx.run_with(INSERT_ALLOW, allow)


async def delete_allow(tx: WriteTx, id: int) -> None:
    """Remove it."""
    await tx.run(DELETE_ALLOW, id=id)


async def allow(tx: ReadTx, id: int) -> ServerAllow | None:
    """One server that is allowed. One look into the primary key."""
    return await tx.one(ServerAllow, ALLOW, id=id)


async def allow_of(tx: ReadTx, domain: str) -> ServerAllow | None:
    """The same by its domain. One look into the unique index."""
    return await tx.one(ServerAllow, ALLOW_OF, domain=domain)


async def allows(tx: ReadTx, page: Page) -> list[ServerAllow]:
    """A page of them, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, ServerAllow, ALLOWS, page)
