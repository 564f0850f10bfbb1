"""Follow and unfollow, each in one transaction with the counts that show it."""

from datetime import datetime

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId
from pinson.domain.relations import collections, lists, store
from pinson.domain.relations.facts import (
    FollowChanged,
    Followed,
    FollowRequested,
    FollowRequestEnded,
    Unfollowed,
)
from pinson.domain.relations.model import Follow, FollowRequest, TopicKind
from pinson.lib import log
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import NEWEST


class CannotFollowSelf(Refusal):
    """One's own posts are at home already."""

    kind, code = Kind.FORBIDDEN, "cannot_follow_self"
    text = "This action is not allowed"


class CannotFollow(Refusal):
    """One of the two blocks the other; which of them is not told."""

    kind, code = Kind.FORBIDDEN, "cannot_follow"
    text = "This action is not allowed"


class NoSuchRequest(Refusal):
    """That account does not wait to follow this one."""

    kind, code = Kind.MISSING, "no_such_request"
    text = "Record not found"


async def follow(
    tx: WriteTx,
    *,
    account_id: AccountId,
    target_id: AccountId,
    now: datetime,
    boosts: bool | None = None,
    notify: bool | None = None,
    languages: list[str] | None = None,
) -> None:
    """Follow an account, or ask to if it is locked; if that was done already, change how.

    Args:
        boosts, notify, languages: None keeps what was, or takes the default (boosts, no
            notification, all languages).
    Raises:
        CannotFollowSelf: the two are the same.
        CannotFollow: one blocks the other.
        AccountNotFound: there is no such account, or it is suspended.
    """
    if account_id == target_id:
        raise CannotFollowSelf
    target = await accounts.active(tx, target_id)
    if await store.are_apart(tx, account_id, target_id):
        raise CannotFollow
    followed = await store.one(tx, account_id, target_id)
    asked = None if followed else await store.request(tx, account_id, target_id)
    old = followed or asked or FollowRequest(tx.new_id(account_id, now), account_id, target_id)
    boosts = old.boosts if boosts is None else boosts
    notify = old.notify if notify is None else notify
    chosen = old.languages if languages is None else tuple(languages) or None
    if followed:
        new = msgspec.structs.replace(followed, boosts=boosts, notify=notify, languages=chosen)
        await _change(tx, new, now)
    elif target.locked:
        await store.put_request(tx, FollowRequest(old.id, account_id, target_id, boosts, notify, chosen))
        if asked is None:
            await log.record(tx, FollowRequested(at=now, account_id=account_id, target_id=target_id))
    else:
        id = tx.new_id(account_id, now)
        await _begin(tx, Follow(id, account_id, target_id, TopicKind.ACCOUNT, boosts, notify, chosen), now)


async def follow_tag(tx: WriteTx, *, account_id: AccountId, tag_id: int, now: datetime) -> None:
    """Follow a hashtag. Following it twice changes nothing."""
    if await store.one(tx, account_id, tag_id):
        return
    await store.insert(tx, Follow(tx.new_id(account_id, now), account_id, tag_id, TopicKind.TAG))
    await log.record(tx, Followed(at=now, account_id=account_id, topic_id=tag_id, kind=TopicKind.TAG))


async def follow_event(tx: WriteTx, *, account_id: AccountId, event_id: int, now: datetime) -> None:
    """Follow a live event. Following it twice changes nothing."""
    if await store.one(tx, account_id, event_id):
        return
    await store.insert(tx, Follow(tx.new_id(account_id, now), account_id, event_id, TopicKind.EVENT))
    await log.record(tx, Followed(at=now, account_id=account_id, topic_id=event_id, kind=TopicKind.EVENT))


async def unfollow(tx: WriteTx, *, account_id: AccountId, topic_id: int, now: datetime) -> None:
    """Stop following an account, a hashtag or an event, or withdraw the request to. Nothing changes if neither was."""
    old = await store.one(tx, account_id, topic_id)
    if old is not None:
        await _end(tx, old, now)
    else:
        await _end_request(tx, account_id, AccountId(topic_id), now)


async def accept(tx: WriteTx, *, account_id: AccountId, follower_id: AccountId, now: datetime) -> None:
    """Let somebody follow who asked to.

    Raises:
        NoSuchRequest: they did not ask, or withdrew.
    """
    asked = await store.request(tx, follower_id, account_id)
    if asked is None:
        raise NoSuchRequest
    await _accept(tx, asked, now)


async def reject(tx: WriteTx, *, account_id: AccountId, follower_id: AccountId, now: datetime) -> None:
    """Do not let somebody follow who asked to.

    Raises:
        NoSuchRequest: they did not ask, or withdrew.
    """
    if not await _end_request(tx, follower_id, account_id, now):
        raise NoSuchRequest


async def accept_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 500) -> int:
    """Accept up to `limit` requests of an account that is no longer locked, in the order they came; how many.

    Call again until none. An account that is locked again by then keeps those who still wait.
    """
    account = await accounts.by_id(tx, account_id)
    if account is None or account.locked:
        return 0
    waiting = await store.requests(tx, account_id, before=NEWEST, after=0, limit=limit)
    for asked in reversed(waiting):
        await _accept(tx, asked, now)
    return len(waiting)


async def sever(tx: WriteTx, one: AccountId, other: AccountId, now: datetime) -> None:
    """End all follows, and requests to follow, between two accounts."""
    await unfollow(tx, account_id=one, topic_id=other, now=now)
    await unfollow(tx, account_id=other, topic_id=one, now=now)


async def sever_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 500) -> int:
    """End up to `limit` follows by or of an account that is being closed, and as many lists and collections;
    how many.

    Call again until none. What else stands between it and others goes at once.
    """
    await store.erase(tx, account_id)
    ended = await store.touching(tx, account_id, limit=limit)
    for old in ended:
        await _end(tx, old, now)
    held = await lists.sever_all(tx, account_id=account_id, now=now, limit=limit)
    recommended = await collections.sever_all(tx, account_id=account_id, now=now, limit=limit)
    return len(ended) + held + recommended


async def _begin(tx: WriteTx, new: Follow, now: datetime) -> None:
    target_id = AccountId(new.topic_id)
    await _end_request(tx, new.account_id, target_id, now)  # asked while the account was locked
    await store.insert(tx, new)
    await accounts.count_follows(tx, new.account_id, following=1)
    await accounts.count_follows(tx, target_id, followers=1)
    await log.record(
        tx,
        Followed(
            at=now,
            account_id=new.account_id,
            topic_id=target_id,
            kind=new.kind,
            boosts=new.boosts,
            languages=new.languages,
        ),
    )


async def _change(tx: WriteTx, new: Follow, now: datetime) -> None:
    await store.update(tx, new)
    await log.record(
        tx,
        FollowChanged(
            at=now,
            account_id=new.account_id,
            topic_id=new.topic_id,
            boosts=new.boosts,
            languages=new.languages,
        ),
    )


async def _end(tx: WriteTx, old: Follow, now: datetime) -> None:
    await store.delete(tx, old)
    if old.kind == TopicKind.ACCOUNT:
        target_id = AccountId(old.topic_id)
        await accounts.count_follows(tx, old.account_id, following=-1)
        await accounts.count_follows(tx, target_id, followers=-1)
        await store.delete_endorsement(tx, old.account_id, target_id)
        await lists.drop_member(tx, account_id=old.account_id, member_id=target_id, now=now)
    await log.record(tx, Unfollowed(at=now, account_id=old.account_id, topic_id=old.topic_id, kind=old.kind))


async def _accept(tx: WriteTx, asked: FollowRequest, now: datetime) -> None:
    new = Follow(
        tx.new_id(asked.account_id, now),
        asked.account_id,
        asked.target_id,
        TopicKind.ACCOUNT,
        boosts=asked.boosts,
        notify=asked.notify,
        languages=asked.languages,
    )
    await _begin(tx, new, now)


async def _end_request(tx: WriteTx, account_id: AccountId, target_id: AccountId, now: datetime) -> bool:
    ended = await store.delete_request(tx, account_id, target_id)
    if ended:
        await log.record(tx, FollowRequestEnded(at=now, account_id=account_id, target_id=target_id))
    return ended
