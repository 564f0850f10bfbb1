"""What a page says of itself: its title, its picture, who wrote it. Pure; called by `previews.py` in a thread.

A stranger wrote all of it. What comes out is plain text, short and without characters that hide or reorder, and
addresses of web pages; there is no HTML in it, and nothing of the page is ever run or embedded. oEmbed is left out
for that reason: what it offers beyond this is HTML of others.

Source: Open Graph (https://ogp.me), the names of `meta` (HTML, section 4.2.5), NewsArticle and its like in JSON-LD
(https://schema.org/Article), `fediverse:creator` (https://docs.joinmastodon.org/entities/PreviewCard); encodings:
the WHATWG's HTML, section 13.2.3.2, and its Encoding Standard.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from pinson.domain.links.model import Card
from pinson.domain.links.rules import normal

MOST_TITLE, MOST_DESCRIPTION, MOST_NAME = 250, 500, 120  # characters kept
MOST_PARTS = 500  # of a page that are looked at
MOST_OF = {"html": 4096, "meta": 8192, "title": 4096, "script": 200_000, "style": 0, "!--": 0}  # characters of one
LONG_WORD = 30  # characters, at which a word at the end is cut
PRESCANNED = 4096  # bytes in which a page may name its encoding
MOST_DEEP = 4  # levels of JSON-LD that are looked into

# Encodings by the names that pages give them, to Python's. Only these: some codecs of Python's take a stranger's
# megabyte minutes to decode. A page that calls itself Latin 1 or ASCII means Windows', as all browsers know.
ENCODINGS: Mapping[str, str] = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii", "windows-1252"), "cp1252"),
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16)},
    **{"iso-8859-9": "cp1254", "iso-8859-15": "iso8859-15", "koi8-r": "koi8-r", "koi8-u": "koi8-u"},
    **{"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "euc-jp": "euc-jp", "iso-2022-jp": "iso2022-jp"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949"},
}
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_TEXTS = ("title", "textarea", "script", "style", "template")  # up to their end tags they are text, or inert
_ENDS = {name: re.compile(rf"</{name}[^>]*>", re.IGNORECASE) for name in _TEXTS}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][\w-]*)?")
_CREATOR = re.compile(r"@?([A-Za-z0-9_.-]{1,64})@([\w.-]{1,253}(?::[0-9]{1,5})?)", re.ASCII)


class Said(msgspec.Struct, frozen=True):
    """A page's card, and where its picture is, if it names one."""

    card: Card
    picture_url: str | None
    picture_description: str


def read(page: bytes, *, content_type: str, url: str) -> Said | None:
    """What a page says of itself; None if it has no title.

    Args:
        page: HTML, perhaps only its beginning.
        content_type: header of its answer.
        url: where it was found.
    """
    tree = LexborHTMLParser("".join(telling(decoded(page, content_type))))
    said = _metas(tree)
    article = _article(tree)
    element = tree.css_first("title")
    named = (element and element.text()) or ""
    title = _line(_first(said, "og:title", "twitter:title") or article.get("headline") or named, MOST_TITLE)
    if not title:
        return None
    root = tree.css_first("html")
    by = _first(said, "article:author", "og:article:author")  # an address, by its definition; often a name
    author_url = _address(by, url) or _address(article.get("author_url", ""), url) or ""
    card = Card(
        title=title,
        description=_line(
            _first(said, "og:description", "twitter:description", "description") or article.get("description", ""),
            MOST_DESCRIPTION,
        ),
        language=_language((root and root.attributes.get("lang")) or _first(said, "og:locale", "content-language")),
        provider=_line(_first(said, "og:site_name", "application-name"), MOST_NAME),
        author=_line(_first(said, "author") or article.get("author", "") or ("" if author_url else by), MOST_NAME),
        author_url=author_url,
        creator=_creator(_first(said, "fediverse:creator")),
        published_at=_moment(_first(said, "article:published_time", "og:article:published_time"))
        or _moment(article.get("published", "")),
    )
    picture = _first(said, "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    alternative = _line(_first(said, "og:image:alt", "twitter:image:alt"), MOST_DESCRIPTION)
    return Said(card, _address(picture, url), alternative)


def decoded(page: bytes, content_type: str) -> str:
    """The text of a page: by its byte order mark, its header, its own word, or else by trying."""
    for mark, marked in MARKS:
        if page.startswith(mark):
            return page[len(mark) :].decode(marked, "replace")
    said = _CHARSET.search(content_type), _META.search(page[:PRESCANNED])
    names = [str(match[1], "latin-1") if isinstance(match[1], bytes) else match[1] for match in said if match]
    for name in names:
        if encoding := ENCODINGS.get(name.lower()):
            return page.decode(encoding, "replace")
    try:
        return page.decode()
    except UnicodeDecodeError as error:
        # The beginning of a page may be cut within a character.
        return page.decode("utf-8", "ignore") if error.start >= len(page) - 3 else page.decode("cp1252", "replace")


def telling(html: str) -> Iterator[str]:
    """The parts of a page that say something about it: tags of `html` and `meta`, the titles, JSON-LD."""
    found = (part for part in parts(html, MOST_OF) if part[:7].lower() != "<script" or _is_json_ld(part))
    return islice(found, MOST_PARTS)


def parts(html: str, most_of: Mapping[str, int]) -> Iterator[str]:
    """The tags of some elements, in order; whole elements of those that hold text.

    A parser of whole pages takes minutes for a megabyte of nested elements, and nobody else would be served meanwhile.
    What is left here nests nowhere. The work grows in step with the page: what has no end ends the page.

    Args:
        most_of: by name, characters of one; a longer one is passed over. Comments are `!--`; what is not named is not
            seen, so name those that hide others.
    """
    starts, place = _starts(tuple(most_of)), 0
    while start := starts.search(html, place):
        name = start[1].lower()
        if name == "!--":
            end = html.find("-->", start.end())
        elif tag := _TAG.match(html, start.start()):
            end = tag.end()
            if name in _ENDS:
                ending = _ENDS[name].search(html, end)
                end = ending.end() if ending else -1
        else:
            end = -1
        if end < 0:
            return
        part, place = html[start.start() : end], end
        if len(part) <= most_of[name]:
            yield part


@cache
def _starts(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(!--|(?:{'|'.join(names)})(?=[\s/>]))", re.IGNORECASE)


def _is_json_ld(script: str) -> bool:
    return "application/ld+json" in script[:200].lower()


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """What `meta` elements say, by name in lower case. The first of a name counts, unless it is empty."""
    said: dict[str, str] = {}
    for meta in tree.css("meta"):
        attributes = meta.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        content = attributes.get("content")
        if name and content and content.strip():
            said.setdefault(name.strip().lower(), content)
    return said


def _first(said: Mapping[str, str], *names: str) -> str:
    return next((said[name] for name in names if name in said), "")


def _article(tree: LexborHTMLParser) -> dict[str, str]:
    """What JSON-LD says of the article that the page is; only texts."""
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            data = msgspec.json.decode(script.text().encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            continue
        for thing in _things(data, MOST_DEEP):
            if "headline" in thing or "datePublished" in thing:
                author = thing.get("author")
                author = author[0] if isinstance(author, list) and author else author
                author = author if isinstance(author, dict) else {"name": author}
                found = {
                    "headline": thing.get("headline"),
                    "description": thing.get("description"),
                    "published": thing.get("datePublished"),
                    "author": author.get("name"),
                    "author_url": author.get("url"),
                }
                return {name: value for name, value in found.items() if isinstance(value, str)}
    return {}


def _things(data: Any, deep: int) -> Iterator[dict[str, Any]]:
    if deep and isinstance(data, list):
        for one in data:
            yield from _things(one, deep - 1)
    elif deep and isinstance(data, dict):
        yield data
        yield from _things(data.get("@graph"), deep - 1)


def _line(text: str, most: int) -> str:
    """A text on one line, without what cannot be seen, cut between words if it is long."""
    text = " ".join(_UNSEEN.sub(" ", text[: most * 20]).split())
    if len(text) <= most:
        return text
    whole, _, cut = text[: most - 1].rpartition(" ")
    return f"{whole if whole and len(cut) < LONG_WORD else text[: most - 1]}…"


def _address(text: str, base: str) -> str | None:
    """The address of a web page or picture, seen from the page it stands on."""
    text = text.strip()
    if not text or (" " in text and "/" not in text) or not ("/" in text or "." in text):
        return None
    try:
        return normal(str(URL(base).join(URL(text))))
    except ValueError:
        return None


def _language(text: str | None) -> str | None:
    match = _LANGUAGE.fullmatch((text or "").strip())
    return match[1].lower() if match else None


def _creator(text: str) -> str:
    match = _CREATOR.fullmatch(text.strip())
    return f"{match[1]}@{match[2]}".lower() if match else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
