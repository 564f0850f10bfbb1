"""Time as a tool: whoever needs to know what time it is receives a `Clock`.

Times are aware datetimes in UTC. In tables they are integers, milliseconds since 1970
(`to_ms`, `from_ms`); the database drivers convert, so no other module has to.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time. The machine's in production, one that tests move by hand in tests."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock. It may jump either way: nothing may rest on it growing."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved, for tests and for replaying a day."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move(self, step: timedelta) -> None:
        """Go forward by `step`, or back if it is negative."""
        self._at += step


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """The moment `ms` milliseconds after 1970."""
    return EPOCH + timedelta(milliseconds=ms)
