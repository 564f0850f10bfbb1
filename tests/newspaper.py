"""Documents by which a site says what is new, for tests: RSS, Atom, JSON Feed, sitemaps, pages."""

import json
from email.utils import format_datetime
from html import escape

import msgspec

from tests.world import NOW


class Article(msgspec.Struct, frozen=True):
    """One. link: None: it has none. at: when it was published, or None. id: "" has none, None is its link."""

    number: int
    title: str = ""
    id: str | None = None
    link: str | None = ""
    at: object = None
    categories: tuple = ()

    @property
    def address(self):
        return f"https://news.example/{self.number}" if self.link == "" else self.link

    @property
    def name(self):
        return self.title or f"Article {self.number}"

    @property
    def guid(self):
        return self.address if self.id is None else self.id


def articles(*numbers, **more):
    """Articles, the newest first as on a site: `articles(1, 2)` shows 2 above 1."""
    return [Article(number, **more) for number in reversed(numbers)]


def rss(shown, *, head="", title="News of Portelune"):
    items = "".join(
        f"<item><title>{escape(one.name)}</title>"
        + (f"<link>{escape(one.address)}</link>" if one.address else "")
        + (f'<guid isPermaLink="false">{escape(one.guid)}</guid>' if one.guid else "")
        + (f"<pubDate>{format_datetime(one.at)}</pubDate>" if one.at else "")
        + "".join(f"<category>{escape(name)}</category>" for name in one.categories)
        + "</item>"
        for one in shown
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>{title}</title><link>https://news.example/</link>{head}{items}</channel></rss>"
    )
    return text.encode()


def atom(shown, *, head="", title="News of Portelune"):
    entries = "".join(
        f"<entry><title>{escape(one.name)}</title><id>{escape(one.guid)}</id>"
        f'<link href="{escape(one.address)}"/><updated>{(one.at or NOW).isoformat()}</updated></entry>'
        for one in shown
    )
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>{title}</title>'
        f'<link rel="alternate" href="https://news.example/"/>{head}{entries}</feed>'
    ).encode()


def json_feed(shown, **more):
    items = [
        {"id": one.guid, "url": one.address, "title": one.name, "date_published": (one.at or NOW).isoformat()}
        for one in shown
    ]
    about = {"version": "https://jsonfeed.org/version/1.1", "title": "News of Portelune", "items": items}
    return json.dumps(about | {"home_page_url": "https://news.example/"} | more).encode()


def sitemap(pages):
    """pages: address -> when it changed last, or None."""
    urls = "".join(
        f"<url><loc>{escape(address)}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if at else ''}</url>"
        for address, at in pages.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
