"""When something rises. Pure; what the statements of `store.py` compute, a test holds equal to this.

A hashtag or a link rises when more people use it now than usually do. People, not posts: who writes twenty times
counts once. "Now" fades: whoever used it last three hours ago counts half, six hours ago a quarter (`warmth`). What
that would be on a usual day follows from how many authors a day used it in the week before: spread evenly over the
day, each would weigh 0.18. The score says how far beyond the usual it is, in the measure of chance: the warmth of
something that 100 people a day use swings by 4 without any reason, of something new by 1 (a Poisson process has a
deviation of the root of what is expected).

So a hashtag that goes from nothing to fifty messages an hour is seen as soon as three people have used it, and one
that is used every day is not seen for being used every day.

A post rises by its boosts and favourites, which fade with its age: half every six hours.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import log, sqrt

WINDOW = timedelta(days=1)  # of uses: what is older weighs less than 1/256
HALF_LIFE = timedelta(hours=3)  # of a use
WEEK = timedelta(days=7)  # before the window: what is usual
LEAST_AUTHORS = 3
LEAST_SCORE = 1.0  # what chance alone does to something that nobody uses
STEADY = HALF_LIFE / timedelta(days=1) / log(2)  # warmth of one author a day, on average

POST_WINDOW = timedelta(days=3)
POST_HALF_LIFE = timedelta(hours=6)
LEAST_REACTIONS = 3

PERIOD = timedelta(seconds=50)  # trends younger than this are not computed anew: the sweep comes once a minute
MOST = 100  # of each kind are kept


def warmth(last_uses: Iterable[datetime], now: datetime) -> float:
    """How many people use something now, by when each of them did last."""
    return sum(faded(now - at, HALF_LIFE) for at in last_uses)


def rise(warmth: float, *, usual: float) -> float:
    """How far beyond the usual something is used, in standard deviations.

    Args:
        usual: authors a day.
    """
    expected = usual * STEADY
    return (warmth - expected) / sqrt(expected + 1)


def post_score(reactions: int, age: timedelta) -> float:
    """How much a post rises."""
    return reactions * faded(age, POST_HALF_LIFE)


def faded(age: timedelta, half_life: timedelta) -> float:
    """What is left of 1 after so long."""
    return float(0.5 ** (max(age, timedelta(0)) / half_life))
