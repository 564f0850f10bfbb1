"""The circles of those who read: what each follows and does not want to see, in memory behind the log.

Called by timelines (whose topics to merge), streams (whom a post reaches) and the rules of
who sees what. A circle is loaded when its account first reads, and the least recently used
are forgotten; each change makes a new circle, so whoever computed something from one can
tell by identity that it is still good.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.relations import lists, store
from pinson.domain.relations.facts import (
    Blocked,
    FollowChanged,
    Followed,
    Muted,
    Unblocked,
    Unfollowed,
    Unmuted,
)
from pinson.domain.relations.lists import ListChanged
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

KEEP = 20_000  # circles; one of 200 follows takes about 9 KB

CHANGES = (Followed, FollowChanged, Unfollowed, Blocked, Unblocked, Muted, Unmuted, ListChanged)
Change = Followed | FollowChanged | Unfollowed | Blocked | Unblocked | Muted | Unmuted | ListChanged


NOBODY: frozenset[AccountId] = frozenset()  # one for all: an empty set is as large as one with four in it


class Circle(msgspec.Struct, frozen=True):
    """What an account follows, and what it does not want to see.

    topics: ids of accounts, of tags and of events, which never coincide.
    hidden_boosts: accounts of which it follows all but the boosts.
    languages: for accounts of which it follows only posts in some languages: which.
    muted: accounts it does not want to hear of now; ending: those of them whose mute ends, and when.
    blocked, blocked_by: the two see nothing of each other.
    exclusive: members of its exclusive lists, by list: what they post is not for home.
    """

    account_id: AccountId
    topics: frozenset[int]
    hidden_boosts: frozenset[int] = frozenset()
    languages: Mapping[int, tuple[str, ...]] = {}
    muted: frozenset[AccountId] = frozenset()
    ending: Mapping[AccountId, datetime] = {}
    blocked: frozenset[AccountId] = frozenset()
    blocked_by: frozenset[AccountId] = frozenset()
    exclusive: Mapping[int, frozenset[AccountId]] = {}

    def at(self, now: datetime) -> "Circle":
        """The circle at a moment: without the mutes that have ended by then. Itself, if none has."""
        ended = {id for id, until in self.ending.items() if until <= now}
        if not ended:
            return self
        ending = {id: until for id, until in self.ending.items() if id not in ended}
        return msgspec.structs.replace(self, muted=self.muted - ended, ending=ending)


def concerned(fact: Change) -> tuple[AccountId, ...]:
    """Whose circles the fact changes."""
    return (fact.account_id, fact.target_id) if isinstance(fact, Blocked | Unblocked) else (fact.account_id,)


def changed(circle: Circle, fact: Change) -> Circle:
    """The circle after something that concerns its account. Applied twice, a fact changes no more than once."""
    return msgspec.structs.replace(circle, **_changes(circle, fact))


def _changes(circle: Circle, fact: Change) -> dict[str, Any]:
    match fact:
        case Followed() | FollowChanged():
            topic = {fact.topic_id}
            languages = _without(circle.languages, fact.topic_id)
            return {
                "topics": circle.topics | topic,
                "hidden_boosts": circle.hidden_boosts - topic if fact.boosts else circle.hidden_boosts | topic,
                "languages": languages | {fact.topic_id: fact.languages} if fact.languages else languages,
            }
        case Unfollowed():
            topic = {fact.topic_id}
            return {
                "topics": circle.topics - topic,
                "hidden_boosts": circle.hidden_boosts - topic,
                "languages": _without(circle.languages, fact.topic_id),
            }
        case Muted():
            ending = _without(circle.ending, fact.target_id)
            return {
                "muted": circle.muted | {fact.target_id},
                "ending": ending | {fact.target_id: fact.until} if fact.until else ending,
            }
        case Unmuted():
            return {"muted": circle.muted - {fact.target_id}, "ending": _without(circle.ending, fact.target_id)}
        case ListChanged(shape=shape):
            exclusive = _without(circle.exclusive, fact.list_id)
            return {"exclusive": exclusive | {shape.id: shape.accounts} if shape and shape.exclusive else exclusive}
        case Blocked():
            if fact.account_id == circle.account_id:
                return {"blocked": circle.blocked | {fact.target_id}}
            return {"blocked_by": circle.blocked_by | {fact.account_id}}
        case Unblocked():
            if fact.account_id == circle.account_id:
                return {"blocked": circle.blocked - {fact.target_id}}
            return {"blocked_by": circle.blocked_by - {fact.account_id}}


class Circles:
    """A view: see the module."""

    def __init__(self, keep: int = KEEP) -> None:
        self._circles: OrderedDict[AccountId, Circle] = OrderedDict()
        self._topics: dict[
            int, int
        ] = {}  # each to itself: one object in all circles, which is nearly half of their size
        self._keep = keep

    async def of(self, tx: ReadTx, account_id: AccountId, *, now: datetime) -> Circle:
        """The circle of an account. Free if it was read lately, else five statements of O(what is in it)."""
        circle = self._circles.get(account_id)
        if circle is not None:
            self._circles.move_to_end(account_id)
            at_present = circle.at(now)
            if at_present is not circle:
                self._circles[account_id] = at_present
            return at_present
        circle = (await _load(tx, account_id, self._topics)).at(now)
        self._circles[account_id] = circle
        if len(self._circles) > self._keep:
            self._circles.popitem(last=False)
        return circle

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, CHANGES):
            for account_id in concerned(fact):
                if circle := self._circles.get(account_id):
                    self._circles[account_id] = changed(circle, fact)

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._circles.clear()
        self._topics.clear()


async def _load(tx: ReadTx, account_id: AccountId, shared: dict[int, int]) -> Circle:
    followed = await store.topics(tx, account_id)
    mutes = await store.all_mutes(tx, account_id)
    return Circle(
        account_id,
        topics=frozenset([shared.setdefault(one.topic_id, one.topic_id) for one in followed]),
        hidden_boosts=frozenset([one.topic_id for one in followed if not one.boosts]) or NOBODY,
        languages={one.topic_id: one.languages for one in followed if one.languages},
        muted=frozenset([mute.target_id for mute in mutes]) or NOBODY,
        ending={mute.target_id: mute.expires_at for mute in mutes if mute.expires_at},
        blocked=frozenset([AccountId(id) for id in await store.blocked(tx, account_id)]) or NOBODY,
        blocked_by=frozenset([AccountId(id) for id in await store.blocked_by(tx, account_id)]) or NOBODY,
        exclusive=await lists.exclusive_members(tx, account_id),
    )


def _without(mapping: Mapping[Any, Any], key: int) -> dict[Any, Any]:
    return {one: value for one, value in mapping.items() if one != key}
