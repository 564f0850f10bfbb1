"""Links: web addresses that people share, and the cards that show what is behind them.

Called by posts (`share`, `let_go`), by `reactions.py` (`preview`) and `schedule.py` (`forget_loose`), by interfaces
that show a card, by trends and moderation. A link is a topic: the public posts that share it stand under its id. One
that no post has shared for a day is forgotten.

Not here: which of a text's addresses count as links at all (posts), what an app sees of a card (interfaces).
"""

from pinson.domain.links.commands import forget_loose, judge, judge_publisher, let_go, share
from pinson.domain.links.facts import LinkFound, LinkPreviewed
from pinson.domain.links.model import Card, Link, LinkId, Picture, Publisher, PublisherId
from pinson.domain.links.previews import preview
from pinson.domain.links.queries import by_address, by_ids, link, publisher, publishers
from pinson.domain.links.rules import LinkNotFound, PublisherNotFound, is_within, may_trend, normal, shared

__all__ = [
    "Card",
    "Link",
    "LinkFound",
    "LinkId",
    "LinkNotFound",
    "LinkPreviewed",
    "Picture",
    "Publisher",
    "PublisherId",
    "PublisherNotFound",
    "by_address",
    "by_ids",
    "forget_loose",
    "is_within",
    "judge",
    "judge_publisher",
    "let_go",
    "link",
    "may_trend",
    "normal",
    "preview",
    "publisher",
    "publishers",
    "share",
    "shared",
]
