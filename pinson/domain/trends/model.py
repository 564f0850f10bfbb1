"""What rises now, and why."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What can rise."""

    TAG = "tag"
    LINK = "link"
    POST = "post"


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something rises, in numbers that a person can be shown.

    Of a hashtag or a link: authors who used it in the last day, their posts, and how many authors use it on a usual
    day (an average over the week before). Of a post: its boosts and favourites.
    """

    authors: int = 0
    posts: int = 0
    usual: float = 0.0
    reactions: int = 0


class Trend(msgspec.Struct, frozen=True):
    """Something that rises. score: see `rules.py`; comparable within a kind."""

    kind: Kind
    id: int
    score: float
    reason: Reason
    computed_at: datetime


class Use(msgspec.Struct, frozen=True):
    """How much a topic was used lately, by how many. warmth: see `rules.warmth`."""

    id: int
    authors: int
    posts: int
    warmth: float


class Liked(msgspec.Struct, frozen=True):
    """A post that people reacted to. score: see `rules.post_score`."""

    id: int
    reactions: int
    score: float
