"""The circles of those who read: what each follows, kept in memory behind the log.

Called by timelines (whose topics to merge), streams (whom a post reaches) and the rules of
who sees what. A circle is loaded when its account first reads, and the least recently used
are forgotten; each change makes a new circle, so whoever computed something from one can
tell by identity that it is still good.
"""

from collections import OrderedDict

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.relations import store
from pinson.domain.relations.facts import Followed, Unfollowed
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

KEEP = 20_000  # circles; one of 200 follows takes about 15 KB


class Circle(msgspec.Struct, frozen=True):
    """What an account follows: ids of accounts and of tags, which never coincide."""

    account_id: AccountId
    topics: frozenset[int]


def changed(circle: Circle, fact: Followed | Unfollowed) -> Circle:
    """The circle after its account followed something, or ceased to."""
    change = {fact.topic_id}
    topics = circle.topics | change if isinstance(fact, Followed) else circle.topics - change
    return Circle(circle.account_id, topics)


class Circles:
    """A view: see the module."""

    def __init__(self, keep: int = KEEP) -> None:
        self._circles: OrderedDict[AccountId, Circle] = OrderedDict()
        self._keep = keep

    async def of(self, tx: ReadTx, account_id: AccountId) -> Circle:
        """The circle of an account. Free if it was read lately, else one statement of O(follows)."""
        circle = self._circles.get(account_id)
        if circle is not None:
            self._circles.move_to_end(account_id)
            return circle
        circle = Circle(account_id, frozenset(await store.topics(tx, account_id)))
        self._circles[account_id] = circle
        if len(self._circles) > self._keep:
            self._circles.popitem(last=False)
        return circle

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, Followed | Unfollowed) and (circle := self._circles.get(fact.account_id)):
            self._circles[fact.account_id] = changed(circle, fact)

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._circles.clear()
