"""What is let in at all: other servers, e-mail addresses, networks. Each command is one transaction, and is registered.

Called by whatever moderators decide with. What the decisions mean is in `servers` and `access.blocks`.
"""

from datetime import datetime

from pinson.domain import servers, shortlinks
from pinson.domain.access import blocks
from pinson.domain.access.blocks import EmailBlock, EmailDomainBlock, NetworkBlock, NetworkTerms
from pinson.domain.moderation.model import Moderator
from pinson.domain.moderation.register import note
from pinson.domain.servers import ServerAllow, ServerBlock, Terms
from pinson.domain.shortlinks import ClosedSite
from pinson.lib.db import WriteTx


async def block_server(tx: WriteTx, *, by: Moderator, domain: str, terms: Terms, now: datetime) -> ServerBlock:
    """Block a server.

    Raises:
        DomainInvalid, BlockedAlready.
    """
    block = await servers.block(tx, domain=domain, terms=terms, now=now)
    await note(tx, "block_server", by=by, target_id=block.id, label=block.domain, now=now)
    return block


async def change_server_block(tx: WriteTx, *, by: Moderator, id: int, terms: Terms, now: datetime) -> ServerBlock:
    """Change how a server is blocked.

    Raises:
        ServerNotFound.
    """
    block = await servers.change(tx, id=id, terms=terms)
    await note(tx, "change_server_block", by=by, target_id=block.id, label=block.domain, now=now)
    return block


async def unblock_server(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """End the block of a server.

    Raises:
        ServerNotFound.
    """
    block = await servers.unblock(tx, id=id)
    await note(tx, "unblock_server", by=by, target_id=block.id, label=block.domain, now=now)


async def allow_server(tx: WriteTx, *, by: Moderator, domain: str, now: datetime) -> ServerAllow:
    """Allow a server by name.

    Raises:
        DomainInvalid.
    """
    allow = await servers.allow(tx, domain=domain, now=now)
    await note(tx, "allow_server", by=by, target_id=allow.id, label=allow.domain, now=now)
    return allow


async def disallow_server(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """Allow it no longer.

    Raises:
        ServerNotFound.
    """
    allow = await servers.disallow(tx, id=id)
    await note(tx, "disallow_server", by=by, target_id=allow.id, label=allow.domain, now=now)


async def block_email_domain(
    tx: WriteTx, *, by: Moderator, domain: str, allow_with_approval: bool, now: datetime
) -> EmailDomainBlock:
    """Let nobody sign up with addresses of a domain, or only with a moderator's consent.

    Raises:
        EmailDomainInvalid.
    """
    block = await blocks.block_email_domain(tx, domain=domain, allow_with_approval=allow_with_approval, now=now)
    await note(tx, "block_email_domain", by=by, target_id=block.id, label=block.domain, now=now)
    return block


async def allow_email_domain(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """Let people sign up with it again.

    Raises:
        BlockNotFound.
    """
    block = await blocks.allow_email_domain(tx, id=id)
    await note(tx, "allow_email_domain", by=by, target_id=block.id, label=block.domain, now=now)


async def block_email(tx: WriteTx, *, by: Moderator, email: str, hash: str, now: datetime) -> EmailBlock:
    """Let nobody sign up with an address. The register holds its hash alone.

    Raises:
        HashInvalid.
    """
    block = await blocks.block_email(tx, email=email, hash=hash, now=now)
    await note(tx, "block_email", by=by, target_id=block.id, label=block.hash, now=now)
    return block


async def allow_email(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """Let somebody sign up with it again.

    Raises:
        BlockNotFound.
    """
    block = await blocks.allow_email(tx, id=id)
    await note(tx, "allow_email", by=by, target_id=block.id, label=block.hash, now=now)


async def block_network(
    tx: WriteTx, *, by: Moderator, terms: NetworkTerms, own_address: str, now: datetime
) -> NetworkBlock:
    """Let something not be done from a network.

    Args:
        own_address: where the moderator is.
    Raises:
        NetworkInvalid, NetworkBlockedAlready, OwnNetwork.
    """
    block = await blocks.block_network(tx, terms=terms, own_address=own_address, now=now)
    await note(tx, "block_network", by=by, target_id=block.id, label=block.network, now=now)
    return block


async def change_network_block(
    tx: WriteTx, *, by: Moderator, id: int, terms: NetworkTerms, own_address: str, now: datetime
) -> NetworkBlock:
    """Change the block of a network.

    Raises:
        BlockNotFound, NetworkInvalid, NetworkBlockedAlready, OwnNetwork.
    """
    block = await blocks.change_network(tx, id=id, terms=terms, own_address=own_address, now=now)
    await note(tx, "change_network_block", by=by, target_id=block.id, label=block.network, now=now)
    return block


async def unblock_network(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """End the block of a network.

    Raises:
        BlockNotFound.
    """
    block = await blocks.unblock_network(tx, id=id, now=now)
    await note(tx, "unblock_network", by=by, target_id=block.id, label=block.network, now=now)


async def close_site(tx: WriteTx, *, by: Moderator, host: str, reason: str, now: datetime) -> ClosedSite:
    """Let short links lead to a site no more.

    Raises:
        DomainInvalid, ReasonMissing.
    """
    site = await shortlinks.close_site(tx, host=host, reason=reason, now=now)
    await note(tx, "close_site", by=by, target_id=0, label=site.host, now=now, reason=site.reason)
    return site


async def reopen_site(tx: WriteTx, *, by: Moderator, host: str, now: datetime) -> None:
    """Let them lead there again. Twice changes nothing."""
    if await shortlinks.reopen_site(tx, host=host, now=now):
        await note(tx, "reopen_site", by=by, target_id=0, label=host, now=now)
