"""Moments and days as people say them, in their language and in a time zone: on pages, in letters and on paper. Pure.

An hour in a French sentence is « 13 h 06 » (`hour`); on a clock, in a list or a table, and behind a date it is 13:06 in
both languages (`clock`), so that columns are even.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date

from pinson.lib.i18n import Lang

KEPT = 4096  # days and months, in words: Babel takes 60 µs for one
OVERNIGHT = timedelta(hours=16)  # what is shorter needs no second day to be understood
LOCALES = {"fr": "fr_FR", "en": "en_GB"}  # day before month, and 24 hours, in both


def moment(at: datetime, *, lang: Lang, zone: tzinfo) -> str:
    """« 30 mars 2010, 13:06 ». With the year, since it may be read in ten years."""
    here = at.astimezone(zone)
    return f"{short(here.date(), lang=lang)}, {here:%H:%M}"


def clock(at: datetime, *, zone: tzinfo) -> str:
    """13:06, where it stands by itself."""
    return f"{at.astimezone(zone):%H:%M}"


def hour(at: datetime, *, lang: Lang, zone: tzinfo) -> str:
    """In a sentence: « 13 h 06 » with spaces that do not break, or 13:06."""
    here = at.astimezone(zone)
    return f"{here.hour}\u00a0h\u00a0{here:%M}" if lang == "fr" else f"{here:%H:%M}"


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
