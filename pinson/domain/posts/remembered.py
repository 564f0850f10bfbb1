"""What readers did with the posts they saw lately, in memory behind the log.

Called by whoever renders pages for somebody who signed in: the same posts are read again and
again, and asking the tables each time would cost more than all the rest of a page.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from pinson.domain.accounts import AccountId
from pinson.domain.posts.facts import (
    ConversationMuted,
    ConversationUnmuted,
    PostDeleted,
    PostMarked,
    PostPublished,
    PostUnmarked,
)
from pinson.domain.posts.marks import marks
from pinson.domain.posts.model import Mark, PostId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

READERS = 20_000  # the least recently seen are forgotten
POSTS = 400  # of each reader; then theirs are looked up anew
NOTHING: frozenset[Mark] = frozenset()

Marked = dict[PostId, AbstractSet[Mark]]


class RememberedMarks:
    """A view: see the module."""

    def __init__(self) -> None:
        self._readers: OrderedDict[AccountId, Marked] = OrderedDict()

    async def of(self, tx: ReadTx, account_id: AccountId, ids: Sequence[PostId]) -> Mapping[PostId, AbstractSet[Mark]]:
        """What the account did with these posts, and perhaps with others. One statement for those not seen lately."""
        known = self._readers.get(account_id)
        if known is None:
            known = self._readers[account_id] = {}
            if len(self._readers) > READERS:
                self._readers.popitem(last=False)
        else:
            self._readers.move_to_end(account_id)
        missing = [id for id in ids if id not in known]
        if missing:
            if len(known) > POSTS:
                known.clear()
                missing = list(ids)
            found = await marks(tx, account_id, missing)
            known.update((id, found.get(id, NOTHING)) for id in missing)
        return known

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._readers.clear()

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case PostMarked():
                self._change(fact.account_id, fact.post_id, add={fact.mark})
            case PostUnmarked():
                self._change(fact.account_id, fact.post_id, take={fact.mark})
            case PostPublished(post=post) if post.boost_of_id is not None:
                self._change(post.author_id, post.boost_of_id, add={Mark.BOOST})
            case PostDeleted() if fact.boost_of_id is not None:
                self._change(fact.author_id, fact.boost_of_id, take={Mark.BOOST})
            case ConversationMuted() | ConversationUnmuted():
                self._readers.pop(fact.account_id, None)  # any number of posts are in it

    def _change(
        self, account_id: AccountId, id: PostId, *, add: AbstractSet[Mark] = NOTHING, take: AbstractSet[Mark] = NOTHING
    ) -> None:
        known = self._readers.get(account_id, {})
        if id in known:
            known[id] = (known[id] | add) - take
