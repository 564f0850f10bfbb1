"""Topics: what a post can be under, and what one can follow, as numbers.

    an account's posts                      the account's id
    a hashtag                               the tag's id
    what shares a link                      the link's id
    what is part of a live event            the event's id
    what is addressed to one account        minus the account's id
    everything public                       EVERYTHING
    everything public from this server      LOCAL

Ids of accounts, tags, links and events come from one sequence (`pinson.lib.ids`), far above the small ones,
so a topic is one integer wherever it goes. Boosts and lists are sets of topics too.
"""

from collections.abc import Sequence

EVERYTHING, LOCAL = 1, 2


def addressed_to(account_id: int) -> int:
    """The topic of direct posts from or to an account: only it reads there."""
    return -account_id


def hashtags(under: Sequence[int], *others: int | None) -> list[int]:
    """Which of the topics of a post are hashtags. others: its author, what it shares, and the event it is part of."""
    return [topic for topic in under if topic > LOCAL and topic not in others]
