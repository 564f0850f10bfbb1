"""News for feed readers, written in the three formats that they read: Atom, RSS and JSON Feed.

Called by interfaces that offer what they show as a feed. Pure. All three say the same: an entry
has no title of its own where the format can do without, since a short post is not an article.

Not here: what is in a feed, and who may see it.

Sources: RFC 4287 (Atom), https://www.rssboard.org/rss-specification (RSS 2.0),
https://www.rssboard.org/media-rss, https://www.jsonfeed.org/version/1.1/, RFC 5005 section 3 (pages),
https://www.w3.org/TR/websub/ section 4 (where to subscribe).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import msgspec

ATOM, DC, MEDIA = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/", "http://search.yahoo.com/mrss/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


class Author(msgspec.Struct, frozen=True):
    """Who wrote it. picture: an address, or ""."""

    name: str
    url: str
    picture: str = ""


class Enclosure(msgspec.Struct, frozen=True):
    """A file that belongs to an entry. size: in bytes. description: for those who cannot see or hear it."""

    url: str
    media_type: str
    size: int
    description: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One post.

    url: of its page, which never changes: what it is known by, too.
    summary: plain text that stands for it where a title is compulsory.
    language: BCP 47, or "" if it is not known.
    related: addresses of what it is about, such as what corrects it or what it corrects.
    """

    url: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    author: Author
    language: str = ""
    tags: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()
    related: Sequence[str] = ()


class Feed(msgspec.Struct, frozen=True):
    """A page of news, newest first.

    page: the address of what it is about, for people. address: its own.
    icon: an address, or "". first, newer, older: addresses of other parts of it; "" where there are none.
    hub: the address where programs ask to be told of what is new in it, or "".
    """

    title: str
    description: str
    page: str
    address: str
    updated: datetime
    entries: Sequence[Entry] = ()
    icon: str = ""
    first: str = ""
    newer: str = ""
    older: str = ""
    hub: str = ""

    @property
    def link(self) -> str:
        """The header by which programs find where to subscribe, and to what (WebSub, section 4)."""
        ways = {"self": self.address, "hub": self.hub}
        return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in ways.items() if address)

    @property
    def ways(self) -> Mapping[str, str]:
        """Where else it leads, by the name of the relation (RFC 5005, section 3)."""
        ways = {"self": self.address, "first": self.first, "previous": self.newer, "next": self.older}
        return {relation: address for relation, address in ways.items() if address}


class Format(msgspec.Struct, frozen=True):
    """A way to write a feed. name: as people call it."""

    name: str
    media_type: str
    write: Callable[[Feed], bytes]


def atom(feed: Feed) -> bytes:
    """As Atom (RFC 4287)."""
    root = Element(f"{{{ATOM}}}feed")
    _text(root, f"{{{ATOM}}}id", feed.address if not feed.first else feed.first)
    _text(root, f"{{{ATOM}}}title", feed.title)
    if feed.description:
        _text(root, f"{{{ATOM}}}subtitle", feed.description)
    _text(root, f"{{{ATOM}}}updated", feed.updated.isoformat())
    SubElement(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=feed.page)
    for relation, address in feed.ways.items():
        SubElement(root, f"{{{ATOM}}}link", rel=relation, type="application/atom+xml", href=address)
    if feed.hub:
        SubElement(root, f"{{{ATOM}}}link", rel="hub", href=feed.hub)
    if feed.icon:
        _text(root, f"{{{ATOM}}}icon", feed.icon)
    for one in feed.entries:
        entry = SubElement(root, f"{{{ATOM}}}entry", {LANG: one.language} if one.language else {})
        _text(entry, f"{{{ATOM}}}id", one.url)
        _text(entry, f"{{{ATOM}}}title", one.summary)
        _text(entry, f"{{{ATOM}}}published", one.published.isoformat())
        _text(entry, f"{{{ATOM}}}updated", one.updated.isoformat())
        author = SubElement(entry, f"{{{ATOM}}}author")
        _text(author, f"{{{ATOM}}}name", one.author.name)
        _text(author, f"{{{ATOM}}}uri", one.author.url)
        SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=one.url)
        for address in one.related:
            SubElement(entry, f"{{{ATOM}}}link", rel="related", type="text/html", href=address)
        for tag in one.tags:
            SubElement(entry, f"{{{ATOM}}}category", term=tag)
        for file in one.enclosures:
            link = SubElement(entry, f"{{{ATOM}}}link", rel="enclosure", type=file.media_type, href=file.url)
            link.set("length", str(file.size))
            link.set("title", _clean(file.description))
        _text(entry, f"{{{ATOM}}}content", one.html, type="html")
    return _written(root)


def rss(feed: Feed) -> bytes:
    """As RSS 2.0. It takes one enclosure an entry; Media RSS says what each file shows."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.page)
    _text(channel, "description", feed.description or feed.title)
    _text(channel, "lastBuildDate", format_datetime(feed.updated))
    for relation, address in feed.ways.items():
        SubElement(channel, f"{{{ATOM}}}link", rel=relation, type="application/rss+xml", href=address)
    if feed.hub:
        SubElement(channel, f"{{{ATOM}}}link", rel="hub", href=feed.hub)
    if feed.icon:
        image = SubElement(channel, "image")
        for name, value in (("url", feed.icon), ("title", feed.title), ("link", feed.page)):
            _text(image, name, value)
    for one in feed.entries:
        item = SubElement(channel, "item")
        _text(item, "guid", one.url, isPermaLink="true")
        _text(item, "link", one.url)
        _text(item, "pubDate", format_datetime(one.published))
        _text(item, f"{{{DC}}}creator", one.author.name)
        _text(item, "description", one.html)
        for address in one.related:
            SubElement(item, f"{{{ATOM}}}link", rel="related", type="text/html", href=address)
        for tag in one.tags:
            _text(item, "category", tag)
        for file in one.enclosures[:1]:
            SubElement(item, "enclosure", url=file.url, length=str(file.size), type=file.media_type)
        for file in one.enclosures:
            content = SubElement(item, f"{{{MEDIA}}}content", url=file.url, type=file.media_type)
            content.set("fileSize", str(file.size))
            if file.description:
                _text(content, f"{{{MEDIA}}}description", file.description, type="plain")
    return _written(root)


def json(feed: Feed) -> bytes:
    """As JSON Feed 1.1."""
    items = [
        {
            "id": one.url,
            "url": one.url,
            "content_html": one.html,
            "date_published": one.published.isoformat(),
            "date_modified": one.updated.isoformat(),
            "authors": [_shown(name=one.author.name, url=one.author.url, avatar=one.author.picture)],
            **_shown(language=one.language, tags=list(one.tags)),
            **_shown(_pinson=_shown(related=list(one.related))),
            **_shown(
                attachments=[
                    _shown(url=file.url, mime_type=file.media_type, size_in_bytes=file.size, title=file.description)
                    for file in one.enclosures
                ]
            ),
        }
        for one in feed.entries
    ]
    head = _shown(
        version="https://jsonfeed.org/version/1.1",
        title=feed.title,
        home_page_url=feed.page,
        feed_url=feed.address,
        description=feed.description,
        next_url=feed.older,
        icon=feed.icon,
        hubs=[{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
    )
    return msgspec.json.encode({**head, "items": items})


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "atom": Format("Atom", "application/atom+xml", atom),
        "rss": Format("RSS", "application/rss+xml", rss),
        "json": Format("JSON", "application/feed+json", json),
    }
)


def _shown(**given: object) -> dict[str, object]:
    """What is there of what could be."""
    return {name: value for name, value in given.items() if value}


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = _clean(text)


def _clean(text: str) -> str:
    """Text without what no XML document may hold, not even escaped."""
    return NOT_IN_XML.sub("", text)


def _written(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


register_namespace("atom", ATOM)
register_namespace("dc", DC)
register_namespace("media", MEDIA)
