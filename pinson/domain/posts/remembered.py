"""What readers did with the posts they saw lately, in memory behind the log; and which hashtag has which name.

Called by whoever renders pages for somebody who signed in: the same posts are read again and
again, and asking the tables each time would cost more than all the rest of a page. Hashtags keep
their names and are never gone, so what is known of them follows no log.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pinson.domain.accounts import AccountId
from pinson.domain.posts import store
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
TAGS = 10_000  # about 150 bytes each
POSTS = 400  # of each reader; then theirs are looked up anew
NOTHING: frozenset[Mark] = frozenset()

Marked = dict[PostId, AbstractSet[Mark]]


class RememberedTags:
    """The ids of hashtags that were asked for lately."""

    def __init__(self, keep: int = TAGS) -> None:
        self._ids: dict[str, int] = {}
        self._keep = keep

    async def ids(self, tx: ReadTx, folded: Collection[str]) -> dict[str, int]:
        """Those of the hashtags of these folded names that were ever used or followed. One statement, if one is new."""
        known = self._ids
        missing = [name for name in folded if name not in known]
        if missing:
            if len(known) > self._keep:
                known.clear()
                missing = list(folded)
            known.update((tag.name, tag.id) for tag in await store.tags(tx, missing))
        return {name: known[name] for name in folded if name in known}


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
