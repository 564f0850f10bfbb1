"""Hours, minutes, and when to try again. Pure."""

from datetime import datetime, timedelta

from pinson.lib.clock import to_ms

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=6)
LONGEST_WAIT = timedelta(days=5)  # longer than any pause, quiet hours, or hours of the law over public holidays
HOUR_MS, MINUTE_MS = 3_600_000, 60_000


def hour(moment: datetime) -> int:
    """Whole hours since 1970."""
    return to_ms(moment) // HOUR_MS


def minute(moment: datetime) -> int:
    """Whole minutes since 1970."""
    return to_ms(moment) // MINUTE_MS


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: six times longer each time, six hours at most."""
    factor: int = 6 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)
