"""Pages as clients ask for them, and the header that leads them on."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.lib.errors import Kind
from pinson.lib.paging import NEWEST, BadCursor, Page, link_header


def page(**asked: object) -> Page:
    return Page.of(**asked, default=20, maximum=40)


def links(header: str) -> dict[str, str]:
    return {way: url for url, way in re.findall(r'<([^>]*)>; rel="(\w+)"', header)}


@pytest.mark.parametrize(
    ("asked", "limit"), [(None, 20), (1, 1), (40, 40), (41, 40), (10**29, 40), (0, 0), (-5, 5), (-80, 40)]
)
def test_a_limit_counts_without_its_sign_up_to_the_maximum(asked, limit):
    assert page(limit=asked).limit == limit


def test_nothing_asked_is_the_newest_page():
    assert page() == page(max_id="", since_id="", min_id="") == Page(None, None, None, 20)


@pytest.mark.parametrize(
    ("asked", "bounds"),
    [
        ({"max_id": "30"}, (30, None, None)),
        ({"max_id": "30", "since_id": "10"}, (30, 10, None)),
        ({"max_id": "30", "min_id": "10"}, (30, None, 10)),
        ({"since_id": "20", "min_id": "10"}, (None, None, 10)),
        ({"since_id": "20", "min_id": "0"}, (None, None, 0)),
    ],
)
def test_min_id_wins_over_since_id_and_max_id_goes_with_both(asked, bounds):
    asked_for = page(**asked)

    assert (asked_for.max_id, asked_for.since_id, asked_for.min_id) == bounds


@pytest.mark.parametrize(
    ("sent", "cursor"),
    [
        ("0", 0),
        ("007", 7),
        ("-1", 0),
        ("-" + "9" * 9000, 0),
        ("9223372036854775806", NEWEST - 1),
        ("9223372036854775807", NEWEST),
        ("9223372036854775808", NEWEST),
        ("9" * 9000, NEWEST),
        ("0" * 9000 + "7", 7),
    ],
)
def test_a_cursor_out_of_range_is_brought_into_range(sent, cursor):
    assert page(max_id=sent).max_id == cursor


@pytest.mark.parametrize("name", ["max_id", "since_id", "min_id"])
@pytest.mark.parametrize(
    "sent", ["abc", "12abc", "1.5", "1e3", "1_000", " 12", "+12", "--1", "-", "١٢", "12\n", "null"]
)
def test_a_cursor_that_is_no_number_is_refused_by_its_name(name, sent):
    with pytest.raises(BadCursor, match=name) as refused:
        page(**{name: sent})

    assert refused.value.kind is Kind.MALFORMED


def test_a_refused_since_id_is_refused_beside_min_id_too():
    with pytest.raises(BadCursor, match="since_id"):
        page(since_id="abc", min_id="1")


def test_the_header_leads_to_older_and_newer_entries():
    header = link_header("https://pinson.example", "/api/v1/timelines/home", [("limit", "20")], first=122, last=103)

    assert header == (
        '<https://pinson.example/api/v1/timelines/home?limit=20&max_id=103>; rel="next", '
        '<https://pinson.example/api/v1/timelines/home?limit=20&min_id=122>; rel="prev"'
    )


def test_filters_are_kept_in_order_and_old_cursors_are_not():
    query = [
        ("types[]", "mention"),
        ("max_id", "9"),
        ("types[]", "follow"),
        ("min_id", "1"),
        ("since_id", "2"),
        ("q", "é&"),
    ]

    found = links(link_header("https://pinson.example", "/api/v1/notifications", query, first=8, last=5) or "")

    kept = [("types[]", "mention"), ("types[]", "follow"), ("q", "é&")]
    assert parse_qsl(urlsplit(found["next"]).query) == [*kept, ("max_id", "5")]
    assert parse_qsl(urlsplit(found["prev"]).query) == [*kept, ("min_id", "8")]


def test_a_list_that_ends_here_has_no_next_and_an_empty_one_has_no_header():
    def header(first: int | None, last: int | None) -> str | None:
        return link_header("https://pinson.example", "/list", [], first=first, last=last, prev="since_id")

    assert links(header(8, None) or "") == {"prev": "https://pinson.example/list?since_id=8"}
    assert header(None, None) is None


@given(st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_nothing_in_an_address_breaks_out_of_the_header(name, query):
    header = link_header("https://pinson.example", f"/tag/{name}", query, first=2, last=1) or ""

    assert re.fullmatch(r'<[!-;=?-~]+>; rel="next", <[!-;=?-~]+>; rel="prev"', header)
