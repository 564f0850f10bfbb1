"""What happens between an account and a topic, and between two accounts.

Each carries what a circle needs to follow it (`circles.py`). `account_id` is whose decision it was.
"""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.relations.model import TopicKind
from pinson.lib.log import Fact


class Followed(Fact, frozen=True, kw_only=True):
    """The account follows the topic, and did not before. boosts, languages: see `Follow`."""

    account_id: AccountId
    topic_id: int
    kind: TopicKind
    boosts: bool = True
    languages: tuple[str, ...] | None = None


class FollowChanged(Fact, frozen=True, kw_only=True):
    """The account follows the topic in another way than before."""

    account_id: AccountId
    topic_id: int
    boosts: bool
    languages: tuple[str, ...] | None


class Unfollowed(Fact, frozen=True, kw_only=True):
    """The account no longer follows the topic, by whoever's decision."""

    account_id: AccountId
    topic_id: int
    kind: TopicKind


class FollowRequested(Fact, frozen=True, kw_only=True):
    """The account asks to follow one that approves its followers."""

    account_id: AccountId
    target_id: AccountId


class FollowRequestEnded(Fact, frozen=True, kw_only=True):
    """The request is gone: accepted (then there is a Followed too), rejected or withdrawn."""

    account_id: AccountId
    target_id: AccountId


class Blocked(Fact, frozen=True, kw_only=True):
    """The two see nothing of each other from now on."""

    account_id: AccountId
    target_id: AccountId


class Unblocked(Fact, frozen=True, kw_only=True):
    """That block is gone; one the other way may remain."""

    account_id: AccountId
    target_id: AccountId


class Muted(Fact, frozen=True, kw_only=True):
    """The account no longer hears of the other, until a moment or, if that is None, for ever."""

    account_id: AccountId
    target_id: AccountId
    until: datetime | None


class Unmuted(Fact, frozen=True, kw_only=True):
    """The account hears of the other again. Nothing is recorded when a mute runs out by itself."""

    account_id: AccountId
    target_id: AccountId
