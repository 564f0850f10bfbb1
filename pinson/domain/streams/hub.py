"""Who listens to which topics, and what each hears when a fact comes by.

The hub takes facts in as a view does, but works on them in a task of its own (`run`), in
order: whoever publishes is not kept waiting while thousands of listeners are told.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from enum import Enum

import msgspec

from pinson.domain.access import CHANGES_OF_PRINCIPALS, Principal, concerns
from pinson.domain.posts import PostDeleted, PostId, PostPublished, Reader
from pinson.domain.relations import Followed, Unfollowed, changed
from pinson.domain.timelines import Timeline, Timelines
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

MAILBOX = 512  # things heard but not yet sent, above which a listener is too slow to keep
HEARD = (PostPublished, PostDeleted, Followed, Unfollowed, *CHANGES_OF_PRINCIPALS)
AT_A_TIME = 250  # listeners told before others in the event loop get their turn: about 0.3 ms


class HeardKind(Enum):
    """What happened to a post."""

    PUBLISHED = "published"
    DELETED = "deleted"


class Heard(msgspec.Struct, frozen=True):
    """Something a listener hears: what happened, to which post."""

    kind: HeardKind
    post_id: PostId


class Listener:
    """One subscription: a timeline, who listens to it, and a mailbox of what was heard."""

    def __init__(self, timeline: Timeline, reader: Reader, *, principal: Principal, is_home: bool) -> None:
        self.timeline = timeline
        self.reader = reader
        self.principal = principal
        self.is_home = is_home
        self.closed = False
        self._mailbox: deque[Heard] = deque()
        self._news = asyncio.Event()

    async def hear(self) -> list[Heard]:
        """Wait for something and take all there is, oldest first; empty once the listener is closed."""
        if not self._mailbox and not self.closed:
            self._news.clear()
            await self._news.wait()
        heard = [] if self.closed else list(self._mailbox)
        self._mailbox.clear()
        return heard

    def put(self, heard: Heard) -> None:
        """Tell the listener; if it does not keep up it is closed, to come back and read what it missed."""
        if len(self._mailbox) >= MAILBOX:
            self.close()
            return
        self._mailbox.append(heard)
        self._news.set()

    def close(self) -> None:
        """Nothing more will be heard, not even what is in the mailbox."""
        self.closed = True
        self._news.set()


class Hub:
    """All listeners of a process."""

    def __init__(self, timelines: Timelines) -> None:
        self._timelines = timelines
        self._under: dict[int, dict[Listener, None]] = {}  # topic -> its listeners, in the order they came
        self._by_account: dict[int, dict[Listener, None]] = {}
        self._all: dict[Listener, None] = {}
        self._facts: deque[Fact] = deque()
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._all)

    def listen(self, timeline: Timeline, reader: Reader, *, principal: Principal, is_home: bool = False) -> Listener:
        """Open a subscription. Whoever opens it calls `leave` in the end.

        Args:
            principal: by whose token it is open: it closes when that may no longer be.
            is_home: whether the timeline is what its reader follows, and changes as they do.
        """
        listener = Listener(timeline, reader, principal=principal, is_home=is_home)
        self._enlist(listener)
        self._all[listener] = None
        if reader.id is not None:
            self._by_account.setdefault(reader.id, {})[listener] = None
        return listener

    def leave(self, listener: Listener) -> None:
        """End a subscription."""
        self._delist(listener)
        self._all.pop(listener, None)
        if listener.reader.id is not None:
            _take(self._by_account, listener.reader.id, listener)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if self._all and isinstance(fact, HEARD):
            self._facts.append(fact)
            self._news.set()

    async def load(self, _tx: ReadTx) -> None:
        """What was missed cannot be told any more: listeners start over, and read it."""
        self.close()

    def close(self) -> None:
        """End all subscriptions: those who listen come back, to this process or another."""
        self._facts.clear()
        for listener in self._all:
            listener.close()

    async def run(self) -> None:
        """Tell listeners what happens, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._facts:
                await self._take_in(self._facts.popleft())

    async def _take_in(self, fact: Fact) -> None:
        match fact:
            case PostPublished(post=post):
                heard = Heard(HeardKind.PUBLISHED, post.id)
                for count, listener in enumerate(self._listeners(post.topics)):
                    if listener.timeline.admits(post, listener.reader):
                        listener.put(heard)
                    if count % AT_A_TIME == AT_A_TIME - 1:
                        await asyncio.sleep(0)
            case PostDeleted():
                heard = Heard(HeardKind.DELETED, fact.id)
                for listener in self._listeners(fact.topics):
                    listener.put(heard)
            case Followed() | Unfollowed():
                for listener in self._by_account.get(fact.account_id, {}):
                    self._follow_circle(listener, fact)
            case _:
                for listener in self._all:
                    if concerns(fact, listener.principal):
                        listener.close()

    def _listeners(self, topics: Iterable[int]) -> list[Listener]:
        """Who listens to any of the topics, each once."""
        found: dict[Listener, None] = {}
        for topic in topics:
            found |= self._under.get(topic, {})
        return list(found)

    def _follow_circle(self, listener: Listener, fact: Followed | Unfollowed) -> None:
        """Somebody's follows changed: so does what they may see, and what their home is."""
        circle = listener.reader.circle
        if circle is None:
            return
        circle = changed(circle, fact)
        listener.reader = Reader(circle, listener.reader.suspended)
        if listener.is_home:
            self._delist(listener)
            listener.timeline = self._timelines.home(circle)
            self._enlist(listener)

    def _enlist(self, listener: Listener) -> None:
        for topic in listener.timeline.topics.tolist():
            self._under.setdefault(topic, {})[listener] = None

    def _delist(self, listener: Listener) -> None:
        for topic in listener.timeline.topics.tolist():
            _take(self._under, topic, listener)


def _take(index: dict[int, dict[Listener, None]], key: int, listener: Listener) -> None:
    """Take a listener out of an index, and its key once nobody is left."""
    listeners = index.get(key, {})
    listeners.pop(listener, None)
    if not listeners:
        index.pop(key, None)
