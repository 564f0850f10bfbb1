"""When a site is looked at, what of it is new, and what the message says. Pure.

Something is known by its id, and by its link and title together, which outlast a site that gives all its articles new
ids. So a changed title makes no second message, nor does a moved site.
"""

import re
import unicodedata
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from pinson.domain.posts import BadTag, tag_name
from pinson.domain.sources.model import Entry, Kind, Rules, Source
from pinson.lib.errors import Kind as Sort
from pinson.lib.errors import Refusal
from pinson.lib.languages import known_language
from pinson.lib.news import Item, Told

MOST = 20  # sources of one account
MOST_CATEGORIES, LONGEST_CATEGORY, MOST_PER_DAY = 20, 100, 50
SIZE = 160  # characters of a message, its link included: one SMS
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
WATCHED = timedelta(hours=3)  # between looks at what tells us at once when it changes
DECENT = timedelta(seconds=30)  # between looks that somebody else makes us take
SHARE = 48  # of the time since something was new, the pause is this part: half an hour after a day, 3.5 h after a week
AWAITED = timedelta(days=1)  # a site counts as having had news at most so long ago when somebody begins to follow it
LONGEST_REASON = 200  # characters of what a hub says
LONGEST_WAIT = timedelta(days=1)  # that a site may ask for
MOST_FAILURES = 60  # in a row, after which a source ends: two weeks
REMOVED_LASTS = timedelta(days=1)
OLD = timedelta(days=2)  # what is older than the source by this is no news, should it appear only now
KEY_BYTES = 12

_SIGN = re.compile(r"(?<![\w.])[@＠](?=\w)")  # of a mention: a stranger's title calls nobody
_CAMPAIGN = re.compile(r"(?:utm_|at_|mtm_|pk_)\w+|fbclid|gclid", re.IGNORECASE)


class SourceNotFound(Refusal):
    """There is none, or it is another account's."""

    kind, code = Sort.MISSING, "source_not_found"
    text = "This site is no longer in your list."


class TooManySources(Refusal):
    """The account follows as many as it may."""

    kind, code = Sort.INVALID, "too_many_sources"
    text = "You follow {limit} sites already: remove one first."


class SourceThere(Refusal):
    """It would publish everything twice."""

    kind, code = Sort.CONFLICT, "source_there"
    text = "This address is in your list already."


class BadPerDay(Refusal):
    """It is no number of messages."""

    kind, code = Sort.INVALID, "bad_per_day"
    text = "Write how many messages a day you want at most as a whole number up to {limit}, or leave it empty."


class TooManyCategories(Refusal):
    """Nobody reads so many."""

    kind, code = Sort.INVALID, "too_many_categories"
    text = "At most {limit} categories, of at most {length} characters each."


class NotAHashtag(Refusal):
    """It could not be written as one."""

    kind, code = Sort.INVALID, "source_not_a_hashtag"
    text = "This cannot be a hashtag: write one word, with letters and digits only."


class NotAnAddress(Refusal):
    """It leads nowhere on the web."""

    kind, code = Sort.INVALID, "source_not_an_address"
    text = "This is not the address of a site. It looks like www.example.org."


class SiteIsPrivate(Refusal):
    """What it leads to is not for everybody."""

    kind, code = Sort.INVALID, "source_is_private"
    text = "This address is not on the public internet, so it cannot be read from here."


class SiteUnreachable(Refusal):
    """No connection, no such name, no valid certificate."""

    kind, code = Sort.INVALID, "source_unreachable"
    text = "The site cannot be reached."


class SiteTooSlow(Refusal):
    """It did not answer in time."""

    kind, code = Sort.INVALID, "source_too_slow"
    text = "The site takes too long to answer."


class SiteAnswers(Refusal):
    """It answers with an error. retry_after: for how long it asks to be left alone, as it says it."""

    kind, code = Sort.INVALID, "source_answers"
    text = "The site answers with error {status}."
    retry_after: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether it may answer otherwise in a while."""
        status = int(str(self.facts["status"]))
        return status >= 500 or status in (408, 425, 429)


class SiteGone(Refusal):
    """It says that it will not come back."""

    kind, code = Sort.INVALID, "source_gone"
    text = "The site says that this address is gone for good (error 410)."


class SiteTooLong(Refusal):
    """More than anybody's news are."""

    kind, code = Sort.INVALID, "source_too_long"
    text = "What is at this address is too long to be read: more than {megabytes} MB, or {pages} pages."


class SiteUnreadable(Refusal):
    """It is none of what we read, or broken."""

    kind, code = Sort.INVALID, "source_unreadable"
    text = "What is at this address cannot be read as news."


class NoNewsThere(Refusal):
    """There is nothing on it that could become a message."""

    kind, code = Sort.INVALID, "no_news_there"
    text = "There is no news on this page, as far as we can see. Give the address of the page that lists it."


class NotToday(Refusal):
    """A draft cannot be made."""

    kind, code = Sort.INVALID, "source_drafts_full"
    text = "There are too many drafts: publish some, or throw some away."


class AccountStopped(Refusal):
    """Nothing can be published by it now."""

    kind, code = Sort.INVALID, "source_account_stopped"
    text = "This account is suspended: nothing is published for it."


BAD_RULES = (BadPerDay, TooManyCategories, NotAHashtag)
TROUBLES: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        NotAnAddress,
        SiteIsPrivate,
        SiteUnreachable,
        SiteTooSlow,
        SiteAnswers,
        SiteGone,
        SiteTooLong,
        SiteUnreadable,
        NoNewsThere,
        NotToday,
        AccountStopped,
    )
}
"""What a look may fail by."""


def checked(rules: Rules) -> Rules:
    """Rules as they are kept.

    Raises:
        BadPerDay, TooManyCategories, NotAHashtag.
    """
    if not 0 <= rules.per_day <= MOST_PER_DAY:
        raise BadPerDay(limit=MOST_PER_DAY)
    named = (" ".join(one.split()) for one in rules.categories)
    categories = tuple(dict.fromkeys(one for one in named if one))
    if len(categories) > MOST_CATEGORIES or any(len(one) > LONGEST_CATEGORY for one in categories):
        raise TooManyCategories(limit=MOST_CATEGORIES, length=LONGEST_CATEGORY)
    tag = rules.tag.strip().lstrip("#＃")
    if tag:
        try:
            tag_name(tag)
        except BadTag:
            raise NotAHashtag from None
    return Rules(categories, rules.per_day, tag, rules.hold, known_language(rules.language) or "")


def entries(told: Told, kind: Kind, *, home: str) -> tuple[Entry, ...]:
    """What a document shows, the oldest first, each once.

    An id that several links share identifies nothing; then the link does. A feed's order is taken from its dates if
    all of it has some, else it has the newest first.

    Args:
        home: the page that all of it is about.
    """
    items = [item for item in told.items if item.title or item.link]
    ids = Counter(id for id, _ in {(item.id, item.link) for item in items if item.id})
    if all(item.at is not None for item in items):
        items.sort(key=lambda item: item.published or 0, reverse=True)
    found, seen = [], set[str]()
    for item in reversed(items):
        keys, known_by = _keys(item, trusted=ids[item.id] == 1)
        if not seen.isdisjoint(known_by):
            continue
        seen.update(keys)
        language = known_language(item.language or told.language)
        title = item.title or (item.link if kind is Kind.FEED else "")
        found.append(Entry(title, item.link or home, keys, known_by, item.at, item.categories, language))
    return tuple(found)


def _keys(item: Item, *, trusted: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """By what an item is known, and by which of that one tells that it was known."""
    link, said = _key("link", _bare(item.link)), _key("said", _bare(item.link), item.title)
    if item.id and trusted:
        id = _key("id", _bare(item.id))
        return (id, said), (id, said)
    if item.link:
        return (link, said), (link, said)
    return (said,), (said,)


def _key(*parts: str) -> str:
    digest = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=KEY_BYTES).digest()
    return urlsafe_b64encode(digest).decode()


def _bare(address: str) -> str:
    """An address without what changes when a site moves to https, drops its www or counts where visits come from."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https"):
            return address
        query = [(name, value) for name, value in parse_qsl(parts.query, True) if not _CAMPAIGN.fullmatch(name)]
    except ValueError:
        return address
    host = parts.netloc.lower().removeprefix("www.")
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{parts.path.rstrip('/')}?{urlencode(query)}{fragment}"


def wanted(entries: Iterable[Entry], rules: Rules) -> list[Entry]:
    """Those that the rules let through, but for how many a day."""
    names = {fold(one) for one in rules.categories}
    return [one for one in entries if not names or not names.isdisjoint(map(fold, one.categories))]


def fold(name: str) -> str:
    """A category as it is compared: « Évènements » is "evenements"."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())


def is_news(entry: Entry, source: Source) -> bool:
    """Whether something that was not there before is new: a site that shows again what is years old has no news."""
    return entry.at is None or entry.at >= source.added_at - OLD


def message(entry: Entry, rules: Rules, *, most: int, short: int) -> str:
    """What the message says: the title, cut between words, the link, the hashtag.

    Args:
        most: characters that a message may have here.
        short: characters that the link will have.
    """
    tag = f"#{rules.tag}" if rules.tag and f"#{rules.tag}".casefold() not in entry.title.casefold() else ""
    beside = [part for part in (entry.link, tag) if part]
    room = min(SIZE, most) - (short + 1 if entry.link else 0) - (len(tag) + 1 if tag else 0)
    title = cut(_SIGN.sub("", entry.title), max(room, 1))
    return " ".join([title, *beside] if title != entry.link else beside)


def cut(text: str, most: int) -> str:
    """A text that is no longer than that, cut between words, with what says so."""
    if len(text) <= most:
        return text
    whole, space, rest = text[:most].rpartition(" ")
    kept = whole if space and len(rest) < most // 2 else text[: most - 1]
    while len(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept.rstrip(' ,;:.–—-')}…"


def said(reason: str) -> str:
    """What a stranger gave as a reason, on one line and of a length that can be shown."""
    plain = "".join(char for char in reason if char.isspace() or unicodedata.category(char)[0] != "C")
    return cut(" ".join(plain.split()), LONGEST_REASON)


def next_look(source: Source, *, watched: bool, now: datetime) -> datetime:
    """When a source that was read is read again.

    The longer nothing was new there, the rarer; as rarely as it asks. A part of the pause that differs from source to
    source keeps many from being due at once.

    Args:
        watched: it tells us at once when it changes.
    """
    pause = max((now - source.newest_at) / SHARE, SHORTEST_PAUSE, timedelta(seconds=source.pause))
    if watched:
        pause = max(pause, WATCHED)
    spread = 1 + (source.id >> 12) % 16 / 160
    return now + min(pause, LONGEST_PAUSE) * spread


def next_try(failures: int, *, asked: timedelta | None, now: datetime) -> datetime:
    """When a source is read again that could not be.

    Args:
        failures: in a row. asked: for how long its site asks to be left alone.
    """
    pause = min(SHORTEST_PAUSE * (1 << min(failures - 1, 10)), LONGEST_PAUSE)
    return now + max(pause, min(asked or timedelta(), LONGEST_WAIT))


def refusal_of(code: str, facts: dict[str, int | str]) -> Refusal:
    """A trouble as the refusal that it was."""
    return TROUBLES.get(code, SiteUnreadable)(**facts)


def chosen(new: Sequence[Entry], rules: Rules, *, today: int) -> tuple[list[Entry], list[Entry]]:
    """Of what is new, the newest that may become messages today, and those that are over; both the oldest first.

    Args:
        today: messages that were made today.
    """
    if not rules.per_day:
        return list(new), []
    room = max(rules.per_day - today, 0)
    return list(new[len(new) - room :] if room else []), list(new[: len(new) - room])


def unknown(entries: Iterable[Entry], known: Collection[str]) -> list[Entry]:
    """Those that were not seen before."""
    return [one for one in entries if not any(key in known for key in one.known_by)]
