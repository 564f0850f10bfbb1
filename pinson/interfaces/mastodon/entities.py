"""Entities as Mastodon's apps know them, rendered once per version and kept as bytes in pieces.

Called by the handlers of this interface and by its streams. A status is joined from the post
(which never changes until it is edited), its author (whose name and counters do), and what
depends on who looks. A page is a join of bytes, not an encoding of structs; what a stream
sends is the same bytes.

Source: https://docs.joinmastodon.org/entities
"""

import functools
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from pinson.domain import access, accounts, media, posts
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
from pinson.domain.media import Media
from pinson.domain.posts import (
    Mark,
    Post,
    PostDeleted,
    PostEdited,
    PostId,
    PostMarked,
    PostNotFound,
    PostPublished,
    PostUnmarked,
    Reader,
    RememberedMarks,
    RepliesOrphaned,
    Shape,
    Tag,
    Visibility,
)
from pinson.domain.relations import Followed, Relationship, Unfollowed
from pinson.interfaces.mastodon.attachments import attachment
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


class FieldEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Account/#Field. value: HTML; no page is looked at to verify it."""

    name: str
    value: str
    verified_at: None = None


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
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    noindex: bool
    emojis: list[Any]
    fields: list[FieldEntity]
    roles: list[Any]
    suspended: bool | msgspec.UnsetType = msgspec.UNSET


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
    languages: tuple[str, ...] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class VersionEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/StatusEdit"""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: msgspec.Raw
    media_attachments: list[Any]
    emojis: list[Any]


REPEATED = b',"sensitive":'  # begins what boosts repeat of a post; inside a text, quotes would be escaped
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
        self._marks = RememberedMarks()
        self._new: OrderedDict[PostId, None] = OrderedDict()  # nothing has happened to these since
        self._frame: tuple[tuple[str, ...], bytes, str] = ((), b"", "")

    async def load(self, tx: ReadTx) -> None:
        """Start over, empty."""
        self._posts.clear()
        self._accounts.clear()
        self._new.clear()
        await self._marks.load(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        self._marks.apply(fact)
        match fact:
            case PostPublished(post=post):
                self._accounts.drop(post.author_id)
                self._drop_post(post.in_reply_to_id)
                self._drop_post(post.boost_of_id)
                self._new[post.id] = None
                if len(self._new) > KEEP_NEW:
                    self._new.popitem(last=False)
            case PostEdited():
                self._drop_post(fact.post.id)
            case PostMarked() | PostUnmarked():
                self._drop_post(fact.post_id)
            case RepliesOrphaned():
                for id in fact.ids:
                    self._drop_post(id)
            case PostDeleted():
                self._accounts.drop(fact.author_id)
                self._drop_post(fact.id)
                self._drop_post(fact.in_reply_to_id)
                self._drop_post(fact.boost_of_id)
            case Followed() | Unfollowed():
                self._accounts.drop(fact.account_id)
                self._accounts.drop(fact.topic_id)
            case AccountChanged() | AccountSuspended() | AccountRestored() | AccountDeleted():
                self._accounts.drop(fact.account_id)

    async def statuses(
        self, tx: ReadTx, shapes: Sequence[Shape], *, reader: Reader, is_new: bool = False
    ) -> list[bytes]:
        """Statuses, in order. At most one statement for each kind: posts, accounts, apps, the reader's marks.

        Args:
            is_new: that the reader has done nothing with them yet need not be found out.
        """
        return [b"".join(parts) for parts in await self._parts(tx, shapes, reader, is_new=is_new)]

    async def page(self, tx: ReadTx, shapes: Sequence[Shape], *, reader: Reader) -> bytes:
        """Statuses, as an array. Costs as `statuses`, and one join of bytes."""
        pieces = [b"["]
        for parts in await self._parts(tx, shapes, reader):
            pieces += parts
            pieces.append(b",")
        if len(pieces) > 1:
            pieces.pop()
        pieces.append(b"]")
        return b"".join(pieces)

    async def published(self, tx: ReadTx, post: Post, *, reader: Reader) -> bytes:
        """The status of a post that its author has just published: it is at hand, and need not be read back."""
        is_new = post.id in self._new
        if is_new:  # else something has happened to it since, and what is at hand is old
            await self._render(tx, [post])
        # The conversation that it joins may be muted.
        (status,) = await self.statuses(
            tx, [post.shape], reader=reader, is_new=is_new and post.conversation_id == post.id
        )
        return status

    async def status(self, tx: ReadTx, shape: Shape, *, reader: Reader) -> bytes:
        """One status.

        Raises:
            PostNotFound: it was deleted meanwhile.
        """
        rendered = await self.statuses(tx, [shape], reader=reader)
        if not rendered:
            raise PostNotFound
        return rendered[0]

    async def accounts(self, tx: ReadTx, ids: Sequence[AccountId]) -> dict[AccountId, bytes]:
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
            hide_collections=profile.hide_collections,
            show_media=profile.show_media,
            show_media_replies=profile.show_media_replies,
            show_featured=profile.show_featured,
            noindex=not profile.indexable,
            emojis=[],
            fields=[]
            if hidden
            else [FieldEntity(one.name, posts.line_html(one.value, base_url=base)) for one in profile.fields],
            roles=[],
            suspended=True if hidden else msgspec.UNSET,
        )

    async def deleted(self, tx: ReadTx, post: Post, *, reader: Reader, attached: Sequence[Media]) -> bytes:
        """A status that was just deleted: its source takes the place of its HTML.

        Args:
            attached: what it showed, which another post may show now.
        """
        await self._render(tx, [post])
        rendered = await self.statuses(tx, [post.shape], reader=reader, is_new=True)
        self._posts.drop(post.id)
        entity = msgspec.json.decode(rendered[0], type=dict[str, msgspec.Raw]) if rendered else {}
        entity.pop("content", None)
        shown = [attachment(one, self._base_url) for one in attached]
        return encode(entity | {"text": post.text, "media_attachments": shown})

    async def history(self, tx: ReadTx, post: Post) -> list[VersionEntity]:
        """All that a post said, from the original on."""
        author = msgspec.Raw((await self.accounts(tx, [post.author_id]))[post.author_id])
        return [
            VersionEntity(
                content=version.html,
                spoiler_text=version.spoiler,
                sensitive=version.sensitive,
                created_at=moment(version.created_at),
                account=author,
                media_attachments=[],
                emojis=[],
            )
            for version in await posts.versions(tx, post)
        ]

    def frame(self, names: tuple[str, ...], event: str, payload: bytes) -> str:
        """A WebSocket's message: the payload is text within it. Framed once, however many listen."""
        known_names, known_payload, frame = self._frame
        if known_names != names or known_payload != payload:
            told = {"stream": names, "event": event, "payload": payload.decode()}
            frame = encode(told).decode()
            self._frame = (names, payload, frame)
        return frame

    async def _parts(
        self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader, *, is_new: bool = False
    ) -> list[tuple[bytes, ...]]:
        """What each status is joined from. One whose post or author was deleted meanwhile is left out."""
        viewer = reader.id
        marked: Mapping[PostId, AbstractSet[Mark]] = {}
        if viewer is not None and shapes and not is_new:
            marked = await self._marks.of(tx, viewer, [shape.boost_of_id or shape.id for shape in shapes])
        pieces, authors = self._posts.young, self._accounts.young
        try:  # most often all are there, and nothing need be found out first
            return [_joined(shape, pieces, authors, viewer, marked) for shape in shapes]
        except KeyError:
            shown = [(shape.boost_of_id, shape.boost_of_author_id) for shape in shapes]
            by = [id for _, id in shown if id is not None]
            pieces = await self._post_pieces(tx, [id for id, _ in shown if id] + [shape.id for shape in shapes])
            authors = await self.accounts(tx, by + [shape.author_id for shape in shapes])
        return [
            _joined(shape, pieces, authors, viewer, marked)
            for shape in shapes
            if shape.id in pieces
            and shape.author_id in authors
            and (shape.boost_of_id is None or (shape.boost_of_id in pieces and shape.boost_of_author_id in authors))
        ]

    async def _post_pieces(self, tx: ReadTx, ids: list[PostId]) -> dict[PostId, bytes]:
        found, missing = self._posts.look_up(ids)
        if missing:
            found |= await self._render(tx, (await posts.posts(tx, missing)).values())
        return found

    async def _render(self, tx: ReadTx, read: Collection[Post]) -> dict[PostId, bytes]:
        """Render posts, and keep them."""
        named = await accounts.profiles(tx, list({id for post in read for id in (post.author_id, *post.mentions)}))
        for profile in named.values():  # whoever wants the posts wants their authors next
            self._accounts.keep(profile.id, encode(self.account(profile)))
        apps = await self._app_pieces(tx, [AppId(post.app_id) for post in read if post.app_id is not None])
        attached = await media.of_posts(tx, [post.id for post in read if post.boost_of_id is None])
        rendered = {}
        for post in read:
            if post.boost_of_id is None:
                piece = encode(self._post_piece(post, named, apps, attached.get(post.id, ())))[:-1] + b',"account":'
            else:
                piece = encode(self._boost_piece(post, named))[:-1] + b',"reblog":'
            rendered[post.id] = self._posts.keep(post.id, piece)
        return rendered

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

    def _boost_piece(self, boost: Post, named: Mapping[AccountId, Account]) -> BoostPiece:
        uri = f"{actor_uri(self._base_url, named[boost.author_id].username)}/statuses/{boost.id}/activity"
        return BoostPiece(
            id=str(boost.id),
            created_at=moment(boost.created_at),
            in_reply_to_id=None,
            in_reply_to_account_id=None,
            visibility=boost.visibility.value,
            uri=uri,
            url=uri,
        )

    def _post_piece(
        self, post: Post, named: Mapping[AccountId, Account], apps: dict[AppId, bytes], attached: Sequence[Media]
    ) -> PostPiece:
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
            reblogs_count=post.boosts,
            favourites_count=post.favourites,
            quotes_count=0,
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
            emojis=[],
            quote=None,
            card=None,
            poll=None,
        )


class Pieces:
    """Rendered bytes by id, bounded in bytes; those that were not used lately go.

    In two generations: when the young one holds half of what may be kept it becomes the old
    one, which is thrown away whole but for what was used meanwhile. Costs a look into a dict a
    piece, where keeping them in the order of their use would cost three.

    young: may be read from, to find many at once.
    """

    def __init__(self, most: int) -> None:
        self.young: dict[Any, bytes] = {}
        self._old: dict[Any, bytes] = {}
        self._most = most
        self._bytes = 0  # in the young generation, those dropped since included

    def look_up(self, ids: Sequence[Id]) -> tuple[dict[Id, bytes], list[Id]]:
        """The pieces that are here, and the ids, each once, of those that are not."""
        found: dict[Id, bytes] = {}
        missing: list[Id] = []
        for id in dict.fromkeys(ids):
            if (piece := self.young.get(id)) is not None:
                found[id] = piece
            elif (piece := self._old.pop(id, None)) is not None:
                found[id] = self.keep(id, piece)
            else:
                missing.append(id)
        return found, missing

    def keep(self, id: int, piece: bytes) -> bytes:
        """Keep a piece, which is handed back."""
        self.young[id] = piece
        self._bytes += len(piece)
        if self._bytes > self._most // 2:
            self._old, self.young, self._bytes = self.young, {}, 0
        return piece

    def drop(self, id: int) -> None:
        """What this piece shows has changed."""
        self.young.pop(id, None)
        self._old.pop(id, None)

    def clear(self) -> None:
        """Drop everything."""
        self.young.clear()
        self._old.clear()
        self._bytes = 0


def _joined(
    shape: Shape,
    pieces: Mapping[Any, bytes],
    authors: Mapping[Any, bytes],
    viewer: AccountId | None,
    marked: Mapping[PostId, AbstractSet[Mark]],
) -> tuple[bytes, ...]:
    """The parts of a status, a boost's around those of what it shows.

    Raises:
        KeyError: a part is not there.
    """
    author = authors[shape.author_id]
    if shape.boost_of_id is None:
        is_own = shape.author_id == viewer and shape.visibility is not Visibility.DIRECT
        return pieces[shape.id], author, _for_viewer(viewer, marked.get(shape.id), can_pin=is_own)
    post, marks = pieces[shape.boost_of_id], marked.get(shape.boost_of_id)
    return (
        pieces[shape.id],
        post,
        authors[shape.boost_of_author_id],
        _for_viewer(viewer, marks, can_pin=shape.boost_of_author_id == viewer),
        post[post.index(REPEATED) :],
        author,
        _for_viewer(viewer, marks, can_pin=False),
    )


def _for_viewer(viewer: AccountId | None, marks: AbstractSet[Mark] | None, *, can_pin: bool) -> bytes:
    """The end of a status: what the viewer did with it."""
    if viewer is None:
        return STRANGER
    if not marks:
        return AUTHOR if can_pin else VIEWER
    did = {
        "favourited": Mark.FAVOURITE in marks,
        "reblogged": Mark.BOOST in marks,
        "muted": Mark.MUTE in marks,
        "bookmarked": Mark.BOOKMARK in marks,
        "filtered": [],
    }
    if can_pin:
        did["pinned"] = Mark.PIN in marks
    return b"," + encode(did)[1:]


def relationship(one: Relationship) -> RelationshipEntity:
    """How the viewer stands to an account."""
    return RelationshipEntity(
        id=str(one.id),
        following=one.following,
        showing_reblogs=one.boosts,
        notifying=one.notify,
        languages=one.languages,
        followed_by=one.followed_by,
        blocking=one.blocking,
        blocked_by=one.blocked_by,
        muting=one.muting,
        muting_notifications=one.muting_notifications,
        muting_expires_at=f"{one.muting_until:%Y-%m-%dT%H:%M:%SZ}" if one.muting_until else None,
        requested=one.requested,
        requested_by=one.requested_by,
        domain_blocking=one.domain_blocking,
        endorsed=one.endorsed,
        note=one.note,
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
