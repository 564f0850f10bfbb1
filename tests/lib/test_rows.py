"""Rows become structs by name and type, and what a struct holds can be a parameter."""

from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum, StrEnum
from typing import NewType

import apsw
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib.db.rows import bind, reader, values

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
PostId = NewType("PostId", int)
ReplyId = NewType("ReplyId", PostId)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Mood(StrEnum):
    CALM = "calm"


class Link(msgspec.Struct, frozen=True):
    text: str
    to: PostId


class Everything(msgspec.Struct, frozen=True):
    """One field of each sort that a table can hold for us."""

    number: int
    text: str
    data: bytes
    real: float
    id: ReplyId
    yes: bool
    at: datetime
    colour: Colour
    size: Size
    mood: Mood
    names: list[str]
    ids: tuple[PostId, ...]
    link: Link
    links: list[Link]
    counts: dict[str, int]
    maybe_number: int | None
    maybe_id: PostId | None
    maybe_yes: bool | None
    maybe_at: datetime | None
    maybe_colour: Colour | None
    maybe_link: Link | None


class Pair(msgspec.Struct):
    left: int
    right: int
    note: str = "none"


NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
# Tables hold milliseconds.
MOMENTS = st.integers(0, 4 * 10**12).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
LINKS = st.builds(Link, TEXTS, NUMBERS)


def through_sqlite(value):
    """A struct written as parameters and read back as a row."""
    connection = apsw.Connection("")
    connection.convert_binding = lambda _cursor, _index, given: bind(given)
    names = [field.name for field in msgspec.structs.fields(value)]
    sql = "SELECT " + ", ".join(f":{name} AS {name}" for name in names)
    cursor = connection.execute(sql, values(sql)(value))
    columns = [name for name, _ in cursor.getdescription()]
    return reader(type(value), columns)(cursor.fetchone())


@given(
    st.builds(
        Everything,
        *(NUMBERS, TEXTS, st.binary(), st.floats(allow_nan=False), NUMBERS, st.booleans(), MOMENTS),
        *(st.sampled_from(Colour), st.sampled_from(Size), st.just(Mood.CALM)),
        *(st.lists(TEXTS), st.lists(NUMBERS).map(tuple), LINKS, st.lists(LINKS)),
        st.dictionaries(TEXTS, NUMBERS),
        *(st.none() | values for values in (NUMBERS, NUMBERS, st.booleans(), MOMENTS, st.sampled_from(Colour), LINKS)),
    )
)
@settings(deadline=None, max_examples=50)
def test_what_a_struct_holds_comes_back_from_a_table_as_it_was(value):
    assert through_sqlite(value) == value


def test_a_field_comes_back_in_its_own_type():
    pair = through_sqlite(
        Everything(
            1,
            "",
            b"",
            1.5,
            1,
            True,
            NOON,
            Colour.RED,
            Size.LARGE,
            Mood.CALM,
            [],
            (1,),
            Link("", 1),
            [],
            {},
            *[None] * 6,
        )
    )

    assert [type(value) for value in (pair.yes, pair.at, pair.colour, pair.size, pair.mood, pair.ids, pair.link)] == [
        bool,
        datetime,
        Colour,
        Size,
        Mood,
        tuple,
        Link,
    ]


@pytest.mark.parametrize(
    ("sql", "bound"),
    [
        ("UPDATE pairs SET note = :note, left = :left WHERE left <> :left", ("none", 1)),
        ("DELETE FROM pairs WHERE right = :right", (2,)),
    ],
)
def test_a_statement_takes_what_it_names_from_a_struct_each_once_and_in_its_own_order(sql, bound):
    assert values(sql)(Pair(1, 2)) == bound


def test_a_statement_that_names_what_a_struct_does_not_have_is_a_bug_that_says_so():
    with pytest.raises(AttributeError, match="middle"):
        values("SELECT :left, :middle")(Pair(1, 2))


def test_a_moment_is_kept_to_the_millisecond_below():
    assert bind(NOON + timedelta(microseconds=1999)) == bind(NOON) + 1


def test_fields_with_defaults_may_be_left_out_at_the_end():
    assert reader(Pair, ["left", "right"])((1, 2)) == Pair(1, 2, "none")


@pytest.mark.parametrize(
    "columns", [["right", "left"], ["left"], ["left", "right", "note", "more"], ["left", "right", "remark"], []]
)
def test_columns_that_are_not_the_fields_in_order_are_refused_and_both_are_named(columns):
    with pytest.raises(TypeError, match=r"Pair has the fields \['left', 'right', 'note'\], the statement gives"):
        reader(Pair, columns)


@pytest.mark.parametrize(("type", "value"), [(int, 1), (str, "a"), (bytes, b"a"), (float, 1.5), (ReplyId, 1)])
def test_one_column_may_be_read_bare(type, value):
    assert reader(type, ["whatever"])((value,)) == value


def test_a_bare_value_is_one_column():
    with pytest.raises(TypeError, match="one column"):
        reader(int, ["left", "right"])


@pytest.mark.parametrize("value", [{1, 2}, object(), timedelta(1)])
def test_what_no_column_holds_is_no_parameter(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        bind(value)


def test_a_moment_without_a_time_zone_is_no_parameter():
    with pytest.raises(TypeError):
        bind(datetime(2026, 3, 30))
