"""Moments, days and numbers as people say them, in their language and in the time zone of whom they are about.

Called by whatever renders pages. Pure. An hour in a French sentence is « 13 h 06 » (`hour`); on a clock, in a list or
a table, and behind a date it is 13:06 in both languages (`clock`), so that columns are even.

How long ago something was is written by the page's script, over the moment that stands there: what is rendered is kept,
and time goes on.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from pinson.lib.i18n import Lang

TIME = re.compile(r"""(<time[^>]* datetime="([^"]+)">)[^<]*(</time>)""")
KEPT = 4096  # days and months, in words: Babel takes 60 µs for one
OVERNIGHT = timedelta(hours=16)  # what is shorter needs no second day to be understood
LOCALES = {"fr": "fr_FR", "en": "en_GB"}  # day before month, and 24 hours, in both


def moment(at: datetime, *, lang: Lang, zone: tzinfo) -> str:
    """« 30 mars 2010, 13:06 ». With the year, since it may be read in ten years."""
    here = at.astimezone(zone)
    return f"{format_date(here, 'd MMMM y', locale=LOCALES[lang])}, {here:%H:%M}"


def clock(at: datetime, *, zone: tzinfo) -> str:
    """13:06, where it stands by itself."""
    return f"{at.astimezone(zone):%H:%M}"


def hour(at: datetime, *, lang: Lang, zone: tzinfo) -> str:
    """In a sentence: « 13 h 06 » with spaces that do not break, or 13:06."""
    here = at.astimezone(zone)
    return f"{here.hour}\u00a0h\u00a0{here:%M}" if lang == "fr" else f"{here:%H:%M}"


def at_home(html: Markup, *, lang: Lang, zone: tzinfo) -> Markup:
    """A piece of a page with its moments told anew, for a reader who lives in another zone than the server."""

    def told(found: re.Match[str]) -> str:
        return f"{found[1]}{moment(datetime.fromisoformat(found[2]), lang=lang, zone=zone)}{found[3]}"

    return Markup(TIME.sub(told, html))  # noqa: S704  (what stays is as it was, what is new are digits and months)


@lru_cache(KEPT)
def day(of: date, *, lang: Lang) -> str:
    """« mardi 30 mars 2010 »."""
    return format_date(of, "EEEE d MMMM y", locale=LOCALES[lang])


@lru_cache(KEPT)
def short(of: date, *, lang: Lang) -> str:
    """« 30 mars 2010 »."""
    return format_date(of, "d MMMM y", locale=LOCALES[lang])


@lru_cache(KEPT)
def span(starts: datetime, ends: datetime, *, lang: Lang, zone: tzinfo) -> str:
    """« mardi 30 mars 2010, 08:30 – 18:00 », or from day to day."""
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    begins = f"{day(first.date(), lang=lang)}, {first:%H:%M}"
    if first.date() == last.date() or last - first < OVERNIGHT:
        return f"{begins} – {last:%H:%M}"
    return f"{begins} – {day(last.date(), lang=lang)}, {last:%H:%M}"


def number(value: float, *, lang: Lang) -> str:
    """« 1,75 »."""
    return format_decimal(value, locale=LOCALES[lang])


def money(value: Decimal, currency: str, *, lang: Lang) -> str:
    """« 216,54 € »."""
    said: str = format_currency(value, currency, locale=LOCALES[lang])
    return said


def month(of: date, *, lang: Lang) -> str:
    """« mars 2010 »."""
    said: str = format_skeleton("yMMMM", datetime(of.year, of.month, 1), locale=LOCALES[lang])
    return said
