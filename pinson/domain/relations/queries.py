"""Questions about follows."""

from pinson.domain.accounts import AccountId
from pinson.domain.relations import store
from pinson.domain.relations.model import Follow, Relationship, TopicKind
from pinson.lib.db import ReadTx


async def relationships(tx: ReadTx, viewer_id: AccountId, account_ids: list[AccountId]) -> list[Relationship]:
    """How the viewer stands to each of the accounts, in the order given. Two statements."""
    mine = {follow.topic_id: follow for follow in await store.among(tx, viewer_id, list(account_ids))}
    theirs = set(await store.followers_among(tx, viewer_id, account_ids))
    return [_relationship(id, mine.get(id), followed_by=id in theirs) for id in account_ids]


def _relationship(id: AccountId, follow: Follow | None, *, followed_by: bool) -> Relationship:
    if follow is None:
        return Relationship(id, followed_by=followed_by)
    return Relationship(
        id,
        following=True,
        boosts=follow.boosts,
        notify=follow.notify,
        languages=follow.languages,
        followed_by=followed_by,
    )


async def followers(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Who follows an account: follows with ids between the two, newest first."""
    return await store.followers(tx, account_id, before=before, after=after, limit=limit)


async def following(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Whom an account follows: follows with ids between the two, newest first."""
    return await store.following(tx, account_id, kind=TopicKind.ACCOUNT, before=before, after=after, limit=limit)


async def followed_tags(tx: ReadTx, account_id: AccountId, *, before: int, after: int, limit: int) -> list[Follow]:
    """Which hashtags an account follows: follows with ids between the two, newest first."""
    return await store.following(tx, account_id, kind=TopicKind.TAG, before=before, after=after, limit=limit)
