"""Posts: as they are stored (`Post`), as they are judged (`Shape`), and as they come in (`Draft`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from pinson.domain.accounts import AccountId, QuotePolicy
from pinson.domain.links import LinkId
from pinson.domain.media import Media, MediaId
from pinson.domain.posts import text as texts
from pinson.domain.posts.polls.model import Ballot, Poll
from pinson.domain.shortlinks import Checked

PostId = NewType("PostId", int)
EventId = NewType("EventId", int)  # of a live event, which is a topic; the events themselves are a floor above


class Visibility(StrEnum):
    """Whom a post is for. The values are Mastodon's."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # anyone who has the address; under no public topic
    FOLLOWERS = "private"
    DIRECT = "direct"  # those it mentions


class QuoteState(StrEnum):
    """What becomes of the quote in a post, in Mastodon's words. The first two are kept; the rest is found."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"  # the author of the quoted post does not want it there
    DELETED = "deleted"  # the quoted post is gone
    UNAUTHORIZED = "unauthorized"  # it is not for this reader
    BLOCKED = "blocked_account"  # the reader blocks its author
    MUTED = "muted_account"  # the reader mutes its author


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post as somebody wishes it.

    poll: what it asks.
    quote_of_id: the post that it quotes. quote_policy: who may quote it; None leaves it as it is.
    allowed_mentions: whom it may mention, if its author wants to be held to that.
    corrects_id: the post that it corrects.
    place: where it is from, by its name; None leaves it as it is.
    event_id: the live event that it is written for, while it is a draft; whoever publishes says it anew.
    is_key: whether it is a key moment there.
    """

    text: str
    visibility: Visibility = Visibility.PUBLIC
    in_reply_to_id: PostId | None = None
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    app_id: int | None = None
    idempotency_key: str | None = None
    media_ids: tuple[MediaId, ...] = ()
    poll: Ballot | None = None
    quote_of_id: PostId | None = None
    quote_policy: QuotePolicy | None = None
    allowed_mentions: tuple[AccountId, ...] | None = None
    corrects_id: PostId | None = None
    place: str | None = None
    event_id: EventId | None = None
    is_key: bool = False


class Shortening(msgspec.Struct, frozen=True):
    """What becomes of the addresses in a text that short links of ours stand for, or are to.

    base: where short links are, like "https://host". local_domain: see `texts.parse`.
    wanted: addresses that are to become short links, as typed. there: those that are short links -> their codes.
    """

    base: str
    local_domain: str
    wanted: Mapping[str, Checked]
    there: Mapping[str, str]


class Prepared(msgspec.Struct, frozen=True):
    """A draft that was read and is within limits: all that can be done before the transaction.

    url: the address that it shares, in its normal form, if it shares one.
    shortening: None if it holds no address that has to do with short links.
    """

    draft: Draft
    parsed: texts.Parsed
    url: str | None = None
    shortening: Shortening | None = None


class Shape(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the rules need to know of a post: who may see it and on whose timelines it stands.

    topics: what it is under, see `topics.py`.
    boost_of_id, boost_of_author_id: the post that it passes on, and whose, if it is a boost.
    conversation_id: the post that began its thread, there or gone.
    language: None if it is not known, or if it is a boost.
    media: how many pictures, films or sounds are attached to it. poll: whether it asks something.
    quote_of_id, quote_of_author_id: the post that it quotes, and whose. quote_state: accepted, or revoked.
    quote_policy: who may quote it.
    link_id: what it shares, and shows a card of.
    event_id: the live event that it is part of. corrects_id: the post that it corrects.
    corrected_by_id: the latest post that corrects it.
    """

    id: PostId
    author_id: AccountId
    visibility: Visibility
    in_reply_to_id: PostId | None
    in_reply_to_author_id: AccountId | None
    mentions: tuple[AccountId, ...]
    topics: tuple[int, ...]
    boost_of_id: PostId | None = None
    boost_of_author_id: AccountId | None = None
    conversation_id: PostId = PostId(0)
    language: str | None = None
    media: int = 0
    poll: bool = False
    quote_of_id: PostId | None = None
    quote_of_author_id: AccountId | None = None
    link_id: LinkId | None = None
    quote_state: QuoteState = QuoteState.ACCEPTED
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    event_id: EventId | None = None
    corrects_id: PostId | None = None
    corrected_by_id: PostId | None = None


class Post(msgspec.Struct, frozen=True):
    """A post as it is stored.

    A boost has no text of its own.

    mentions, tags: ids of the accounts it mentions, or did before it was edited; its hashtags, folded.
    silent: those of the mentioned whom the text no longer names.
    edited_at: when it was edited last.
    replies, boosts, favourites, quotes: how many there are.
    media, poll, quote_of_id, quote_of_author_id, link_id, quote_state, quote_policy, event_id, corrects_id,
    corrected_by_id: see `Shape`.
    place: where it is from, as its author calls it: a name and no more, "" if that was not said.
    """

    id: PostId
    author_id: AccountId
    created_at: datetime
    visibility: Visibility
    text: str
    html: str
    spoiler: str
    sensitive: bool
    language: str | None
    in_reply_to_id: PostId | None
    in_reply_to_author_id: AccountId | None
    mentions: tuple[AccountId, ...]
    tags: tuple[str, ...]
    topics: tuple[int, ...]
    app_id: int | None
    conversation_id: PostId
    boost_of_id: PostId | None = None
    boost_of_author_id: AccountId | None = None
    edited_at: datetime | None = None
    silent: tuple[AccountId, ...] = ()
    replies: int = 0
    boosts: int = 0
    favourites: int = 0
    media: int = 0
    poll: bool = False
    quote_of_id: PostId | None = None
    quote_of_author_id: AccountId | None = None
    link_id: LinkId | None = None
    quote_state: QuoteState = QuoteState.ACCEPTED
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    quotes: int = 0
    event_id: EventId | None = None
    corrects_id: PostId | None = None
    corrected_by_id: PostId | None = None
    place: str = ""

    @property
    def shape(self) -> Shape:
        """What the rules need to know of it."""
        return Shape(
            self.id,
            self.author_id,
            self.visibility,
            self.in_reply_to_id,
            self.in_reply_to_author_id,
            self.mentions,
            self.topics,
            self.boost_of_id,
            self.boost_of_author_id,
            self.conversation_id,
            self.language,
            self.media,
            self.poll,
            self.quote_of_id,
            self.quote_of_author_id,
            self.link_id,
            self.quote_state,
            self.quote_policy,
            self.event_id,
            self.corrects_id,
            self.corrected_by_id,
        )


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture, film or sound as a version of a post showed it: what was said about it can change."""

    id: MediaId
    description: str = ""
    focus_x: float | None = None
    focus_y: float | None = None


class Version(msgspec.Struct, frozen=True):
    """What a post said from a moment on, until it was edited again. options: what it asked, if it did."""

    created_at: datetime
    html: str
    spoiler: str
    sensitive: bool
    media: tuple[Shown, ...] = ()
    options: tuple[str, ...] | None = None
    place: str = ""

    @classmethod
    def of(cls, post: Post, at: datetime, media: Sequence[Media], poll: Poll | None) -> "Version":
        """What a post says now, and has said since then, with what it shows and asks."""
        shown = tuple(Shown(one.id, one.description, one.focus_x, one.focus_y) for one in media)
        return cls(at, post.html, post.spoiler, post.sensitive, shown, poll.options if poll else None, post.place)


class Removed(msgspec.Struct, frozen=True):
    """A post that was deleted, as it was, with what it showed: enough to write it anew."""

    post: Post
    media: list[Media]
    poll: Poll | None


class Wording(msgspec.Struct, frozen=True):
    """What a post says itself, and what else it holds that says something. See `Post`."""

    id: PostId
    text: str
    spoiler: str
    place: str
    language: str | None
    media: int
    poll: bool
    edited_at: datetime | None


class Edited(msgspec.Struct, frozen=True):
    """When a post was edited last; None: never."""

    id: PostId
    edited_at: datetime | None


class Hidden(msgspec.Struct, frozen=True):
    """A post that moderators hid, and the decision that says why."""

    post_id: PostId
    decision_id: int


class Mark(StrEnum):
    """What an account can do with a post besides answering it."""

    FAVOURITE = "favourite"
    BOOKMARK = "bookmark"
    PIN = "pin"  # to its profile
    BOOST = "boost"  # which is a post too
    MUTE = "mute"  # of the whole conversation


class MarkOn(msgspec.Struct, frozen=True):
    """A mark on the post with this id."""

    id: PostId
    mark: Mark


class Marked(msgspec.Struct, frozen=True):
    """A mark, by whose id lists of them are paged: on which post, or by whom."""

    id: int
    of_id: int


class InWeek(msgspec.Struct, frozen=True):
    """How many messages are of a week. week: from Monday to Sunday (UTC), counted from the one before 1970."""

    week: int
    posts: int


class Tag(msgspec.Struct, frozen=True):
    """A hashtag. name: folded; display_name: as first written, or as moderators wish it.

    usable: whether posts may be under it. listable: whether it is suggested to people.
    trendable: what a moderator said about its being seen among what rises; None if nothing.
    """

    id: int
    name: str
    display_name: str
    usable: bool = True
    listable: bool = True
    trendable: bool | None = None


class TagDay(msgspec.Struct, frozen=True):
    """How much a hashtag was used on one day; days are counted from a moment that was asked for."""

    tag_id: int
    day: int
    posts: int
    authors: int


class FeaturedTag(msgspec.Struct, frozen=True):
    """A hashtag on a profile. posts, last_post_id: of its account, public ones; last_post_id is 0 if there are none."""

    id: int
    tag_id: int
    name: str
    display_name: str
    posts: int
    last_post_id: int


class Used(msgspec.Struct, frozen=True):
    """How much an account uses a hashtag; see `FeaturedTag`."""

    posts: int
    last_post_id: int


class Week(msgspec.Struct, frozen=True):
    """What was published here in one week; weeks are counted from a moment that was asked for."""

    week: int
    posts: int
    authors: int
