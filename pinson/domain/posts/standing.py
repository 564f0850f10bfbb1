"""Which posts moderators hid, beside which accounts nobody sees, in memory behind the log.

Called by everyone who shows posts, through `Reader`.
"""

from collections.abc import Mapping

from pinson.domain import accounts
from pinson.domain.posts import store
from pinson.domain.posts.facts import PostDeleted, PostHidden, PostUnhidden
from pinson.domain.posts.model import PostId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact


class Standing(accounts.Standing):
    """A view: that of accounts, and of hidden posts. There are few, so it holds them all."""

    def __init__(self) -> None:
        super().__init__()
        self._posts: dict[PostId, int] = {}

    @property
    def posts(self) -> Mapping[PostId, int]:
        """The decision by which each post is hidden. Itself, not a copy: whoever keeps it sees it change."""
        return self._posts

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        await super().load(tx)
        found = await store.all_hidden(tx)
        self._posts.clear()
        self._posts.update((one.post_id, one.decision_id) for one in found)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        super().apply(fact)
        match fact:
            case PostHidden():
                self._posts[fact.post.id] = fact.decision_id
                self.changes += 1
            case PostUnhidden():
                self._posts.pop(fact.post.id, None)
                self.changes += 1
            case PostDeleted():
                self._posts.pop(fact.id, None)
