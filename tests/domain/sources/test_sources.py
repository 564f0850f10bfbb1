"""What is new, what a message says, and when a site is looked at again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.sources import Entry, Kind, Rules, Source, rules
from pinson.lib.news import Item, Told
from tests.world import NOW

SHORT = 30


def entries(*items):
    return rules.entries(Told("feed", tuple(items)), Kind.FEED, home="https://news.example/")


def an_entry(title, *, link="https://news.example/1"):
    return Entry(title, link, ("a",), ("a",))


def a_source(**more):
    about = {"kind": Kind.FEED, "address": "https://news.example/feed", "title": "News", "home": "", "rules": Rules()}
    return Source(1, 2, **(about | {"added_at": NOW, "newest_at": NOW} | more))


item = st.builds(
    Item,
    id=st.sampled_from(["", "a", "b", "https://news.example/1", "http://www.news.example/1/"]),
    link=st.sampled_from(
        ["", "https://news.example/1", "https://news.example/2?utm_source=x", "https://news.example/2"]
    ),
    title=st.sampled_from(["", "One", "Two"]),
    published=st.sampled_from([None, 0, 10, 1 << 40]),
)


@given(shown=st.lists(item, max_size=8), order=st.randoms(use_true_random=False))
def test_what_a_site_shows_is_each_once_and_nothing_of_it_is_new_at_the_next_look(shown, order):
    found = entries(*shown)
    keys = [key for one in found for key in one.keys]
    shuffled = order.sample(shown, len(shown))
    seen = set(keys) | {key for one in entries(*shuffled) for key in one.keys}

    assert rules.unknown(entries(*shuffled, *shown), seen) == []
    assert len({one.known_by for one in found}) == len(found)


@given(
    articles=st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True),
    looks=st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=8),
    edits=st.integers(0, 9),
)
def test_whatever_is_shown_in_whatever_order_and_however_often_is_new_once(articles, looks, edits):
    known, new = set(), []
    for number, look in enumerate(looks):
        items = (
            Item(f"id{one}", f"https://news.example/{one}", f"{one}{' edited' if one == edits and number % 2 else ''}")
            for one in look
        )
        for one in rules.unknown(entries(*items), known):
            new.append(one.link)
            known.update(one.keys)

    assert sorted(new) == sorted({f"https://news.example/{one}" for look in looks for one in look})


@given(
    title=st.text(max_size=400),
    tag=st.sampled_from(["", "Portelune"]),
    most=st.integers(80, 500),
)
def test_a_message_is_never_longer_than_it_may_be_and_keeps_its_link(title, tag, most):
    link = "https://news.example/1"
    said = rules.message(an_entry(title, link=link), Rules(tag=tag), most=most, short=SHORT)

    assert link in said
    assert len(said) - len(link) + SHORT <= max(min(rules.SIZE, most), len(link))
    assert said.endswith(f"#{tag}" if tag and "#portelune" not in title.casefold() else link) or tag


@pytest.mark.parametrize(
    ("title", "most", "cut"),
    [
        ("A short one", 20, "A short one"),
        ("The market opens on Sunday", 20, "The market opens on…"),
        ("The market, which opens", 12, "The market…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("A anticonstitutionnellement", 10, "A anticon…"),
    ],
)
def test_a_long_title_is_cut_between_words(title, most, cut):
    assert rules.cut(title, most) == cut
    assert len(cut) <= most


def test_a_hashtag_that_the_title_has_is_not_said_twice():
    said = rules.message(an_entry("Fête à #PORTELUNE"), Rules(tag="Portelune"), most=500, short=SHORT)

    assert said == "Fête à #PORTELUNE https://news.example/1"


def test_the_longer_nothing_was_new_the_rarer_a_site_is_looked_at():
    def pause(hours, **more):
        source = a_source(newest_at=NOW - timedelta(hours=hours), **more)
        return rules.next_look(source, watched=more.pop("watched", False), now=NOW) - NOW

    assert pause(0) == timedelta(minutes=5)
    assert pause(24) == timedelta(minutes=30)
    assert pause(24 * 7) == timedelta(hours=3.5)
    assert pause(24 * 365) == timedelta(hours=6)
    assert pause(0, pause=7200) == timedelta(hours=2)
    assert pause(0, pause=10**9) == timedelta(hours=6)
    assert rules.next_look(a_source(), watched=True, now=NOW) - NOW == timedelta(hours=3)


def test_what_fails_is_tried_ever_later_up_to_a_quarter_of_a_day():
    waits = [rules.next_try(failures, asked=None, now=NOW) - NOW for failures in range(1, 40)]

    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)
    assert rules.next_try(1, asked=timedelta(days=900), now=NOW) - NOW == timedelta(days=1)


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (Rules(per_day=-1), rules.BadPerDay),
        (Rules(per_day=51), rules.BadPerDay),
        (Rules(tag="two words"), rules.NotAHashtag),
        (Rules(tag="12"), rules.NotAHashtag),
        (Rules(categories=tuple(map(str, range(21)))), rules.TooManyCategories),
        (Rules(categories=("x" * 101,)), rules.TooManyCategories),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(wanted, refusal):
    with pytest.raises(refusal):
        rules.checked(wanted)


def test_rules_are_kept_in_one_form():
    asked = Rules((" Fêtes ", "", "Fêtes"), 2, "#Portelune", True, "FR")

    assert rules.checked(asked) == Rules(("Fêtes",), 2, "Portelune", True, "fr")
