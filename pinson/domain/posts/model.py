"""Posts: as they are stored (`Post`), as they are judged (`Shape`), and as they come in (`Draft`)."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.links import LinkId
from pinson.domain.media import MediaId
from pinson.domain.posts import text as texts

PostId = NewType("PostId", int)


class Visibility(StrEnum):
    """Whom a post is for. The values are Mastodon's."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # anyone who has the address; under no public topic
    FOLLOWERS = "private"
    DIRECT = "direct"  # those it mentions


class Draft(msgspec.Struct, frozen=True):
    """A post as somebody wishes it."""

    text: str
    visibility: Visibility = Visibility.PUBLIC
    in_reply_to_id: PostId | None = None
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    app_id: int | None = None
    idempotency_key: str | None = None
    media_ids: tuple[MediaId, ...] = ()


class Prepared(msgspec.Struct, frozen=True):
    """A draft that was read and is within limits: all that can be done before the transaction.

    url: the address that it shares, in its normal form, if it shares one.
    """

    draft: Draft
    parsed: texts.Parsed
    url: str | None = None


class Shape(msgspec.Struct, frozen=True):
    """What the rules need to know of a post: who may see it and on whose timelines it stands.

    topics: what it is under, see `topics.py`.
    boost_of_id, boost_of_author_id: the post that it passes on, and whose, if it is a boost.
    conversation_id: the post that began its thread, there or gone.
    language: None if it is not known, or if it is a boost.
    media: how many pictures, films or sounds are attached to it. poll: whether it asks something.
    quote_of_id, quote_of_author_id: the post that it quotes, and whose.
    link_id: what it shares, and shows a card of.
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


class Post(msgspec.Struct, frozen=True):
    """A post as it is stored.

    A boost has no text of its own.

    mentions, tags: ids of the accounts it mentions, or did before it was edited; its hashtags, folded.
    silent: those of the mentioned whom the text no longer names.
    edited_at: when it was edited last.
    replies, boosts, favourites: how many there are.
    media, poll, quote_of_id, quote_of_author_id, link_id: see `Shape`.
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
        )


class Version(msgspec.Struct, frozen=True):
    """What a post said from a moment on, until it was edited again."""

    created_at: datetime
    html: str
    spoiler: str
    sensitive: bool


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
