"""When a text that sells something may leave: from 8 to 20 h, Monday to Saturday, on no French public holiday.

Called by the channel. Pure. Senders and operators name different hours; these are the strictest. Alerts of accounts
that sell nothing leave whenever their reader lets them.

Sources: operators' charter on SMS (secondary); Code du travail, article L3133-1 (holidays of all of France).
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FRANCE = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8), time(20)
SUNDAY = 6
FIXED = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})  # month, day
AFTER_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday


def may_sell(moment: datetime) -> datetime:
    """From when on a commercial text may leave: the moment itself, if it may."""
    there = moment.astimezone(FRANCE)
    if is_open(there.date()) and OPENS <= there.time() < CLOSES:
        return moment
    day = there.date() if there.time() < OPENS else there.date() + timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, FRANCE).astimezone(moment.tzinfo)


def is_open(day: date) -> bool:
    """Whether anything may be sold by text on that day."""
    easter = easter_of(day.year)
    moving = {easter + timedelta(days=after) for after in AFTER_EASTER}
    return day.weekday() != SUNDAY and (day.month, day.day) not in FIXED and day not in moving


def easter_of(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar, by the anonymous method of 1876."""
    golden, century, of_century = year % 19, year // 100, year % 100
    skipped, of_skipped = century // 4, century % 4
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - skipped - shift + 15) % 30
    weekday = (32 + 2 * of_skipped + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
