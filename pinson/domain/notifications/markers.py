"""How far an account has read its home and its notifications, for all its apps: https://docs.joinmastodon.org/methods/markers.

Called by interfaces. Who reads backwards moves it back: apps compare for themselves. Writes follow one another, so
none is ever in conflict with another.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.notifications import store
from pinson.domain.notifications.model import Marker
from pinson.lib.db import ReadTx, WriteTx


async def markers(tx: ReadTx, account_id: AccountId, timelines: Sequence[str]) -> list[Marker]:
    """How far the account has read these timelines; those of which it never told are left out."""
    return await store.markers(tx, account_id, timelines)


async def mark(tx: WriteTx, *, account_id: AccountId, read: Mapping[str, int], now: datetime) -> list[Marker]:
    """Keep how far it has read. read: by timeline, the id of the last entry."""
    return [await store.put_marker(tx, account_id, timeline, id, now) for timeline, id in read.items()]
