"""Questions about scheduled posts."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import PostId
from pinson.domain.posts.scheduled import store
from pinson.domain.posts.scheduled.model import ScheduledPost
from pinson.domain.posts.scheduled.rules import ScheduledNotFound
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page


async def owned(tx: ReadTx, id: PostId, *, account_id: AccountId) -> ScheduledPost:
    """One of an account's own.

    Raises:
        ScheduledNotFound.
    """
    found = await store.one(tx, id)
    if found is None or found.account_id != account_id:
        raise ScheduledNotFound
    return found


async def page(tx: ReadTx, account_id: AccountId, page: Page) -> list[ScheduledPost]:
    """A page of an account's own, the one written last first, those that could not be published among them."""
    before = NEWEST if page.max_id is None else page.max_id
    after = page.since_id or 0 if page.min_id is None else page.min_id
    ascending = page.min_id is not None
    found = await store.page(tx, account_id, before=before, after=after, limit=page.limit, ascending=ascending)
    return found[::-1] if ascending else found


async def due(tx: ReadTx, *, now: datetime, limit: int = 100) -> list[ScheduledPost]:
    """Up to `limit` posts whose time has come."""
    return await store.due(tx, now=now, limit=limit)
