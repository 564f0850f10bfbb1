"""Questions about short links."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks import rules, store
from pinson.domain.shortlinks.model import (
    Channel,
    Clicks,
    ClosedSite,
    Coded,
    FormerTarget,
    Origins,
    ShortLink,
    ShortLinkId,
)
from pinson.domain.shortlinks.rules import ShortLinkNotFound
from pinson.lib.clock import EPOCH
from pinson.lib.db import ReadTx
from pinson.lib.paging import Page


async def owned(tx: ReadTx, id: ShortLinkId, *, account_id: AccountId) -> ShortLink:
    """A link of this account.

    Raises:
        ShortLinkNotFound.
    """
    found = await store.by_ids(tx, [id])
    if not found or found[0].account_id != account_id:
        raise ShortLinkNotFound
    return found[0]


async def owned_by_code(tx: ReadTx, code: str, *, account_id: AccountId) -> ShortLink:
    """A link of this account, by one of its codes. Two statements.

    Raises:
        ShortLinkNotFound.
    """
    found = await store.coded(tx, [code])
    if not found:
        raise ShortLinkNotFound
    return await owned(tx, found[0].link_id, account_id=account_id)


async def of_account(tx: ReadTx, account_id: AccountId, page: Page) -> list[ShortLink]:
    """The links of an account, newest first."""
    return await store.of_account(tx, account_id, page)


async def of_post(tx: ReadTx, post_id: int) -> list[ShortLink]:
    """The links of a message, oldest first. One statement."""
    return await store.of_posts(tx, [post_id])


async def of_posts(tx: ReadTx, post_ids: Sequence[int]) -> list[ShortLink]:
    """The links of these messages, oldest first. One statement."""
    return await store.of_posts(tx, post_ids) if post_ids else []


async def followed_from(tx: ReadTx, post_ids: Sequence[int]) -> int:
    """How often people followed the links of these messages. One statement."""
    return sum(link.people for link in await store.of_posts(tx, post_ids))


async def codes_in_post(tx: ReadTx, post_id: int) -> dict[str, str]:
    """The targets of a message's links -> the codes by which they stand in it. Two statements."""
    targets = {link.id: link.target for link in await store.of_posts(tx, [post_id])}
    found = await store.codes_of(tx, list(targets)) if targets else []
    return {targets[one.link_id]: one.code for one in found if one.channel is Channel.MESSAGE}


async def coded(tx: ReadTx, codes: Sequence[str]) -> dict[str, Coded]:
    """What these codes lead to, by code; those that lead to nothing are not in it. One statement."""
    return {one.code: one for one in await store.coded(tx, codes)} if codes else {}


async def codes_of(tx: ReadTx, ids: Sequence[ShortLinkId]) -> dict[ShortLinkId, dict[Channel, str]]:
    """The codes of these links, by channel. One statement."""
    found: dict[ShortLinkId, dict[Channel, str]] = defaultdict(dict)
    for one in await store.codes_of(tx, ids):
        found[one.link_id][one.channel] = one.code
    return found


async def former_targets(tx: ReadTx, id: ShortLinkId) -> list[FormerTarget]:
    """Where a link led before, the latest first."""
    return await store.former(tx, id)


async def clicks_since(tx: ReadTx, ids: Sequence[ShortLinkId], *, since: datetime) -> list[Clicks]:
    """What was counted of these links from an hour on, oldest first. One statement."""
    return await store.clicks_since(tx, ids, since=since)


async def origins_since(tx: ReadTx, ids: Sequence[ShortLinkId], *, people: int, since: datetime = EPOCH) -> Origins:
    """From where people followed these links from an hour on, as far as it is told. One statement.

    Args:
        people: how many there were in that time.
    """
    return rules.origins(await store.origins_since(tx, ids, since=since), people=people)


async def gaps(tx: ReadTx, *, since: datetime, limit: int = 3) -> list[datetime]:
    """When the server was stopped by force since a moment, the latest first: up to a second of visits is missing."""
    return await store.gaps(tx, since=since, limit=limit)


async def closed_sites(tx: ReadTx) -> list[ClosedSite]:
    """The sites that short links do not lead to, by name."""
    return await store.closed(tx)
