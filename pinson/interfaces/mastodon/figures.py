"""What this server tells about itself in numbers, counted now and then.

Called by the instance's documents and by NodeInfo, which every app and crawler asks for. To
count means to read whole tables, so it is done away from the event loop, and what was counted
is told for a while.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from pinson.domain import accounts, posts
from pinson.lib.db import Database, ReadTx

T = TypeVar("T")

MONTH, HALF_YEAR = timedelta(days=30), timedelta(days=180)
WEEKS = 12


class Usage(msgspec.Struct, frozen=True):
    """How much there is here.

    accounts, posts: of this server.
    active_month, active_half_year: accounts that published within the last 30 and 180 days.
        Who only reads leaves no trace here, so they are not in it.
    """

    accounts: int
    posts: int
    active_month: int
    active_half_year: int


class Week(msgspec.Struct, frozen=True):
    """What happened in one week.

    begins: Monday, 00:00 UTC.
    authors: accounts that published.
    opened: accounts that are new.
    """

    begins: datetime
    posts: int
    authors: int
    opened: int


class Figures:
    """The numbers of one process, each counted anew when somebody asks and it is too old."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._usage = Kept[Usage](timedelta(minutes=1))
        self._weeks = Kept[list[Week]](timedelta(hours=1))

    async def usage(self, now: datetime) -> Usage:
        """How much there is here, as of a minute ago at most."""
        return await self._usage.get(partial(self._db.read_in_thread, _usage, now=now), now)

    async def weeks(self, now: datetime) -> list[Week]:
        """The last twelve weeks, newest first, as of an hour ago at most."""
        return await self._weeks.get(partial(self._db.read_in_thread, _weeks, now=now), now)


class Kept(Generic[T]):
    """Something that is dear to find, and good for a while once found."""

    def __init__(self, good_for: timedelta) -> None:
        self._good_for = good_for
        self._found: tuple[datetime, T] | None = None
        self._turn = asyncio.Lock()  # whoever asks meanwhile waits for the one who is finding out

    async def get(self, find: Callable[[], Coroutine[Any, Any, T]], now: datetime) -> T:
        """It, found anew if what is kept is too old (or from a future that the clock has left)."""
        async with self._turn:
            if self._found is None or not timedelta(0) <= now - self._found[0] < self._good_for:
                self._found = now, await find()
            return self._found[1]


async def _usage(tx: ReadTx, *, now: datetime) -> Usage:
    month = await accounts.local_activity(tx, since=now - MONTH)
    half_year = await accounts.local_activity(tx, since=now - HALF_YEAR)
    return Usage(month.accounts, month.posts, month.active, half_year.active)


async def _weeks(tx: ReadTx, *, now: datetime) -> list[Week]:
    this_week = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    first = this_week - timedelta(weeks=WEEKS - 1)
    published = {one.week: one for one in await posts.published_by_week(tx, since=first)}
    opened = {one.week: one.accounts for one in await accounts.opened_by_week(tx, since=first)}
    weeks = []
    for number in reversed(range(WEEKS)):
        one = published.get(number)
        weeks.append(
            Week(
                begins=first + timedelta(weeks=number),
                posts=one.posts if one else 0,
                authors=one.authors if one else 0,
                opened=opened.get(number, 0),
            )
        )
    return weeks
