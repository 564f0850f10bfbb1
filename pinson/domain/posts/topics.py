"""Topics: what a post can be under, and what one can follow, as numbers.

    an account's posts                      the account's id
    a hashtag                               the tag's id
    what shares a link                      the link's id
    what is addressed to one account        minus the account's id
    everything public                       EVERYTHING
    everything public from this server      LOCAL

Ids of accounts, tags and links come from one sequence (`pinson.lib.ids`), far above the small ones,
so a topic is one integer wherever it goes. Boosts, lists and walls are sets of topics too.
"""

from collections.abc import Sequence

EVERYTHING, LOCAL = 1, 2


def addressed_to(account_id: int) -> int:
    """The topic of direct posts from or to an account: only it reads there."""
    return -account_id


def hashtags(under: Sequence[int], author_id: int, link_id: int | None) -> list[int]:
    """Which of the topics of an author's post, which shares this link, are hashtags."""
    return [topic for topic in under if topic > LOCAL and topic not in (author_id, link_id)]
