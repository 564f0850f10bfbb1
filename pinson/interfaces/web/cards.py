"""Posts as pages show them, rendered once per version and language and kept in pieces.

Called by the handlers of pages, and by their streams. A card is joined from the post, its
author, and what depends on who looks (for strangers, nothing), as a status is for apps: a
page of twenty posts is a join of text. All in it is escaped by its template, or sanitised
where it was parsed (the HTML of a post).

Not here: which posts a page shows (timelines, threads), pages themselves (`pages.py`).
"""

from collections.abc import Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from pinson.domain import accounts, links, media, moderation, posts
from pinson.domain.accounts import (
    Account,
    AccountChanged,
    AccountDeleted,
    AccountId,
    AccountRestored,
    AccountSuspended,
    Profile,
)
from pinson.domain.filters import Context, FilteredPosts
from pinson.domain.instance import EmojiAdded, EmojiRemoved
from pinson.domain.links import Link, LinkPreviewed
from pinson.domain.posts import (
    CorrectedGone,
    Mark,
    Post,
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostHidden,
    PostId,
    PostImported,
    PostMarked,
    PostMoved,
    PostPublished,
    PostUnhidden,
    PostUnmarked,
    QuoteState,
    Reader,
    RememberedMarks,
    RepliesOrphaned,
    Shape,
    Shapes,
)
from pinson.interfaces.web import dates
from pinson.interfaces.web.pages import LANGUAGES, Pages
from pinson.interfaces.web.shelf import Shelf
from pinson.interfaces.web.veils import Veil, veils
from pinson.lib.db import ReadTx
from pinson.lib.i18n import Lang, typography
from pinson.lib.ids import moment_of
from pinson.lib.log import Fact
from pinson.lib.pieces import Pieces

KEEP = 32 << 20  # characters of rendered posts in each language
KEEP_AUTHORS = 4 << 20
KEEP_POSTERS = 8 << 20  # bytes of pictures
KEEP_LINKED = 100_000  # posts of which it is known which link they show


class Answer(msgspec.Struct, frozen=True):
    """One that a poll offers. votes: None if they are hidden still. percent: of those who voted."""

    text: str
    votes: int | None
    percent: int
    is_chosen: bool


class Asked(msgspec.Struct, frozen=True):
    """A poll, as its reader sees it. may_vote: rather than see figures. ends: when it ended, or will, in words."""

    answers: Sequence[Answer]
    multiple: bool
    voters: int
    may_vote: bool
    has_ended: bool
    ends: str


class Tie(msgspec.Struct, frozen=True):
    """The other post of a correction. path: of its page, "" if there is none; said: when it was published, in words."""

    path: str
    at: datetime
    said: str

    @classmethod
    def of(cls, shape: Shape, named: Mapping[AccountId, Account], *, lang: Lang, zone: ZoneInfo) -> "Tie":
        """A tie to this post, by one of these accounts."""
        author, at = named.get(shape.author_id), moment_of(shape.id)
        return cls(path_of(author.acct, shape) if author else "", at, dates.moment(at, lang=lang, zone=zone))


class Card(msgspec.Struct, frozen=True):
    """A post on a page.

    at: when it was published, or passed on.
    html: the card, without what its reader can do with it and without its end: `</article>`.
    marks: what its reader did with the post that it shows.
    asked: the poll in it. quoted: the post that it quotes, framed, or why that is not there.
    veil: what covers it; the element that folds it is opened in `html`, and closed where the card ends.
    """

    shape: Shape
    at: datetime
    html: Markup
    marks: AbstractSet[Mark] = frozenset()
    asked: Asked | None = None
    quoted: Markup = Markup()
    veil: Veil | None = None

    @property
    def shown_id(self) -> PostId:
        """The post that it shows: of what was passed on, the original."""
        return self.shape.boost_of_id or self.shape.id

    @property
    def is_whole(self) -> bool:
        """Whether strangers see nothing below what is kept."""
        return self.asked is None and not self.quoted

    @property
    def author_id(self) -> AccountId:
        """Who wrote that."""
        return self.shape.boost_of_author_id or self.shape.author_id


class Cards:
    """A view: the pieces of this process, dropped when what they show changes.

    shelf: whole pages as strangers see them.
    told: the latest news that strangers heard, in each language, and what they were told.
    posters: pictures, by a hash of what they show, so none is ever out of date.
    """

    def __init__(self, filtered: FilteredPosts, *, short_bases: frozenset[str] = frozenset()) -> None:
        """
        Args:
            short_bases: where short links of ours may be.
        """
        self._filtered = filtered
        self._short_bases = short_bases
        self._posts: Mapping[Lang, Pieces[Markup]] = {lang: Pieces(KEEP) for lang in LANGUAGES}
        self._authors: Pieces[Markup] = Pieces(KEEP_AUTHORS)  # a name is the same in every language
        self._linked: dict[int, set[PostId]] = {}  # by a link: the posts whose pieces show it, or wait for its page
        self._count_linked = 0
        self._marks = RememberedMarks()
        self.shelf = Shelf()
        self.told: dict[Lang, tuple[object, bytes]] = {}
        self.posters: Pieces[bytes] = Pieces(KEEP_POSTERS)

    async def load(self, tx: ReadTx) -> None:
        """Start over, empty."""
        self._clear()
        await self._marks.load(tx)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        self._marks.apply(fact)
        self.shelf.apply(fact)
        match fact:
            case PostPublished(post=post) | PostImported(post=post):
                self._drop(post.in_reply_to_id, post.boost_of_id)
            case PostEdited() | PostMoved() | PostCorrected():
                self._drop(fact.post.id)
            case CorrectedGone():
                self._drop(*fact.ids)
            case PostMarked() | PostUnmarked():
                self._drop(fact.post_id)
            case RepliesOrphaned():
                self._drop(*fact.ids)
            case PostDeleted():
                self._drop(fact.id, fact.in_reply_to_id, fact.boost_of_id)
            case LinkPreviewed():
                self._drop(*self._linked.pop(fact.link_id, ()))
            case (
                EmojiAdded() | EmojiRemoved() | PostHidden() | PostUnhidden()
            ):  # rare, and nobody knows what leads to it
                self._clear()
            case AccountChanged() | AccountSuspended() | AccountRestored() | AccountDeleted():
                self._authors.drop(fact.account_id)

    async def of(
        self,
        tx: ReadTx,
        shapes: Sequence[Shape],
        *,
        reader: Reader,
        known: Shapes,
        pages: Pages,
        lang: Lang,
        zone: ZoneInfo,
        now: datetime,
        where: Context | None = None,
    ) -> list[Card]:
        """Cards, in order. A statement a kind for what is not kept.

        One whose post or author is gone is left out, and one that a filter of its reader's hides here.

        Args:
            where: which of the reader's filters count; None: none of them.
        """
        if not shapes:
            return []
        shown = [shape.boost_of_id or shape.id for shape in shapes]
        marked: Mapping[PostId, AbstractSet[Mark]] = {}
        if reader.id is not None:
            marked = await self._marks.of(tx, reader.id, shown)
        originals = await known.of(tx, shown)
        quoted = await _quoted(tx, known, originals, reader)
        veiled = await self.veils(tx, [*originals, *(one for one in quoted.values() if one)], reader, where, now=now)
        wanted_bodies = [*shown, *(one.id for one in quoted.values() if one)]
        found = await self._bodies(tx, known, wanted_bodies, pages, lang, reader.hidden)
        if zone.key != pages.zone.key:
            found = {id: dates.at_home(body, lang=lang, zone=zone) for id, body in found.items()}
        wanted = [id for shape in shapes for id in (shape.author_id, shape.boost_of_author_id) if id is not None]
        wanted += [one.author_id for one in quoted.values() if one]
        authors = await self._heads(tx, wanted, pages, lang)
        polls = await _polls(tx, [shape for shape in originals if shape.poll], reader, lang=lang, zone=zone, now=now)
        frames = {
            id: pages.piece(
                "posts/_quoted",
                lang=lang,
                author=authors.get(one.author_id) if one else None,
                body=found.get(one.id) if one else None,
                veil=veiled.get(one.id) if one else None,
            )
            for id, one in quoted.items()
        }
        hidden = await _hidden(tx, originals, reader, pages, lang)
        cards = []
        for shape, id in zip(shapes, shown, strict=True):
            author_id = shape.boost_of_author_id or shape.author_id
            if id not in found or author_id not in authors or shape.author_id not in authors:
                continue
            veil = veiled.get(id)
            if veil is not None and veil.hides:
                continue
            above = pages.piece("posts/_veil", lang=lang, veil=veil) if veil else Markup()
            if shape.boost_of_id is not None:
                above += pages.piece("posts/_repeated", lang=lang, by=authors[shape.author_id])
            start, below = f'<article class="post h-entry" id="p{shape.id:d}">', hidden.get(id, "")
            pieces = (start, above, authors[author_id], found[id], below)
            html = Markup("".join(pieces))  # noqa: S704  (all of them of templates)
            marks = marked.get(id, frozenset())
            cards.append(Card(shape, moment_of(shape.id), html, marks, polls.get(id), frames.get(id, Markup()), veil))
        return cards

    async def veils(
        self, tx: ReadTx, shapes: Sequence[Shape], reader: Reader, where: Context | None, *, now: datetime
    ) -> Mapping[PostId, Veil]:
        """What covers these posts, by their ids. Free for those who have no filters and for posts met lately."""
        if where is None or reader.id is None:
            return {}
        authors = {shape.id: shape.author_id for shape in shapes}
        matched = await self._filtered.of(tx, reader.id, list(authors), now=now)
        return veils(matched, authors, reader_id=reader.id, where=where)

    async def _bodies(
        self,
        tx: ReadTx,
        known: Shapes,
        ids: Sequence[PostId],
        pages: Pages,
        lang: Lang,
        hidden: Container[PostId],
    ) -> dict[PostId, Markup]:
        kept, zone = self._posts[lang], pages.zone
        found, missing = kept.look_up(ids)
        if missing:
            read = await posts.posts(tx, missing)
            attached = await media.of_posts(tx, [post.id for post in read.values() if post.media])
            tied = await tied_to(tx, known, list(read.values()), hidden)
            writers = [*(post.author_id for post in read.values()), *(one.author_id for one in tied.values())]
            named = await accounts.by_ids(tx, list(dict.fromkeys(writers)))
            ties = {id: Tie.of(shape, named, lang=lang, zone=zone) for id, shape in tied.items()}
            shared = await self._links(tx, list(read.values()))
            for post in read.values():
                author = named.get(post.author_id)
                if author is None:
                    continue
                body = pages.piece(
                    "posts/_body",
                    lang=lang,
                    post=post,
                    path=path_of(author.acct, post),
                    published=dates.moment(post.created_at, lang=lang, zone=zone),
                    edited=dates.moment(post.edited_at, lang=lang, zone=zone) if post.edited_at else None,
                    corrected=ties.get(post.corrected_by_id or 0),
                    corrects=ties.get(post.corrects_id or 0),
                    html=text_of(post),
                    attached=attached.get(post.id, ()),
                    link=(link := shared.get(post.id)),
                    # By the short link if the post shares it by one: so who follows it is counted.
                    leads=posts.short_link_in(post.text, bases=self._short_bases) or link.url if link else "",
                    site=site_of(link.url) if link else "",
                )
                found[post.id] = kept.keep(post.id, body)
        return found

    async def _links(self, tx: ReadTx, shown: Sequence[Post]) -> dict[PostId, Link]:
        """What posts link to, by post, as far as it has a card to show. One statement; none if they share nothing."""
        # What stands in a post itself is more than what it leads to.
        sharing = [post for post in shown if post.link_id and not post.media and post.quote_of_id is None]
        if not sharing:
            return {}
        if self._count_linked >= KEEP_LINKED:
            self._clear()
        for post in sharing:
            showing = self._linked.setdefault(post.link_id or 0, set())
            self._count_linked += post.id not in showing
            showing.add(post.id)
        there = await links.by_ids(tx, list({post.link_id for post in sharing if post.link_id}))
        return {post.id: link for post in sharing if (link := there.get(post.link_id or 0)) and link.card}

    async def _heads(self, tx: ReadTx, ids: Sequence[AccountId], pages: Pages, lang: Lang) -> dict[AccountId, Markup]:
        found, missing = self._authors.look_up(ids)
        if missing:
            for profile in (await accounts.profiles(tx, missing)).values():
                head = pages.piece("posts/_author", lang=lang, author=profile, picture=picture_of(profile, pages))
                found[profile.id] = self._authors.keep(profile.id, head)
        return found

    def _clear(self) -> None:
        for pieces in (self._authors, *self._posts.values()):
            pieces.clear()
        self.shelf.clear()
        self._linked.clear()
        self._count_linked = 0

    def _drop(self, *ids: PostId | None) -> None:
        for id in ids:
            if id is not None:
                for pieces in self._posts.values():
                    pieces.drop(id)


async def tied_to(tx: ReadTx, known: Shapes, shown: Sequence[Post], hidden: Container[PostId]) -> dict[int, Shape]:
    """What corrects these posts, and what they correct, by id, unless moderators hid it. Free if nothing does."""
    tied = {id for post in shown for id in (post.corrected_by_id, post.corrects_id) if id is not None}
    ids = {id for id in tied if id not in hidden}
    return {shape.id: shape for shape in await known.of(tx, list(ids))} if ids else {}


def text_of(post: Post) -> Markup:
    """What a post says, with the spaces of its language. Made by the parser of posts, which escapes all text."""
    return Markup(typography(post.html, "fr") if post.language == "fr" else post.html)  # noqa: S704


async def _quoted(tx: ReadTx, known: Shapes, shapes: Sequence[Shape], reader: Reader) -> dict[PostId, Shape | None]:
    """What these posts quote, by the post that does; None if this reader does not see it. Free if none does."""
    quoting = [(shape, shape.quote_of_id) for shape in shapes if shape.quote_of_id is not None]
    if not quoting:
        return {}
    there = {shape.id: shape for shape in await known.of(tx, [id for _, id in quoting])}
    return {
        shape.id: there.get(id) if posts.quote_state(shape, there.get(id), reader) is QuoteState.ACCEPTED else None
        for shape, id in quoting
    }


async def _hidden(
    tx: ReadTx, shapes: Sequence[Shape], reader: Reader, pages: Pages, lang: Lang
) -> Mapping[PostId, Markup]:
    """What stands under those that moderators hid: whoever may see them is told so, and why. Free if none is hidden."""
    by = {
        shape.id: (reader.hidden[shape.id], shape.author_id == reader.id)
        for shape in shapes
        if shape.id in reader.hidden
    }
    if not by:
        return {}
    strikes = await moderation.strikes_by_ids(tx, [decision_id for decision_id, _ in by.values()])
    return {
        id: pages.piece(
            "posts/_hidden",
            lang=lang,
            is_own=is_own,
            reason=strikes[decision_id].text if decision_id in strikes else "",
            path=f"/appeals/{decision_id}",
        )
        for id, (decision_id, is_own) in by.items()
    }


async def _polls(
    tx: ReadTx, asking: Sequence[Shape], reader: Reader, *, lang: Lang, zone: ZoneInfo, now: datetime
) -> dict[int, Asked]:
    """The polls of these posts. Two statements at most, none if none asks."""
    ids = [shape.id for shape in asking]
    found = await posts.polls.of_posts(tx, ids)
    chosen = await posts.polls.chosen(tx, reader.id, ids) if reader.id is not None else {}
    own = {shape.id for shape in asking if shape.author_id == reader.id}
    asked = {}
    for id, poll in found.items():
        has_ended = poll.expires_at <= now
        hidden = poll.hide_totals and not has_ended
        mine = chosen.get(id, ())
        answers = [
            Answer(text, None if hidden else votes, round(100 * votes / max(poll.voters, 1)), place in mine)
            for place, (text, votes) in enumerate(zip(poll.options, poll.votes, strict=True))
        ]
        may_vote = reader.id is not None and id not in own and not mine and not has_ended
        ends = dates.moment(poll.expires_at, lang=lang, zone=zone)
        asked[id] = Asked(answers, poll.multiple, poll.voters, may_vote, has_ended, ends)
    return asked


def site_of(url: str) -> str:
    """The host of an address, as people call it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def path_of(acct: str, post: Post | Shape) -> str:
    """Where the page of a post is."""
    return f"/@{acct}/{post.id}"


def picture_of(profile: Profile, pages: Pages) -> str:
    """Where the picture of an account is: its own, or the one that everyone has."""
    return media.address(profile.avatar, "") if profile.avatar else pages.static("avatar.png")
