"""Questions about what stands between accounts."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.relations import store
from pinson.domain.relations.model import (
    DomainBlock,
    Familiar,
    Follow,
    FollowRequest,
    Listed,
    Mute,
    Relationship,
    TopicKind,
)
from pinson.lib.db import ReadTx

# How far suggestions look, whatever there is: so many follows of the viewer, so many of theirs, and so many times
# what is asked for of those found there, of whom most did not agree to be found or are followed already.
FRIENDS, MOST_LOOKED_AT, CANDIDATES = 100, 10_000, 10


async def relationships(
    tx: ReadTx, viewer_id: AccountId, account_ids: Sequence[AccountId], *, now: datetime
) -> list[Relationship]:
    """How the viewer stands to those of the accounts that exist, in the order given. One statement."""
    found = {one.id: one for one in await store.relationships(tx, viewer_id, account_ids, now=now)}
    return [found[id] for id in account_ids if id in found]


async def followers(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Who follows an account: follows with ids between the two, newest first."""
    return await store.followers(tx, account_id, before=before, after=after, limit=limit)


async def following(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Whom an account follows: follows with ids between the two, newest first."""
    return await store.following(tx, account_id, kind=TopicKind.ACCOUNT, before=before, after=after, limit=limit)


async def followed_tags(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Which hashtags an account follows: follows with ids between the two, newest first."""
    return await store.following(tx, account_id, kind=TopicKind.TAG, before=before, after=after, limit=limit)


async def followed_events(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Which live events an account follows: follows with ids between the two, newest first."""
    return await store.following(tx, account_id, kind=TopicKind.EVENT, before=before, after=after, limit=limit)


async def familiar(tx: ReadTx, viewer_id: AccountId, account_ids: Sequence[AccountId]) -> list[Familiar]:
    """Whom the viewer follows who follow these. Best read in a thread: it costs their number times the follows."""
    return await store.familiar(tx, viewer_id, account_ids)


async def requests(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[FollowRequest]:
    """Who waits to follow an account, the latest first."""
    return await store.requests(tx, account_id, before=before, after=after, limit=limit)


async def count_requests(tx: ReadTx, account_id: AccountId, *, most: int) -> int:
    """How many wait to follow an account, counted up to `most`."""
    return await store.count_requests(tx, account_id, most=most)


async def blocks(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Listed]:
    """Whom an account blocks, the latest first."""
    return await store.blocks(tx, account_id, before=before, after=after, limit=limit)


async def are_apart(tx: ReadTx, one: AccountId, other: AccountId) -> bool:
    """Whether either of the two blocks the other."""
    return await store.are_apart(tx, one, other)


async def mutes(tx: ReadTx, account_id: AccountId, *, now: datetime, before: int, after: int, limit: int) -> list[Mute]:
    """Whom an account mutes, the latest first, without mutes that have ended."""
    return await store.mutes(tx, account_id, now=now, before=before, after=after, limit=limit)


async def domain_blocks(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[DomainBlock]:
    """The servers that an account does not want to see, the latest first."""
    return await store.domain_blocks(tx, account_id, before=before, after=after, limit=limit)


async def endorsements(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Listed]:
    """Whom an account shows on its profile, the latest first."""
    return await store.endorsements(tx, account_id, before=before, after=after, limit=limit)


async def friends_of_friends(tx: ReadTx, viewer_id: AccountId, *, now: datetime, limit: int) -> list[AccountId]:
    """Whom those follow whom the viewer follows, best first. In a thread: up to 10 ms."""
    found = await store.friends_of_friends(
        tx, viewer_id, friends=FRIENDS, most=MOST_LOOKED_AT, limit=CANDIDATES * limit
    )
    return await _worth_suggesting(tx, viewer_id, found, now=now, limit=limit)


async def most_followed(tx: ReadTx, viewer_id: AccountId, *, now: datetime, limit: int) -> list[AccountId]:
    """Those with the most followers whom the viewer may like to follow, best first. In a thread, as well."""
    found = await store.most_followed(tx, limit=CANDIDATES * limit)
    return await _worth_suggesting(tx, viewer_id, found, now=now, limit=limit)


async def _worth_suggesting(
    tx: ReadTx, viewer_id: AccountId, found: Sequence[AccountId], *, now: datetime, limit: int
) -> list[AccountId]:
    worth = set(await store.worth_suggesting(tx, viewer_id, found, now=now))
    return [id for id in found if id in worth][:limit]
