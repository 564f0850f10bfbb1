"""Make, change and fill collections, each in one transaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.relations import store as barriers
from pinson.domain.relations.collections import queries, rules, store
from pinson.domain.relations.collections.facts import CollectionChanged, CollectionDeleted, Featured, Unfeatured
from pinson.domain.relations.collections.model import Changes, Collection, Item, State
from pinson.lib import log
from pinson.lib.db import WriteTx


async def create(
    tx: WriteTx, *, account_id: AccountId, said: Changes, member_ids: Sequence[AccountId] = (), now: datetime
) -> Collection:
    """Make a collection of these accounts.

    Raises:
        NameBlank, NameTooLong, DescriptionTooLong, TooManyCollections, TooManyFeatured.
        AccountNotFound, CannotFeature: of one of the accounts. Then there is no collection.
    """
    await accounts.active(tx, account_id)
    id = tx.new_id(account_id, now)
    new = _with(Collection(id, account_id, "", "", None, None, False, False, now, now), said)
    rules.check(new)
    if await store.count(tx, account_id) >= rules.MOST_COLLECTIONS:
        raise rules.TooManyCollections(limit=rules.MOST_COLLECTIONS)
    members = list(dict.fromkeys(member_ids))
    if len(members) > rules.MOST_FEATURED:
        raise rules.TooManyFeatured(limit=rules.MOST_FEATURED)
    await store.insert(tx, new)
    for member_id in members:
        await _feature(tx, new, member_id, now)
    return new


async def change(tx: WriteTx, *, account_id: AccountId, id: int, said: Changes, now: datetime) -> Collection:
    """Let a collection say something else; those in it are told.

    Raises:
        CollectionNotFound, NotYours, NameBlank, NameTooLong, DescriptionTooLong.
    """
    old = await _own(tx, account_id, id)
    new = _with(old, said)
    rules.check(new)
    if new == old:
        return old
    new = msgspec.structs.replace(new, updated_at=now)
    await store.update(tx, new)
    await log.record(tx, CollectionChanged(at=now, account_id=account_id, collection_id=id))
    return new


async def delete(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> None:
    """Remove a collection.

    Raises:
        CollectionNotFound, NotYours.
    """
    await _own(tx, account_id, id)
    await _delete(tx, account_id, id, now)


async def add(tx: WriteTx, *, account_id: AccountId, id: int, member_id: AccountId, now: datetime) -> Item:
    """Put an account into a collection.

    Raises:
        CollectionNotFound, NotYours, AlreadyFeatured, TooManyFeatured.
        AccountNotFound: there is no such account, or it is suspended.
        CannotFeature: it does not want to be found, is kept apart from the owner, or has left the collection once.
    """
    one = await _own(tx, account_id, id)
    if len(await queries.featured(tx, id)) >= rules.MOST_FEATURED:
        raise rules.TooManyFeatured(limit=rules.MOST_FEATURED)
    return await _feature(tx, one, member_id, now)


async def remove(tx: WriteTx, *, account_id: AccountId, id: int, item_id: int, now: datetime) -> None:
    """Take an account out of one's collection. That somebody left for good is kept, though not shown any more.

    Raises:
        CollectionNotFound, NotYours, ItemNotFound.
    """
    await _own(tx, account_id, id)
    item = await store.item(tx, id, item_id)
    if item is None or item.state is State.CLEARED:
        raise rules.ItemNotFound
    if item.state is State.REVOKED:
        await store.set_state(tx, item.id, State.CLEARED)
    else:
        await _unfeature(tx, account_id, item, now)


async def revoke(tx: WriteTx, *, account_id: AccountId, id: int, item_id: int, now: datetime) -> None:
    """Leave somebody's collection for good. Twice is once.

    Raises:
        CollectionNotFound, ItemNotFound.
        NotYours: it is somebody else's place.
    """
    one = await queries.visible(tx, id, account_id)
    item = await store.item(tx, id, item_id)
    if item is None:
        raise rules.ItemNotFound
    if item.account_id != account_id:
        raise rules.NotYours
    if item.state is State.ACCEPTED:
        await store.set_state(tx, item.id, State.REVOKED)
        await _left(tx, one.account_id, item, now)


async def part(tx: WriteTx, one: AccountId, other: AccountId, now: datetime) -> None:
    """Take two accounts out of each other's collections."""
    for owner_id, member_id in ((one, other), (other, one)):
        for item in await store.holding(tx, owner_id, member_id):
            await _unfeature(tx, owner_id, item, now)


async def sever_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int) -> int:
    """Remove up to `limit` collections of an account that is being closed, and it from up to as many; how many."""
    own = await store.ids(tx, account_id, limit=limit)
    for id in own:
        await _delete(tx, account_id, id, now)
    places = await store.with_member(tx, account_id, limit=limit)
    for item in places:
        await store.remove(tx, item.id)
    return len(own) + len(places)


def _with(one: Collection, said: Changes) -> Collection:
    given = {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}
    for name in ("language", "tag"):
        if name in given:
            given[name] = given[name] or None
    return msgspec.structs.replace(one, **given)


async def _own(tx: WriteTx, account_id: AccountId, id: int) -> Collection:
    found = await queries.visible(tx, id, account_id)
    if found.account_id != account_id:
        raise rules.NotYours
    return found


async def _feature(tx: WriteTx, one: Collection, member_id: AccountId, now: datetime) -> Item:
    member = await accounts.by_id(tx, member_id)
    if member is None or member.suspended_at is not None:
        raise AccountNotFound
    if not rules.agrees(member) or await barriers.are_apart(tx, one.account_id, member_id):
        raise rules.CannotFeature
    if held := await store.held(tx, one.id, member_id):
        raise rules.AlreadyFeatured if held.state is State.ACCEPTED else rules.CannotFeature
    new = Item(tx.new_id(one.account_id, now), one.id, member_id, State.ACCEPTED, now)
    await store.add(tx, new)
    await log.record(tx, Featured(at=now, account_id=one.account_id, collection_id=one.id, member_id=member_id))
    return new


async def _unfeature(tx: WriteTx, owner_id: AccountId, item: Item, now: datetime) -> None:
    await store.remove(tx, item.id)
    await _left(tx, owner_id, item, now)


async def _left(tx: WriteTx, owner_id: AccountId, item: Item, now: datetime) -> None:
    fact = Unfeatured(at=now, account_id=owner_id, collection_id=item.collection_id, member_id=item.account_id)
    await log.record(tx, fact)


async def _delete(tx: WriteTx, account_id: AccountId, id: int, now: datetime) -> None:
    await store.delete(tx, id)
    await log.record(tx, CollectionDeleted(at=now, account_id=account_id, collection_id=id))
