"""The newest entry of every topic that somebody reads, 8 bytes each: one look at them tells which topics a page needs.

Called by `queries.py`. A head is read from the tables when its topic first belongs to a timeline, for all topics of the
timeline at once, and follows the log from then on: so a server is there at once, however many topics it has. A head
may be too high for a moment (its newest entry was deleted): then a merge looks at that topic in vain, and learns the
true head from its ring. It is never too low.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pinson.domain.timelines import store
from pinson.lib.db import ReadTx

Ids = NDArray[np.int64]
Places = NDArray[np.int32]


class Heads:
    """All heads in one array; a topic has a place in it for as long as the process lives.

    unread: topics that have a place, but whose head is to be read.
    """

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self.unread: set[int] = set()
        self.ids: Ids = np.zeros(1024, np.int64)

    def forget(self) -> None:
        """Read all anew before they are looked at. Places that were given out stay valid."""
        self.ids[:] = 0
        self.unread.update(self._places)

    async def read(self, tx: ReadTx) -> None:
        """Read those that are unread: one statement, about 1 µs a topic."""
        unread, self.unread = list(self.unread), set()
        for head in await store.heads(tx, unread):
            self.rise(head.topic_id, head.id)

    def place(self, topic_id: int) -> int:
        """Where in `ids` the head of a topic is; a new topic gets a place."""
        place = self._places.get(topic_id)
        if place is None:
            place = self._places[topic_id] = len(self._places)
            self.unread.add(topic_id)
            if place == len(self.ids):
                self.ids = np.concatenate([self.ids, np.zeros_like(self.ids)])
        return place

    def places(self, topics: Iterable[int]) -> Places:
        """The places of several topics, in no order."""
        return np.fromiter((self.place(topic) for topic in topics), np.int32)

    def rise(self, topic_id: int, id: int) -> None:
        """An entry joined the topic. What nobody reads has no place; its head will be read when somebody does."""
        place = self._places.get(topic_id)
        if place is not None and id > self.ids[place]:
            self.ids[place] = id
