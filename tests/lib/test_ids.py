"""Ids sort by time whatever the clock does, and carry the slot of their owner."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib import ids
from pinson.lib.clock import to_ms

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
MOMENTS = st.datetimes(datetime(2006, 1, 1), datetime(2075, 1, 1), timezones=st.just(UTC))
# A few moments that come again, so that the clock stands still and jumps back too.
CLOCK = st.lists(st.one_of(MOMENTS, st.sampled_from([NOON - timedelta(days=1), NOON, NOON + MS])), max_size=50)
OWNERS = st.one_of(st.none(), st.integers(0, ids.MAX))


def given_out(moments, owners=None):
    """The ids that one database gives out when asked at these moments."""
    last, found = 0, []
    for moment, owner in zip(moments, owners or [None] * len(moments), strict=False):
        last = ids.following(last, now=moment, owner=owner)
        found.append(last)
    return found


@given(CLOCK, st.lists(OWNERS, min_size=50, max_size=50))
@settings(deadline=None)
def test_each_id_is_above_the_one_before_whatever_the_clock_does(moments, owners):
    found = given_out(moments, owners)

    assert all(older < newer for older, newer in pairwise(found))


@given(CLOCK, st.lists(OWNERS, min_size=50, max_size=50))
@settings(deadline=None)
def test_an_id_lies_on_its_owners_slot(moments, owners):
    found = given_out(moments, owners)

    owned = [(id, owner) for id, owner in zip(found, owners, strict=False) if owner is not None]
    assert [ids.slot_of(id) for id, _ in owned] == [ids.slot_of(owner) for _, owner in owned]


@given(CLOCK)
@settings(deadline=None)
def test_the_moment_of_an_id_is_the_latest_that_the_clock_has_shown(moments):
    latest = 0
    for moment, id in zip(moments, given_out(moments), strict=True):
        latest = max(latest, to_ms(moment))
        assert to_ms(ids.moment_of(id)) == latest


def test_within_a_millisecond_there_are_1024_ids_and_then_the_next_millisecond_is_used():
    found = given_out([NOON] * 1025)

    assert [ids.moment_of(id) - NOON for id in (found[0], found[1023], found[1024])] == [0 * MS, 0 * MS, MS]


@given(MOMENTS.map(lambda moment: moment + MS), OWNERS)
@settings(deadline=None)
def test_the_first_id_of_a_moment_divides_what_came_before_from_what_comes(moment, owner):
    bound = ids.first_at(moment)

    assert ids.following(0, now=moment - MS, owner=owner) < bound <= ids.following(0, now=moment, owner=owner)


def test_until_2075_an_id_has_63_bits():
    # 1024 ids are given out in the last millisecond, each on the highest slot.
    last = ids.following(ids.first_at(datetime(2075, 9, 1, tzinfo=UTC)) - 1, now=NOON, owner=ids.MAX)

    assert ids.MS_SHIFT + 41 == 63
    assert 0 < last + (1023 << ids.SLOT_BITS) <= ids.MAX


def test_no_moment_is_beyond_what_a_table_can_hold():
    assert ids.first_at(datetime(9999, 12, 31, tzinfo=UTC)) == ids.MAX


def test_a_clock_from_before_our_time_still_gives_growing_ids():
    assert 0 < ids.following(0, now=datetime(1999, 1, 1, tzinfo=UTC), owner=None) < ids.first_at(NOON)
    assert ids.first_at(datetime(1999, 1, 1, tzinfo=UTC)) == 0


def test_those_who_own_themselves_spread_over_all_slots():
    arrivals = [NOON + number * 7 * MS for number in range(4096 * 8)]

    load = Counter(ids.slot_of(id) for id in given_out(arrivals))

    assert len(load) > 4000
    assert max(load.values()) < 8 * 3
