"""The shapes of posts that were read or written lately, in memory behind the log.

Called by timelines (a ring proposes ids, shapes decide) and streams. Bounded: the oldest
read are forgotten.
"""

from collections import OrderedDict
from collections.abc import Sequence

from pinson.domain.posts import store
from pinson.domain.posts.facts import (
    CorrectedGone,
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostMoved,
    PostPublished,
    QuotePolicyChanged,
    QuoteRevoked,
    RepliesOrphaned,
)
from pinson.domain.posts.model import Shape
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

KEEP = 200_000  # shapes, about 400 bytes each


class Shapes:
    """A view: see the module."""

    def __init__(self, keep: int = KEEP) -> None:
        self._shapes: OrderedDict[int, Shape] = OrderedDict()
        self._keep = keep
        self.changes = 0  # how often a post became another than it was, or was gone: not when one was published

    async def of(self, tx: ReadTx, ids: Sequence[int]) -> list[Shape]:
        """The shapes of these posts, in the order given, without those that are gone.

        One statement for all that are not in memory, none if all are.
        """
        known = self._shapes
        found = [shape for id in ids if (shape := known.get(id)) is not None]
        if len(found) == len(ids):
            return found
        for shape in await store.shapes(tx, [id for id in ids if id not in known]):
            self._keep_one(shape)
        return [shape for id in ids if (shape := known.get(id)) is not None]

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case PostPublished():
                self._keep_one(fact.post)
            case PostEdited() | PostMoved() | PostCorrected() | QuotePolicyChanged() | QuoteRevoked():
                self._keep_one(fact.post)
                self.changes += 1
            case PostDeleted():
                self._shapes.pop(fact.id, None)
                self.changes += 1
            case RepliesOrphaned() | CorrectedGone():
                for id in fact.ids:
                    self._shapes.pop(id, None)
                self.changes += 1

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._shapes.clear()
        self.changes += 1

    def _keep_one(self, shape: Shape) -> None:
        self._shapes[shape.id] = shape
        if len(self._shapes) > self._keep:
            self._shapes.popitem(last=False)
