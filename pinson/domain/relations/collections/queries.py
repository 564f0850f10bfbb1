"""Questions about collections. `viewer_id` is whoever looks, None for a stranger."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from pinson.domain.accounts import AccountId
from pinson.domain.relations.circles import Circle
from pinson.domain.relations.collections import store
from pinson.domain.relations.collections.model import Collection, Item, State
from pinson.domain.relations.collections.rules import CollectionNotFound
from pinson.lib.db import ReadTx


async def visible(tx: ReadTx, id: int, viewer_id: AccountId | None) -> Collection:
    """One collection.

    Raises:
        CollectionNotFound: there is none, its owner is suspended, or the two are kept apart.
    """
    found = await by_ids(tx, [id], viewer_id)
    if id not in found:
        raise CollectionNotFound
    return found[id]


async def by_ids(tx: ReadTx, ids: Sequence[int], viewer_id: AccountId | None) -> dict[int, Collection]:
    """Those of the collections that exist and that the viewer may see. One statement."""
    return {one.id: one for one in await store.by_ids(tx, ids, viewer_id)} if ids else {}


async def of_account(
    tx: ReadTx, account_id: AccountId, viewer_id: AccountId | None, *, limit: int, offset: int
) -> list[Collection]:
    """An account's collections, the latest first; but for itself only those that are to be found."""
    return await store.of_account(tx, account_id, viewer_id, limit=limit, offset=offset)


async def featuring(
    tx: ReadTx, account_id: AccountId, viewer_id: AccountId | None, *, limit: int, offset: int
) -> list[Collection]:
    """Collections that hold an account; but for itself only those that are to be found."""
    return await store.featuring(tx, account_id, viewer_id, limit=limit, offset=offset)


async def search(
    tx: ReadTx, typed: str, viewer_id: AccountId | None, *, limit: int, offset: int = 0
) -> list[Collection]:
    """Collections whose name holds what is typed, the latest first. Ask in a thread: it looks at all of them."""
    return await store.named(tx, typed, viewer_id, limit=limit, offset=offset)


async def items(
    tx: ReadTx, found: Sequence[Collection], circle: Circle | None, *, hidden: AbstractSet[AccountId]
) -> dict[int, list[Item]]:
    """What these collections hold, in order, as far as whoever looks may see it. One statement.

    Owners see also who has left for good. Nobody sees an account that is suspended, nor one they are kept apart from.

    Args:
        hidden: accounts that nobody sees.
    """
    held: dict[int, list[Item]] = {one.id: [] for one in found}
    viewer_id = circle.account_id if circle else None
    own = {one.id for one in found if one.account_id == viewer_id}
    apart = circle.blocked | circle.blocked_by if circle else frozenset()
    for item in await store.items(tx, list(held)) if held else ():
        if item.account_id in hidden or item.account_id in apart:
            continue
        if item.state is State.ACCEPTED or item.collection_id in own:
            held[item.collection_id].append(item)
    return held


async def featured(tx: ReadTx, collection_id: int) -> list[AccountId]:
    """Who is in a collection."""
    return [one.account_id for one in await store.items(tx, [collection_id]) if one.state is State.ACCEPTED]
