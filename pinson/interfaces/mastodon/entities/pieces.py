"""Rendered entities, kept as bytes. Used by the renderings; knows nothing of what the bytes say."""

from collections.abc import Sequence
from typing import Any, TypeVar

Id = TypeVar("Id", bound=int)


class Pieces:
    """Rendered bytes by id, bounded in bytes; those that were not used lately go.

    In two generations: when the young one holds half of what may be kept it becomes the old
    one, which is thrown away whole but for what was used meanwhile. Costs a look into a dict a
    piece, where keeping them in the order of their use would cost three.

    young: may be read from, to find many at once.
    """

    def __init__(self, most: int) -> None:
        self.young: dict[Any, bytes] = {}
        self._old: dict[Any, bytes] = {}
        self._most = most
        self._bytes = 0  # in the young generation, those dropped since included

    def look_up(self, ids: Sequence[Id]) -> tuple[dict[Id, bytes], list[Id]]:
        """The pieces that are here, and the ids, each once, of those that are not."""
        found: dict[Id, bytes] = {}
        missing: list[Id] = []
        for id in dict.fromkeys(ids):
            if (piece := self.young.get(id)) is not None:
                found[id] = piece
            elif (piece := self._old.pop(id, None)) is not None:
                found[id] = self.keep(id, piece)
            else:
                missing.append(id)
        return found, missing

    def keep(self, id: int, piece: bytes) -> bytes:
        """Keep a piece, which is handed back."""
        self.young[id] = piece
        self._bytes += len(piece)
        if self._bytes > self._most // 2:
            self._old, self.young, self._bytes = self.young, {}, 0
        return piece

    def drop(self, id: int) -> None:
        """What this piece shows has changed."""
        self.young.pop(id, None)
        self._old.pop(id, None)

    def clear(self) -> None:
        """Drop everything."""
        self.young.clear()
        self._old.clear()
        self._bytes = 0
