"""SQL of who is kept out."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.access.blocks.model import AttemptsOn, EmailBlock, EmailDomainBlock, NetworkBlock
from pinson.domain.accounts import AccountId
from pinson.lib import paging
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = ("email_domain_blocks", "email_domain_attempts", "email_blocks", "network_blocks")

INSERT_EMAIL_DOMAIN = """
    INSERT INTO email_domain_blocks (id, domain, allow_with_approval, created_at)
    VALUES (:id, :domain, :allow_with_approval, :created_at)
"""
DELETE_EMAIL_DOMAIN = "DELETE FROM email_domain_blocks WHERE id = :id"
EMAIL_DOMAIN = "SELECT id, domain, allow_with_approval, created_at FROM email_domain_blocks WHERE id = :id"
EMAIL_DOMAINS_OF = """
    SELECT id, domain, allow_with_approval, created_at
    FROM email_domain_blocks
    WHERE domain IN (SELECT value FROM json_each(:domains))
"""
EMAIL_DOMAINS = """
    SELECT id, domain, allow_with_approval, created_at
    FROM email_domain_blocks
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""
COUNT_ATTEMPT = """
    INSERT INTO email_domain_attempts (block_id, day, attempts) VALUES (:block_id, :day, 1)
    ON CONFLICT (block_id, day) DO UPDATE SET attempts = email_domain_attempts.attempts + 1
"""
FORGET_ATTEMPTS = "DELETE FROM email_domain_attempts WHERE block_id = :block_id AND day < :before"
ATTEMPTS = """
    SELECT block_id, day, attempts
    FROM email_domain_attempts
    WHERE block_id IN (SELECT value FROM json_each(:ids)) AND day >= :since
"""
INSERT_EMAIL = "INSERT INTO email_blocks (id, hash, account_id) VALUES (:id, :hash, :account_id)"
DELETE_EMAIL = "DELETE FROM email_blocks WHERE id = :id"
DELETE_EMAILS_FOR = "DELETE FROM email_blocks WHERE account_id = :account_id"
EMAIL = "SELECT id, hash, account_id FROM email_blocks WHERE id = :id"
EMAILS_OF = "SELECT id, hash, account_id FROM email_blocks WHERE hash = :hash"
EMAILS = """
    SELECT id, hash, account_id FROM email_blocks WHERE id < :before AND id > :after ORDER BY id {way} LIMIT :limit
"""
PUT_NETWORK = """
    INSERT INTO network_blocks (id, network, severity, comment, created_at, expires_at)
    VALUES (:id, :network, :severity, :comment, :created_at, :expires_at)
    ON CONFLICT (id) DO UPDATE
    SET network = excluded.network, severity = excluded.severity, comment = excluded.comment,
        expires_at = excluded.expires_at
"""
DELETE_NETWORK = "DELETE FROM network_blocks WHERE id = :id"
NETWORK = "SELECT id, network, severity, comment, created_at, expires_at FROM network_blocks WHERE id = :id"
NETWORK_ID = "SELECT id FROM network_blocks WHERE network = :network"
NETWORKS = """
    SELECT id, network, severity, comment, created_at, expires_at
    FROM network_blocks
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""
ALL_NETWORKS = "SELECT id, network, severity, comment, created_at, expires_at FROM network_blocks"
EXPIRED_NETWORKS = "SELECT id FROM network_blocks WHERE expires_at <= :now"


async def insert_email_domain_block(tx: WriteTx, block: EmailDomainBlock) -> None:
    """Add a domain that is not blocked yet."""
    await tx.run_with(INSERT_EMAIL_DOMAIN, block)


async def delete_email_domain_block(tx: WriteTx, id: int) -> None:
    """Remove it, and what was counted."""
    await tx.run(DELETE_EMAIL_DOMAIN, id=id)


async def email_domain_block(tx: ReadTx, id: int) -> EmailDomainBlock | None:
    """One blocked domain. One look into the primary key."""
    return await tx.one(EmailDomainBlock, EMAIL_DOMAIN, id=id)


async def email_domain_blocks_of(tx: ReadTx, domains: Sequence[str]) -> list[EmailDomainBlock]:
    """The blocks of these domains, in no order. One look into the unique index each."""
    return await tx.all(EmailDomainBlock, EMAIL_DOMAINS_OF, domains=domains)


async def email_domain_blocks(tx: ReadTx, page: Page) -> list[EmailDomainBlock]:
    """A page of them, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, EmailDomainBlock, EMAIL_DOMAINS, page)


async def count_attempt(tx: WriteTx, block_id: int, day: datetime) -> None:
    """Count one attempt on a day, which begins then."""
    await tx.run(COUNT_ATTEMPT, block_id=block_id, day=day)


async def forget_attempts(tx: WriteTx, block_id: int, *, before: datetime) -> None:
    """Forget the attempts of days before. O(found) on the primary key."""
    await tx.run(FORGET_ATTEMPTS, block_id=block_id, before=before)


async def attempts(tx: ReadTx, ids: Sequence[int], *, since: datetime) -> list[AttemptsOn]:
    """Attempts by block and day, in no order. O(found) on the primary key."""
    return await tx.all(AttemptsOn, ATTEMPTS, ids=ids, since=since)


async def insert_email_block(tx: WriteTx, block: EmailBlock) -> None:
    """Add an address that is not blocked yet."""
    await tx.run_with(INSERT_EMAIL, block)


async def delete_email_block(tx: WriteTx, id: int) -> None:
    """Remove it."""
    await tx.run(DELETE_EMAIL, id=id)


async def delete_email_blocks_for(tx: WriteTx, account_id: AccountId) -> None:
    """Remove those that are there because of an account. O(found) on the index email_blocks_account."""
    await tx.run(DELETE_EMAILS_FOR, account_id=account_id)


async def email_block(tx: ReadTx, id: int) -> EmailBlock | None:
    """One blocked address. One look into the primary key."""
    return await tx.one(EmailBlock, EMAIL, id=id)


async def email_blocks_of(tx: ReadTx, hash: str) -> list[EmailBlock]:
    """The block of this hash, if there is one. One look into the unique index."""
    return await tx.all(EmailBlock, EMAILS_OF, hash=hash)


async def email_blocks(tx: ReadTx, page: Page) -> list[EmailBlock]:
    """A page of blocked addresses, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, EmailBlock, EMAILS, page)


async def put_network(tx: WriteTx, block: NetworkBlock) -> None:
    """Add a block of a network, or keep what changed about it."""
    await tx.run_with(PUT_NETWORK, block)


async def delete_network(tx: WriteTx, id: int) -> None:
    """Remove a block."""
    await tx.run(DELETE_NETWORK, id=id)


async def network(tx: ReadTx, id: int) -> NetworkBlock | None:
    """One block of a network. One look into the primary key."""
    return await tx.one(NetworkBlock, NETWORK, id=id)


async def network_id(tx: ReadTx, network: str) -> int | None:
    """The block of just this network. One look into the unique index."""
    return await tx.one(int, NETWORK_ID, network=network)


async def networks(tx: ReadTx, page: Page) -> list[NetworkBlock]:
    """A page of blocked networks, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, NetworkBlock, NETWORKS, page)


async def all_networks(tx: ReadTx) -> list[NetworkBlock]:
    """Every block of a network, in no order. O(all of them), once for each process."""
    return await tx.all(NetworkBlock, ALL_NETWORKS)


async def expired_networks(tx: ReadTx, now: datetime) -> list[int]:
    """Blocks of networks that have ended. O(found) on the index network_blocks_expires."""
    return await tx.all(int, EXPIRED_NETWORKS, now=now)
