"""Make, change and fill lists, each in one transaction.

Every change records the whole shape of the list: circles (exclusive lists) and open streams
then need not ask for the rest, and applying it twice is applying it once.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.relations import store as follows
from pinson.domain.relations.lists import queries, rules, store
from pinson.domain.relations.lists.facts import ListChanged
from pinson.domain.relations.lists.model import List, Replies
from pinson.domain.relations.model import TopicKind
from pinson.lib import log
from pinson.lib.db import WriteTx


async def create(
    tx: WriteTx,
    *,
    account_id: AccountId,
    title: str,
    replies: Replies = Replies.LIST,
    exclusive: bool = False,
    now: datetime,
) -> List:
    """Make an empty list.

    Raises:
        TitleBlank, TitleTooLong, TooManyLists.
    """
    rules.check_title(title)
    if await store.count(tx, account_id) >= rules.MOST_LISTS:
        raise rules.TooManyLists(limit=rules.MOST_LISTS)
    made = List(tx.new_id(account_id, now), account_id, title, replies, exclusive)
    await store.insert(tx, made)
    return made


async def change(
    tx: WriteTx,
    *,
    account_id: AccountId,
    list_id: int,
    title: str | None = None,
    replies: Replies | None = None,
    exclusive: bool | None = None,
    now: datetime,
) -> List:
    """Rename a list or change its rules; None keeps what is.

    Raises:
        ListNotFound, TitleBlank, TitleTooLong.
    """
    old = await queries.one(tx, account_id, list_id)
    new = msgspec.structs.replace(
        old,
        title=old.title if title is None else title,
        replies=old.replies if replies is None else replies,
        exclusive=old.exclusive if exclusive is None else exclusive,
    )
    rules.check_title(new.title)
    await store.update(tx, new)
    await _changed(tx, new, now)
    return new


async def delete(tx: WriteTx, *, account_id: AccountId, list_id: int, now: datetime) -> None:
    """Remove a list.

    Raises:
        ListNotFound.
    """
    old = await queries.one(tx, account_id, list_id)
    await store.delete(tx, old.id)
    await log.record(tx, ListChanged(at=now, account_id=account_id, list_id=old.id, shape=None))


async def put_back(
    tx: WriteTx,
    *,
    account_id: AccountId,
    title: str,
    replies: Replies,
    exclusive: bool,
    member_ids: Sequence[AccountId],
    tag_ids: Sequence[int],
    now: datetime,
) -> List:
    """Make a list as it was before it was deleted. Whom its owner follows no longer stays out.

    Raises:
        TitleBlank, TitleTooLong, TooManyLists, TooManyTags.
    """
    made = await create(tx, account_id=account_id, title=title, replies=replies, exclusive=exclusive, now=now)
    known = await _may_hold(tx, account_id, member_ids)
    await add_accounts(tx, account_id=account_id, list_id=made.id, member_ids=known, now=now)
    await add_tags(tx, account_id=account_id, list_id=made.id, tag_ids=tag_ids, now=now)
    return made


async def add_accounts(
    tx: WriteTx, *, account_id: AccountId, list_id: int, member_ids: Sequence[AccountId], now: datetime
) -> None:
    """Put accounts into a list: those that its owner follows or asked to follow, and the owner.

    Raises:
        ListNotFound.
        AccountNotFound: the owner does not follow one of them.
        AlreadyInList: one of them is in it. Then none is added.
    """
    one = await queries.one(tx, account_id, list_id)
    wanted = list(dict.fromkeys(member_ids))
    if len(await _may_hold(tx, account_id, wanted)) < len(wanted):
        raise AccountNotFound
    if await store.held(tx, one.id, wanted):
        raise rules.AlreadyInList
    for id in wanted:
        await store.add(tx, tx.new_id(account_id, now), one.id, id, TopicKind.ACCOUNT)
    await _changed(tx, one, now)


async def remove_accounts(
    tx: WriteTx, *, account_id: AccountId, list_id: int, member_ids: Sequence[AccountId], now: datetime
) -> None:
    """Take accounts out of a list; those that are not in it change nothing.

    Raises:
        ListNotFound.
    """
    one = await queries.one(tx, account_id, list_id)
    if await store.remove(tx, one.id, member_ids, TopicKind.ACCOUNT):
        await _changed(tx, one, now)


async def add_tags(tx: WriteTx, *, account_id: AccountId, list_id: int, tag_ids: Sequence[int], now: datetime) -> None:
    """Put hashtags into a list, followed or not; those in it already change nothing.

    Raises:
        ListNotFound, TooManyTags.
    """
    one = await queries.one(tx, account_id, list_id)
    held = {topic.topic_id for topic in await store.topics(tx, one.id) if topic.kind is TopicKind.TAG}
    new = [id for id in dict.fromkeys(tag_ids) if id not in held]
    if len(held) + len(new) > rules.MOST_TAGS:
        raise rules.TooManyTags(limit=rules.MOST_TAGS)
    for id in new:
        await store.add(tx, tx.new_id(account_id, now), one.id, id, TopicKind.TAG)
    if new:
        await _changed(tx, one, now)


async def remove_tags(
    tx: WriteTx, *, account_id: AccountId, list_id: int, tag_ids: Sequence[int], now: datetime
) -> None:
    """Take hashtags out of a list; those that are not in it change nothing.

    Raises:
        ListNotFound.
    """
    one = await queries.one(tx, account_id, list_id)
    if await store.remove(tx, one.id, tag_ids, TopicKind.TAG):
        await _changed(tx, one, now)


async def drop_member(tx: WriteTx, *, account_id: AccountId, member_id: AccountId, now: datetime) -> None:
    """Take an account out of all lists of somebody who no longer follows it."""
    for one in await store.holding(tx, account_id, member_id):
        await store.remove(tx, one.id, [member_id], TopicKind.ACCOUNT)
        await _changed(tx, one, now)


async def sever_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int) -> int:
    """Remove up to `limit` lists of an account that is being closed, and it from up to as many; how many."""
    own = (await store.of_account(tx, account_id))[:limit]
    for one in own:
        await delete(tx, account_id=account_id, list_id=one.id, now=now)
    holding = await store.with_member(tx, account_id, limit=limit)
    for one in holding:
        await store.remove(tx, one.id, [account_id], TopicKind.ACCOUNT)
        await _changed(tx, one, now)
    return len(own) + len(holding)


async def _may_hold(tx: WriteTx, account_id: AccountId, ids: Sequence[AccountId]) -> list[AccountId]:
    """Those of these accounts that its owner follows or asked to follow, and the owner."""
    known = {account_id, *(follow.topic_id for follow in await follows.among(tx, account_id, list(ids)))}
    return [id for id in ids if id in known or await follows.request(tx, account_id, id) is not None]


async def _changed(tx: WriteTx, one: List, now: datetime) -> None:
    shape = await queries.shape_of(tx, one)
    await log.record(tx, ListChanged(at=now, account_id=one.account_id, list_id=one.id, shape=shape))
