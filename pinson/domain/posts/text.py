"""The text of a post: what in it is a link, a mention or a hashtag, how long it is, and its HTML.

Called when a post is prepared (`parse`, `length`) and when it is rendered (`to_html`); profile
notes and whatever else people write as plain text go through the same functions. All of it is
pure: who is behind a mention comes in as an argument.

The rules are Mastodon's, because its apps count and colour with the same ones while people type.
Where those leave room (what ends a URL) we choose for the reader: the punctuation of the sentence,
French and English, stays outside the link.

Whatever the text, the work grows in step with its size: the patterns are possessive (what a
repetition took is never given back), and each is tried only where `@`, `#` or `http://` stands.

Not here: HTML written elsewhere (that is sanitised, not parsed), who may be mentioned, the limits
themselves (posts/rules.py).

Source: https://docs.joinmastodon.org/user/posting/#text, and the behaviour of Mastodon 4.6.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from html import escape
from urllib.parse import quote

import msgspec
import regex

URL_LENGTH = 23  # what any URL counts for, so that nobody needs to shorten one to save room
CODE_POINTS = 16  # of one character that a person sees, on average: the largest of emoji families have eleven
REL = "nofollow noopener"
URL_SHOWN = 30  # characters of a URL left visible, after "https://www."

# The word characters of Unicode's regular expressions (UTS #18), but without the joiners ZWNJ and ZWJ, which
# `\w` of `regex` includes, and with the combining marks that `\w` of `re` lacks: Hindi is not written without them.
WORD = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"
HASHES, AT_SIGNS = "#\uff03", "@\uff20"  # each with its full-width form, which Japanese keyboards type
PROTOCOL = "[Hh][Tt][Tt][Pp][Ss]?://"  # spelled out: ignoring case lets Unicode's other s and k in
JOINERS = r"\u00b7\u30fb\u200c"  # with "_", which is a word character: these may stand inside a hashtag

USERNAME = r"[A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+"
DOMAIN = rf"[{WORD}]++(?:[.-]++[{WORD}]++)*+"

# What a span can begin with. Cheap, so that the patterns below run only where they have a chance.
_START = re.compile(rf"[@{HASHES}]|{PROTOCOL}")

# A port is no part of the rule: it lets two servers on one machine mention each other. A Latin letter with an accent
# right after the name means that the name goes on, in letters names cannot have ("@zoé" is not "@zo"); other scripts
# write on without a space, and end the name.
_MENTION = regex.compile(
    rf"(?<![=/{WORD}])@({USERNAME})(?:@({DOMAIN}(?::[0-9]{{2,5}}+(?![{WORD}]))?))?(?![{AT_SIGNS}\p{{Latin}}\u0300-\u036f]|://)"
)
_TAG = regex.compile(rf"[{WORD}]++(?:[{JOINERS}]++[{WORD}]++)*+(?!://)")
_LETTER = regex.compile(r"\p{Alphabetic}")

# Characters that reorder or hide text end a URL, so that it reads as what it is.
_URL = regex.compile(
    rf"(?<![A-Za-z0-9${AT_SIGNS}{HASHES}]){PROTOCOL}{DOMAIN}(?::[0-9]{{1,5}}+(?![{WORD}]))?"
    r"(?:[/?#][^\s<>\"«»“”「」\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*+)?"
)
_URL_PREFIX = re.compile(rf"{PROTOCOL}(?:www\.)?")
# The last ten, where fonts show little: curly apostrophe, ellipsis, ideographic comma and full stop, and the full-width
# forms of "!,.:;?". The brackets likewise.
_SENTENCE_END = frozenset(".,;:!?*'~|\u2019\u2026\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f")
_BRACKETS = {")": "(", "]": "[", "\uff09": "\uff08", "\u3011": "\u3010"}

# Each character of this kind is a grapheme of its own unless one of another kind joins it.
_SINGLE = r"\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u202f\u2030-\u205e\u20ac"
_JOINED = re.compile(rf"[{_SINGLE}]?[^{_SINGLE}]+(?:[{_SINGLE}][^{_SINGLE}]+)*[{_SINGLE}]?")
_GRAPHEME = regex.compile(r"\X")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")

_ACCENTS = regex.compile(r"([\p{Latin}\p{Greek}])\p{Mn}+")
_OUTSIDE_TAGS = regex.compile(rf"[^{WORD}{JOINERS}]+")
_STROKES = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "\u0131": "i"}
)

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


class SpanKind(Enum):
    """What a part of the text is, when it is more than text."""

    URL = "url"
    MENTION = "mention"
    TAG = "tag"


LONGEST = {SpanKind.URL: 2048, SpanKind.MENTION: 300}
"""Characters that count for as little as any address does; a domain has 253 at most."""


class Span(msgspec.Struct, frozen=True, gc=False):
    """A part of the text that means something.

    start, end: `text[start:end]` is what was typed, sign included.
    name: URL: as typed. Mention: its handle, `user` or `user@domain`, lower case; `user` alone is
        somebody here. Tag: as typed, without the sign.
    """

    kind: SpanKind
    start: int
    end: int
    name: str


class Parsed(msgspec.Struct, frozen=True):
    """A text and the spans in it, in order; they do not overlap."""

    text: str
    spans: tuple[Span, ...]

    @property
    def handles(self) -> tuple[str, ...]:
        """Whom the text mentions, each once, in order; whether they exist is for others to say."""
        return tuple(dict.fromkeys(span.name for span in self.spans if span.kind is SpanKind.MENTION))

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of web pages, each once, in order."""
        return tuple(dict.fromkeys(span.name for span in self.spans if span.kind is SpanKind.URL))

    @property
    def prose(self) -> str:
        """The text without its spans, which are in no language."""
        ends = [0, *(span.end for span in self.spans)]
        starts = [*(span.start for span in self.spans), len(self.text)]
        return "".join(self.text[end:start] for end, start in zip(ends, starts, strict=True))

    @property
    def tags(self) -> dict[str, str]:
        """The hashtags, in order: normal form (see `fold_tag`) -> as first typed in this text."""
        tags: dict[str, str] = {}
        for span in self.spans:
            if span.kind is SpanKind.TAG:
                tags.setdefault(fold_tag(span.name), span.name)
        return tags


class Mention(msgspec.Struct, frozen=True):
    """An account that a text mentions, as its HTML needs it.

    acct: `username` for somebody here, `username@domain` for others.
    url: the profile page.
    """

    id: int
    username: str
    acct: str
    url: str


def parse(text: str, *, local_domain: str) -> Parsed:
    """Find the URLs (those that begin with http:// or https://), mentions and hashtags of a plain text.

    Args:
        local_domain: ours, lower case, with the port if it has one: `@user@local_domain` is `@user`.
    """
    return Parsed(text, tuple(_spans(text, local_domain)))


def at_most(text: str, spoiler: str = "") -> int:
    """No less than `length`, and quickly said: of most posts it shows already that they are short enough.

    A grapheme has at least one code point, and only a URL can count for more than it has.
    """
    return len(spoiler) + len(text) + URL_LENGTH * text.count("://")


def length(text: str, spoiler: str = "") -> int:
    """How many characters a post counts for.

    Graphemes of the content warning as it is, and of the text with each URL counted as 23
    and each `@user@domain` as `@user`; but of an address beyond reason, what is beyond counts.
    """
    pieces, end = [spoiler], 0
    for span in _spans(text, local_domain=""):
        if span.kind is SpanKind.URL:
            counted = "x" * URL_LENGTH
        elif span.kind is SpanKind.MENTION:
            counted = "@" + span.name.partition("@")[0]
        else:
            continue
        pieces += text[end : span.start], counted, text[span.start + LONGEST[span.kind] : span.end]
        end = span.end
    pieces.append(text[end:])
    return graphemes("".join(pieces))


def graphemes(text: str) -> int:
    """How many characters a person sees: a family emoji is one, é is one however it is encoded.

    A letter can bear any number of marks, so that a text of one could have a million: see `CODE_POINTS`.

    Source: Unicode Standard Annex #29, extended grapheme clusters.
    """
    # Finding clusters costs 0.2 µs a character; most characters of French and English need no finding. Flags are
    # paired here because `regex` looks back to the first of a row for each one: 25 s for 100,000 of them.
    runs = _JOINED.findall(text)
    seen = len(text) - sum(len(run) - len(_GRAPHEME.findall(_FLAG.sub("x", run))) for run in runs)
    return max(seen, len(text) // CODE_POINTS)


def fold_tag(name: str) -> str:
    """The normal form of a hashtag: two tags are the same if these are equal.

    Compatibility forms (full width), case and accents do not count, nor do the strokes and
    ligatures that Unicode does not take for accents: #Cœur is #coeur. Accents go from Latin and
    Greek letters only: elsewhere marks make different letters (Cyrillic й, Japanese が) or are the
    vowels. What cannot stand in a tag is dropped, so a leading `#` may be given.
    """
    if name.isascii() and name.isalnum():
        return name.lower()
    spread = unicodedata.normalize("NFKD", name).casefold()
    bare = _ACCENTS.sub(r"\1", _OUTSIDE_TAGS.sub("", spread)).translate(_STROKES)
    return unicodedata.normalize("NFKC", bare)


def to_html(parsed: Parsed, mentions: Mapping[str, Mention], *, base_url: str, rel: str = REL) -> str:
    """Render a parsed text as the HTML that Mastodon apps expect; "" if it is blank.

    Apps find mentions by their class and by `href` being exactly the account's url, hashtags by
    their class and the `#` in front: the markup is part of the protocol.

    Args:
        mentions: accounts by handle, as in `Parsed.handles`; those not in it stay plain text.
        base_url: of this server, such as "https://pinson.example", for the pages of hashtags.
        rel: what the text's links are to its page (HTML, section 4.6.6).
    """
    return _paragraphs(_marked_up(parsed, mentions, base_url=base_url, rel=rel))


def to_inline_html(parsed: Parsed, *, base_url: str, rel: str = REL) -> str:
    """The same without paragraphs, for a text of one line. Mentions stay plain text."""
    return " ".join(_marked_up(parsed, {}, base_url=base_url, rel=rel).split())


def _marked_up(parsed: Parsed, mentions: Mapping[str, Mention], *, base_url: str, rel: str) -> str:
    text, pieces, end = parsed.text, list[str](), 0
    ambiguous = _ambiguous_names(parsed, mentions)
    for span in parsed.spans:
        pieces.append(escape(text[end : span.start], quote=False))
        if span.kind is SpanKind.URL:
            pieces.append(_url_html(span.name, rel))
        elif span.kind is SpanKind.TAG:
            pieces.append(_tag_html(span.name, base_url))
        elif mention := mentions.get(span.name):
            pieces.append(_mention_html(mention, with_domain=mention.username.lower() in ambiguous))
        else:
            pieces.append(text[span.start : span.end])  # letters, digits and "@._-:", nothing to escape
        end = span.end
    pieces.append(escape(text[end:], quote=False))
    return "".join(pieces)


def _spans(text: str, local_domain: str) -> Iterator[Span]:
    """The spans from left to right: a URL hides what looks like a mention or a tag inside it."""
    end = 0
    for sign in _START.finditer(text):
        start = sign.start()
        if start < end:
            continue
        span = _span_at(text, start, local_domain)
        if span is not None:
            end = span.end
            yield span


def _span_at(text: str, start: int, local_domain: str) -> Span | None:
    # Not concurrent: to let other threads run for the microsecond of a match costs twenty while the writer is at work.
    sign = text[start]
    if sign == "@":
        if found := _MENTION.match(text, start, concurrent=False):
            user, domain = found[1].lower(), (found[2] or "").lower()
            handle = user if domain in ("", local_domain) else f"{user}@{domain}"
            return Span(SpanKind.MENTION, start, found.end(), handle)
    elif sign in HASHES:
        if (
            (start == 0 or text[start - 1].isspace())
            and (found := _TAG.match(text, start + 1, concurrent=False))
            and _LETTER.search(found[0], concurrent=False)  # "#1" is a rank, not a tag
        ):
            return Span(SpanKind.TAG, start, found.end(), found[0])
    elif found := _URL.match(text, start, concurrent=False):
        url = _without_sentence_end(found[0])
        return Span(SpanKind.URL, start, start + len(url), url)
    return None


def _without_sentence_end(url: str) -> str:
    """Leave out punctuation at the end, and brackets that close what was opened before the URL."""
    end = len(url)
    surplus: dict[str, int] = {}  # closing bracket -> how many have no opening one
    while (last := url[end - 1]) in _SENTENCE_END or last in _BRACKETS:
        if last in _BRACKETS:
            if last not in surplus:
                surplus[last] = url.count(last) - url.count(_BRACKETS[last])
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        end -= 1
    return url[:end]


def _ambiguous_names(parsed: Parsed, mentions: Mapping[str, Mention]) -> frozenset[str]:
    """Names, lower case, that more than one of the mentioned accounts bears."""
    if len(mentions) < 2:
        return frozenset()
    accounts = {mentions[handle] for handle in parsed.handles if handle in mentions}
    names = Counter(account.username.lower() for account in accounts)
    return frozenset(name for name, bearers in names.items() if bearers > 1)


def _url_html(url: str, rel: str) -> str:
    prefix = found[0] if (found := _URL_PREFIX.match(url)) else ""
    shown, rest = url[len(prefix) :][:URL_SHOWN], url[len(prefix) + URL_SHOWN :]
    if len(rest) == 1:  # the ellipsis would take the room of what it hides
        shown, rest = shown + rest, ""
    ellipsis = ' class="ellipsis"' if rest else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="{rel}" translate="no">'
        f'<span class="invisible">{prefix}</span>'
        f"<span{ellipsis}>{escape(shown, quote=False)}</span>"
        f'<span class="invisible">{escape(rest, quote=False)}</span></a>'
    )


def _tag_html(name: str, base_url: str) -> str:
    href = f"{base_url}/tags/{quote(name.lower(), safe='')}"
    return f'<a href="{escape(href)}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'


def _mention_html(mention: Mention, *, with_domain: bool) -> str:
    shown = mention.acct if with_domain else mention.username
    return (
        f'<span class="h-card" translate="no"><a href="{escape(mention.url)}" class="u-url mention">'
        f"@<span>{escape(shown, quote=False)}</span></a></span>"
    )


def _paragraphs(html: str) -> str:
    """Blank lines part paragraphs, other line ends become `<br />`; none is left.

    Works on finished HTML because no tag of ours holds a line end.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not html:
        return ""
    return "<p>" + "</p><p>".join(_BLANK_LINES.split(html)).replace("\n", "<br />") + "</p>"
