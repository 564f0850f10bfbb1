"""A boost is left out where the same post was just shown, whichever way a page is read."""

import pytest

from pinson.domain.posts import Shape, Visibility
from pinson.domain.timelines.spacing import Down, Up


def post(id):
    return Shape(id, 1, Visibility.PUBLIC, None, None, (), (1,))


def boost(id, of):
    return Shape(id, 2, Visibility.PUBLIC, None, None, (), (2,), of, 1)


def ids(entries):
    return [entry.id for entry in entries]


@pytest.mark.parametrize(("between", "shown"), [(0, False), (1, False), (2, True)])
def test_a_boost_shows_once_enough_entries_lie_between(between, shown):
    others = [post(50 - number) for number in range(between)]
    entries = [boost(60, of=10), *others, post(10)]
    down, up = Down(after=0, limit=9, apart=2), Up(limit=9, apart=2)

    assert down.take(entries, floor=0)
    up.stands_on([])
    up.take(entries[::-1])

    assert ids(down.page) == ids(up.page)[::-1] == ids(entries)[0 if shown else 1 :]


def test_a_hidden_boost_hides_the_next_one():
    down = Down(after=0, limit=9, apart=2)

    down.take([boost(9, of=1), post(8), boost(7, of=1), post(6), post(1)], floor=0)

    assert ids(down.page) == [8, 6, 1]


def test_a_page_is_complete_only_when_what_lies_below_its_boosts_is_known():
    down = Down(after=0, limit=1, apart=2)

    assert not down.take([boost(9, of=3), post(8)], floor=7)
    assert down.take([post(3)], floor=2)
    assert ids(down.page) == [8]


def test_a_boost_right_above_the_page_before_it_is_judged_by_that_page():
    up = Up(limit=2, apart=2)
    entries = [boost(8, of=5), boost(9, of=4)]

    assert up.must_know_below(entries)
    up.stands_on([post(6), post(5)])
    up.take(entries)

    assert ids(up.page) == [9]
