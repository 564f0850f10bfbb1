"""Scheduled posts: written now, published later.

Called by interfaces (schedule, give another time, cancel) and by `publishing.py`, which publishes what is due. One
that cannot be published when its time comes (what it answers is gone, the rules have changed) is kept for its author
to see. Not here: what a post may be, and how it is published (the rest of posts).
"""

from pinson.domain.posts.scheduled.commands import cancel, forget_all, publish, refuse, reschedule, schedule
from pinson.domain.posts.scheduled.model import ScheduledPost
from pinson.domain.posts.scheduled.queries import due, owned, page
from pinson.domain.posts.scheduled.rules import (
    ScheduledNotFound,
    TooLate,
    TooManyScheduled,
    TooManyThatDay,
    TooSoon,
)

__all__ = [
    "ScheduledNotFound",
    "ScheduledPost",
    "TooLate",
    "TooManyScheduled",
    "TooManyThatDay",
    "TooSoon",
    "cancel",
    "due",
    "forget_all",
    "owned",
    "page",
    "publish",
    "refuse",
    "reschedule",
    "schedule",
]
