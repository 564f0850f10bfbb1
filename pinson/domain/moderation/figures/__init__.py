"""What happens on this server, in numbers by day, for those who look after it.

Called by interfaces, in a thread: most of it reads all rows of a period. Days are UTC. An account is active on a day on
which it published or passed something on: who only reads leaves no trace here. What is asked about another server is 0,
since none is known.

Not here: what the server tells everybody about itself, how a person's posts did.
"""

import platform
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

import pinson
from pinson.domain.moderation.figures import store
from pinson.domain.moderation.figures.store import Counted, Measure
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal

__all__ = [
    "BadPeriod",
    "Cohort",
    "Counted",
    "Dimension",
    "Frequency",
    "Measure",
    "Measured",
    "Period",
    "dimensions",
    "measures",
    "retention",
]

MOST_DAYS = 366


class BadPeriod(Refusal):
    """It ends before it begins, or is too long to be told day by day."""

    kind, code = Kind.INVALID, "bad_period"
    text = "Validation failed: the period must begin before it ends, and last at most {limit} days"


class Period(msgspec.Struct, frozen=True):
    """Whole days, UTC. since: midnight."""

    since: datetime
    days: int

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Period":
        """The days of two moments, and those between.

        Raises:
            BadPeriod.
        """
        since = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        days = (end.astimezone(UTC) - since).days + 1
        if not 0 < days <= MOST_DAYS:
            raise BadPeriod(limit=MOST_DAYS)
        return cls(since, days)

    @property
    def until(self) -> datetime:
        """The midnight with which it ends."""
        return self.since + timedelta(days=self.days)

    @property
    def previous(self) -> "Period":
        """As many days before it."""
        return Period(self.since - timedelta(days=self.days), self.days)

    def dates(self) -> list[datetime]:
        """The beginning of each day."""
        return [self.since + timedelta(days=day) for day in range(self.days)]


class Measured(msgspec.Struct, frozen=True):
    """One number over a period: by day, in all, and in all in the days before."""

    total: int
    previous: int
    by_day: list[int]


class Dimension(StrEnum):
    """By what something can be counted."""

    LANGUAGES = "languages"  # of people whose accounts published
    SOURCES = "sources"  # the apps by which people signed up; "" is the web
    SERVERS = "servers"  # where what was published comes from; "" is this one
    SPACE_USAGE = "space_usage"  # now, in bytes
    SOFTWARE_VERSIONS = "software_versions"  # now; the values are texts
    TAG_SERVERS = "tag_servers"
    TAG_LANGUAGES = "tag_languages"


class Frequency(StrEnum):
    """How long the periods of cohorts are."""

    DAY = "day"
    MONTH = "month"


class Cohort(msgspec.Struct, frozen=True):
    """Those who signed up in a period, and how many of them were active in it and in each period after."""

    begins: datetime
    size: int
    active: list[tuple[datetime, int]]


async def measures(tx: ReadTx, *, wanted: Mapping[Measure, int], period: Period) -> dict[Measure, Measured]:
    """Some numbers over a period.

    Args:
        wanted: which, each with the hashtag that it is about; 0 if it is about none.
    """
    found = {}
    for measure, tag_id in wanted.items():
        counted = {one.day: one.value for one in await store.by_day(tx, measure, _bounds(period), tag_id=tag_id)}
        found[measure] = Measured(
            total=await store.total(tx, measure, _bounds(period), tag_id=tag_id),
            previous=await store.total(tx, measure, _bounds(period.previous), tag_id=tag_id),
            by_day=[counted.get(day, 0) for day in range(period.days)],
        )
    return found


async def dimensions(
    tx: ReadTx, *, wanted: Mapping[Dimension, int], period: Period, limit: int
) -> dict[Dimension, list[Counted]]:
    """What there was in a period, the most first.

    Args:
        wanted: by what to count, each with the hashtag that it is about; 0 if it is about none.
        limit: of each.
    """
    found: dict[Dimension, list[Counted]] = {}
    for dimension, tag_id in wanted.items():
        match dimension:
            case Dimension.SOFTWARE_VERSIONS:
                found[dimension] = [
                    Counted("pinson", pinson.__version__),
                    Counted("python", platform.python_version()),
                    Counted(tx.dialect, await store.version(tx)),
                ]
            case Dimension.SPACE_USAGE:
                found[dimension] = [
                    Counted("database", str(await store.database_bytes(tx))),
                    Counted("media", str(await store.media_bytes(tx))),
                ]
            case _:
                bounds = _bounds(period)
                found[dimension] = await store.dimension(tx, dimension.value, bounds, tag_id=tag_id, limit=limit)
    return found


async def retention(tx: ReadTx, *, period: Period, frequency: Frequency) -> list[Cohort]:
    """Of those who signed up, how many were active later: a cohort for each day or month, the first one first."""
    signed_up = {one.user_id: one.day for one in await store.signed_up(tx, _bounds(period))}
    begins = [_begin(day, frequency) for day in period.dates()]
    periods = list(dict.fromkeys(begins))
    sizes = Counter(begins[day] for day in signed_up.values())
    seen = {(one.user_id, begins[one.day]) for one in await store.active(tx, _bounds(period))}
    counted = Counter((begins[signed_up[user_id]], active_in) for user_id, active_in in seen if user_id in signed_up)
    return [
        Cohort(begin, sizes[begin], [(later, counted[begin, later]) for later in periods[place:]])
        for place, begin in enumerate(periods)
    ]


def _bounds(period: Period) -> tuple[datetime, datetime]:
    return period.since, period.until


def _begin(day: datetime, frequency: Frequency) -> datetime:
    return day if frequency is Frequency.DAY else day.replace(day=1)
