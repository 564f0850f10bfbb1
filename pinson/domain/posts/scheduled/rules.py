"""When posts may be scheduled for. Pure.

Source: https://docs.joinmastodon.org/methods/scheduled_statuses.
"""

from datetime import UTC, datetime, timedelta

from pinson.lib.errors import Kind, Refusal

AHEAD = timedelta(minutes=5)  # at least
MOST, MOST_A_DAY = 300, 25  # of one account; days are UTC's
LATEST = datetime(9999, 1, 1, tzinfo=UTC)  # what comes later is no date everywhere


class ScheduledNotFound(Refusal):
    """There is none, or it is somebody else's, or it was published."""

    kind, code = Kind.MISSING, "scheduled_not_found"
    text = "Record not found"


class TooSoon(Refusal):
    """It would be due before it can be thought over."""

    kind, code = Kind.INVALID, "scheduled_too_soon"
    text = "Validation failed: a post can be scheduled for {minutes} minutes from now at the earliest"


class TooLate(Refusal):
    """That is further away than dates reach."""

    kind, code = Kind.INVALID, "scheduled_too_late"
    text = "Validation failed: a post can be scheduled for the year {year} at the latest"


class TooManyScheduled(Refusal):
    """The account has as many scheduled posts as it may."""

    kind, code = Kind.INVALID, "too_many_scheduled"
    text = "Validation failed: at most {limit} posts can be scheduled"


class TooManyThatDay(Refusal):
    """The account has as many posts scheduled for that day as it may."""

    kind, code = Kind.INVALID, "too_many_scheduled_that_day"
    text = "Validation failed: at most {limit} posts can be scheduled for one day"


def check_time(due_at: datetime, *, now: datetime) -> None:
    """
    Raises:
        TooSoon, TooLate.
    """
    if due_at < now + AHEAD:
        raise TooSoon(minutes=AHEAD // timedelta(minutes=1))
    if due_at >= LATEST:
        raise TooLate(year=LATEST.year - 1)


def check_room(*, in_all: int, that_day: int) -> None:
    """
    Args:
        in_all, that_day: how many posts are scheduled already.
    Raises:
        TooManyScheduled, TooManyThatDay.
    """
    if in_all >= MOST:
        raise TooManyScheduled(limit=MOST)
    if that_day >= MOST_A_DAY:
        raise TooManyThatDay(limit=MOST_A_DAY)
