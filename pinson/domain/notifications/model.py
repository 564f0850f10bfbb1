"""Notifications, the groups they are shown in, and what an account wants to be told."""

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId


class Kind(StrEnum):
    """What an account is told. The values are Mastodon's."""

    MENTION = "mention"
    STATUS = "status"  # somebody followed for it published
    BOOST = "reblog"
    FAVOURITE = "favourite"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    POLL = "poll"  # one that the account asked, or voted in, has ended
    UPDATE = "update"  # what the account boosted says something else now
    QUOTE = "quote"
    QUOTED_UPDATE = "quoted_update"  # so does what it quoted
    SIGN_UP = "admin.sign_up"
    REPORT = "admin.report"
    SEVERED = "severed_relationships"
    WARNING = "moderation_warning"
    FEATURED = "added_to_collection"
    COLLECTION_UPDATE = "collection_update"  # one that it is in says something else now


GROUPABLE = frozenset({Kind.FAVOURITE, Kind.BOOST, Kind.FOLLOW, Kind.SIGN_UP})
FILTERABLE = frozenset(
    {*(Kind.MENTION, Kind.BOOST, Kind.FOLLOW, Kind.FOLLOW_REQUEST, Kind.FAVOURITE, Kind.QUOTE), Kind.FEATURED}
)
"""What a policy may keep apart, or drop."""
REQUESTING = frozenset({Kind.MENTION, Kind.QUOTE})
"""What makes a sender, if it is kept apart, one who asks to be heard."""
REPLACING = frozenset({Kind.UPDATE, Kind.QUOTED_UPDATE, Kind.COLLECTION_UPDATE})
"""What happens again and again: the latest takes the place of the one before."""
OF_SYSTEM = frozenset({Kind.POLL, Kind.SEVERED, Kind.WARNING})
"""What can come from the account itself."""
ABOUT_POSTS = frozenset(
    {
        *(Kind.MENTION, Kind.STATUS, Kind.BOOST, Kind.FAVOURITE, Kind.POLL),
        *(Kind.UPDATE, Kind.QUOTE, Kind.QUOTED_UPDATE),
    }
)

ABOUT_COLLECTIONS = frozenset({Kind.FEATURED, Kind.COLLECTION_UPDATE})


class State(IntEnum):
    """Where a notification is shown."""

    ALONE = 0
    GROUPED = 1
    APART = 2  # kept from the others by the account's policy
    HIDDEN = 3  # its sender is suspended; it was shown
    HIDDEN_APART = 4  # its sender is suspended; it was kept apart


class Notification(msgspec.Struct, frozen=True):
    """What an account was told.

    from_id: whose doing it was.
    about_id: the post, the report, the warning or the collection, by its kind; 0 if there is nothing but the sender.
    group_id, hour: the group that it is in, and when that began, in hours since 1970.
    """

    id: int
    account_id: AccountId
    kind: Kind
    from_id: AccountId
    about_id: int
    state: State
    created_at: datetime
    group_id: int | None = None
    hour: int | None = None

    @property
    def post_id(self) -> PostId | None:
        """The post that it is about."""
        return PostId(self.about_id) if self.kind in ABOUT_POSTS else None

    @property
    def collection_id(self) -> int | None:
        """The collection that it is about."""
        return self.about_id if self.kind in ABOUT_COLLECTIONS else None

    @property
    def is_apart(self) -> bool:
        """Whether a policy keeps it from the others."""
        return self.state is State.APART

    @property
    def group_key(self) -> str:
        """The name of its group; what is in none has one of its own."""
        return group_key_alone(self.id) if self.hour is None else group_key(self.kind, self.about_id, self.hour)


class Group(msgspec.Struct, frozen=True):
    """Notifications of one kind, about one thing, that are shown as one; or a single one.

    size: how many there are up to `newest`, also further down than this page.
    oldest_id, newest: of the part of it that is on this page.
    from_ids: whose doing the newest are, the latest first; not all of them if there are many.
    """

    key: str
    size: int
    oldest_id: int
    newest: Notification
    from_ids: tuple[AccountId, ...]


class Selection(msgspec.Struct, frozen=True):
    """Which of an account's notifications are asked for.

    from_id: only that sender's, those that are kept apart too; None: anybody's.
    apart: whether those count that are kept apart.
    """

    kinds: frozenset[Kind] = frozenset(Kind)
    from_id: AccountId | None = None
    apart: bool = False


class Choice(StrEnum):
    """What to do with what certain senders would tell."""

    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


class Policy(msgspec.Struct, frozen=True):
    """From whom an account wants to hear.

    not_followers: who does not follow it, or has not for three days. new_accounts: less than thirty days old.
    private_mentions: direct posts that answer nothing the account addressed to their author. All but
    not_followers leave alone whom the account follows.

    Source: https://docs.joinmastodon.org/entities/NotificationPolicy, for what holds at first, too.
    """

    not_following: Choice = Choice.ACCEPT
    not_followers: Choice = Choice.ACCEPT
    new_accounts: Choice = Choice.ACCEPT
    private_mentions: Choice = Choice.FILTER
    limited_accounts: Choice = Choice.FILTER
    bots: Choice = Choice.ACCEPT


class PolicyChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to change about a `Policy`; None keeps what is."""

    not_following: Choice | None = None
    not_followers: Choice | None = None
    new_accounts: Choice | None = None
    private_mentions: Choice | None = None
    limited_accounts: Choice | None = None
    bots: Choice | None = None


class Request(msgspec.Struct, frozen=True):
    """A sender whose mentions and quotes are kept apart.

    count: how many. last_post_id: the latest of them.
    """

    id: int
    from_id: AccountId
    count: int
    last_post_id: PostId | None
    created_at: datetime
    updated_at: datetime


class Pending(msgspec.Struct, frozen=True):
    """How many senders wait to be accepted, and how much they sent; both are counted up to 100 senders."""

    requests: int
    notifications: int


class Circumstances(msgspec.Struct, frozen=True):
    """How somebody who could be told something stands to the sender and to what it is about; see `rules.decide`.

    apart: one of the two blocks the other. muted: it mutes the sender; silenced: their notifications too.
    deaf: it muted the conversation. names_unwanted: what it is about answers or names somebody whom it
    blocks or mutes. follow_id: its follow of the sender; notify, languages: how. followed_id: the sender's of it.
    permitted: it accepted the sender once.
    outranked: the sender is of the server's staff, and the recipient is not, or less.
    """

    account_id: AccountId
    apart: bool
    muted: bool
    silenced: bool
    domain_blocked: bool
    deaf: bool
    names_unwanted: bool
    follow_id: int | None
    notify: bool
    languages: tuple[str, ...] | None
    followed_id: int | None
    permitted: bool
    outranked: bool
    not_following: Choice
    not_followers: Choice
    new_accounts: Choice
    private_mentions: Choice
    limited_accounts: Choice
    bots: Choice


class Marker(msgspec.Struct, frozen=True):
    """How far an account has read a timeline. version: how often that was told, from 0 on."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime


def group_key(kind: Kind, about_id: int, hour: int) -> str:
    """The name of a group."""
    return f"{kind}-{about_id}-{hour}" if about_id else f"{kind}-{hour}"


def group_key_alone(id: int) -> str:
    """The name of the group that a notification is by itself."""
    return f"ungrouped-{id}"
