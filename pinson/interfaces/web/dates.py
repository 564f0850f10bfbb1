"""Moments, days and numbers as pages say them: those of `lib/dates`, and what only pages need.

Called by whatever renders pages. Pure.

How long ago something was is written by the page's script, over the moment that stands there: what is rendered is kept,
and time goes on.
"""

import re
from datetime import date, datetime, tzinfo
from decimal import Decimal

from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from pinson.lib.dates import LOCALES, clock, day, hour, moment, short, span
from pinson.lib.i18n import Lang

__all__ = ["LOCALES", "at_home", "clock", "day", "hour", "moment", "money", "month", "number", "short", "span"]

TIME = re.compile(r"""(<time[^>]* datetime="([^"]+)">)[^<]*(</time>)""")


def at_home(html: Markup, *, lang: Lang, zone: tzinfo) -> Markup:
    """A piece of a page with its moments told anew, for a reader who lives in another zone than the server."""

    def told(found: re.Match[str]) -> str:
        return f"{found[1]}{moment(datetime.fromisoformat(found[2]), lang=lang, zone=zone)}{found[3]}"

    return Markup(TIME.sub(told, html))  # noqa: S704  (what stays is as it was, what is new are digits and months)


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
