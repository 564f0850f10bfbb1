"""The rules. Each lamp answers a reader: what is new, how much or where, what comes next, where to see it.

A lamp looks for words, by their beginnings, in the language of the message; both languages are
looked at where it is not known. The lists (words.py) are meant to be read, and to grow: add the message that
went unseen to the tests first.
"""

import re
import unicodedata
from enum import StrEnum

import msgspec

from pinson.domain.advice.words import HAPPENS, PLACES


class Lamp(StrEnum):
    """What a message gives its reader."""

    NEWS = "news"  # something happened, began, stopped, changed
    FIGURE_OR_PLACE = "figure_or_place"  # how much, or where
    NEXT = "next"  # what comes, and when
    WHERE_TO_SEE = "where_to_see"  # a link, a picture, a page, a channel


class Advice(msgspec.Struct, frozen=True):
    """What the rules see in a message.

    lamps: those that are lit.
    is_empty: there is nothing to learn and nothing to do: whoever publishes it is asked for a second tap.
    is_shouted: most of it is in capitals.
    jargon: words that readers outside the trade do not know, as they stand in the text.
    """

    lamps: frozenset[Lamp]
    is_empty: bool
    is_shouted: bool
    jargon: tuple[str, ...]


# Beginnings of words, folded: no capitals, no accents.
_HAPPENS = {lang: tuple(words.split()) for lang, words in HAPPENS.items()}
_PLACES = {lang: tuple(words.split()) for lang, words in PLACES.items()}
_LATER = re.compile(
    r"""
      \b (?: a|vers|des|jusqu'a|avant|apres|at|by|from|until|before|after|around ) \s+
         \d{1,2} \s? (?: h|:|heures?|am|pm|o'clock )
    | \b \d{1,2} [:h] \d\d \b
    | \b (?: dans|d'ici|sous|in|within ) \s+ (?: (?:une?|deux|trois|quelques|an?|two|three|a\ few|half\ an|la) \s+ )?
         (?: \d+ \s* )? (?: bonne \s+ )?
         (?: s|sec|min|minutes?|h|heures?|hours?|jours?|days?|semaines?|weeks?|demi-heure ) \b
    | \b (?: demain|tomorrow|ce\ soir|tonight|cet\ apres-midi|this\ (?:afternoon|evening|week)|cette\ semaine
         | apres-demain|bientot|soon|prochaine?s?|next|suite|rappel|reminder|rendez-vous|to\ follow|coming\ up
         | au\ programme|more\ at|reste\ a|remains|now\ to|etape|step|marche|objectif|goal|one\ more ) \b
    | \b (?: lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
         | monday|tuesday|wednesday|thursday|friday|saturday|sunday ) \b
    | \b (?: en\ attendant|comptez|allow|patience|stay\ tuned|expect ) \b
    """,
    re.VERBOSE,
)
_SEE = re.compile(
    r"""
      https?:// | \{\w+\} | \#\w
    | \b (?: photos?|videos?|images?|direct|live|antenne|on\ air|webcast|page|site|ici|here|lien|link|affiche|poster
         | carte|map|plan|programme|recit|retold|ecrans?|screens?|courbe|curve ) \b
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(
    r"""
      \d
    | \b (?: deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|vingt|trente|cent|mille|million|moitie|mi-chemin|demi
         | double|two|three|four|five|seven|eight|nine|ten|twelve|twenty|thirty|hundred|thousand|half|both|twice ) s? \b
    """,
    re.VERBOSE,
)
_WISH = re.compile(
    r"""
      \b (?: bonne?\ (?:journee|soiree|nuit|annee|fete|chance|semaine|continuation)
         | bon\ (?:week-end|courage|appetit|dimanche|lundi) | joyeu\w+\ \w+
         | bonjour|bonsoir|salut|coucou|merci|bravo|felicitations|super|genial|top|excellent|magnifique|incroyable|wow
         | hello|hi|good\ (?:morning|evening|night|luck|day)|have\ a\ \w+\ (?:day|week|weekend|evening)|happy\ \w+
         | thank(?:s|\ you)|congratulations|great|awesome|amazing|nice|cool|well\ done|enjoy|love\ (?:it|this)
         | vive|hourra|hooray|youpi|yay ) \b
    """,
    re.VERBOSE,
)
_JARGON = {
    "fr": (
        "toot",
        "boost",
        "feed",
        "timeline",
        "handle",
        "live-tweet",
        "reporting",
        "workflow",
        "webinar",
        "onboarding",
        "asap",
    ),
    "en": (
        "toot",
        "synergy",
        "leverage",
        "stakeholder",
        "onboarding",
        "deliverable",
        "asap",
        "kpi",
        "workflow",
        "touchpoint",
    ),
}
_WORD = re.compile(r"[a-z][a-z'-]*")
LONGEST_EMPTY = 8  # words: a longer message says something, whatever the lists know


def look(text: str, *, lang: str | None = None, has_media: bool = False) -> Advice:
    """What a message gives its reader. About 20 µs for the length of an SMS.

    Args:
        lang: of the message, BCP 47; both languages are looked at if it is neither French nor English.
        has_media: whether a picture, film or sound is attached.
    """
    folded = _folded(text)
    languages = [one for one in ("fr", "en") if lang is None or lang.startswith(one)] or ["fr", "en"]
    without_wishes = _WISH.sub(" ", folded)
    words = _WORD.findall(without_wishes)
    lamps = set()
    if any(word.startswith(_HAPPENS[one]) for one in languages for word in words):
        lamps.add(Lamp.NEWS)
    if _NUMBER.search(without_wishes) or any(word.startswith(_PLACES[one]) for one in languages for word in words):
        lamps.add(Lamp.FIGURE_OR_PLACE)
    if _LATER.search(without_wishes):
        lamps.add(Lamp.NEXT)
    if has_media or _SEE.search(folded):
        lamps.add(Lamp.WHERE_TO_SEE)
    letters = [char for char in text if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    return Advice(
        lamps=frozenset(lamps),
        is_empty=not lamps and len(words) <= LONGEST_EMPTY,
        is_shouted=len(letters) > 12 and capitals > len(letters) * 0.7,
        jargon=tuple(
            found for one in languages for found in _JARGON[one] if re.search(rf"\b{re.escape(found)}s?\b", folded)
        ),
    )


def _folded(text: str) -> str:
    """Without capitals and accents, and with one kind of apostrophe."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'")).lower()
    return "".join(part for part in parts if not unicodedata.combining(part))
