"""French and English, as equals: which one a visitor reads, its words, and its typography.

Called by the web pages and by whatever writes to people. English is the language of the source,
so it needs no catalog; French lives in locale/fr/LC_MESSAGES/messages.po, a text file that is
compiled in memory at start: nothing binary is kept, and no step can be forgotten between
translating and seeing it.

Not here: finding the strings and checking that each has its French (`__main__.py`), dates and
numbers, the language of posts.
"""

import re
from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal, Self

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Lang = Literal["fr", "en"]

# What a visitor who asks for neither reads.
SOURCE: Lang = "en"
TRANSLATED: tuple[Lang, ...] = ("fr",)

_NARROW = "\u202f"  # no-break, and a third of the width of a space
_WIDE = "\u00a0"  # no-break, and as wide as a space
_SPACES = "[ \u00a0\u2009\u202f]"
_NUMBER = rf"(?<![\w#@/.])\d+(?:{_SPACES}\d{{3}}(?!\d))*(?:[.,]\d+)?"
_UNITS = (
    "h|min|m?s|[kcm]?m|[km]?g|t|[cm]?[lL]|[kMGT]?(?:eV|W|V|Hz|Wh|[bo])|A|K|minutes?|heures?|secondes?|jours?|semaines?"
    "|mois|ans?|années?|euros?|mètres?|kilomètres?|degrés?|fois|personnes?|places?|messages?|alertes?|photos?"
)
_FRENCH = re.compile(
    # What is not prose stays as it is: addresses, tags and entities, :shortcodes:.
    r"(?P<kept>https?://[^\s<>«»]+|<[^<>]*>|&\#?\w+;|(?<!\w):\w+:)"
    rf"|(?P<opening>«){_SPACES}*(?=\S)"
    rf"|(?<=[^\s«]){_SPACES}*(?P<closing>»)"
    # A mark ends a word, and a space, a quote, a bracket, a tag or nothing follows. So not the
    # colon of 10:15 nor, in front of a bracket, the eyes of a smiley.
    rf"|(?<=[^\s«(\[;:!?]){_SPACES}*(?P<mark>[!?]+(?=$|[\s<»)\]\"”’.,…])|[;:](?=$|[\s<»]))"
    # A number and its unit are not parted: 10 h 58, 3,5 TeV, 12 480 alertes, 30 %.
    rf"|(?P<hour>(?<![\w#@/.])\d\d?{_SPACES}h{_SPACES}\d\d(?!\w))"
    rf"|(?P<number>{_NUMBER}){_SPACES}(?=(?:{_UNITS})(?!\w)|[%€$£°])"
)
# In our own words, a number and whatever follows are not parted, nor what a number will fill in, by its name.
_BLANKS = (
    "a_day|at_once|ceiling|count|days|done|failed|fps|free|hour|kept|kilobytes|length|limit|longest|lost|megabytes"
    "|minutes|most|needed|pages|posts|seconds|sent|shortest|size|texts|told|usual|uses|value"
)
_COUNTED, _COUNTED_IN_PLURAL = (
    re.compile(rf"({_NUMBER}|%\((?:{names})\)[sd]|\{{(?:{names})\}}){_SPACES}(?=[^\W\d_]|%\(unit\)s)")
    for names in (_BLANKS, f"{_BLANKS}|number")  # where nothing is counted, a number is that of a telephone
)


class Catalogs:
    """The words of every language, loaded once; made by app.py."""

    def __init__(self, translations: Mapping[Lang, NullTranslations]) -> None:
        self._translations = translations

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every catalog under `folder`, with French typography applied to the French one."""
        return cls({SOURCE: NullTranslations(), **{lang: _compiled(folder, lang) for lang in TRANSLATED}})

    def translations(self, lang: Lang) -> NullTranslations:
        """For `env.install_gettext_translations` of Jinja, or `.gettext(text)` and `.ngettext(one, many, n)`."""
        return self._translations[lang]


def negotiate(lang_param: str | None, cookie: str | None, accept_language: str | None) -> Lang:
    """The language to answer in: what the address says, else what was chosen before, else what the browser prefers.

    Args:
        lang_param: of the query, a BCP 47 tag; "fr-CA" is French.
        cookie: the choice that was remembered.
        accept_language: the header. One that is malformed counts as far as it can be read.

    Source: RFC 9110, section 12.5.4; RFC 4647, section 3.4 (look-up: a longer tag falls back to a shorter).
    """
    for wish in (lang_param, cookie, *_by_preference(accept_language or "")):
        match (wish or "").partition("-")[0].strip().lower():
            case "fr":
                return "fr"
            case "en":
                return "en"
    return SOURCE


def typography(text: str, lang: Lang) -> str:
    """No-break spaces where French wants them: narrow before ; : ! ? and inside « », wide between a number and what it
    counts. Other languages stay.

    Doing it again changes nothing. Addresses, times, HTML tags and entities stay as they are.
    For the screen and e-mail: one such space costs an SMS more than half of its room.
    """
    return _FRENCH.sub(_spaced, text) if lang == "fr" else text


def _spaced(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "opening":
            return f"«{_NARROW}"
        case "closing" | "mark":
            return f"{_NARROW}{found[found.lastgroup]}"
        case "hour":
            return re.sub(_SPACES, _WIDE, found[0])
        case "number":
            return re.sub(_SPACES, _NARROW, found["number"]) + _WIDE
        case _:
            return found[0]


def _compiled(folder: Path, lang: Lang) -> GNUTranslations:
    with (folder / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=lang, abort_invalid=True)
    for message in catalog:
        match message.string:
            case tuple(forms):  # singular and plural
                message.string = tuple(_set(form, lang, counted=_COUNTED_IN_PLURAL) for form in forms)
            case str(text) if message.id:  # without one: the header
                message.string = _set(text, lang, counted=_COUNTED)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _set(text: str, lang: Lang, *, counted: re.Pattern[str]) -> str:
    """A translation with the typography of its language, also behind blanks that a number will fill."""
    if lang != "fr":
        return text
    text = re.sub(rf"^{_SPACES}(?=[;:!?])", _NARROW, text)  # it goes on a sentence
    return counted.sub(rf"\1{_WIDE}", typography(text, lang))


def _by_preference(header: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first; those with q=0 are not wanted."""
    wishes: list[tuple[float, str]] = []
    for part in header[:1000].split(","):  # a browser sends a few dozen characters
        tag, _, quality = part.partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", quality)
        if not quality or (found and float(found[1]) > 0):
            wishes.append((float(found[1]) if found else 1.0, tag.strip()))
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]
