"""Search: posts by what they say, people by their names, hashtags by the beginning of theirs.

Called by interfaces; `upkeep.py` keeps the index, as a reaction. Not here: who may see a post (posts), what a
search looks like to an app (interfaces).
"""

from pinson.domain.search.pages import Local, local_page
from pinson.domain.search.queries import find_people, find_posts, find_tags
from pinson.domain.search.query import LONGEST, Query, parse
from pinson.domain.search.upkeep import backfill, take_in, take_in_one

__all__ = [
    "LONGEST",
    "Local",
    "Query",
    "backfill",
    "find_people",
    "find_posts",
    "find_tags",
    "local_page",
    "parse",
    "take_in",
    "take_in_one",
]
