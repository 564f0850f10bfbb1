"""Reading sites: the slow work, outside any transaction.

Called by `pinson/sourcing.py`, which looks at sources, and by the pages on which somebody gives the address of a site.
What goes wrong at the other end is a refusal of `rules.py`: a person reads it, or it is kept with the source.

Not here: what a document says (`pinson.lib.news`), how other servers are asked (`pinson.lib.http`), when.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec
from yarl import URL

from pinson.domain.links import reading as pages
from pinson.domain.sources import rules
from pinson.domain.sources.model import Entry, Kind, Look, Source
from pinson.lib import news
from pinson.lib.errors import Refusal
from pinson.lib.http import Answer, ForbiddenAddress, Outgoing, OutgoingFailed, TooLarge, TooSlow, wait_of
from pinson.lib.news import Reader, Told, Unreadable

MOST_BYTES = 5 << 20  # of a document: six seconds of a processor
ROBOTS_BYTES = 64 << 10
PAGE_BYTES = 1 << 20  # of a page that is read for its title
FINDING = 25.0  # seconds that looking for all that a site offers may take
SECONDS = 20.0  # that a site may take to answer
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9"
    ", text/html;q=0.8, */*;q=0.5"
)
GUESSES = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/spip.php?page=backend")  # of feeds that no page names
COMMENTS = re.compile(r"comment", re.IGNORECASE)  # what readers say is not the site's news
SITEMAPS = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)  # in robots.txt
LONGEST_TITLE = 120  # characters of what a site calls itself
NEWSY = re.compile(r"post|news|actu|article|blog|agenda", re.IGNORECASE)
SCHEMELESS = re.compile(r"(?![a-z][a-z0-9+.-]*:(?!\d))[\w-]+(\.[\w-]+)*(:\d+)?([/?#].*)?", re.IGNORECASE)
MOST_FOUND = 4  # ways in which a site is offered
LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)")
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


class Site(msgspec.Struct, frozen=True):
    """A way in which a site can be followed, and what it shows now."""

    kind: Kind
    look: Look
    told: Told


async def find(typed: str, *, outgoing: Outgoing, reader: Reader) -> list[Site]:
    """The ways in which a site can be followed, the best first: what its page names, a sitemap, the page itself.

    Args:
        typed: an address as people write it.
    Raises:
        What `look_at` raises, of the address itself.
        NoNewsThere: there is no way.
        SiteTooSlow: all of it took too long.
    """
    try:
        async with asyncio.timeout(FINDING):
            return await _find(typed, outgoing, reader)
    except TimeoutError:
        raise rules.SiteTooSlow from None


async def _find(typed: str, outgoing: Outgoing, reader: Reader) -> list[Site]:
    address = as_address(typed)
    try:
        answer = await fetch(address, outgoing)
    except rules.SiteUnreachable:
        if "://" in typed:
            raise
        answer = await fetch(address.replace("https:", "http:", 1), outgoing)
    told = await _told(answer, reader)
    if told.kind == "feed" or told.kind == "sitemap":
        return [_site(answer, told)]
    if told.kind == "index":
        return [await _of_index(answer, told, outgoing, reader)]
    here = URL(answer.url)
    named = [one.address for one in told.feeds if not COMMENTS.search(f"{one.title} {one.address}")]
    found = await _try(named[:MOST_FOUND], outgoing, reader, Kind.FEED)
    if not found:
        found = (await _try([str(here.join(URL(guess))) for guess in GUESSES], outgoing, reader, Kind.FEED))[:1]
    if not found:
        sitemaps = [str(here.join(URL("/sitemap.xml"))), *await _sitemaps(here, outgoing)]
        found = (await _try(sitemaps[:MOST_FOUND], outgoing, reader, Kind.SITEMAP))[:1]
    if told.items:
        found.append(_site(answer, told))
    once = {site.look.address: site for site in reversed(found)}
    if not once:
        raise rules.NoNewsThere
    return list(reversed(once.values()))


async def look_at(address: str, *, outgoing: Outgoing, reader: Reader) -> Site:
    """What is at an address now, whatever it is.

    Raises:
        NotAnAddress, SiteIsPrivate, SiteUnreachable, SiteTooSlow, SiteAnswers, SiteGone, SiteTooLong, SiteUnreadable.
        NoNewsThere: a page without links, or a list of sitemaps.
    """
    answer = await fetch(as_address(address), outgoing)
    told = await _told(answer, reader)
    if told.kind == "index" or (told.kind == "page" and not told.items):
        raise rules.NoNewsThere
    return _site(answer, told)


async def look(source: Source, *, outgoing: Outgoing, reader: Reader) -> Look:
    """What a source shows now, or that it is as it was.

    Raises:
        What `look_at` raises.
    """
    known = {"if-none-match": source.etag, "if-modified-since": source.modified}
    answer = await fetch(source.address, outgoing, known={name: value for name, value in known.items() if value})
    address = answer.moved or source.address
    if answer.status == 304:
        return Look(address, None)
    digest = _digest(answer)
    if digest == source.digest:
        return Look(address, None)
    told = await _told(answer, reader)
    if told.kind != source.kind:
        raise rules.SiteUnreadable  # an error page, say, where the feed was
    return _site(answer, told, address=address).look


async def delivered(source: Source, body: bytes, *, content_type: str, reader: Reader) -> Look:
    """What a document shows that was brought to us.

    Raises:
        SiteTooLong, SiteUnreadable.
    """
    told = await _read(body, content_type, source.address, reader)
    if told.kind != source.kind:
        raise rules.SiteUnreadable
    entries = rules.entries(told, source.kind, home=told.home or source.home)
    return Look(source.address, entries, title=rules.cut(told.title, LONGEST_TITLE), home=told.home)


async def titled(entry: Entry, *, outgoing: Outgoing) -> Entry | None:
    """Something new with the title of its page, which a sitemap does not tell; None if there is none.

    Raises:
        What `fetch` raises.
    """
    answer = await fetch(entry.link, outgoing, most=PAGE_BYTES, cut=True)
    content_type = answer.headers.get("content-type", "")
    said = await asyncio.to_thread(pages.read, answer.body, content_type=content_type, url=answer.url)
    if said is None:
        return None
    return msgspec.structs.replace(entry, title=said.card.title, language=entry.language or said.card.language)


async def with_titles(shown: Sequence[Entry], *, outgoing: Outgoing) -> list[Entry]:
    """These with the titles of their pages where they have none; by their addresses if those cannot be read."""

    async def named(entry: Entry) -> Entry:
        try:
            found = None if entry.title else await titled(entry, outgoing=outgoing)
        except Refusal:
            found = None
        return found or msgspec.structs.replace(entry, title=entry.title or entry.link)

    return list(await asyncio.gather(*map(named, shown)))


def as_address(typed: str) -> str:
    """An address as people write it, `www.example.org`, as one that can be fetched.

    Raises:
        NotAnAddress.
    """
    typed = typed.strip()
    if SCHEMELESS.fullmatch(typed):
        typed = f"https://{typed}"
    elif typed.lower().startswith("feed:"):
        typed = typed[5:].removeprefix("//")
        typed = typed if typed.startswith("http") else f"https://{typed}"
    try:
        url = URL(typed)
        valid = url.scheme in ("http", "https") and bool(url.host) and not url.user and not url.password
    except ValueError:  # UnicodeError is one: a name that IDNA cannot write
        valid = False
    if not valid or len(typed) > 2000 or any(sign.isspace() for sign in typed):
        raise rules.NotAnAddress
    return str(url.with_fragment(None))


async def fetch(
    address: str,
    outgoing: Outgoing,
    *,
    known: Mapping[str, str] | None = None,
    most: int = MOST_BYTES,
    cut: bool = False,
) -> Answer:
    """What is at an address: 200, or 304 if it is what we know already.

    Raises:
        SiteIsPrivate, SiteUnreachable, SiteTooSlow, SiteAnswers, SiteGone, SiteTooLong.
    """
    try:
        answer = await outgoing.get(
            address, max_bytes=most, cut=cut, accept=ACCEPT, seconds=SECONDS, headers=known or {}
        )
    except ForbiddenAddress as failure:
        raise rules.SiteIsPrivate from failure
    except TooLarge as failure:
        raise too_long() from failure
    except TooSlow as failure:
        raise rules.SiteTooSlow from failure
    except OutgoingFailed as failure:
        raise rules.SiteUnreachable from failure
    if answer.status == 410:
        raise rules.SiteGone
    if answer.status != 200 and not (answer.status == 304 and known):
        refusal = rules.SiteAnswers(status=answer.status)
        refusal.retry_after = answer.headers.get("retry-after", "").strip()
        raise refusal
    return answer


def asked_to_wait(refusal: Refusal, now: datetime) -> timedelta | None:
    """For how long a site asked to be left alone."""
    return wait_of(refusal.retry_after, now) if isinstance(refusal, rules.SiteAnswers) else None


def too_long() -> Refusal:
    """What says that a document is longer than we read."""
    return rules.SiteTooLong(megabytes=MOST_BYTES >> 20, pages=news.MOST_PAGES)


def related(headers: Mapping[str, str], rel: str, base: str) -> list[str]:
    """The addresses in a Link header with this relation (RFC 8288, section 3)."""
    found = []
    for target, parameters in LINK.findall(headers.get("link", "")[:16384]):
        named = REL.search(parameters)
        if named and rel in (named[1] or named[2]).lower().split():
            try:
                url = URL(base).join(URL(target.strip()))
            except ValueError:
                continue
            if url.scheme in ("http", "https") and url.host:
                found.append(str(url))
    return found


def _site(answer: Answer, told: Told, *, address: str = "") -> Site:
    kind = Kind(told.kind)
    home = told.home or (str(URL(answer.url).origin()) if kind is Kind.SITEMAP else answer.url)
    hubs = (*related(answer.headers, "hub", answer.url), *told.hubs)
    topic = next(iter(related(answer.headers, "self", answer.url)), told.topic)
    look = Look(
        address or answer.moved or answer.url,
        rules.entries(told, kind, home=home),
        title=rules.cut(told.title, LONGEST_TITLE),
        home=home,
        etag=answer.headers.get("etag", "")[:500],
        modified=answer.headers.get("last-modified", "")[:100],
        digest=_digest(answer),
        pause=told.pause,
        hubs=tuple(dict.fromkeys(hubs)),
        topic=topic,
    )
    return Site(kind, look, told)


async def _try(addresses: Sequence[str], outgoing: Outgoing, reader: Reader, kind: Kind) -> list[Site]:
    """What is at these addresses, of those where there is something of this kind. Asked for side by side."""

    async def one(address: str) -> Site | None:
        try:
            answer = await fetch(address, outgoing)
            told = await _told(answer, reader)
            if told.kind == "index" and kind is Kind.SITEMAP:
                return await _of_index(answer, told, outgoing, reader)
        except Refusal:
            return None
        return _site(answer, told) if told.kind == kind and (told.items or kind is Kind.FEED) else None

    found = await asyncio.gather(*map(one, dict.fromkeys(addresses)))
    return [site for site in found if site is not None]


async def _sitemaps(here: URL, outgoing: Outgoing) -> list[str]:
    """The sitemaps that a site names for robots."""
    try:
        answer = await fetch(str(here.join(URL("/robots.txt"))), outgoing, most=ROBOTS_BYTES, cut=True)
    except Refusal:
        return []
    return SITEMAPS.findall(answer.body.decode("utf-8", "replace"))


async def _of_index(answer: Answer, told: Told, outgoing: Outgoing, reader: Reader) -> Site:
    """The sitemap among several that holds the news: by its name, or the one that changed last."""
    named = [item for item in told.items if NEWSY.search(URL(item.link).path)]
    best = max(named or told.items, key=lambda item: item.published or 0, default=None)
    if best is None:
        raise rules.NoNewsThere
    answer = await fetch(best.link, outgoing)
    told = await _told(answer, reader)
    if told.kind != "sitemap":
        raise rules.NoNewsThere
    return _site(answer, told)


async def _told(answer: Answer, reader: Reader) -> Told:
    return await _read(answer.body, answer.headers.get("content-type", ""), answer.url, reader)


async def _read(body: bytes, content_type: str, url: str, reader: Reader) -> Told:
    try:
        return await reader.read(body, content_type=content_type, url=url)
    except Unreadable as failure:
        raise (too_long() if failure.why == "too_many" else rules.SiteUnreadable()) from failure


def _digest(answer: Answer) -> bytes:
    return blake2b(answer.body, digest_size=16).digest()


def newest(entries: Sequence[Entry], most: int) -> list[Entry]:
    """The newest of what a site shows, the newest first."""
    return list(reversed(entries[-most:]))
