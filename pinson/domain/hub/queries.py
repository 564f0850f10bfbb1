"""Questions about subscriptions to feeds."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pinson.domain.hub import store
from pinson.domain.hub.model import Subscription, Update
from pinson.lib.db import ReadTx


async def is_subscribed(tx: ReadTx, path: str, callback: str) -> bool:
    """Whether this feed is sent there."""
    return await store.is_there(tx, path, callback)


async def paths(tx: ReadTx, topic_ids: Sequence[int], *, at: datetime, now: datetime) -> list[str]:
    """The feeds that somebody is subscribed to of those which may show a post.

    Args:
        topic_ids: under which it stands.
        at: when it was published.
    """
    return await store.paths(tx, topic_ids, at=at, now=now)


async def subscribed(tx: ReadTx, topic_ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of these topics of which somebody is subscribed to a feed."""
    return set(await store.subscribed(tx, list(topic_ids), now=now))


async def subscriptions(tx: ReadTx, ids: Sequence[int]) -> dict[int, Subscription]:
    """Those of these subscriptions that there still are, in one statement."""
    return {one.id: one for one in await store.by_ids(tx, ids)} if ids else {}


async def updates(tx: ReadTx, ids: Sequence[int]) -> dict[int, Update]:
    """Those of these updates that there still are, in one statement."""
    return {one.id: one for one in await store.updates(tx, ids)} if ids else {}
