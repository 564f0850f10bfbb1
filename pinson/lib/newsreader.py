"""Reads one document that a stranger's site sent, and says what is new there. A program of its own.

Run by `news.py`, which says what the job and the answer hold. It is started by its path and imports nothing of ours,
so that it starts fast, and what a document does to it (hours of work, all its memory) it does to nobody else.

What comes out is plain text and addresses, cut to a length. No entity that a document declares is ever expanded, no
address in it is opened, and nothing of a page is run.

Source: RFC 4287 (Atom), https://www.rssboard.org/rss-specification, https://www.jsonfeed.org/version/1.1/,
https://www.sitemaps.org/protocol.html, Google's news sitemaps, https://web.resource.org/rss/1.0/modules/syndication/,
HTML 4.6.7.1 (rel=alternate).
"""

import html
import json
import re
import sys
from calendar import timegm
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

HEAD = 64 << 10  # bytes in which a document says what it is
MOST_TEXT, MOST_ADDRESS, MOST_NAME = 1000, 2000, 100  # characters kept
MOST_CATEGORIES, MOST_FOUND = 20, 12
LEAST_TITLE = 12  # characters of a link on a page that can be the title of something
LEAST_HEADED = 3  # links in headings, from which on only those are news
PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
)
ROOT = re.compile(r"<(?:[a-z0-9]+:)?(rss|feed|rdf|urlset|sitemapindex|html|head|body|!doctype\s+html)\b", re.IGNORECASE)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")
HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")  # hides or reorders text
TAG = re.compile(r"<[^<>]*>")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
FEED_LIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feed|flux)(?:[/._?&=-]|$)|\.(?:rss|atom)$", re.IGNORECASE)
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
CHROME = ("nav", "footer", "aside", "form", "header")  # of a page: not what it is about
MOST_DEEP = 60  # elements above a link that are looked at
HEADINGS = ("h1", "h2", "h3", "h4")

Answer = dict[str, Any]


class Refused(Exception):
    """What the answer says instead of news."""


def read(job: dict[str, Any]) -> Answer:
    """Do the job: see `news.read`."""
    body, url, content_type = Path(job["source"]).read_bytes(), job["url"], job["content_type"]
    kind = _kind(body)
    if kind == "json":
        answer = _json_feed(body, url, job["most"])
    elif kind in ("rss", "feed", "rdf"):
        answer = _feed(body, content_type, url, job["most"])
    elif kind in ("urlset", "sitemapindex"):
        answer = _sitemap(body, url, job["most_pages"])
    elif kind == "page":
        answer = _page(body, content_type, url, job["most"])
    else:
        raise Refused("unknown")
    return answer


def _kind(body: bytes) -> str:
    """What a document is, by its beginning."""
    head = _text(body[:HEAD])
    if head.lstrip()[:1] == "{":
        return "json"
    found = ROOT.search(head)
    if found is None:
        return ""
    name = found[1].lower()
    return name if name in ("rss", "feed", "rdf", "urlset", "sitemapindex") else "page"


def _text(body: bytes) -> str:
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if b"\0" in body[:4]:
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
    return body.decode("utf-8", "replace")


# Feeds


def _feed(body: bytes, content_type: str, url: str, most: int) -> Answer:
    import feedparser  # type: ignore[import-untyped]  # only where it is needed: it takes as long to load as all the rest

    feedparser.api.PREFERRED_XML_PARSERS = ["newsreader_expat"]
    sys.modules["newsreader_expat"] = sys.modules[__name__]
    read = feedparser.parse(
        BytesIO(body),  # never bytes or text: feedparser would take them for the name of a file
        response_headers={"content-type": content_type, "content-location": url},
        resolve_relative_uris=True,
        sanitize_html=False,  # nothing but text comes out of here
    )
    if not read.get("version") and not read.entries:
        raise Refused("unreadable")
    about = read.feed
    links = about.get("links", [])
    return {
        "kind": "feed",
        "title": _plain(about.get("title", "")),
        "home": _address(about.get("link", ""), url),
        "language": str(about.get("language", ""))[:MOST_NAME],
        "hubs": _rel(links, "hub", url),
        "topic": next(iter(_rel(links, "self", url)), ""),
        "pause": _pause(about),
        "items": [_entry(entry, url) for entry in read.entries[:most]],
    }


def create_parser() -> Any:
    """A parser for feedparser, which finds it by the name of a module: one that refuses declared entities."""
    from xml.sax.expatreader import ExpatParser

    class NoEntities(ExpatParser):
        def reset(self) -> None:
            super().reset()
            self._parser: Any  # expat's
            self._parser.EntityDeclHandler = _no_entities

    return NoEntities()


def _no_entities(*_declared: object) -> None:
    raise Refused("entities")


def _entry(entry: Any, url: str) -> Answer:
    title = _plain(entry.get("title", ""), markup=entry.get("title_detail", {}).get("type") != "text/plain")
    if not title:  # a short post has none: what it says stands for it
        content = [one.get("value", "") for one in entry.get("content", [])]
        title = _plain(next((text for text in (entry.get("summary", ""), *content) if text), ""))
    moment = entry.get("published_parsed") or entry.get("updated_parsed") or entry.get("created_parsed")
    terms = [tag.get("label") or tag.get("term") for tag in entry.get("tags", [])]
    return {
        "id": str(entry.get("id", ""))[:MOST_ADDRESS],
        "link": _address(entry.get("link", ""), url),
        "title": title,
        "published": _seconds(moment),
        "categories": _names(terms),
        "language": str(entry.get("title_detail", {}).get("language") or "")[:MOST_NAME],
    }


def _seconds(moment: Any) -> int | None:
    try:
        return timegm(moment) if moment else None
    except (ValueError, OverflowError, TypeError):
        return None


def _pause(about: Any) -> int:
    """How many seconds a feed asks to be left alone; 0 if it does not say."""
    ttl = str(about.get("ttl", "")).strip()
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 8:
        return int(ttl) * 60
    period = PERIODS.get(str(about.get("sy_updateperiod", "")).strip().lower())
    times = str(about.get("sy_updatefrequency", "1")).strip()
    if period and times.isascii() and times.isdigit() and int(times[:6]) > 0:
        return period // int(times[:6])
    return 0


def _rel(links: list[Any], rel: str, url: str) -> list[str]:
    """The addresses of links with this relation."""
    found = [_address(link.get("href", ""), url) for link in links if rel in str(link.get("rel", "")).lower().split()]
    return [one for one in dict.fromkeys(found) if one][:MOST_FOUND]


def _json_feed(body: bytes, url: str, most: int) -> Answer:
    try:
        said = json.loads(_text(body))
    except (ValueError, RecursionError) as error:
        raise Refused("unreadable") from error
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise Refused("unknown")
    hubs = [hub.get("url", "") for hub in _list(said.get("hubs")) if isinstance(hub, dict)]
    return {
        "kind": "feed",
        "title": _plain(_string(said.get("title")), markup=False),
        "home": _address(_string(said.get("home_page_url")), url),
        "language": _string(said.get("language"))[:MOST_NAME],
        "hubs": [one for hub in hubs if (one := _address(_string(hub), url))][:MOST_FOUND],
        "topic": _address(_string(said.get("feed_url")), url),
        "pause": 0,
        "items": [_json_item(item, url) for item in said["items"][:most] if isinstance(item, dict)],
    }


def _json_item(item: dict[str, Any], url: str) -> Answer:
    named = (_string(item.get("title")), _string(item.get("summary")), _string(item.get("content_text")))
    title = next((text for text in (_plain(one, markup=False) for one in named) if text), "")
    moment = _moment(_string(item.get("date_published")) or _string(item.get("date_modified")))
    id = item.get("id")
    return {
        "id": str(id)[:MOST_ADDRESS] if isinstance(id, str | int | float) else "",
        "link": _address(_string(item.get("url")) or _string(item.get("external_url")), url),
        "title": title or _plain(_string(item.get("content_html"))),
        "published": moment,
        "categories": _names(_list(item.get("tags"))),
        "language": _string(item.get("language"))[:MOST_NAME],
    }


# Sitemaps


def _sitemap(body: bytes, url: str, most: int) -> Answer:
    """The pages of a sitemap, or the sitemaps of an index. What is broken off is read up to there."""
    pages: list[dict[str, str]] = []
    path: list[str] = []
    said: dict[str, str] = {}
    kind = "sitemap"

    def start(name: str, _attributes: object) -> None:
        nonlocal kind
        path.append(name.rpartition(" ")[2].lower())
        if path[-1] in ("url", "sitemap"):
            said.clear()
        kind = "index" if path[-1] == "sitemapindex" else kind

    def end(_name: str) -> None:
        if path.pop() in ("url", "sitemap") and said.get("loc"):
            if len(pages) >= most:
                raise Refused("too_many")
            pages.append(dict(said))

    def text(data: str) -> None:
        name = path[-1] if path else ""
        if name in ("loc", "lastmod", "title", "language", "publication_date") and len(said.get(name, "")) < MOST_TEXT:
            if name == "loc" and "image" in path[-2]:
                return
            said[name] = said.get(name, "") + data

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = _no_entities
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        if not pages:
            raise Refused("unreadable") from error
    items: list[Answer] = [
        {
            "id": "",
            "link": link,
            "title": _plain(page.get("title", ""), markup=False),
            "published": _moment(page.get("publication_date", "")) or _moment(page.get("lastmod", "")),
            "categories": [],
            "language": page.get("language", "").strip()[:MOST_NAME],
        }
        for page in pages
        if (link := _address(page["loc"], url))
    ]
    return {"kind": kind, "items": items}


# Pages


def _page(body: bytes, content_type: str, url: str, most: int) -> Answer:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_decoded(body, content_type))
    root, head, base = tree.css_first("html"), tree.css_first("title"), tree.css_first("base[href]")
    here = urljoin(url, base.attributes.get("href") or "") if base else url
    feeds, hubs, topic = [], [], ""
    for link in tree.css("link[rel][href]"):
        rel = (link.attributes.get("rel") or "").lower().split()
        type = (link.attributes.get("type") or "").partition(";")[0].strip().lower()
        address = _address(link.attributes.get("href") or "", here)
        if "hub" in rel:
            hubs.append(address)
        elif "self" in rel:
            topic = topic or address
        elif "alternate" in rel and type in FEED_TYPES and address:
            feeds.append({"address": address, "title": _plain(link.attributes.get("title") or "", markup=False)})
    offered = [
        {"address": address, "title": _plain(anchor.text() or "", markup=False)}
        for anchor in tree.css("a[href]")
        if FEED_LIKE.search(anchor.attributes.get("href") or "")
        and (address := _address(anchor.attributes.get("href") or "", here))
        and urlsplit(address).netloc == urlsplit(url).netloc
    ]
    known = {one["address"] for one in feeds}
    feeds += [one for one in offered if one["address"] not in known][:3]
    return {
        "kind": "page",
        "title": _plain(head.text() if head else "", markup=False),
        "home": url,
        "language": ((root and root.attributes.get("lang")) or "")[:MOST_NAME],
        "hubs": [one for one in hubs if one][:MOST_FOUND],
        "topic": topic,
        "feeds": feeds[:MOST_FOUND],
        "items": _links(tree, url, here, most),
    }


def _links(tree: Any, url: str, here: str, most: int) -> list[Answer]:
    """The links in the main part of a page that may be titles of its news: those in headings, if there are such."""
    main = tree.css_first("main") or tree.css_first("[role=main]") or tree.body
    if main is None:
        return []
    headed: dict[str, str] = {}
    others: dict[str, str] = {}
    for anchor in main.css("a[href]"):
        address = _address(anchor.attributes.get("href") or "", here).partition("#")[0]
        if not address or urlsplit(address).netloc != urlsplit(url).netloc or address == url.partition("#")[0]:
            continue
        heading, above = anchor.css_first(", ".join(HEADINGS)), _above(anchor)
        if _is_chrome(above):
            continue
        inside = heading is not None or any(tag in HEADINGS for tag in above[:3])
        title = _plain((heading or anchor).text() or "", markup=False)
        kept = headed if inside else others
        if title and (inside or len(title) >= LEAST_TITLE) and len(title) > len(kept.get(address, "")):
            kept[address] = title
    chosen = headed if len(headed) >= LEAST_HEADED else others | headed
    return [
        {"id": "", "link": link, "title": title, "published": None, "categories": [], "language": ""}
        for link, title in list(chosen.items())[:most]
    ]


def _above(node: Any) -> list[str]:
    """The names of the elements around one, from the inside out."""
    names: list[str] = []
    while (node := node.parent) is not None and len(names) < MOST_DEEP:
        names.append(node.tag or "")
    return names


def _is_chrome(above: list[str]) -> bool:
    """Whether this is around what a page is about; the header of an article is not."""
    if "main" in above:
        above = above[: above.index("main")]
    if "header" in above and "article" in above[above.index("header") :]:
        above = above[: above.index("header")]
    return any(name in CHROME for name in above)


def _decoded(body: bytes, content_type: str) -> str:
    """The text of a page: by its byte order mark, its header, its own word, or else by trying."""
    if body.startswith(tuple(mark for mark, _ in MARKS)):
        return _text(body)
    said = re.search(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", content_type, re.IGNORECASE)
    own = re.search(rb"<meta[^>]{0,500}charset\s*=\s*[\"']?\s*([\w.:-]+)", body[:4096], re.IGNORECASE)
    for name in filter(None, (said and said[1], own and own[1].decode("ascii", "replace"))):
        try:
            return body.decode("cp1252" if name.lower() in ("iso-8859-1", "latin1", "ascii") else name, "replace")
        except (LookupError, ValueError):
            continue
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        return body.decode("utf-8", "ignore") if error.start >= len(body) - 3 else body.decode("cp1252", "replace")


# What all of them say


def _plain(text: str, *, markup: bool = True) -> str:
    """One line of plain text. Titles are often encoded once too often, so what is left of that goes too."""
    text = str(text)[: 20 * MOST_TEXT]
    if markup:
        text = TAG.sub(" ", text) if "<" in text else text
    for _ in range(2):
        if ENTITY.search(text):
            text = html.unescape(text)
    text = HIDDEN.sub("", CONTROLS.sub(" ", text)).encode("utf-8", "replace").decode()
    return " ".join(text.split())[:MOST_TEXT]


def _address(text: str, base: str) -> str:
    """The address of a web page, or ""."""
    text = "".join(str(text).encode("utf-8", "replace").decode().split())
    if not text or len(text) > MOST_ADDRESS:
        return ""
    try:
        address = urljoin(base, text)
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return ""
    return address if valid and len(address) <= MOST_ADDRESS else ""


def _moment(text: str) -> int | None:
    """Seconds since 1970 of a moment in the form of RFC 3339 or W3C's note on dates."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _names(said: list[Any]) -> list[str]:
    names = [_plain(one, markup=False)[:MOST_NAME] for one in said if isinstance(one, str)]
    return [one for one in dict.fromkeys(names) if one][:MOST_CATEGORIES]


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def main() -> None:
    """Do the job that the first argument describes, and write the answer where it says."""
    job = json.loads(sys.argv[1])
    try:
        answer = read(job)
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError) as error:
        answer = {"refused": "unreadable", "why": type(error).__name__}
    Path(job["target"]).write_text(json.dumps(answer).encode("utf-8", "replace").decode(), "utf-8")


if __name__ == "__main__":
    main()
