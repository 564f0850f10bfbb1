"""Statuses and hashtags as apps know them: the structs, and how a status is joined from its parts. Pure.

A status is three parts: the post (which never changes until it is edited), its author (whose
name and counters do), and what depends on who looks.

Source: https://docs.joinmastodon.org/entities/Status
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from pinson.domain.accounts import Account, AccountId, QuotePolicy
from pinson.domain.filters import Action, Context, Filter, Match
from pinson.domain.media import Media
from pinson.domain.posts import Mark, Post, PostId, Shape, Tag, Visibility
from pinson.interfaces.mastodon.entities.account import AccountEntity, actor_uri
from pinson.interfaces.mastodon.entities.attachment import MediaAttachment, attachment
from pinson.interfaces.mastodon.entities.card import StatusCard
from pinson.interfaces.mastodon.entities.poll import PollEntity
from pinson.interfaces.mastodon.entities.wire import CustomEmoji, Nothing, encode, id_text, moment
from pinson.lib.ids import moment_of
from pinson.lib.paging import NEWEST


class MentionEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Status/#Mention"""

    id: str
    username: str
    url: str
    acct: str


class TagEntity(msgspec.Struct, omit_defaults=True):
    """https://docs.joinmastodon.org/entities/Tag"""

    name: str
    url: str


class BoostPiece(msgspec.Struct):
    """What of a status is a boost's own; the rest is that of the post it shows."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    visibility: str
    uri: str
    url: str


class PostPiece(BoostPiece):
    """A status without its account and without what depends on who looks: https://docs.joinmastodon.org/entities/Status

    From `sensitive` on, it is repeated in boosts of it.
    """

    reblog: None
    sensitive: bool
    spoiler_text: str
    language: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    content: str
    application: msgspec.Raw | None
    media_attachments: list[Any]
    mentions: list[MentionEntity]
    tags: list[TagEntity]
    emojis: list[CustomEmoji]
    tagged_collections: tuple[()]
    card: StatusCard | None
    pinson: "PinsonEntity | msgspec.UnsetType"
    quote: msgspec.UnsetType | None
    poll: msgspec.UnsetType | None


# --- the whole status, as the OpenAPI document describes it: nothing is rendered from these ---


class StatusApplication(msgspec.Struct):
    """The app that a status was written with: https://docs.joinmastodon.org/entities/Status/#application"""

    name: str
    website: str | None


class PinsonEntity(msgspec.Struct):
    """What no other server knows: the live event that a status is part of, corrections, and where it is from.

    See /api/pinson/v1.

    place: the name that its author gave to where it is from.
    corrected_by_id: the latest status that corrects it, corrected_at: when.
    """

    event_id: str | None
    corrects_id: str | None
    corrected_by_id: str | None
    corrected_at: str | None
    place: str | None


class QuoteApproval(msgspec.Struct):
    """Who may quote a status: https://docs.joinmastodon.org/entities/QuoteApproval"""

    automatic: list[Literal["public", "followers", "following", "unsupported_policy"]]
    manual: list[Literal["public", "followers", "following", "unsupported_policy"]]
    current_user: Literal["automatic", "manual", "denied", "unknown"]


class QuoteEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Quote; in a status that is quoted itself, a ShallowQuote: its id alone."""

    state: Literal[
        "pending",
        "accepted",
        "rejected",
        "revoked",
        "deleted",
        "unauthorized",
        "blocked_account",
        "blocked_domain",
        "muted_account",
    ]
    quoted_status: "StatusEntity | msgspec.UnsetType | None" = msgspec.UNSET
    quoted_status_id: str | msgspec.UnsetType | None = msgspec.UNSET


class MatchedFilter(msgspec.Struct):
    """A filter as a status names it: https://docs.joinmastodon.org/entities/Filter, without what it looks for."""

    id: str
    title: str
    context: list[Context]
    expires_at: str | None
    filter_action: Action


class FilterResult(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterResult; what of it did not match is null."""

    filter: MatchedFilter
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class ShownStatus(msgspec.Struct, kw_only=True):
    """A status without what it says; what depends on who looks is absent for a stranger."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: Literal["public", "unlisted", "private", "direct"]
    language: str | None
    uri: str
    url: str | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    favourited: bool | msgspec.UnsetType = msgspec.UNSET
    reblogged: bool | msgspec.UnsetType = msgspec.UNSET
    muted: bool | msgspec.UnsetType = msgspec.UNSET
    bookmarked: bool | msgspec.UnsetType = msgspec.UNSET
    pinned: bool | msgspec.UnsetType = msgspec.UNSET
    filtered: list[FilterResult] | msgspec.UnsetType = msgspec.UNSET
    reblog: "StatusEntity | None"
    application: StatusApplication | msgspec.UnsetType | None = msgspec.UNSET
    account: AccountEntity
    media_attachments: list[MediaAttachment]
    mentions: list[MentionEntity]
    tags: list[TagEntity]
    emojis: list[CustomEmoji]
    tagged_collections: Nothing
    quote: QuoteEntity | None
    card: StatusCard | None
    poll: PollEntity | None
    quote_approval: QuoteApproval
    pinson: PinsonEntity | msgspec.UnsetType = msgspec.UNSET


class StatusEntity(ShownStatus, kw_only=True):
    """https://docs.joinmastodon.org/entities/Status"""

    content: str


class DeletedStatusEntity(ShownStatus, kw_only=True):
    """A status that was deleted: its source, for whoever wants to write it anew, in place of what it said."""

    text: str


class VersionOption(msgspec.Struct):
    """An option of a poll, as it was asked then."""

    title: str


class VersionPoll(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/StatusEdit/#poll"""

    options: list[VersionOption]


class VersionEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/StatusEdit"""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: AccountEntity
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    quote: QuoteEntity | msgspec.UnsetType = msgspec.UNSET
    poll: VersionPoll | msgspec.UnsetType = msgspec.UNSET
    pinson: PinsonEntity | msgspec.UnsetType = msgspec.UNSET  # of the latest


DIGITS = 19  # of an id, at most
# Ends the piece of a post that shows nothing besides itself and may be quoted by everyone: of such posts nothing has
# to be found out for each reader but marks. `joined` says of them who may quote them.
PLAIN = b',"quote":null,"poll":null,"account":'
QUOTED_BY_ALL = b',"quote_approval":{"automatic":["public"],"manual":[],"current_user":"automatic"}'
QUOTED_BY_MEMBERS = QUOTED_BY_ALL.replace(b'"automatic"}', b'"denied"}')  # the reader is none
REPEATED = b',"sensitive":'  # begins what boosts repeat of a post; inside a text, quotes would be escaped
STRANGER = b"}"
VIEWER = b',"favourited":false,"reblogged":false,"muted":false,"bookmarked":false,"filtered":[]}'
AUTHOR = VIEWER[:-1] + b',"pinned":false}'


def boost_piece(boost: Post, named: Mapping[AccountId, Account], base: str) -> bytes:
    """A boost up to the status that it shows."""
    uri = f"{actor_uri(base, named[boost.author_id].username)}/statuses/{boost.id}/activity"
    piece = BoostPiece(
        id=str(boost.id),
        created_at=moment(boost.created_at),
        in_reply_to_id=None,
        in_reply_to_account_id=None,
        visibility=boost.visibility.value,
        uri=uri,
        url=uri,
    )
    return encode(piece)[:-1] + b',"reblog":'


def post_piece(
    post: Post,
    named: Mapping[AccountId, Account],
    app: bytes | None,
    attached: Sequence[Media],
    emojis: list[CustomEmoji],
    card: StatusCard | None,
    base: str,
) -> bytes:
    """A post up to its account.

    Args:
        named: its author and those it mentions.
        app: the application it was written with, rendered.
        card: of the link that it shares.
        base: public address of this server, without a slash at its end.
    """
    author = named[post.author_id]
    plain = not post.poll and post.quote_of_id is None and post.quote_policy is QuotePolicy.PUBLIC
    piece = PostPiece(
        id=str(post.id),
        created_at=moment(post.created_at),
        in_reply_to_id=id_text(post.in_reply_to_id),
        in_reply_to_account_id=id_text(post.in_reply_to_author_id),
        sensitive=post.sensitive or (bool(post.media) and author.sensitized_at is not None),
        spoiler_text=post.spoiler,
        visibility=post.visibility.value,
        language=post.language,
        uri=f"{actor_uri(base, author.username)}/statuses/{post.id}",
        url=f"{author.url(base)}/{post.id}",
        replies_count=post.replies,
        reblogs_count=post.boosts,
        favourites_count=post.favourites,
        quotes_count=post.quotes,
        edited_at=moment(post.edited_at) if post.edited_at else None,
        content=post.html,
        reblog=None,
        application=msgspec.Raw(app) if app else None,
        media_attachments=[attachment(one, base) for one in attached],
        mentions=[
            MentionEntity(str(one.id), one.username, one.url(base), one.acct)
            for one in (named[id] for id in post.mentions if id in named and id not in post.silent)
        ],
        tags=[tag_entity(name, base) for name in post.tags],
        emojis=emojis,
        tagged_collections=(),
        card=card,
        pinson=beyond(post),
        quote=None if plain else msgspec.UNSET,
        poll=None if plain else msgspec.UNSET,
    )
    return encode(piece)[:-1] + b',"account":'


def beyond(post: Post) -> PinsonEntity | msgspec.UnsetType:
    """What of a post is nobody else's; most have nothing of it."""
    if (post.event_id, post.corrects_id, post.corrected_by_id, post.place) == (None, None, None, ""):
        return msgspec.UNSET
    return PinsonEntity(
        id_text(post.event_id),
        id_text(post.corrects_id),
        id_text(post.corrected_by_id),
        moment(moment_of(post.corrected_by_id)) if post.corrected_by_id else None,
        post.place or None,
    )


class Viewed(msgspec.Struct, frozen=True):
    """What of some statuses depends on who looks, by the post that is shown: in a boost, that is the one passed on.

    marks: what the viewer did with it.
    extras: of those that are not plain: what they show besides themselves, and whether the viewer may quote them,
        as members of an object: `,"quote":{...},"poll":null,"quote_approval":{...}`.
    filtered: the filters of the viewer's that it matches, as an array; nothing for those that match none.
    """

    marks: Mapping[PostId, AbstractSet[Mark]]
    extras: Mapping[PostId, bytes] = {}
    filtered: Mapping[PostId, bytes] = {}


def members(quote: bytes | None, poll: bytes | None, approval: bytes) -> bytes:
    """What a post that is not plain shows besides itself, as `Viewed.extras` has it; all of it rendered already."""
    return b"".join((b',"quote":', quote or b"null", b',"poll":', poll or b"null", b',"quote_approval":', approval))


def version_poll(options: Sequence[str] | None) -> VersionPoll | msgspec.UnsetType:
    """What a version of a status asked."""
    return msgspec.UNSET if options is None else VersionPoll([VersionOption(title) for title in options])


def joined(
    shape: Shape,
    pieces: Mapping[Any, bytes],
    authors: Mapping[Any, bytes],
    viewer: AccountId | None,
    viewed: Viewed,
) -> tuple[bytes, ...]:
    """The parts of a status, a boost's around those of what it shows.

    Raises:
        KeyError: a part is not there.
    """
    author = authors[shape.author_id]
    plain = QUOTED_BY_MEMBERS if viewer is None else QUOTED_BY_ALL
    if shape.boost_of_id is None:
        is_own = shape.author_id == viewer and shape.visibility is not Visibility.DIRECT
        end = _end(viewer, shape.id, viewed, can_pin=is_own)
        return pieces[shape.id], author, viewed.extras.get(shape.id, plain), end
    shown, post, extra = shape.boost_of_id, pieces[shape.boost_of_id], viewed.extras.get(shape.boost_of_id, plain)
    return (
        pieces[shape.id],
        post,
        authors[shape.boost_of_author_id],
        extra,
        _end(viewer, shown, viewed, can_pin=shape.boost_of_author_id == viewer),
        post[post.index(REPEATED) :],
        author,
        extra,
        _end(viewer, shown, viewed, can_pin=False),
    )


def _end(viewer: AccountId | None, shown: PostId, viewed: Viewed, *, can_pin: bool) -> bytes:
    """The end of a status: what the viewer did with it, and which of their filters it matches."""
    if viewer is None:
        return STRANGER
    marks, filtered = viewed.marks.get(shown), viewed.filtered.get(shown)
    if not marks and not filtered:
        return AUTHOR if can_pin else VIEWER
    marks = marks or frozenset()
    end: dict[str, Any] = {
        "favourited": Mark.FAVOURITE in marks,
        "reblogged": Mark.BOOST in marks,
        "muted": Mark.MUTE in marks,
        "bookmarked": Mark.BOOKMARK in marks,
        "filtered": msgspec.Raw(filtered or b"[]"),
    }
    if can_pin:
        end["pinned"] = Mark.PIN in marks
    return b"," + encode(end)[1:]


def matched_filter(filter: Filter) -> dict[str, Any]:
    """The members of a filter that name it, and say what to do."""
    return {
        "id": str(filter.id),
        "title": filter.title,
        "context": list(filter.contexts),
        "expires_at": moment(filter.expires_at) if filter.expires_at else None,
        "filter_action": filter.action,
    }


def filter_results(matches: Sequence[Match]) -> bytes:
    """Which of the viewer's filters a post matches, as an array."""
    return encode(
        [
            FilterResult(
                filter=MatchedFilter(**matched_filter(match.filter)),
                keyword_matches=None if match.keyword is None else [match.keyword],
                status_matches=None if match.post_id is None else [str(match.post_id)],
            )
            for match in matches
        ]
    )


def post_id_of(url: str, base_url: str) -> PostId | None:
    """The post that the address of a status's page names: `.../@name/ID`; None if it is no such address of ours."""
    name, _, digits = url.removeprefix(f"{base_url}/@").partition("/")
    is_ours = url.startswith(f"{base_url}/@") and name and digits.isascii() and digits.isdecimal()
    return PostId(int(digits)) if is_ours and len(digits) <= DIGITS and int(digits) <= NEWEST else None


def tag_entity(name: str, base_url: str) -> TagEntity:
    """A hashtag, by its folded name."""
    return TagEntity(name, f"{base_url}/tags/{quote(name, safe='')}")


def tag_of(tag: Tag, base_url: str) -> TagEntity:
    """A hashtag as it was first written."""
    return TagEntity(tag.display_name, f"{base_url}/tags/{quote(tag.name, safe='')}")
