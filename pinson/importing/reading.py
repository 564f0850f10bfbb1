"""Archives of Mastodon and of Twitter, as posts of the past. Called in a thread; reads nothing but the file.

A stranger may have made the file: what is read of it into memory is bounded, and so is what becomes of that (a byte of
JSON can be sixty in memory, an address a longer one, a tag without end the work of an hour); names in it lead nowhere
but into it, and what comes out are texts without HTML.

Left out are what others wrote (boosts, retweets) and private messages: those whom they were for have not been asked.
Names of people there are written out with their server, so that nobody here is taken for them.

Sources: the zip that Mastodon makes of an account (`outbox.json`, Activity Streams 2.0); Twitter's archives of 2018
and later (`data/tweets.js`) and before (`data/js/tweets/2010_03.js`), as they are found.
"""

import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pinson.domain.posts import LONGEST_PLACE, Visibility
from pinson.lib.errors import Kind, Refusal

MOST_BYTES = 128 << 20  # of the lists of posts, unpacked
MOST_VALUES = 5_000_000  # of JSON in one list, as signs that part or begin them: some 100 bytes each, at worst
MOST_FILES = 200_000  # in the zip: half a kilobyte each
MOST_TEXT = 20_000  # characters of one post
MOST_LINKS, MOST_ADDRESS = 100, 2000  # of one post, and characters of each
MOST_TAG = 4000  # characters of a tag of HTML

# RuntimeError: it is encrypted. ValueError, OverflowError: what is in it is not what its name says, or no moment.
NO_ARCHIVE = zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, OverflowError
TWEETS = re.compile(r"(?:^|.*/)data/(?:tweets?(?:-part\d+)?|js/tweets/\d{4}_\d\d)\.js")
OUTBOX = re.compile(r"(?:^|.*/)outbox\.json")
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
TWITTER = "twitter.com"
_ENTRY = b"PK\x01\x02"  # before what a zip says of each file, at its end
_COMMENT = re.compile(r"<[!?][^<>]*>")
_NO_TAG = re.compile(rf"<(?![^<>]{{0,{MOST_TAG}}}>)")
_HANDLE = re.compile(r"(?<![\w@/.])@(\w{1,15})\b(?![@.]\w)", re.ASCII)


class UnreadableArchive(Refusal):
    """It is no zip, or damaged, or holds no posts where we look for them."""

    kind, code = Kind.INVALID, "unreadable_archive"
    text = "There are no messages in this file. Send the zip file that Twitter or Mastodon gave you, as it is."


class ArchiveTooLarge(Refusal):
    """Its lists of posts are longer than we read into memory."""

    kind, code = Kind.TOO_LARGE, "archive_too_large"
    text = "This archive holds more messages than we can read at once."


class File(msgspec.Struct, frozen=True):
    """A picture, film or sound of a post: its name in the zip, "" if it is not there."""

    name: str
    description: str = ""


class Past(msgspec.Struct, frozen=True):
    """A post as it was elsewhere.

    source: its name there. answers: the source of what it answers, here or not.
    place: the name of where it is from; what else is said of that place is not taken in.
    """

    source: str
    created_at: datetime
    text: str
    visibility: Visibility = Visibility.PUBLIC
    language: str | None = None
    spoiler: str = ""
    sensitive: bool = False
    files: tuple[File, ...] = ()
    answers: str | None = None
    place: str = ""


class _Address(msgspec.Struct):
    url: str = ""
    expanded_url: str | None = None
    media_url: str = ""
    media_url_https: str = ""


class _Entities(msgspec.Struct):
    urls: list[_Address] = []
    media: list[_Address] = []


class _Tweet(msgspec.Struct):
    id_str: str = ""
    created_at: str = ""
    full_text: str = ""
    text: str = ""
    lang: str = ""
    possibly_sensitive: bool = False
    in_reply_to_status_id_str: str | None = None
    entities: _Entities = msgspec.field(default_factory=_Entities)
    extended_entities: _Entities = msgspec.field(default_factory=_Entities)


def read(path: Path) -> list[Past]:
    """The posts of an archive, oldest first.

    Raises:
        UnreadableArchive, ArchiveTooLarge.
    """
    try:
        _count_files(path)
        with zipfile.ZipFile(path) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            if outboxes := [info for info in names if OUTBOX.fullmatch(info.filename)]:
                found = list(_mastodon(archive, outboxes[0]))
            else:
                found = list(_twitter(archive, [info for info in names if TWEETS.fullmatch(info.filename)]))
    except NO_ARCHIVE as error:
        raise UnreadableArchive from error
    if not found:
        raise UnreadableArchive
    # Of one second, by their numbers there: a reply comes after what it answers.
    return sorted(found, key=lambda one: (one.created_at, len(one.source), one.source))


def _twitter(archive: zipfile.ZipFile, lists: Iterable[zipfile.ZipInfo]) -> Iterator[Past]:
    folders: dict[str, list[str]] = {}  # files of posts, by the id they begin with
    for name in archive.namelist():
        path = PurePosixPath(name)
        if path.parent.name in ("tweets_media", "tweet_media"):
            folders.setdefault(path.name.partition("-")[0], []).append(name)
    room = MOST_BYTES
    for info in lists:
        data = _unpacked(archive, info, room)
        room -= len(data)
        start = data.find(b"[")  # what stands before makes it a script
        entries = msgspec.json.decode(data[start:] if start >= 0 else b"[]", type=list[msgspec.Raw])
        for entry in entries:
            wrapped = msgspec.json.decode(entry, type=dict[str, msgspec.Raw])
            tweet = msgspec.json.decode(wrapped.get("tweet", entry), type=_Tweet, strict=False)
            text = tweet.full_text or tweet.text
            if tweet.id_str and not text.startswith("RT @"):
                yield _past(tweet, text, folders.get(tweet.id_str, []))


def _past(tweet: _Tweet, text: str, there: list[str]) -> Past:
    media = tweet.extended_entities.media or tweet.entities.media
    links = {one.url: (one.expanded_url or one.url)[:MOST_ADDRESS] for one in tweet.entities.urls[:MOST_LINKS]}
    links |= {one.url: "" for one in media[:MOST_LINKS]}
    links.pop("", None)
    text = text[:MOST_TEXT]
    if links:  # all at once: what stands for one may hold another
        known = re.compile("|".join(map(re.escape, sorted(links, key=len, reverse=True))))
        text = known.sub(lambda found: links[found[0]], text)
    text = _HANDLE.sub(rf"@\1@{TWITTER}", html.unescape(text)).strip()
    ours = [_file_of(one, there) for one in media]
    return Past(
        source=f"{TWITTER}/{tweet.id_str}",
        created_at=_twitter_moment(tweet.created_at),
        text=text[:MOST_TEXT],
        language=tweet.lang if re.fullmatch("[a-z]{2}", tweet.lang) else None,
        sensitive=tweet.possibly_sensitive,
        files=tuple(ours),
        answers=f"{TWITTER}/{tweet.in_reply_to_status_id_str}" if tweet.in_reply_to_status_id_str else None,
    )


def _file_of(one: _Address, there: list[str]) -> File:
    """The file of a picture: named after the post and its address. A film has another name, and is the only one."""
    wanted = PurePosixPath(urlsplit(one.media_url_https or one.media_url).path).name
    named = next((name for name in there if wanted and name.endswith(f"-{wanted}")), "")
    return File(named or (there[0] if len(there) == 1 else ""))


def _twitter_moment(said: str) -> datetime:
    form = "%a %b %d %H:%M:%S %z %Y" if said[:1].isalpha() else "%Y-%m-%d %H:%M:%S %z"
    return datetime.strptime(said, form).astimezone(UTC)


def _mastodon(archive: zipfile.ZipFile, outbox: zipfile.ZipInfo) -> Iterator[Past]:
    root = outbox.filename.removesuffix("outbox.json")
    names = set(archive.namelist())
    collection = msgspec.json.decode(_unpacked(archive, outbox, MOST_BYTES), type=dict[str, msgspec.Raw])
    for entry in msgspec.json.decode(collection.get("orderedItems", b"[]"), type=list[msgspec.Raw]):
        did = msgspec.json.decode(entry)
        note = did.get("object") if isinstance(did, dict) and did.get("type") == "Create" else None
        if not isinstance(note, dict) or note.get("type") not in ("Note", "Question"):
            continue
        visibility = _visibility(note)
        if visibility is not None and isinstance(note.get("id"), str):
            yield _past_note(note, visibility, root, names)


def _past_note(note: dict[str, Any], visibility: Visibility, root: str, names: set[str]) -> Past:
    text = plain(_string(note.get("content")))
    options = [one for one in (note.get("oneOf"), note.get("anyOf")) if isinstance(one, list)]
    for option in (options[0] if options else [])[:20]:
        text += f"\n– {_string(option.get('name')) if isinstance(option, dict) else ''}"
    languages = note.get("contentMap")
    language = next(iter(languages), None) if isinstance(languages, dict) else None
    answers = note.get("inReplyTo")
    place = note.get("location")
    return Past(
        source=note["id"][:2000],
        created_at=datetime.fromisoformat(_string(note.get("published"))).astimezone(UTC),
        text=text[:MOST_TEXT].strip(),
        visibility=visibility,
        language=language if language and re.fullmatch("[a-z]{2,3}", language) else None,
        spoiler=_string(note.get("summary"))[:MOST_TEXT],
        sensitive=note.get("sensitive") is True,
        files=tuple(_attached(note, root, names)),
        answers=answers if isinstance(answers, str) else None,
        place=_string(place.get("name")).strip()[:LONGEST_PLACE] if isinstance(place, dict) else "",
    )


def _attached(note: dict[str, Any], root: str, names: set[str]) -> Iterator[File]:
    listed = note.get("attachment")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            name = root + urlsplit(_string(one.get("url"))).path.lstrip("/")
            yield File(name if name in names else "", _string(one.get("name"))[:1500])


def _visibility(note: dict[str, Any]) -> Visibility | None:
    """Whom it was for; None if for some people only."""
    to, cc = _strings(note.get("to")), _strings(note.get("cc"))
    if any(one in PUBLIC for one in to):
        return Visibility.PUBLIC
    if any(one in PUBLIC for one in cc):
        return Visibility.UNLISTED
    return Visibility.FOLLOWERS if any(one.endswith("/followers") for one in (*to, *cc)) else None


def plain(content: str) -> str:
    """The text of a post from its HTML: links as their addresses, people with their servers."""
    parser = _Plain()
    parser.feed(_NO_TAG.sub("&lt;", _COMMENT.sub("", content[: 10 * MOST_TEXT])))  # it reads on from each that is none
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.pieces)).strip()


class _Plain(HTMLParser):
    """Collects a text. link: what stands for the link that is open; its words are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._link: tuple[str, str] | None = None  # its address and its classes
        self._words = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a":
            self._link, self._words = (given.get("href") or "", given.get("class") or ""), ""
        elif tag == "br":
            self._add("\n")
        elif tag == "li":
            self._add("\n– ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            (address, kind), words, self._link = self._link, self._words, None
            if "hashtag" in kind or words.startswith("#"):
                self._add(words)
            elif "mention" in kind:
                name = words.lstrip("@").partition("@")[0]
                self._add(f"@{name}@{urlsplit(address).netloc}")
            else:
                self._add(address if address.startswith(("https://", "http://")) else words)
        elif tag in ("p", "blockquote", "ul", "ol", "pre"):
            self._add("\n\n")

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        if self._link is not None:
            self._words += text
        else:
            self.pieces.append(text)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """One file of a zip, whatever it says its size is."""
    with archive.open(info) as file:
        data = file.read(most + 1)
    if len(data) > most or sum(data.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        raise ArchiveTooLarge
    return data


def _count_files(path: Path) -> None:
    """Refuse an archive of too many files before all are read into memory.

    Raises:
        ArchiveTooLarge.
    """
    files = 0
    with path.open("rb") as packed:
        while piece := packed.read(1 << 20):
            files += piece.count(_ENTRY)
    if files > MOST_FILES:
        raise ArchiveTooLarge


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
