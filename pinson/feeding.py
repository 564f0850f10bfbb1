"""Feeds of what profiles, days, hashtags and events show: what is in them, and who is told of at which addresses.

Called by pages for whoever asks at the address of one (web), and by `syndicating.py`, which sends the same to those
who subscribed. They hold what strangers see, whoever asks, so a proxy may hold them and nobody's secrets are in an
address that gets around.

Not here: how the formats are written (`lib/feeds.py`), HTTP.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from pinson import withholding
from pinson.domain import accounts, alerts, events, media, posts
from pinson.domain.accounts import AccountId, AccountNotFound, Profile
from pinson.domain.media import Media
from pinson.domain.posts import Post, PostId, Reader, Shape
from pinson.domain.timelines import Timeline
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.feeds import FORMATS, Author, Enclosure, Entry, Feed
from pinson.lib.i18n import negotiate
from pinson.lib.ids import first_at, moment_of
from pinson.lib.paging import Page
from pinson.tools import Tools

PAGE = 20
MOST_MISSED = 50
MOST_ON_DAYS = 500  # posts of one range
MOST_DAYS = 366
HUB = "/hub"  # where programs subscribe (interfaces/websub)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
ADDRESS = re.compile(
    r"/(?:@(?P<acct>[^/]+)(?:/(?P<days>[^/]+))?|tags/(?P<tag>[^/]+)|e/(?P<slug>[^/]+))/feed\.(?P<kind>[a-z]+)"
)
NOTHING: Mapping[str, str] = MappingProxyType({})


class NoSuchFeed(Refusal):
    """No feed of ours is at this address."""

    kind, code = Kind.MISSING, "no_such_feed"
    text = "There is no feed of this server at this address."


class FeedEnded(Refusal):
    """There was one, for one person, who has taken its address back or is gone: news readers shall ask no more."""

    kind, code = Kind.GONE, "feed_ended"
    text = "This link no longer works: nothing is sent to that address any more."


class NoSuchDays(Refusal):
    """The address names no day, or no range of days that goes forward."""

    kind, code = Kind.MISSING, "no_such_days"
    text = (
        "There is no such day. An address like /@name/2010-03-30 shows one day, /@name/2010-03-30..2010-04-02 several."
    )


class Source(msgspec.Struct, frozen=True):
    """What a feed is of.

    path: of its page. topic_id: what it shows stands under; None: the hashtag `tag`, which nobody has used yet.
    created_at: from when on there may have been something in it.
    indexable: whether whoever it is about wants to be found by search engines.
    since, until: of days, from when until when.
    """

    path: str
    title: str
    topic_id: int | None
    timeline: Timeline
    created_at: datetime
    description: str = ""
    icon: str = ""
    indexable: bool = True
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None


class _Found(msgspec.Struct, frozen=True):
    """Posts of a feed, newest first, as strangers see them, with who wrote them and what is attached.

    tied: the posts that correct them, or that they correct, by id; their authors are among `authors`.
    """

    posts: Sequence[Post]
    authors: Mapping[AccountId, Profile]
    attached: Mapping[int, Sequence[Media]]
    tied: Mapping[PostId, Shape]


async def of_account(tools: Tools, acct: str) -> Source:
    """What an account published itself, without its replies to others.

    Raises:
        AccountNotFound: there is none; one that is suspended is as good as none.
    """
    local_domain = tools.settings.url.partition("://")[2]
    async with tools.db.read() as tx:
        profile = await accounts.profile_by_acct(tx, acct, local_domain=local_domain)
    if profile is None or profile.suspended_at is not None:
        raise AccountNotFound
    return Source(
        path=f"/@{profile.acct}",
        title=f"{profile.display_name or profile.username} (@{profile.acct})",
        topic_id=profile.id,
        timeline=tools.timelines.profile(profile.id, replies=False, boosts=False, direct=False),
        created_at=profile.created_at,
        description=" ".join(profile.note.split()),
        icon=media.address(profile.avatar, tools.settings.url) if profile.avatar else "",
        indexable=profile.indexable,
    )


async def of_days(tools: Tools, acct: str, said: str) -> Source:
    """What an account published on a day or in a range, by the days of this server.

    Raises:
        AccountNotFound, NoSuchDays.
    """
    first, last = days_of(said)
    source = await of_account(tools, acct)
    zone = _zone(tools)
    return msgspec.structs.replace(
        source,
        path=f"{source.path}/{said}",
        title=f"{source.title}, {said.replace('..', ' – ')}",
        since=datetime.combine(first, time(), zone),
        until=datetime.combine(last + timedelta(days=1), time(), zone),
    )


async def of_tag(tools: Tools, name: str) -> Source:
    """What is public under a hashtag.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = posts.tag_name(name)
    async with tools.db.read() as tx:
        tag = await posts.tag(tx, folded)
    return Source(
        path=f"/tags/{quote(folded)}",
        title=f"#{folded if tag is None else tag.display_name}",
        topic_id=None if tag is None else tag.id,
        timeline=tools.timelines.nothing() if tag is None else tools.timelines.tag(tag.id),
        created_at=moment_of(0),
        tag=folded,
    )


async def of_event(tools: Tools, slug: str) -> Source:
    """What is told in an event.

    Raises:
        EventNotFound: there is none, it is a model, or its account is suspended.
    """
    async with tools.db.read() as tx:
        event = await events.by_slug(tx, slug)
    if event.is_model or event.account_id in tools.standing.hidden:
        raise events.EventNotFound
    return Source(
        path=f"/e/{event.slug}",
        title=event.title,
        topic_id=event.id,
        timeline=tools.timelines.event(event.id),
        created_at=event.created_at,
        description=" ".join(event.text.split()),
    )


async def at(tools: Tools, address: str) -> tuple[Source, str]:
    """The source of the feed at an address of this server, such as `/@name/feed.atom`, and its format.

    Raises:
        NoSuchFeed: there is none, or its address is written in another way.
    """
    found = ADDRESS.fullmatch(address)
    if found is None or found["kind"] not in FORMATS:
        raise NoSuchFeed
    try:
        if found["days"]:
            source = await of_days(tools, found["acct"], found["days"])
        elif found["acct"]:
            source = await of_account(tools, found["acct"])
        elif found["tag"]:
            source = await of_tag(tools, unquote(found["tag"]))
        else:
            source = await of_event(tools, found["slug"])
    except Refusal as refusal:
        raise NoSuchFeed from refusal
    if address != f"{source.path}/feed.{found['kind']}":
        raise NoSuchFeed
    return source, found["kind"]


async def read(
    tools: Tools, source: Source, kind: str, page: Page | None = None, asked: Mapping[str, str] = NOTHING
) -> Feed:
    """A page of a feed in one of `FORMATS`: what it holds depends on the format in its own addresses only.

    Args:
        page: the newest unless it says otherwise; of days there is only one, which holds all.
        asked: the cursors by which a page that is not the newest was asked for.
    """
    base_url = tools.settings.url
    first = f"{base_url}{source.path}/feed.{kind}"
    if source.since is not None and source.until is not None:
        days = first_at(source.since) - 1, first_at(source.until)
        found = await _found(tools, source, Page(since_id=days[0], max_id=days[1], min_id=None, limit=MOST_ON_DAYS))
        older = newer = None
    else:
        page = page or Page(None, None, None, PAGE)
        found = await _found(tools, source, page)
        ends = not found.posts or (len(found.posts) < page.limit and "min_id" not in asked)
        older = None if ends else found.posts[-1].id
        newer = found.posts[0].id if found.posts and asked else None
    entries = [_entry(tools, post, found) for post in found.posts]
    return Feed(
        title=source.title,
        description=source.description,
        page=f"{base_url}{source.path}",
        address=f"{first}?{urlencode(asked)}" if asked else first,
        updated=max((entry.updated for entry in entries), default=source.created_at),
        entries=entries,
        icon=source.icon,
        first="" if not asked and older is None else first,
        newer="" if newer is None else f"{first}?{urlencode({'min_id': newer})}",
        older="" if older is None else f"{first}?{urlencode({'max_id': older})}",
        hub="" if asked else f"{base_url}{HUB}",
    )


async def of_reader(tools: Tools, key: str, kind: str) -> Feed:
    """What was held for somebody, each message with the reason: at an address that only they know.

    Raises:
        FeedEnded: the key opens none any more. NoSuchFeed: it is no key at all.
    """
    stranger, base_url = Reader(None, tools.standing), tools.settings.url
    async with tools.db.read() as tx:
        reader = await alerts.by_feed_key(tx, key)
        if reader is None:
            raise FeedEnded if alerts.is_feed_key(key) else NoSuchFeed
        lines = {line.post_id: line for line in await alerts.held_for_reader(tx, reader.id, limit=MOST_MISSED)}
        named = await withholding.names(tx, list({line.topic_id for line in lines.values()}))
        shapes = await tools.shapes.of(tx, list(lines))
        found = await _with_authors(tx, tools, [shape for shape in shapes if posts.can_see(shape, stranger)])
    lang = negotiate(reader.lang, None, None)
    _ = tools.catalogs.translations(lang).gettext

    def entry(post: Post) -> Entry:
        line, made = lines[post.id], _entry(tools, post, found)
        why = withholding.why(_, line.reason, named.get(line.topic_id, ""))
        said = Markup('<p lang="{}"><em>{}</em></p>').format(lang, _("Why it waited: {reason}").format(reason=why))
        return msgspec.structs.replace(made, html=f"{said}{made.html}")

    entries = [entry(post) for post in found.posts]
    title = _("What you missed")
    return Feed(
        title=f"{title} · {tools.settings.instance.title}",
        description=_("Messages that did not come at once, and why. Keep this address to yourself."),
        page=f"{base_url}/alertes",
        address=f"{base_url}{path_of_missed(key, kind)}",
        updated=max((one.updated for one in entries), default=moment_of(reader.id)),
        entries=entries,
    )


def path_of_missed(key: str, kind: str) -> str:
    """Where the feed of what somebody missed is."""
    return f"/s/missed/{key}/feed.{kind}"


def days_of(said: str) -> tuple[date, date]:
    """The first and the last day of a range.

    Raises:
        NoSuchDays.
    """
    found = DAYS.fullmatch(said)
    try:
        first = date.fromisoformat(found[1]) if found else None
        last = date.fromisoformat(found[2]) if found and found[2] else first
    except ValueError:
        raise NoSuchDays from None
    if first is None or last is None or not timedelta() <= last - first < timedelta(days=MOST_DAYS) or last.year > 9000:
        raise NoSuchDays
    return first, last


async def _found(tools: Tools, source: Source, page: Page) -> _Found:
    stranger = Reader(None, tools.standing)
    shapes: Sequence[Shape] = await tools.timelines.page(tools.db, source.timeline, reader=stranger, page=page)
    async with tools.db.read() as tx:
        return await _with_authors(tx, tools, shapes)


async def _with_authors(tx: ReadTx, tools: Tools, shapes: Sequence[Shape]) -> _Found:
    stranger = Reader(None, tools.standing)
    read = await posts.posts(tx, [shape.id for shape in shapes])
    ties = {id for post in read.values() for id in (post.corrected_by_id, post.corrects_id) if id is not None}
    known = await tools.shapes.of(tx, list(ties)) if ties else []
    tied = {shape.id: shape for shape in known if posts.can_see(shape, stranger)}
    writers = dict.fromkeys([*(post.author_id for post in read.values()), *(one.author_id for one in tied.values())])
    authors = await accounts.profiles(tx, list(writers))
    attached = await media.of_posts(tx, [post.id for post in read.values() if post.media])
    kept = [read[shape.id] for shape in shapes if shape.id in read and shape.author_id in authors]
    return _Found(kept, authors, attached, tied)


def _entry(tools: Tools, post: Post, found: _Found) -> Entry:
    author, attached = found.authors[post.author_id], found.attached.get(post.id, [])
    warned = Markup("<p><strong>{}</strong></p>").format(post.spoiler) if post.spoiler else ""
    notes = [
        Markup('<p><strong><a href="{}">{}</a></strong></p>').format(address, said)
        for said, address in _ties(tools, post, found)
    ]
    pictures = [
        Markup('<p><img src="{}" alt="{}" width="{}" height="{}"></p>').format(
            media.address(one.key, tools.settings.url), one.description, one.details.width, one.details.height
        )
        for one in attached
        if one.kind == "image" and one.key and not post.sensitive
    ]
    return Entry(
        related=[address for _, address in _ties(tools, post, found)],
        url=f"{tools.settings.url}/@{author.acct}/{post.id}",
        summary=posts.summary_of(post) or f"{post.created_at.astimezone(_zone(tools)):%Y-%m-%d %H:%M}",
        html="".join([*notes, *_from(tools, post), warned, post.html, *pictures]),
        published=post.created_at,
        updated=max(
            post.edited_at or post.created_at,
            moment_of(post.corrected_by_id) if post.corrected_by_id else post.created_at,
        ),
        author=Author(
            name=author.display_name or author.username,
            url=author.url(tools.settings.url),
            picture=media.address(author.avatar, tools.settings.url) if author.avatar else "",
        ),
        language=post.language or "",
        tags=post.tags,
        enclosures=[
            Enclosure(
                url=media.address(one.key, tools.settings.url),
                media_type=media.TYPES[one.key.rpartition(".")[2]],
                size=one.size,
                description=one.description,
            )
            for one in attached
            if one.key
        ],
    )


def _from(tools: Tools, post: Post) -> list[Markup]:
    """A line that says, in a post's language, where it is from, if it says so."""
    said = tools.catalogs.translations("fr" if post.language == "fr" else "en").gettext("Place:")
    return [Markup("<p>{} {}</p>").format(said, post.place)] if post.place else []


def _ties(tools: Tools, post: Post, found: _Found) -> list[tuple[str, str]]:
    """What corrects a post, and what it corrects: how that is said in its language, and where it is."""
    _ = tools.catalogs.translations("fr" if post.language == "fr" else "en").gettext
    ties = []
    for said, id in (
        (_("This message was corrected"), post.corrected_by_id),
        (_("Corrects a message"), post.corrects_id),
    ):
        other = found.tied.get(id or PostId(0))
        if other is not None and other.author_id in found.authors:
            ties.append((said, f"{tools.settings.url}/@{found.authors[other.author_id].acct}/{other.id}"))
    return ties


def _zone(tools: Tools) -> ZoneInfo:
    return ZoneInfo(tools.settings.instance.time_zone)
