"""Timelines: the newest entries of a set of topics, by a rule, in pages.

Called by interfaces (pages) and streams (the same rules). They own no table and are never
written: see `merge.py`. Not here: what a post looks like, who may see it (posts).
"""

from pinson.domain.timelines import rules
from pinson.domain.timelines.queries import Timeline, Timelines

__all__ = ["Timeline", "Timelines", "rules"]
