"""Entities as Mastodon's apps know them, rendered once per version and kept as bytes in pieces.

Called by the handlers of this interface and by its streams. A status is joined from the post
(which never changes until it is edited), its author (whose name and counters do), and what
depends on who looks. A page is a join of bytes, not an encoding of structs; what a stream
sends is the same bytes.

Source: https://docs.joinmastodon.org/entities
"""

import functools
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from pinson.domain import access, accounts, posts
from pinson.domain.access import AppId
from pinson.domain.accounts import (
    Account,
    AccountChanged,
    AccountDeleted,
    AccountId,
    AccountRestored,
    AccountSuspended,
    Profile,
)
from pinson.domain.posts import Post, PostDeleted, PostId, PostPublished, Reader, Shape, Tag
from pinson.domain.relations import Followed, Relationship, Unfollowed
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

KEEP_BYTES = 64 << 20  # of rendered pieces, posts and accounts each
KEEP_APPS = 1 << 20  # bytes
KEEP_NOTES = 10_000  # of accounts, about 1 KB each
KEEP_NEW = 1000  # posts that were published, but not rendered yet

Id = TypeVar("Id", bound=int)

encode = msgspec.json.Encoder().encode


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


class AccountEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Account"""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    noindex: bool
    emojis: list[Any]
    fields: list[Any]
    roles: list[Any]
    suspended: bool | msgspec.UnsetType = msgspec.UNSET


class PostPiece(msgspec.Struct):
    """A status without its account and without what depends on who looks: https://docs.joinmastodon.org/entities/Status"""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: None
    content: str
    reblog: None
    application: msgspec.Raw | None
    media_attachments: list[Any]
    mentions: list[MentionEntity]
    tags: list[TagEntity]
    emojis: list[Any]
    quote: None
    card: None
    poll: None


class RelationshipEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Relationship"""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


STRANGER = b"}"
VIEWER = b',"favourited":false,"reblogged":false,"muted":false,"bookmarked":false,"filtered":[]}'
AUTHOR = VIEWER[:-1] + b',"pinned":false}'


class Renderings:
    """A view: the pieces of this process, dropped when what they show changes."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._posts = Pieces(KEEP_BYTES)
        self._accounts = Pieces(KEEP_BYTES)
        self._apps = Pieces(KEEP_APPS)  # they never change
        # An account is rendered anew whenever its counters change; its note is what costs most, and stays.
        self._note_html = functools.lru_cache(KEEP_NOTES)(functools.partial(posts.note_html, base_url=base_url))
        self._new: OrderedDict[PostId, None] = OrderedDict()  # nothing has happened to these since
        self._frame: tuple[tuple[str, ...], bytes, str] = ((), b"", "")

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._posts.clear()
        self._accounts.clear()
        self._new.clear()

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case PostPublished(post=post):
                self._accounts.drop(post.author_id)
                self._drop_post(post.in_reply_to_id)
                self._new[post.id] = None
                if len(self._new) > KEEP_NEW:
                    self._new.popitem(last=False)
            case PostDeleted():
                self._accounts.drop(fact.author_id)
                self._drop_post(fact.id)
                self._drop_post(fact.in_reply_to_id)
            case Followed() | Unfollowed():
                self._accounts.drop(fact.account_id)
                self._accounts.drop(fact.topic_id)
            case AccountChanged() | AccountSuspended() | AccountRestored() | AccountDeleted():
                self._accounts.drop(fact.account_id)

    async def statuses(self, tx: ReadTx, shapes: Sequence[Shape], *, reader: Reader) -> list[bytes]:
        """Statuses, in order. At most one statement for posts, one for accounts and one for apps."""
        if not shapes:
            return []
        viewer = reader.id
        pieces = await self._post_pieces(tx, [shape.id for shape in shapes])
        authors = await self.accounts(tx, [shape.author_id for shape in shapes])
        rendered = []
        for shape in shapes:
            piece, author = pieces.get(shape.id), authors.get(shape.author_id)
            if piece is not None and author is not None:
                for_viewer = STRANGER if viewer is None else AUTHOR if viewer == shape.author_id else VIEWER
                rendered.append(b"".join((piece, b',"account":', author, for_viewer)))
        return rendered

    async def published(self, tx: ReadTx, post: Post, *, reader: Reader) -> bytes:
        """The status of a post that its author has just published: it is at hand, and need not be read back."""
        if post.id in self._new:  # else something has happened to it since, and what is at hand is old
            await self._render(tx, [post])
        return await self.status(tx, post.shape, reader=reader)

    async def status(self, tx: ReadTx, shape: Shape, *, reader: Reader) -> bytes:
        """One status."""
        (status,) = await self.statuses(tx, [shape], reader=reader)
        return status

    async def accounts(self, tx: ReadTx, ids: Iterable[AccountId]) -> dict[AccountId, bytes]:
        """Accounts by id, in at most one statement; those that are deleted are left out."""
        found, missing = self._accounts.look_up(ids)
        if missing:
            for profile in (await accounts.profiles(tx, missing)).values():
                found[profile.id] = self._accounts.keep(profile.id, encode(self.account(profile)))
        return found

    def account(self, profile: Profile) -> AccountEntity:
        """The entity of an account; of a suspended one nothing but its name is shown."""
        base, hidden = self._base_url, profile.suspended_at is not None
        avatar, header = f"{base}/static/avatar.png", f"{base}/static/header.png"
        return AccountEntity(
            id=str(profile.id),
            username=profile.username,
            acct=profile.acct,
            display_name="" if hidden else profile.display_name,
            locked=profile.locked,
            bot=profile.bot,
            group=False,
            discoverable=profile.discoverable,
            indexable=profile.indexable,
            created_at=f"{profile.created_at.date()}T00:00:00.000Z",
            note="" if hidden else self._note_html(profile.note),
            url=profile.url(base),
            uri=actor_uri(base, profile.username),
            avatar=avatar,
            avatar_static=avatar,
            avatar_description="",
            header=header,
            header_static=header,
            header_description="",
            followers_count=profile.followers,
            following_count=profile.following,
            statuses_count=profile.posts,
            last_status_at=str(profile.last_post_at.date()) if profile.last_post_at else None,
            hide_collections=None,
            noindex=not profile.indexable,
            emojis=[],
            fields=[],
            roles=[],
            suspended=True if hidden else msgspec.UNSET,
        )

    async def deleted(self, tx: ReadTx, post: Post) -> bytes:
        """A status that was just deleted: its source takes the place of its HTML."""
        named = await accounts.by_ids(tx, [post.author_id, *post.mentions])
        entity = msgspec.to_builtins(self._post_piece(post, named, {}))
        author = (await self.accounts(tx, [post.author_id]))[post.author_id]
        del entity["content"]
        return encode(entity | {"text": post.text, "account": msgspec.Raw(author)})

    def frame(self, names: tuple[str, ...], event: str, payload: bytes) -> str:
        """A WebSocket's message: the payload is text within it. Framed once, however many listen."""
        known_names, known_payload, frame = self._frame
        if known_names != names or known_payload != payload:
            told = {"stream": names, "event": event, "payload": payload.decode()}
            frame = encode(told).decode()
            self._frame = (names, payload, frame)
        return frame

    async def _post_pieces(self, tx: ReadTx, ids: list[PostId]) -> dict[PostId, bytes]:
        found, missing = self._posts.look_up(ids)
        if missing:
            found |= await self._render(tx, (await posts.posts(tx, missing)).values())
        return found

    async def _render(self, tx: ReadTx, read: Collection[Post]) -> dict[PostId, bytes]:
        """Render posts, and keep them."""
        named = await accounts.by_ids(tx, list({id for post in read for id in (post.author_id, *post.mentions)}))
        apps = await self._app_pieces(tx, [AppId(post.app_id) for post in read if post.app_id is not None])
        return {
            post.id: self._posts.keep(post.id, encode(self._post_piece(post, named, apps))[:-1]) for post in read
        }

    async def _app_pieces(self, tx: ReadTx, ids: list[AppId]) -> dict[AppId, bytes]:
        found, missing = self._apps.look_up(ids)
        if missing:
            for app in (await access.apps(tx, missing)).values():
                found[app.id] = self._apps.keep(app.id, encode({"name": app.name, "website": app.website}))
        return found

    def _drop_post(self, id: PostId | None) -> None:
        if id is not None:
            self._posts.drop(id)
            self._new.pop(id, None)

    def _post_piece(self, post: Post, named: dict[AccountId, Account], apps: dict[AppId, bytes]) -> PostPiece:
        base, author = self._base_url, named[post.author_id]
        app = apps.get(AppId(post.app_id or 0))
        return PostPiece(
            id=str(post.id),
            created_at=moment(post.created_at),
            in_reply_to_id=_text(post.in_reply_to_id),
            in_reply_to_account_id=_text(post.in_reply_to_author_id),
            sensitive=post.sensitive,
            spoiler_text=post.spoiler,
            visibility=post.visibility.value,
            language=post.language,
            uri=f"{actor_uri(base, author.username)}/statuses/{post.id}",
            url=f"{author.url(base)}/{post.id}",
            replies_count=post.replies,
            reblogs_count=0,
            favourites_count=0,
            quotes_count=0,
            edited_at=None,
            content=post.html,
            reblog=None,
            application=msgspec.Raw(app) if app else None,
            media_attachments=[],
            mentions=[
                MentionEntity(str(one.id), one.username, one.url(base), one.acct)
                for one in (named[id] for id in post.mentions if id in named)
            ],
            tags=[tag_entity(name, base) for name in post.tags],
            emojis=[],
            quote=None,
            card=None,
            poll=None,
        )


class Pieces:
    """Rendered bytes by id, bounded in bytes: the least recently used go first."""

    def __init__(self, most: int) -> None:
        self._pieces: OrderedDict[int, bytes] = OrderedDict()
        self._most = most
        self._bytes = 0

    def look_up(self, ids: Iterable[Id]) -> tuple[dict[Id, bytes], list[Id]]:
        """The pieces that are here, and the ids, each once, of those that are not."""
        found: dict[Any, bytes] = {}
        missing: dict[Any, None] = {}
        for id in ids:
            piece = self._pieces.get(id)
            if piece is None:
                missing[id] = None
            else:
                found[id] = piece
                self._pieces.move_to_end(id)
        return found, list(missing)

    def keep(self, id: int, piece: bytes) -> bytes:
        """Keep a piece, which is handed back."""
        self.drop(id)
        self._pieces[id] = piece
        self._bytes += len(piece)
        while self._bytes > self._most:
            _, gone = self._pieces.popitem(last=False)
            self._bytes -= len(gone)
        return piece

    def drop(self, id: int) -> None:
        """What this piece shows has changed."""
        if (piece := self._pieces.pop(id, None)) is not None:
            self._bytes -= len(piece)

    def clear(self) -> None:
        """Drop everything."""
        self._pieces.clear()
        self._bytes = 0


def relationship(one: Relationship) -> RelationshipEntity:
    """How the viewer stands to an account."""
    return RelationshipEntity(
        id=str(one.id),
        following=one.following,
        showing_reblogs=one.boosts,
        notifying=one.notify,
        languages=one.languages,
        followed_by=one.followed_by,
    )


def tag_entity(name: str, base_url: str) -> TagEntity:
    """A hashtag, by its folded name."""
    return TagEntity(name, f"{base_url}/tags/{quote(name, safe='')}")


def tag_of(tag: Tag, base_url: str) -> TagEntity:
    """A hashtag as it was first written."""
    return TagEntity(tag.display_name, f"{base_url}/tags/{quote(tag.name, safe='')}")


def actor_uri(base_url: str, username: str) -> str:
    """The address by which other servers know an account."""
    return f"{base_url}/users/{username}"


def moment(at: datetime) -> str:
    """A moment as apps expect it: UTC, with exactly three digits of a second."""
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def array(rendered: Iterable[bytes]) -> bytes:
    """A JSON array of what is rendered already."""
    return b"[" + b",".join(rendered) + b"]"


def _text(id: int | None) -> str | None:
    return None if id is None else str(id)
