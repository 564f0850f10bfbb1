"""What happens to live events. That a post is part of one stands in `PostPublished` and `PostMoved`."""

from pinson.domain.accounts import AccountId
from pinson.domain.posts import EventId, PostId
from pinson.lib.log import Fact


class EventCreated(Fact, frozen=True, kw_only=True):
    """There is a new event of this account."""

    event_id: EventId
    account_id: AccountId


class EventChanged(Fact, frozen=True, kw_only=True):
    """Something about an event is otherwise: what it says, its team, programme or drafts, or its wall was paused."""

    event_id: EventId


class EventPostChanged(Fact, frozen=True, kw_only=True):
    """What a post is in its event is otherwise: key moment, gauge, expectation, promise. It may be new there."""

    event_id: EventId
    post_id: PostId


class EventDeleted(Fact, frozen=True, kw_only=True):
    """An event is gone. account_id: whose it was."""

    event_id: EventId
    account_id: AccountId
