"""Follow and unfollow, each in one transaction with the counts that show it."""

from datetime import datetime

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId
from pinson.domain.relations import store
from pinson.domain.relations.facts import Followed, Unfollowed
from pinson.domain.relations.model import Follow, TopicKind
from pinson.lib import log
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal


class CannotFollowSelf(Refusal):
    """One's own posts are at home already."""

    kind, code = Kind.FORBIDDEN, "cannot_follow_self"
    text = "This action is not allowed"


async def follow(
    tx: WriteTx,
    *,
    account_id: AccountId,
    target_id: AccountId,
    now: datetime,
    boosts: bool | None = None,
    notify: bool | None = None,
    languages: list[str] | None = None,
) -> Follow:
    """Follow an account; if it is followed already, change how.

    Args:
        boosts, notify, languages: None keeps what was, or takes the default (boosts, no
            notification, all languages).
    Raises:
        CannotFollowSelf: the two are the same.
        AccountNotFound: there is no such account, or it is suspended.
    """
    if account_id == target_id:
        raise CannotFollowSelf
    await accounts.active(tx, target_id)
    old = await store.one(tx, account_id, target_id)
    new = old or Follow(tx.new_id(account_id, now), account_id, target_id, TopicKind.ACCOUNT)
    new = msgspec.structs.replace(
        new,
        boosts=new.boosts if boosts is None else boosts,
        notify=new.notify if notify is None else notify,
        languages=new.languages if languages is None else languages or None,
    )
    if old:
        await store.update(tx, new)
        return new
    await store.insert(tx, new)
    await accounts.count(tx, account_id, following=1)
    await accounts.count(tx, target_id, followers=1)
    await log.record(tx, Followed(at=now, account_id=account_id, topic_id=target_id, kind=TopicKind.ACCOUNT))
    return new


async def follow_tag(tx: WriteTx, *, account_id: AccountId, tag_id: int, now: datetime) -> None:
    """Follow a hashtag. Following it twice changes nothing."""
    if await store.one(tx, account_id, tag_id):
        return
    await store.insert(tx, Follow(tx.new_id(account_id, now), account_id, tag_id, TopicKind.TAG))
    await log.record(tx, Followed(at=now, account_id=account_id, topic_id=tag_id, kind=TopicKind.TAG))


async def unfollow(tx: WriteTx, *, account_id: AccountId, topic_id: int, now: datetime) -> None:
    """Stop following an account or a hashtag. If it was not followed, nothing changes."""
    old = await store.one(tx, account_id, topic_id)
    if old is not None:
        await _end(tx, old, now)


async def sever_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 500) -> int:
    """End up to `limit` follows by or of an account that is being closed; how many. Call again until none."""
    ended = await store.touching(tx, account_id, limit=limit)
    for old in ended:
        await _end(tx, old, now)
    return len(ended)


async def _end(tx: WriteTx, old: Follow, now: datetime) -> None:
    await store.delete(tx, old)
    if old.kind == TopicKind.ACCOUNT:
        await accounts.count(tx, old.account_id, following=-1)
        await accounts.count(tx, AccountId(old.topic_id), followers=-1)
    await log.record(tx, Unfollowed(at=now, account_id=old.account_id, topic_id=old.topic_id, kind=old.kind))
