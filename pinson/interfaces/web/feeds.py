"""What profiles, days, hashtags and events show, for feed readers: `feed.atom`, `feed.rss` and `feed.json` behind it.

They hold what strangers see, whoever asks, so a proxy may hold them and nobody's secrets are
in an address that gets around. Pages that have one link to it (`_feeds.html`).

Not here: how the formats are written (`lib/feeds.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from urllib.parse import quote, urlencode

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from pinson.domain import accounts, events, media, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.media import Media
from pinson.domain.posts import Post, PostId, Reader, Shape
from pinson.domain.timelines import Timeline
from pinson.interfaces.request import Routes
from pinson.interfaces.web.cards import path_of
from pinson.interfaces.web.posts import summary_of
from pinson.interfaces.web.profiles import MOST_ON_DAYS, days_of, profile_of
from pinson.interfaces.web.reading import PAGE, Paged
from pinson.interfaces.web.site import Call
from pinson.lib.feeds import FORMATS, Author, Enclosure, Entry, Feed
from pinson.lib.ids import first_at, moment_of
from pinson.lib.paging import Page

routes = Routes()

KEPT = 60  # seconds that a proxy may hold a feed
CURSORS = ("max_id", "min_id")
FIRST = Paged()  # what is asked for where there is only one page


class OfProfile(Paged, kw_only=True):
    """A page of the feed of an account."""

    acct: str


class OfDays(msgspec.Struct):
    """The feed of a day or of a range: `what`."""

    acct: str
    what: str


class OfTag(Paged, kw_only=True):
    """A page of the feed of a hashtag."""

    name: str


class OfEvent(Paged, kw_only=True):
    """A page of the feed of an event."""

    slug: str


@routes.get("/@{acct}/feed.atom")
@routes.get("/@{acct}/feed.rss")
@routes.get("/@{acct}/feed.json")
async def of_profile(call: Call, form: OfProfile) -> Response:
    """What an account published itself, without its replies to others."""
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
    timeline = call.tools.timelines.profile(profile.id, replies=False, boosts=False, direct=False)
    return await _paged(call, form, timeline, _about(call, profile), path=f"/@{profile.acct}")


@routes.get("/@{acct}/{what}/feed.atom")
@routes.get("/@{acct}/{what}/feed.rss")
@routes.get("/@{acct}/{what}/feed.json")
async def of_days(call: Call, form: OfDays) -> Response:
    """What an account published on a day or in a range: all of it, on one page."""
    first, last = days_of(form.what)
    start, end = (datetime.combine(on, time(), call.zone) for on in (first, last + timedelta(days=1)))
    async with call.tools.db.read() as tx:
        profile = await profile_of(tx, call, form.acct)
    timeline = call.tools.timelines.profile(profile.id, replies=False, boosts=False, direct=False)
    page = Page(max_id=first_at(end), since_id=first_at(start) - 1, min_id=None, limit=MOST_ON_DAYS)
    found = await _found(call, timeline, page)
    about = _about(call, profile)
    title = f"{about.title}, {form.what.replace('..', ' – ')}"
    return _answer(call, msgspec.structs.replace(about, title=title), found, path=f"/@{profile.acct}/{form.what}")


@routes.get("/tags/{name}/feed.atom")
@routes.get("/tags/{name}/feed.rss")
@routes.get("/tags/{name}/feed.json")
async def of_tag(call: Call, form: OfTag) -> Response:
    """What is public under a hashtag.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = posts.tag_name(form.name)
    async with call.tools.db.read() as tx:
        tag = await posts.tag(tx, folded)
    timeline = call.tools.timelines.nothing() if tag is None else call.tools.timelines.tag(tag.id)
    about = _Subject(f"#{folded if tag is None else tag.display_name}", moment_of(0))
    return await _paged(call, form, timeline, about, path=f"/tags/{quote(folded)}")


@routes.get("/e/{slug}/feed.atom")
@routes.get("/e/{slug}/feed.rss")
@routes.get("/e/{slug}/feed.json")
async def of_event(call: Call, form: OfEvent) -> Response:
    """What is told in an event.

    Raises:
        EventNotFound: there is none, it is a model, or its account is suspended.
    """
    async with call.tools.db.read() as tx:
        event = await events.by_slug(tx, form.slug)
    if event.is_model or event.account_id in call.tools.standing.hidden:
        raise events.EventNotFound
    about = _Subject(event.title, event.created_at, " ".join(event.text.split()))
    return await _paged(call, form, call.tools.timelines.event(event.id), about, path=f"/e/{event.slug}")


class _Subject(msgspec.Struct, frozen=True):
    """What a feed is about. since: from when on there may have been something in it.

    indexable: whether whoever it is about wants to be found by search engines.
    """

    title: str
    since: datetime
    description: str = ""
    icon: str = ""
    indexable: bool = True


class _Found(msgspec.Struct, frozen=True):
    """Posts of a feed, newest first, as strangers see them, with who wrote them and what is attached.

    tied: the posts that correct them, or that they correct, by id; their authors are among `authors`.
    """

    posts: Sequence[Post]
    authors: Mapping[AccountId, Profile]
    attached: Mapping[int, Sequence[Media]]
    tied: Mapping[PostId, Shape]


def _about(call: Call, profile: Profile) -> _Subject:
    name = profile.display_name or profile.username
    icon = media.address(profile.avatar, call.base_url) if profile.avatar else ""
    return _Subject(
        f"{name} (@{profile.acct})", profile.created_at, " ".join(profile.note.split()), icon, profile.indexable
    )


async def _paged(call: Call, form: Paged, timeline: Timeline, about: _Subject, *, path: str) -> Response:
    page = Page.of(max_id=form.max_id, min_id=form.min_id, default=PAGE, maximum=PAGE)
    found = await _found(call, timeline, page)
    older = newer = None
    if found.posts:
        older = None if len(found.posts) < page.limit and form.min_id is None else found.posts[-1].id
        newer = None if form.is_first else found.posts[0].id
    return _answer(call, about, found, path=path, asked=form, older=older, newer=newer)


async def _found(call: Call, timeline: Timeline, page: Page) -> _Found:
    stranger = Reader(None, call.tools.standing)
    shapes: Sequence[Shape] = await call.tools.timelines.page(call.tools.db, timeline, reader=stranger, page=page)
    async with call.tools.db.read() as tx:
        read = await posts.posts(tx, [shape.id for shape in shapes])
        ties = {id for post in read.values() for id in (post.corrected_by_id, post.corrects_id) if id is not None}
        known = await call.tools.shapes.of(tx, list(ties)) if ties else []
        tied = {shape.id: shape for shape in known if posts.can_see(shape, stranger)}
        writers = dict.fromkeys(
            [*(post.author_id for post in read.values()), *(one.author_id for one in tied.values())]
        )
        authors = await accounts.profiles(tx, list(writers))
        attached = await media.of_posts(tx, [post.id for post in read.values() if post.media])
    kept = [read[shape.id] for shape in shapes if shape.id in read and shape.author_id in authors]
    return _Found(kept, authors, attached, tied)


def _answer(
    call: Call,
    about: _Subject,
    found: _Found,
    *,
    path: str,
    asked: Paged = FIRST,
    older: int | None = None,
    newer: int | None = None,
) -> Response:
    kind = call.request.scope["path"].rstrip("/").rpartition(".")[2]
    first = f"{call.base_url}{path}/feed.{kind}"
    given = {name: value for name, value in msgspec.structs.asdict(asked).items() if name in CURSORS and value}
    entries = [_entry(call, post, found) for post in found.posts]
    updated = max((entry.updated for entry in entries), default=about.since)
    feed = Feed(
        title=about.title,
        description=about.description,
        page=f"{call.base_url}{path}",
        address=first if asked.is_first else f"{first}?{urlencode(given)}",
        updated=updated,
        entries=entries,
        icon=about.icon,
        first="" if asked.is_first and older is None else first,
        newer="" if newer is None else f"{first}?{urlencode({'min_id': newer})}",
        older="" if older is None else f"{first}?{urlencode({'max_id': older})}",
    )
    answer = call.feed(feed, FORMATS[kind], kept=KEPT)
    if not about.indexable:
        answer.headers["x-robots-tag"] = "noindex"
    return answer


def _entry(call: Call, post: Post, found: _Found) -> Entry:
    author, attached = found.authors[post.author_id], found.attached.get(post.id, [])
    warned = Markup("<p><strong>{}</strong></p>").format(post.spoiler) if post.spoiler else ""
    notes = [
        Markup('<p><strong><a href="{}">{}</a></strong></p>').format(address, said)
        for said, address in _ties(call, post, found)
    ]
    pictures = [
        Markup('<p><img src="{}" alt="{}" width="{}" height="{}"></p>').format(
            media.address(one.key, call.base_url), one.description, one.details.width, one.details.height
        )
        for one in attached
        if one.kind == "image" and one.key and not post.sensitive
    ]
    return Entry(
        related=[address for _, address in _ties(call, post, found)],
        url=f"{call.base_url}{path_of(author.acct, post)}",
        summary=summary_of(post) or f"{post.created_at.astimezone(call.zone):%Y-%m-%d %H:%M}",
        html="".join([*notes, *_from(call, post), warned, post.html, *pictures]),
        published=post.created_at,
        updated=max(
            post.edited_at or post.created_at,
            moment_of(post.corrected_by_id) if post.corrected_by_id else post.created_at,
        ),
        author=Author(
            name=author.display_name or author.username,
            url=author.url(call.base_url),
            picture=media.address(author.avatar, call.base_url) if author.avatar else "",
        ),
        language=post.language or "",
        tags=post.tags,
        enclosures=[
            Enclosure(
                url=media.address(one.key, call.base_url),
                media_type=media.TYPES[one.key.rpartition(".")[2]],
                size=one.size,
                description=one.description,
            )
            for one in attached
            if one.key
        ],
    )


def _from(call: Call, post: Post) -> list[Markup]:
    """A line that says, in a post's language, where it is from, if it says so."""
    said = call.tools.catalogs.translations("fr" if post.language == "fr" else "en").gettext("Place:")
    return [Markup("<p>{} {}</p>").format(said, post.place)] if post.place else []


def _ties(call: Call, post: Post, found: _Found) -> list[tuple[str, str]]:
    """What corrects a post, and what it corrects: how that is said in its language, and where it is."""
    _ = call.tools.catalogs.translations("fr" if post.language == "fr" else "en").gettext
    ties = []
    for said, id in (
        (_("This message was corrected"), post.corrected_by_id),
        (_("Corrects a message"), post.corrects_id),
    ):
        other = found.tied.get(id or PostId(0))
        if other is not None and other.author_id in found.authors:
            ties.append((said, f"{call.base_url}{path_of(found.authors[other.author_id].acct, other)}"))
    return ties
