"""Nothing is sold by text at night, on Sundays, or on French holidays."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.texting import hours

PARIS = ZoneInfo("Europe/Paris")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("2026-03-30T08:00", "2026-03-30T08:00"),
        ("2026-03-30T19:59", "2026-03-30T19:59"),
        ("2026-03-30T20:00", "2026-03-31T08:00"),
        ("2026-03-30T07:59", "2026-03-30T08:00"),
        ("2026-03-28T21:00", "2026-03-30T08:00"),  # Saturday night, and the clocks change on Sunday
        ("2026-03-29T12:00", "2026-03-30T08:00"),  # Sunday
        ("2026-04-04T20:30", "2026-04-07T08:00"),  # before Easter: Tuesday
        ("2026-05-01T10:00", "2026-05-02T08:00"),
        ("2026-05-14T10:00", "2026-05-15T08:00"),  # Ascension
        ("2026-05-25T10:00", "2026-05-26T08:00"),  # Whit Monday
        ("2026-07-13T22:00", "2026-07-15T08:00"),
        ("2026-12-24T20:00", "2026-12-26T08:00"),
    ],
)
def test_a_commercial_text_waits_for_its_hour(moment, then):
    assert hours.may_sell(at(moment)) == at(then)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1943, 4, 25), (2000, 4, 23), (2008, 3, 23), (2010, 4, 4), (2026, 4, 5), (2038, 4, 25)]
)
def test_easter_is_when_it_is(year, month, day):
    assert hours.easter_of(year) == date(year, month, day)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_what_waits_may_leave_then_and_not_before_long(moment):
    moment = moment.replace(tzinfo=PARIS)
    then = hours.may_sell(moment)

    assert hours.may_sell(then) == then
    assert moment <= then <= moment + timedelta(days=4)
