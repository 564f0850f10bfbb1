"""What is rendered once and shown many times, kept in memory and bounded.

Called by interfaces, each of which renders the same posts and accounts in its own way. Knows
nothing of what the pieces say.
"""

from collections.abc import Hashable, Sequence, Sized
from typing import Any, Generic, TypeVar

Id = TypeVar("Id", bound=Hashable)
Piece = TypeVar("Piece", bound=Sized)


class Pieces(Generic[Piece]):
    """Rendered pieces by id, bytes or text, bounded in their length; those that were not used lately go.

    In two generations: when the young one holds half of what may be kept it becomes the old
    one, which is thrown away whole but for what was used meanwhile. Costs a look into a dict a
    piece, where keeping them in the order of their use would cost three.

    young: may be read from, to find many at once.
    """

    def __init__(self, most: int) -> None:
        self.young: dict[Any, Piece] = {}
        self._old: dict[Any, Piece] = {}
        self._most = most
        self._length = 0  # of the young generation, those dropped since included

    def look_up(self, ids: Sequence[Id]) -> tuple[dict[Id, Piece], list[Id]]:
        """The pieces that are here, and the ids, each once, of those that are not."""
        found: dict[Id, Piece] = {}
        missing: list[Id] = []
        for id in dict.fromkeys(ids):
            if (piece := self.young.get(id)) is not None:
                found[id] = piece
            elif (piece := self._old.pop(id, None)) is not None:
                found[id] = self.keep(id, piece)
            else:
                missing.append(id)
        return found, missing

    def get(self, id: Hashable) -> Piece | None:
        """The piece, if it is here."""
        if (piece := self.young.get(id)) is None and (piece := self._old.pop(id, None)) is not None:
            self.keep(id, piece)
        return piece

    def keep(self, id: Hashable, piece: Piece) -> Piece:
        """Keep a piece, which is handed back."""
        self.young[id] = piece
        self._length += len(piece)
        if self._length > self._most // 2:
            self._old, self.young, self._length = self.young, {}, 0
        return piece

    def drop(self, id: Hashable) -> None:
        """What this piece shows has changed."""
        self.young.pop(id, None)
        self._old.pop(id, None)

    def clear(self) -> None:
        """Drop everything."""
        self.young.clear()
        self._old.clear()
        self._length = 0
