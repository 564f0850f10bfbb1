"""Rings: the newest ids of the topics that were read lately, in one matrix.

Called by `queries.py`. A ring is loaded when a merge picks its topic, follows the log from
then on, and is the first to go when it was not read for longest.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from pinson.domain.timelines import store
from pinson.lib.db import ReadTx

DEPTH = 40  # ids in a ring: two pages
KEEP = 100_000  # rings, 320 bytes each
NONE = 0  # a row that stays empty
EVICTED = 0.01  # share of them that makes room at once: finding the least recently picked takes a look at all


class Picked(msgspec.Struct):
    """Some rings, side by side.

    ids: (k, depth), newest first, 0 where empty.
    cut: (k,), whether older entries exist that the ring no longer holds.
    """

    ids: NDArray[np.int64]
    cut: NDArray[np.bool_]


class Rings:
    """All loaded rings. A topic without one is in nobody's way: it is loaded when it is picked."""

    def __init__(self, *, depth: int = DEPTH, keep: int = KEEP) -> None:
        self._depth = depth
        self._rows: dict[int, int] = {}  # topic -> row
        self._free: list[int] = []
        self._keep = keep
        self._ids = np.zeros((256, depth), np.int64)
        self._cut = np.zeros(256, np.bool_)
        self._picked = np.zeros(256, np.int64)  # turn in which the ring was picked last
        self._turn = 0

    async def pick(self, tx: ReadTx, topics: Sequence[int]) -> Picked:
        """The rings of these topics, in order; those that are missing are loaded, 15 µs each."""
        rows = np.array([self._rows.get(topic, NONE) for topic in topics])
        self._turn += 1
        self._picked[rows] = self._turn
        if not rows.all():
            for place in np.flatnonzero(rows == NONE).tolist():
                rows[place] = await self._load(tx, topics[place])
        return Picked(self._ids[rows], self._cut[rows])

    def push(self, topic_id: int, id: int) -> None:
        """An entry joined the topic."""
        row = self._rows.get(topic_id)
        if row is None:
            return
        ring = self._ids[row]
        if id > ring[0]:
            self._cut[row] |= bool(ring[-1])
            ring[1:] = ring[:-1].copy()
            ring[0] = id
        elif id not in ring:  # it takes its place by date, somewhere below: read the ring anew
            self._drop(topic_id)

    def remove(self, topic_id: int, id: int) -> None:
        """An entry left the topic."""
        row = self._rows.get(topic_id)
        if row is not None and id in self._ids[row]:
            self._drop(topic_id)

    def clear(self) -> None:
        """Drop all rings."""
        for topic_id in list(self._rows):
            self._drop(topic_id)

    async def _load(self, tx: ReadTx, topic_id: int) -> int:
        ids = await store.ring(tx, topic_id, limit=self._depth + 1)
        if len(self._rows) >= self._keep:
            self._make_room()
        row = self._free.pop() if self._free else len(self._rows) + 1
        if row == len(self._ids):
            self._ids = np.concatenate([self._ids, np.zeros_like(self._ids)])
            self._cut = np.concatenate([self._cut, np.zeros_like(self._cut)])
            self._picked = np.concatenate([self._picked, np.zeros_like(self._picked)])
        self._ids[row] = 0
        self._ids[row, : min(len(ids), self._depth)] = ids[: self._depth]
        self._cut[row] = len(ids) > self._depth
        self._picked[row] = self._turn
        self._rows[topic_id] = row
        return row

    def _make_room(self) -> None:
        """Let the rings go that were not picked for longest; those picked in this turn stay."""
        topics, rows = list(self._rows), list(self._rows.values())
        count = 1 + int(len(rows) * EVICTED)
        for place in np.argpartition(self._picked[rows], count - 1)[:count].tolist():
            self._drop(topics[place])

    def _drop(self, topic_id: int) -> None:
        self._free.append(self._rows.pop(topic_id))
