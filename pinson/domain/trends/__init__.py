"""Trends: which hashtags, links and posts rise now, and why.

Computed from the tables once a minute by `schedule.py` (`refresh`) into a small table that all processes read, so
asking what rises costs the same whatever is published. Called by interfaces. Nothing waits for a moderator: what
rises is seen until one says no.

Not here: what a moderator says about a hashtag (posts) or a link (links); how it is shown.
"""

from pinson.domain.trends.commands import judge_post, refresh
from pinson.domain.trends.model import Kind, Reason, Trend
from pinson.domain.trends.queries import rising
from pinson.domain.trends.rules import MOST

__all__ = ["MOST", "Kind", "Reason", "Trend", "judge_post", "refresh", "rising"]
