"""Who listens to which topics, and what each hears when a fact comes by.

The hub takes facts in as a view does, but works on them in a task of its own (`run`), in
order: whoever publishes is not kept waiting while thousands of listeners are told.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum
from typing import Protocol

import msgspec

from pinson.domain.access import CHANGES_OF_PRINCIPALS, Principal, concerns
from pinson.domain.conversations import ConversationChanged
from pinson.domain.events import EventChanged, EventPostChanged
from pinson.domain.instance import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn
from pinson.domain.notifications import NotificationsMerged, Notified
from pinson.domain.posts import (
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostHidden,
    PostId,
    PostMoved,
    PostPublished,
    PostUnhidden,
    QuotePolicyChanged,
    QuoteRevoked,
    Reader,
    Shape,
    Shapes,
    polls,
)
from pinson.domain.posts.polls import PollEnded, PollVoted
from pinson.domain.relations import CHANGES, Change, ListChanged, changed, concerned
from pinson.domain.timelines import Timeline, Timelines
from pinson.lib.db import Database, ReadTx
from pinson.lib.log import Fact

MAILBOX = 512  # things heard but not yet sent, above which a listener is too slow to keep
OF_ANNOUNCEMENTS = (AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn)
HEARD = (
    *(PostPublished, PostEdited, PostMoved, PostCorrected, PostDeleted, PostHidden, PostUnhidden),
    *(QuotePolicyChanged, QuoteRevoked, EventChanged, EventPostChanged),
    *(Notified, NotificationsMerged, ConversationChanged),
    *(PollVoted, PollEnded),
    *OF_ANNOUNCEMENTS,
    *CHANGES,
    *CHANGES_OF_PRINCIPALS,
)
VOTES_TOGETHER = 1.0  # seconds in which all votes in a poll are told of as one
AT_A_TIME = 250  # listeners told before others in the event loop get their turn: about 0.3 ms


class HeardKind(Enum):
    """What happened: first to a post under topics, then to whoever listens to that kind of news."""

    PUBLISHED = "published"
    EDITED = "edited"
    DELETED = "deleted"
    NOTIFIED = "notified"  # of something, by one notification
    CONVERSED = "conversed"  # in one of an account's conversations
    MERGED = "merged"  # what was kept apart from an account's notifications is among them now
    ANNOUNCED = "announced"  # something, to everybody
    REACTED = "reacted"  # somebody, to an announcement
    WITHDRAWN = "withdrawn"  # an announcement
    EVENT = "event"  # a live event changed that one listens to: its programme, its gauge, what is open, its wall
    VOTED = "voted"  # somebody, in the poll of a post
    ENDED = "ended"  # the poll of a post


OF_POLLS = frozenset({HeardKind.VOTED, HeardKind.ENDED})  # told under the topics of the post, to who asked for it


class Heard(msgspec.Struct, frozen=True):
    """Something a listener hears: what happened, and to what.

    id: of the post; of other news, of what it is about.
    is_new: whether nobody can have done anything with what is shown: it is no edit and no boost.
    name, count: of a kind of reaction.
    votes: in a poll, for each of its options; () as long as they are hidden. count: who voted.
    """

    kind: HeardKind
    id: int
    is_new: bool = False
    name: str = ""
    count: int = 0
    votes: tuple[int, ...] = ()


class VotesCounted(Fact, frozen=True, kw_only=True):
    """Votes in a poll have come together, and are to be told of. Never recorded: only hubs know of it."""

    post_id: PostId


class Ending(Enum):
    """Why nothing more is heard."""

    SLOW = "slow"  # more was said than was listened to: whoever comes back reads what they missed
    SHUT = "shut"  # they may no longer listen, or there is nothing left to listen to
    OVER = "over"  # this process stops, or begins anew: they come back, here or elsewhere


class Ear(Protocol):
    """What a listener tells at once, instead of being waited for (`Listener.hear`). Nothing in it may raise."""

    def hears(self, heard: Heard) -> bool:
        """Something is heard, and nothing waits in the mailbox before it. Whether it was told; else it waits there."""
        ...

    def wakes(self) -> None:
        """Something waits in the mailbox, or the listener is closed."""
        ...


class Listener:
    """One subscription: a timeline, who listens to it, to which other news, and a mailbox of what was heard.

    There may be thousands, most of them at rest: so nothing is made before it is needed.
    """

    __slots__ = ("_mailbox", "_news", "ear", "ending", "is_home", "list_id", "news", "principal", "reader", "timeline")

    def __init__(
        self,
        timeline: Timeline | None,
        reader: Reader,
        *,
        principal: Principal | None,
        is_home: bool,
        list_id: int | None,
        news: AbstractSet[HeardKind],
    ) -> None:
        self.timeline = timeline
        self.reader = reader
        self.principal = principal
        self.is_home = is_home
        self.list_id = list_id
        self.news = news
        self.ear: Ear | None = None
        self.ending: Ending | None = None
        self._mailbox: deque[Heard] | None = None
        self._news: asyncio.Event | None = None  # for who waits

    @property
    def topics(self) -> list[int]:
        """Those whose posts it may hear."""
        return [] if self.timeline is None else self.timeline.topics.tolist()

    @property
    def closed(self) -> bool:
        """Whether nothing more will be heard."""
        return self.ending is not None

    @property
    def has_mail(self) -> bool:
        """Whether something waits in the mailbox."""
        return bool(self._mailbox)

    def take(self) -> Heard | None:
        """The oldest thing in the mailbox; None if there is none, or the listener is closed."""
        if not self._mailbox:
            return None
        heard = self._mailbox.popleft()
        if not self._mailbox:
            self._mailbox = None
        return heard

    async def hear(self) -> list[Heard]:
        """Wait for something and take all there is, oldest first; empty once the listener is closed."""
        while not self._mailbox and not self.closed:
            self._news = asyncio.Event()
            await self._news.wait()
        heard, self._mailbox = list(self._mailbox or ()), None
        return heard

    def put(self, heard: Heard) -> None:
        """Tell the listener; if it does not keep up it is closed, to come back and read what it missed."""
        if self.closed:
            return
        if self._mailbox is None:
            if self.ear is not None and self.ear.hears(heard):
                return
            self._mailbox = deque()
        elif len(self._mailbox) >= MAILBOX:
            self.close(Ending.SLOW)
            return
        self._mailbox.append(heard)
        self._wake()

    def close(self, ending: Ending = Ending.SHUT) -> None:
        """Nothing more will be heard, not even what is in the mailbox."""
        if self.ending is None:
            self.ending, self._mailbox = ending, None
            self._wake()

    def _wake(self) -> None:
        if self._news is not None:
            self._news.set()
        if self.ear is not None:
            self.ear.wakes()


class Index:
    """Listeners by topic or by account, in the order they came. Most keys have one, which then costs no container."""

    def __init__(self) -> None:
        self._found: dict[int, Listener | dict[Listener, None]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def of(self, key: int) -> Sequence[Listener]:
        """Those of a key."""
        found = self._found.get(key)
        if found is None:
            return ()
        return (found,) if isinstance(found, Listener) else list(found)

    def add(self, key: int, listener: Listener) -> None:
        """Let a key have one more."""
        found = self._found.setdefault(key, listener)
        if isinstance(found, dict):
            found[listener] = None
        elif found is not listener:
            self._found[key] = {found: None, listener: None}

    def discard(self, key: int, listener: Listener) -> None:
        """Take one away, and the key once nobody is left."""
        found = self._found.get(key)
        if isinstance(found, dict):
            found.pop(listener, None)
        if found is listener or found == {}:
            del self._found[key]


class Hub:
    """All listeners of a process."""

    def __init__(self, timelines: Timelines, shapes: Shapes, db: Database) -> None:
        self._timelines = timelines
        self._shapes = shapes
        self._db = db
        self._under = Index()  # by topic
        self._by_account = Index()
        self._all: dict[Listener, None] = {}
        self._facts: deque[Fact] = deque()
        self._polls: dict[int, None] = {}  # in which somebody voted, and nobody was told yet
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._all)

    @property
    def is_telling(self) -> bool:
        """Whether something has happened that not everybody was told of yet."""
        return self._news.is_set()

    def listen(
        self,
        timeline: Timeline | None,
        reader: Reader,
        *,
        principal: Principal | None,
        is_home: bool = False,
        list_id: int | None = None,
        news: AbstractSet[HeardKind] = frozenset(),
    ) -> Listener:
        """Open a subscription. Whoever opens it calls `leave` in the end.

        Args:
            timeline: whose posts it hears; None: no posts.
            principal: for whom it is open: it closes when they may no longer hear it. None: for anybody.
            is_home: whether the timeline is what its reader follows, and changes as they do.
            list_id: which list of its reader's it is, if it is one: it changes as the list does, and closes with it.
            news: what it hears besides posts, of its reader's account or for everybody.
        """
        listener = Listener(timeline, reader, principal=principal, is_home=is_home, list_id=list_id, news=news)
        self._enlist(listener)
        self._all[listener] = None
        if reader.id is not None:
            self._by_account.add(reader.id, listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """End a subscription."""
        self._delist(listener)
        self._all.pop(listener, None)
        if listener.reader.id is not None:
            self._by_account.discard(listener.reader.id, listener)

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
        for listener in list(self._all):
            listener.close(Ending.OVER)

    async def run(self) -> None:
        """Tell listeners what happens, until cancelled."""
        while True:
            await self._news.wait()
            while self._facts:
                await self._take_in(self._facts.popleft())
            self._news.clear()  # nobody else runs between the last look and this

    async def _tell_of_poll(self, post_id: PostId, kind: HeardKind, at: datetime) -> None:
        """Tell who listens to polls how one stands. Two statements at most, however many listen."""
        async with self._db.read() as tx:
            shapes = await self._shapes.of(tx, [post_id])
            poll = (await polls.of_posts(tx, [post_id])).get(post_id)
        if shapes and poll:
            votes = () if poll.hide_totals and kind is HeardKind.VOTED else poll.votes
            await self._tell(Heard(kind, post_id, count=poll.voters, votes=votes), shapes[0], at)

    def _gather_votes(self, fact: PollVoted) -> None:
        """Let votes come together for a moment: a thousand in a second are one piece of news."""
        if fact.post_id not in self._polls:
            self._polls[fact.post_id] = None
            call_later(VOTES_TOGETHER, self._votes_are_due, fact)

    def _votes_are_due(self, fact: PollVoted) -> None:
        self._polls.pop(fact.post_id, None)
        self._facts.append(VotesCounted(at=fact.at, post_id=PostId(fact.post_id)))
        self._news.set()

    async def _take_in(self, fact: Fact) -> None:
        match fact:
            case PostPublished(post=post):
                heard = Heard(HeardKind.PUBLISHED, post.id, is_new=post.boost_of_id is None)
                await self._tell(heard, post, fact.at)
            case (
                PostEdited(post=post)
                | PostUnhidden(post=post)
                | PostCorrected(post=post)
                | QuotePolicyChanged(post=post)
                | QuoteRevoked(post=post)
            ):
                await self._tell(Heard(HeardKind.EDITED, post.id), post, fact.at)
            case PostHidden(post=post):
                await self._tell(Heard(HeardKind.EDITED, post.id), post, fact.at)  # its author: it is marked now
                for listener in self._listeners(post.topics):
                    if listener.reader.id != post.author_id:
                        listener.put(Heard(HeardKind.DELETED, post.id))
            case PostMoved():
                await self._move(fact)
            case EventChanged() | EventPostChanged():
                await self._bring(Heard(HeardKind.EVENT, fact.event_id), self._under.of(fact.event_id))
            case PostDeleted():
                heard = Heard(HeardKind.DELETED, fact.id)
                for listener in self._listeners(fact.topics):
                    listener.put(heard)
            case PollVoted():
                self._gather_votes(fact)
            case VotesCounted():
                await self._tell_of_poll(fact.post_id, HeardKind.VOTED, fact.at)
            case PollEnded():
                await self._tell_of_poll(PostId(fact.post_id), HeardKind.ENDED, fact.at)
            case Notified():
                await self._bring(Heard(HeardKind.NOTIFIED, fact.notification_id), self._by_account.of(fact.account_id))
            case NotificationsMerged():
                await self._bring(Heard(HeardKind.MERGED, fact.account_id), self._by_account.of(fact.account_id))
            case ConversationChanged():
                await self._bring(
                    Heard(HeardKind.CONVERSED, fact.conversation_id), self._by_account.of(fact.account_id)
                )
            case AnnouncementPublished():
                await self._bring(Heard(HeardKind.ANNOUNCED, fact.announcement_id), self._all)
            case AnnouncementReacted():
                reacted = Heard(HeardKind.REACTED, fact.announcement_id, name=fact.name, count=fact.count)
                await self._bring(reacted, self._all)
            case AnnouncementWithdrawn():
                await self._bring(Heard(HeardKind.WITHDRAWN, fact.announcement_id), self._all)
            case ListChanged():
                self._follow_list(fact)
                self._follow_circles(fact)
            case _ if isinstance(fact, CHANGES):
                self._follow_circles(fact)
            case _:
                for listener in list(self._all):
                    if listener.principal is not None and concerns(fact, listener.principal):
                        listener.close()

    async def _tell(self, heard: Heard, post: Shape, at: datetime) -> None:
        """Tell those on whose timelines the post stands."""
        for count, listener in enumerate(self._listeners(post.topics)):
            _end_mutes(listener, at)
            timeline = listener.timeline
            if (
                timeline is not None
                and (heard.kind not in OF_POLLS or heard.kind in listener.news)
                and timeline.admits(post, listener.reader)
                and not (post.boost_of_id is not None and await self._is_hidden(post, timeline, listener.reader))
            ):
                listener.put(heard)
            if count % AT_A_TIME == 0:  # after the first too: what was made for it is at hand for the others
                await asyncio.sleep(0)

    async def _move(self, fact: PostMoved) -> None:
        """Tell those on whose timelines a post stands only now, or stands no longer."""
        post = fact.post
        before = msgspec.structs.replace(
            post, topics=(*(topic for topic in post.topics if topic not in fact.joined), *fact.left)
        )
        for count, listener in enumerate(self._listeners((*fact.joined, *fact.left))):
            _end_mutes(listener, fact.at)
            if (timeline := listener.timeline) is not None:
                heard = set(listener.topics)
                stood, stands = (
                    not heard.isdisjoint(shape.topics) and timeline.admits(shape, listener.reader)
                    for shape in (before, post)
                )
                if stands and not stood:
                    listener.put(Heard(HeardKind.PUBLISHED, post.id, is_new=True))
                elif stood and not stands:
                    listener.put(Heard(HeardKind.DELETED, post.id))
            if count % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)

    async def _bring(self, news: Heard, listeners: Iterable[Listener]) -> None:
        """Tell those of the listeners who listen to such news: an account's, or all of them."""
        for count, listener in enumerate(list(listeners)):
            if news.kind in listener.news:
                listener.put(news)
            if count % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)

    async def _is_hidden(self, boost: Shape, timeline: Timeline, reader: Reader) -> bool:
        """Whether somebody has just seen there what a boost shows. As dear as reading a page."""
        return await self._timelines.repeats(self._db, timeline, boost, reader=reader)

    def _listeners(self, topics: Iterable[int]) -> list[Listener]:
        """Who listens to any of the topics, each once."""
        found: dict[Listener, None] = {}
        for topic in topics:
            found |= dict.fromkeys(self._under.of(topic))
        return list(found)

    def _follow_circles(self, fact: Change) -> None:
        """Somebody's circle changed: so does what they may see, and what their home is."""
        for account_id in concerned(fact):
            for listener in self._by_account.of(account_id):
                old = listener.reader.circle
                assert old is not None
                circle = changed(old, fact)
                listener.reader = Reader(circle, listener.reader.standing)
                if listener.is_home and circle.topics != old.topics:
                    self._show(listener, self._timelines.home(circle))

    def _follow_list(self, fact: ListChanged) -> None:
        """A list changed: so does what those hear who listen to it."""
        for listener in self._by_account.of(fact.account_id):
            if listener.list_id != fact.list_id:
                continue
            if fact.shape is None:
                listener.close()
            else:
                self._show(listener, self._timelines.of_list(fact.shape))

    def _show(self, listener: Listener, timeline: Timeline) -> None:
        """Let a listener hear another timeline from now on."""
        self._delist(listener)
        listener.timeline = timeline
        self._enlist(listener)

    def _enlist(self, listener: Listener) -> None:
        for topic in listener.topics:
            self._under.add(topic, listener)

    def _delist(self, listener: Listener) -> None:
        for topic in listener.topics:
            self._under.discard(topic, listener)


def call_later(seconds: float, do: Callable[[PollVoted], None], fact: PollVoted) -> None:
    """Let the event loop do something after a while."""
    asyncio.get_running_loop().call_later(seconds, do, fact)


def _end_mutes(listener: Listener, now: datetime) -> None:
    """Nothing tells that a mute has ended: let it count no more from its moment on."""
    circle = listener.reader.circle
    if circle is not None and circle.ending and (present := circle.at(now)) is not circle:
        listener.reader = Reader(present, listener.reader.standing)
