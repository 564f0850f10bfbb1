"""Pages of what an account was told: one by one, or in groups.

A page of groups is cut so that pages next to each other lose and repeat nothing: it holds everything that was told
within its range of ids, in groups that are ordered by the newest of theirs in it. A group that goes on beyond the
range stands on the next page again, with the rest of it.

Source: "Notifications" of the Mastodon API's reference.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.notifications import rules, store
from pinson.domain.notifications.model import (
    GROUPABLE,
    Group,
    Kind,
    Notification,
    Selection,
    State,
    group_key_alone,
)
from pinson.domain.notifications.rules import NotificationNotFound
from pinson.domain.notifications.store import Branch
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page

SAMPLED = 8  # accounts by which a group is shown


class Range(msgspec.Struct, frozen=True):
    """The ids between which a page lies, both excluded, and from which end it is filled."""

    before: int
    after: int
    limit: int
    ascending: bool

    @classmethod
    def of(cls, page: Page) -> "Range":
        """The range of a page."""
        before = NEWEST if page.max_id is None else page.max_id
        after = page.since_id if page.min_id is None else page.min_id
        return cls(before, after or 0, page.limit, page.min_id is not None)

    @property
    def horizon(self) -> int:
        """Beyond it no group ends, or begins, that lies across the edge from which the page is filled."""
        return max(self.after - rules.SPAN, -1) if self.ascending else min(self.before + rules.SPAN, NEWEST)


async def page(tx: ReadTx, account_id: AccountId, page: Page, selection: Selection) -> list[Notification]:
    """A page of an account's notifications, one by one, the newest first. One statement."""
    found = await _single(tx, account_id, Range.of(page), selection, grouped=frozenset())
    return found[::-1] if page.min_id is not None else found


async def shown(tx: ReadTx, ids: Sequence[int]) -> dict[int, Notification]:
    """Those of these notifications, whosever, that their accounts are shown now."""
    return {one.id: one for one in await store.anybodys(tx, ids)} if ids else {}


async def notification(tx: ReadTx, account_id: AccountId, id: int) -> Notification:
    """One of an account's notifications.

    Raises:
        NotificationNotFound.
    """
    found = await store.by_ids(tx, account_id, [id])
    if not found:
        raise NotificationNotFound
    return found[0]


async def group_page(
    tx: ReadTx, account_id: AccountId, page: Page, selection: Selection, *, grouped: AbstractSet[Kind] = GROUPABLE
) -> list[Group]:
    """A page of an account's notifications in groups, that of the newest first. At most four statements.

    Args:
        grouped: the kinds that are shown in groups; the others stand alone.
    """
    span = Range.of(page)
    if not span.limit:
        return []
    singles, groups = await _begun(tx, account_id, span, selection, grouped)
    edges = sorted([*singles, *groups], reverse=not span.ascending)[: span.limit]
    if not edges:
        return []
    # Where it is full the page ends with the last group that it has room for; else it is all there is.
    is_full = len(edges) == span.limit
    ended = edges[-1] if is_full else None
    low = span.after + 1 if span.ascending or ended is None else ended
    high = span.before - 1 if not span.ascending or ended is None else ended
    shown = [_alone(one, grouped) for id in edges if (one := singles.get(id))]
    shown += await _parts(tx, [groups[id] for id in edges if id in groups], low=low, high=high)
    return sorted(shown, key=lambda group: group.newest.id, reverse=True)


async def group(tx: ReadTx, account_id: AccountId, key: str) -> Group:
    """A whole group. At most three statements.

    Raises:
        NotificationNotFound: it has nothing in it, or the key is no group's.
    """
    parsed = rules.parse_key(key)
    if isinstance(parsed, int):
        one = await notification(tx, account_id, parsed)
        return _alone(one, frozenset())
    group_id = await store.group_id(tx, account_id, *parsed)
    found = [] if group_id is None else await _parts(tx, [group_id], low=0, high=NEWEST)
    if not found:
        raise NotificationNotFound
    return found[0]


async def of_group(
    tx: ReadTx, account_id: AccountId, key: str, *, before: int, after: int, limit: int
) -> list[Notification]:
    """A page of what is in a group, the newest first.

    Raises:
        NotificationNotFound: the key is no group's.
    """
    parsed = rules.parse_key(key)
    if isinstance(parsed, int):
        return [one for one in await store.by_ids(tx, account_id, [parsed]) if after < one.id < before][:limit]
    group_id = await store.group_id(tx, account_id, *parsed)
    if group_id is None:
        return []
    return await store.of_group(tx, group_id, before=before, after=after, limit=limit)


async def followed_closely(tx: ReadTx, account_ids: Iterable[AccountId]) -> set[AccountId]:
    """Those of these accounts of whose posts anybody asked to be told."""
    return set(await store.followed_closely(tx, list(set(account_ids))))


async def unread(tx: ReadTx, account_id: AccountId, selection: Selection, *, most: int) -> int:
    """How much was told since the account has read its notifications, counted up to `most`. O(most)."""
    return len(await _single(tx, account_id, await _unread(tx, account_id, most), selection, grouped=frozenset()))


async def unread_groups(
    tx: ReadTx, account_id: AccountId, selection: Selection, *, grouped: AbstractSet[Kind] = GROUPABLE, most: int
) -> int:
    """The same in groups."""
    singles, groups = await _begun(tx, account_id, await _unread(tx, account_id, most), selection, grouped)
    return min(len(singles) + len(groups), most)


async def _unread(tx: ReadTx, account_id: AccountId, most: int) -> Range:
    read = await store.markers(tx, account_id, ["notifications"])
    return Range(NEWEST, read[0].last_read_id if read else 0, most, ascending=True)


async def _begun(
    tx: ReadTx, account_id: AccountId, span: Range, selection: Selection, grouped: AbstractSet[Kind]
) -> tuple[Mapping[int, Notification], Mapping[int, int]]:
    """What stands alone, and the groups, by the notification that is nearest to where the page begins.

    Of one sender nothing is grouped: of each group they are at most one.
    """
    singles = await _single(tx, account_id, span, selection, grouped=grouped)
    kinds = frozenset[Kind]() if selection.from_id is not None else grouped & selection.kinds & GROUPABLE
    edges = await store.edges(
        tx,
        account_id,
        kinds,
        before=span.before,
        after=span.after,
        limit=span.limit,
        horizon=span.horizon,
        ascending=span.ascending,
    )
    return {one.id: one for one in singles}, {edge.id: edge.group_id for edge in edges}


async def _single(
    tx: ReadTx, account_id: AccountId, span: Range, selection: Selection, *, grouped: AbstractSet[Kind]
) -> list[Notification]:
    """Notifications of the selection, one by one, without those that are in groups of these kinds."""
    bounds = {"before": span.before, "after": span.after, "limit": span.limit}
    if selection.from_id is not None:
        return await store.page_from(
            tx, account_id, selection.from_id, selection.kinds, **bounds, ascending=span.ascending
        )
    branches = list(_branches(selection, grouped))
    return await store.page(tx, account_id, branches, **bounds, ascending=span.ascending)


def _branches(selection: Selection, grouped: AbstractSet[Kind]) -> Iterable[Branch]:
    for kind in selection.kinds:
        yield kind, State.ALONE
        if kind in GROUPABLE and kind not in grouped:
            yield kind, State.GROUPED
        if selection.apart:
            yield kind, State.APART


def _alone(one: Notification, grouped: AbstractSet[Kind]) -> Group:
    """A notification as a group of its own."""
    key = one.group_key if one.kind in grouped else group_key_alone(one.id)
    return Group(key, 1, one.id, one, (one.from_id,))


async def _parts(tx: ReadTx, group_ids: list[int], *, low: int, high: int) -> list[Group]:
    """What of these groups lies between the two, included."""
    if not group_ids:
        return []
    newest: dict[int, list[Notification]] = {}
    for one in await store.samples(tx, group_ids, newest=high, each=SAMPLED):
        newest.setdefault(one.group_id or 0, []).append(one)
    return [
        Group(
            newest[part.id][0].group_key,
            part.size,
            part.oldest_id,
            newest[part.id][0],
            tuple(one.from_id for one in newest[part.id]),
        )
        for part in await store.parts(tx, group_ids, oldest=low, newest=high)
        if part.id in newest
    ]
