"""The newest entry of every topic, 8 bytes each: one look at them tells which topics a page needs.

Called by `queries.py`. A head may be too high for a moment (its newest entry was deleted):
then a merge looks at that topic in vain, and learns the true head from its ring. It is
never too low.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pinson.domain.timelines import store
from pinson.lib.db import ReadTx

Ids = NDArray[np.int64]
Places = NDArray[np.int32]


class Heads:
    """All heads in one array; a topic has a place in it for as long as the process lives."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self.ids: Ids = np.zeros(1024, np.int64)

    async def load(self, tx: ReadTx) -> None:
        """Read all heads: about 0.5 µs a topic. Places that were given out stay valid."""
        self.ids[:] = 0
        for head in await store.heads(tx):
            self.rise(head.topic_id, head.id)

    def place(self, topic_id: int) -> int:
        """Where in `ids` the head of a topic is; a new topic gets a place."""
        place = self._places.get(topic_id)
        if place is None:
            place = self._places[topic_id] = len(self._places)
            if place == len(self.ids):
                self.ids = np.concatenate([self.ids, np.zeros_like(self.ids)])
        return place

    def places(self, topics: Iterable[int]) -> Places:
        """The places of several topics, in no order."""
        return np.fromiter((self.place(topic) for topic in topics), np.int32)

    def rise(self, topic_id: int, id: int) -> None:
        """An entry joined the topic."""
        place = self.place(topic_id)  # first: it may make room, which is another array
        if id > self.ids[place]:
            self.ids[place] = id
