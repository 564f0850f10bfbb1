"""Entities rendered once per version and kept as bytes in pieces.

Called by the handlers of this interface and by its streams. A page is a join of bytes, not an
encoding of structs; what a stream sends is the same bytes. What the pieces say is in the
other modules here; what of a status depends on who looks is found for a whole page at once.
"""

import functools
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from pinson.domain import access, accounts, instance, links, media, posts
from pinson.domain.access import AppId, UserChanged, UserRole, UserSignedUp
from pinson.domain.accounts import (
    AccountChanged,
    AccountDeleted,
    AccountDesensitized,
    AccountId,
    AccountLimited,
    AccountRestored,
    AccountSensitized,
    AccountSuspended,
    AccountUnlimited,
    Profile,
)
from pinson.domain.filters import FilteredPosts
from pinson.domain.instance import EmojiAdded, EmojiRemoved, Emojis
from pinson.domain.links import Card, Link, LinkPreviewed
from pinson.domain.posts import (
    CorrectedGone,
    Mark,
    Post,
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostId,
    PostImported,
    PostMarked,
    PostMoved,
    PostNotFound,
    PostPublished,
    PostUnmarked,
    QuotePolicyChanged,
    QuoteRevoked,
    Reader,
    RememberedMarks,
    Removed,
    RepliesOrphaned,
    Shape,
    Shapes,
    polls,
)
from pinson.domain.posts.polls import Poll
from pinson.domain.relations import Followed, Unfollowed
from pinson.interfaces.mastodon.entities.account import AccountEntity, account_entity, counted
from pinson.interfaces.mastodon.entities.announcement import announcement_entities
from pinson.interfaces.mastodon.entities.attachment import as_shown, attachment
from pinson.interfaces.mastodon.entities.card import StatusCard, card_entity, confirmed_author
from pinson.interfaces.mastodon.entities.poll import PollEntity, poll_entity
from pinson.interfaces.mastodon.entities.quote import SHOWN, Quote, approval
from pinson.interfaces.mastodon.entities.status import (
    PLAIN,
    QuoteEntity,
    VersionEntity,
    Viewed,
    beyond,
    boost_piece,
    filter_results,
    joined,
    members,
    post_piece,
    version_poll,
)
from pinson.interfaces.mastodon.entities.wire import emoji_entities, encode, moment
from pinson.lib.clock import Clock
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact
from pinson.lib.pieces import Pieces
from pinson.lib.serving.frames import Opcode, frame

ID_FIRST = b'{"id":"'  # begins every status
KEEP_BYTES = 64 << 20  # of rendered pieces, posts and accounts each
KEEP_APPS = 1 << 20  # bytes
KEEP_CARDS = 100_000  # posts of which it is known what their card shows
KEEP_FRAMES = 64  # of one message, for as many streams of different names
KEEP_NEW = 1000  # posts that were published, but not rendered yet
KEEP_AUTHORS = 5000  # profiles of those who published lately, 2 KB each


class Told(NamedTuple):
    """A new post as streams told it, and the pieces that it was joined from."""

    id: PostId
    author_id: AccountId
    piece: bytes
    author: bytes
    rendered: bytes


class Around(NamedTuple):
    """A rendered account without what is counted of its posts."""

    before: bytes
    after: bytes


class Renderings:
    """A view: the pieces of this process, dropped when what they show changes."""

    def __init__(
        self,
        base_url: str,
        shapes: Shapes,
        emojis: Emojis,
        filtered: FilteredPosts,
        *,
        short_bases: frozenset[str] = frozenset(),
        clock: Clock,
    ) -> None:
        self._base_url = base_url
        self._short_bases = short_bases
        self._shapes = shapes
        self._emojis = emojis
        self._filtered = filtered
        self._clock = clock
        self._posts = Pieces[bytes](KEEP_BYTES)
        self._accounts = Pieces[bytes](KEEP_BYTES)
        self._authors: dict[AccountId, Profile] = {}  # of those who published lately: their posts are counted by facts
        self._around: dict[AccountId, Around] = {}  # of some of them: what stands around what is counted
        self._apps = Pieces[bytes](KEEP_APPS)  # they never change
        self._note_html = functools.partial(posts.note_html, base_url=base_url)
        self._staff: Mapping[AccountId, UserRole] | None = None  # None: to be read anew
        # By a link, or an account that is shown as an author in cards: the posts whose pieces hold such a card.
        self._cards: dict[int, set[PostId]] = {}
        self._carded = 0
        self._marks = RememberedMarks()
        self._new: OrderedDict[PostId, None] = OrderedDict()  # nothing has happened to these since
        self._announced = 0, b""  # the latest announcement that was told
        self._told: Told | None = None  # the new post that was told last
        self._framed: dict[tuple[str, tuple[str, ...]], bytes] = {}  # by event, and names of the stream
        self._framed_payload = b""  # of all of them

    async def load(self, tx: ReadTx) -> None:
        """Start over, empty."""
        self._clear_posts()
        self._clear_accounts()
        self._new.clear()
        self._staff = None
        await self._marks.load(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        self._marks.apply(fact)
        match fact:
            case PostPublished(post=post):
                self._accounts.drop(post.author_id)
                self._count(fact)
                self._drop_post(post.in_reply_to_id)
                self._drop_post(post.boost_of_id)
                self._drop_post(post.quote_of_id)
                self._new[post.id] = None
                if len(self._new) > KEEP_NEW:
                    self._new.popitem(last=False)
            case PostImported(post=post):
                self._drop_account(post.author_id)
                self._drop_post(post.in_reply_to_id)
                self._drop_post(post.quote_of_id)
            case PostEdited() | PostMoved() | PostCorrected() | QuotePolicyChanged():
                self._drop_post(fact.post.id)
            case CorrectedGone():
                for id in fact.ids:
                    self._drop_post(id)
            case QuoteRevoked():
                self._drop_post(fact.post.quote_of_id)
            case PostMarked() | PostUnmarked():
                self._drop_post(fact.post_id)
            case RepliesOrphaned():
                for id in fact.ids:
                    self._drop_post(id)
            case PostDeleted():
                self._drop_account(fact.author_id)
                self._drop_post(fact.id)
                self._drop_post(fact.in_reply_to_id)
                self._drop_post(fact.boost_of_id)
                self._drop_post(fact.quote_of_id)
            case Followed() | Unfollowed():
                self._drop_account(fact.account_id)
                self._drop_account(fact.topic_id)
            case AccountChanged() | AccountSuspended() | AccountRestored() | AccountDeleted():
                self._drop_account(fact.account_id)
                self._drop_cards(fact.account_id)
            case LinkPreviewed():
                self._drop_cards(fact.link_id)
            case AccountLimited() | AccountUnlimited():
                self._drop_account(fact.account_id)
            case AccountSensitized() | AccountDesensitized():
                self._drop_account(fact.account_id)
                self._clear_posts()  # which of them show something of that account's is nowhere to be seen
            case EmojiAdded() | EmojiRemoved():  # rare, and nobody knows what uses it
                self._clear_posts()
                self._clear_accounts()
                self._announced = 0, b""
            case UserSignedUp():
                self._staff = None
            case UserChanged():  # rare, and it does not say whose accounts show the role
                self._staff = None
                self._clear_accounts()

    async def statuses(
        self, tx: ReadTx, shapes: Sequence[Shape], *, reader: Reader, is_new: bool = False
    ) -> list[bytes]:
        """Statuses, in order. At most one statement for each kind: posts, accounts, apps, links, the reader's marks.

        Args:
            is_new: that the reader has done nothing with them yet need not be found out.
        """
        return [b"".join(parts) for parts in await self._parts(tx, shapes, reader, is_new=is_new)]

    async def by_id(self, tx: ReadTx, shapes: Sequence[Shape], *, reader: Reader) -> dict[PostId, bytes]:
        """Statuses by id, for what shows them among other things. Costs as `statuses`."""
        rendered = await self.statuses(tx, shapes, reader=reader)
        return {PostId(int(one[len(ID_FIRST) : one.index(b'"', len(ID_FIRST))])): one for one in rendered}

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

    def _count(self, fact: PostPublished) -> None:
        """Count a post of somebody whose profile is at hand: it need not be read back for each."""
        profile = self._authors.get(fact.post.author_id)
        if profile is None:
            return
        if not fact.count:
            del self._authors[profile.id]
            self._around.pop(profile.id, None)
            return
        at = max(fact.at, profile.last_post_at or fact.at)
        self._authors[profile.id] = msgspec.structs.replace(profile, posts=fact.count, last_post_at=at)

    async def published(self, tx: ReadTx, post: Post, *, reader: Reader) -> bytes:
        """The status of a post that its author has just published: it is at hand, and need not be read back."""
        is_new = post.id in self._new
        if is_new:  # else something has happened to it since, and what is at hand is old
            if post.author_id not in self._authors:
                await self._keep_author(tx, post.author_id)
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
                found[profile.id] = self._accounts.keep(profile.id, encode(await self.account(tx, profile)))
        return found

    async def account(self, tx: ReadTx, profile: Profile) -> AccountEntity:
        """The entity of an account. Reads nothing, unless the roles of people here have changed."""
        if self._staff is None:
            self._staff = await access.staff(tx)
        lines = [text for line in profile.fields for text in (line.name, line.value)]
        return account_entity(
            profile,
            self._base_url,
            note_html=self._note_html,
            role=self._staff.get(profile.id),
            emojis=emoji_entities(self._emojis.used_in(profile.display_name, profile.note, *lines), self._base_url),
        )

    def poll(self, poll: Poll, chosen: Sequence[int] | None, *, is_own: bool) -> PollEntity:
        """The entity of a poll now; see `poll_entity`."""
        emojis = emoji_entities(self._emojis.used_in(*poll.options), self._base_url)
        return poll_entity(poll, chosen, emojis, is_own=is_own, now=self._clock.now())

    async def deleted(self, tx: ReadTx, removed: Removed, *, reader: Reader) -> bytes:
        """A status that was just deleted: its source takes the place of its HTML."""
        post = removed.post
        await self._render(tx, [post])
        rendered = await self.statuses(tx, [post.shape], reader=reader, is_new=True)
        self._posts.drop(post.id)
        entity = msgspec.json.decode(rendered[0], type=dict[str, msgspec.Raw]) if rendered else {}
        entity.pop("content", None)
        own: dict[str, Any] = {
            "text": post.text,
            "media_attachments": [attachment(one, self._base_url) for one in removed.media],
            "poll": None if removed.poll is None else self.poll(removed.poll, (), is_own=True),
        }
        return encode(entity | own)

    async def cards(self, tx: ReadTx, shared: Sequence[Link]) -> dict[int, StatusCard]:
        """The cards of links, by link; one that has none is blank. One statement for the authors they name."""
        with_card = [(link, link.card or Card("")) for link in shared]
        creators = [card.creator_id for _, card in with_card if card.creator_id]
        named = await accounts.profiles(tx, creators) if creators else {}
        return {link.id: await self._card_entity(tx, link, card, named) for link, card in with_card}

    async def history(self, tx: ReadTx, post: Post, *, reader: Reader) -> list[VersionEntity]:
        """All that a post said, from the original on. What it quotes has been the same all along."""
        rendered = (await self.accounts(tx, [post.author_id]))[post.author_id]
        author = msgspec.json.decode(rendered, type=AccountEntity)
        shown = await media.of_versions(tx, post.id) if post.media or post.edited_at else {}
        quote = (await self._quotes(tx, [post.shape], reader)).get(post.id)
        quoted = [quote.shown] if quote and quote.shown else []
        statuses = {
            one.id: rendered
            for one, rendered in zip(quoted, await self.statuses(tx, quoted, reader=reader), strict=True)
        }
        versions = await posts.versions(tx, post)
        return [
            VersionEntity(
                content=version.html,
                spoiler_text=version.spoiler,
                sensitive=version.sensitive,
                created_at=moment(version.created_at),
                account=author,
                media_attachments=[
                    attachment(as_shown(shown[one.id], one), self._base_url) for one in version.media if one.id in shown
                ],
                emojis=emoji_entities(self._emojis.used_in(version.spoiler, version.html), self._base_url),
                quote=msgspec.json.decode(quote.whole(statuses), type=QuoteEntity) if quote else UNSET,
                poll=version_poll(version.options),
                pinson=beyond(post) if version is versions[-1] else UNSET,
            )
            for version in versions
        ]

    async def announced(self, tx: ReadTx, id: int, *, stranger: Reader) -> bytes | None:
        """An announcement as everybody is told of it, rendered once however many listen; None if it is over."""
        known, rendered = self._announced
        if known == id:
            return rendered
        now = self._clock.now()
        told = [one for one in await instance.announcements(tx, now=now) if one.announcement.id == id]
        if not told:
            return None
        [entity] = await announcement_entities(
            tx, told, emojis=self._emojis, base_url=self._base_url, stranger=stranger, is_personal=False
        )
        self._announced = id, encode(entity)
        return self._announced[1]

    def framed(self, names: tuple[str, ...], event: str, payload: bytes) -> bytes:
        """A message of a stream, framed once, however many listen.

        Args:
            names: of a WebSocket's subscription, in whose message the payload is text; () for server-sent events.
        """
        if payload != self._framed_payload:
            self._framed_payload = payload
            self._framed.clear()
        framed = self._framed.get((event, names))
        if framed is None:
            if names:
                told = encode({"stream": names, "event": event, "payload": payload.decode()})
                framed = frame(Opcode.TEXT, told)
            else:
                framed = b"event: %b\ndata: %b\n\n" % (event.encode(), payload)
            if len(self._framed) >= KEEP_FRAMES:
                self._framed.clear()
            self._framed[event, names] = framed
        return framed

    async def meet(self, tx: ReadTx, reader_id: AccountId) -> None:
        """Know whether somebody has filters. Free if it is known; else one statement, or three if they have some."""
        await self._filtered.of(tx, reader_id, (), now=self._clock.now())

    def keep_told(self, shape: Shape, rendered: bytes, reader: Reader) -> None:
        """Remember a new post as it was just told to somebody, if all see it so who have no filters, but its author."""
        piece, author = self._posts.young.get(shape.id), self._accounts.young.get(shape.author_id)
        if (
            piece is not None
            and author is not None
            and piece.endswith(PLAIN)
            and shape.boost_of_id is None
            and self._sees_what_all_see(shape.author_id, reader)
        ):
            self._told = Told(shape.id, shape.author_id, piece, author, rendered)

    def told_before(self, id: int, reader: Reader) -> bytes | None:
        """A new post as this reader sees it, if it was told before, and has not changed since; asks nobody."""
        told = self._told
        if (
            told is None
            or told.id != id
            or self._posts.young.get(told.id) is not told.piece
            or self._accounts.young.get(told.author_id) is not told.author
            or not self._sees_what_all_see(told.author_id, reader)
        ):
            return None
        return told.rendered

    def _sees_what_all_see(self, author_id: AccountId, reader: Reader) -> bool:
        return reader.id is not None and reader.id != author_id and self._filtered.is_without(reader.id)

    async def _parts(
        self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader, *, is_new: bool = False
    ) -> list[tuple[bytes, ...]]:
        """What each status is joined from. One whose post or author was deleted meanwhile is left out."""
        viewer = reader.id
        pieces, authors = self._posts.young, self._accounts.young
        shown = [shape.boost_of_id or shape.id for shape in shapes]
        try:  # most often all are there and plain, and nothing need be found out first
            if all(pieces[id].endswith(PLAIN) for id in shown):
                marked = await self._marked(tx, viewer, [] if is_new else shown)
                viewed = Viewed(marked, {}, await self._filter_results(tx, shown, reader))
                return [joined(shape, pieces, authors, viewer, viewed) for shape in shapes]
        except KeyError:
            pass
        return await self._found_parts(tx, shapes, reader, is_new=is_new)

    async def _filter_results(self, tx: ReadTx, shown: Sequence[PostId], reader: Reader) -> Mapping[PostId, bytes]:
        """Which of the reader's filters these posts match; nothing for those that match none."""
        if reader.id is None:
            return {}
        matched = await self._filtered.of(tx, reader.id, shown, now=self._clock.now())
        return {id: filter_results(found) for id in shown if (found := matched.get(id))} if matched else {}

    async def _found_parts(
        self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader, *, is_new: bool
    ) -> list[tuple[bytes, ...]]:
        """The same, where something is not there yet or shows more than itself: all that is quoted is found at once."""
        boosted = await self._shapes.of(tx, [shape.boost_of_id for shape in shapes if shape.boost_of_id is not None])
        shown = [shape for shape in shapes if shape.boost_of_id is None] + boosted
        quotes = await self._quotes(tx, shown, reader)
        quoted = list({quote.shown.id: quote.shown for quote in quotes.values() if quote.shown is not None}.values())
        all_shapes = [*shapes, *boosted, *quoted]
        pieces = await self._post_pieces(tx, [shape.id for shape in all_shapes])
        authors = await self.accounts(tx, [shape.author_id for shape in all_shapes])
        seen_before = quoted if is_new else shown + quoted
        marked = await self._marked(tx, reader.id, [shape.id for shape in seen_before])
        rich = [shape for shape in shown + quoted if not pieces.get(shape.id, PLAIN).endswith(PLAIN)]
        filtered = await self._filter_results(tx, [shape.id for shape in shown + quoted], reader)
        asked = await self._poll_pieces(tx, [shape for shape in rich if shape.poll], reader, voted_in=seen_before)

        def parts(shapes: Sequence[Shape], quotes: Mapping[PostId, bytes]) -> list[tuple[PostId, tuple[bytes, ...]]]:
            extras = {
                shape.id: members(quotes.get(shape.id), asked.get(shape.id), approval(shape, reader)) for shape in rich
            }
            viewed = Viewed(marked, extras, filtered)
            return [
                (shape.id, joined(shape, pieces, authors, reader.id, viewed))
                for shape in shapes
                if _is_there(shape, pieces, authors)
            ]

        statuses: dict[PostId, bytes] = {}
        if quoted:
            within = await self._quotes(tx, quoted, reader)
            shallow = parts(quoted, {id: quote.shallow() for id, quote in within.items()})
            statuses = {id: b"".join(found) for id, found in shallow}
        return [found for _, found in parts(shapes, {id: quote.whole(statuses) for id, quote in quotes.items()})]

    async def _marked(
        self, tx: ReadTx, viewer: AccountId | None, ids: Sequence[PostId]
    ) -> Mapping[PostId, AbstractSet[Mark]]:
        """What the viewer did with these posts."""
        return await self._marks.of(tx, viewer, ids) if viewer is not None and ids else {}

    async def _quotes(self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader) -> dict[PostId, Quote]:
        """What these posts quote, as far as the reader may see it. At most one statement."""
        quoting = [shape for shape in shapes if shape.quote_of_id is not None]
        ids = [shape.quote_of_id for shape in quoting if shape.quote_of_id is not None]
        there = {shape.id: shape for shape in await self._shapes.of(tx, ids)} if ids else {}
        quotes = {}
        for shape in quoting:
            quoted = there.get(shape.quote_of_id)  # type: ignore[arg-type]
            state = posts.quote_state(shape, quoted, reader)
            quotes[shape.id] = Quote(state, quoted if state in SHOWN else None)
        return quotes

    async def _poll_pieces(
        self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader, *, voted_in: Sequence[Shape]
    ) -> dict[PostId, bytes]:
        """The polls of these posts as the reader sees them. Two statements at most.

        Args:
            voted_in: of these the reader may have voted in; of others it need not be found out.
        """
        if not shapes:
            return {}
        found = await polls.of_posts(tx, [shape.id for shape in shapes])
        may = [shape.id for shape in voted_in if shape.poll]
        chosen = await polls.chosen(tx, reader.id, may) if reader.id is not None else None
        return {
            shape.id: encode(
                self.poll(
                    found[shape.id],
                    None if chosen is None else chosen.get(shape.id, ()),
                    is_own=shape.author_id == reader.id,
                )
            )
            for shape in shapes
            if shape.id in found
        }

    async def _post_pieces(self, tx: ReadTx, ids: list[PostId]) -> dict[PostId, bytes]:
        found, missing = self._posts.look_up(ids)
        if missing:
            found |= await self._render(tx, (await posts.posts(tx, missing)).values())
        return found

    async def _render(self, tx: ReadTx, read: Collection[Post]) -> dict[PostId, bytes]:
        """Render posts, and keep them."""
        shared = await links.by_ids(tx, list({post.link_id for post in read if post.link_id is not None}))
        creators = [link.card.creator_id for link in shared.values() if link.card and link.card.creator_id]
        people = {id for post in read for id in (post.author_id, *post.mentions)}.union(creators)
        named = await self._profiles(tx, people)
        for profile in named.values():  # whoever wants the posts wants their authors next
            self._accounts.keep(profile.id, await self._account_piece(tx, profile))
        apps = await self._app_pieces(tx, [AppId(post.app_id) for post in read if post.app_id is not None])
        attached = await media.of_posts(tx, [post.id for post in read if post.media])
        rendered = {}
        for post in read:
            if post.boost_of_id is None:
                app = apps.get(AppId(post.app_id or 0))
                link = shared.get(post.link_id or 0)
                card = await self._card(tx, post, link, named) if link else None
                emojis = emoji_entities(self._emojis.used_in(post.spoiler, post.text), self._base_url)
                piece = post_piece(post, named, app, attached.get(post.id, ()), emojis, card, self._base_url)
            else:
                piece = boost_piece(post, named, self._base_url)
            rendered[post.id] = self._posts.keep(post.id, piece)
        return rendered

    async def _account_piece(self, tx: ReadTx, profile: Profile) -> bytes:
        """An account, rendered. Of those who publish much nothing but two figures is rendered anew each time."""
        if (around := self._around.get(profile.id)) is not None and self._authors.get(profile.id) is profile:
            return b"".join((around.before, counted(profile), around.after))
        piece = encode(await self.account(tx, profile))
        if self._authors.get(profile.id) is profile:
            before, figures, after = piece.partition(counted(profile))
            if figures:
                self._around[profile.id] = Around(before, after)
        return piece

    async def _profiles(self, tx: ReadTx, ids: AbstractSet[AccountId]) -> Mapping[AccountId, Profile]:
        """Profiles by id; those that are deleted are left out. One statement, if they are not all at hand."""
        if ids <= self._authors.keys():
            return {id: self._authors[id] for id in ids}
        return await accounts.profiles(tx, list(ids))

    async def _keep_author(self, tx: ReadTx, id: AccountId) -> None:
        if len(self._authors) >= KEEP_AUTHORS:
            self._authors.clear()
            self._around.clear()
        self._authors |= await accounts.profiles(tx, [id])

    async def _card(self, tx: ReadTx, post: Post, link: Link, named: Mapping[AccountId, Profile]) -> StatusCard | None:
        """The card that a post shows of a link, if there is one yet; it is noted who shows it."""
        if self._carded >= KEEP_CARDS:
            self._clear_posts()
        showing = self._cards.setdefault(link.id, set())
        self._carded += post.id not in showing
        showing.add(post.id)
        if link.card is None:
            return None
        if link.card.creator_id is not None:
            self._cards.setdefault(link.card.creator_id, set()).add(post.id)
        card = await self._card_entity(tx, link, link.card, named)
        if short := posts.short_link_in(post.text, bases=self._short_bases):  # so that who follows it is counted
            card.url = short
        return card

    async def _card_entity(self, tx: ReadTx, link: Link, card: Card, named: Mapping[AccountId, Profile]) -> StatusCard:
        author = confirmed_author(link, card, named)
        entity = await self.account(tx, author) if author else None
        return card_entity(link, card, author=entity, base_url=self._base_url)

    async def _app_pieces(self, tx: ReadTx, ids: list[AppId]) -> dict[AppId, bytes]:
        found, missing = self._apps.look_up(ids)
        if missing:
            for app in (await access.apps(tx, missing)).values():
                found[app.id] = self._apps.keep(app.id, encode({"name": app.name, "website": app.website}))
        return found

    def _drop_cards(self, what: int) -> None:
        """Drop the posts that show a card of this link, or with this account."""
        for id in self._cards.pop(what, ()):
            self._drop_post(id)

    def _clear_accounts(self) -> None:
        self._accounts.clear()
        self._authors.clear()
        self._around.clear()

    def _drop_account(self, id: int) -> None:
        self._accounts.drop(id)
        self._authors.pop(AccountId(id), None)
        self._around.pop(AccountId(id), None)

    def _clear_posts(self) -> None:
        self._posts.clear()
        self._cards.clear()
        self._carded = 0

    def _drop_post(self, id: PostId | None) -> None:
        if id is not None:
            self._posts.drop(id)
            self._new.pop(id, None)


def _is_there(shape: Shape, pieces: Mapping[PostId, bytes], authors: Mapping[AccountId, bytes]) -> bool:
    """Whether all that a status is joined from was found."""
    if shape.id not in pieces or shape.author_id not in authors:
        return False
    return shape.boost_of_id is None or (shape.boost_of_id in pieces and shape.boost_of_author_id in authors)
