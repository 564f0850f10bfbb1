import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pinson.domain.media import Focus, MediaKind, State, rules
from pinson.domain.media.rules import (
    FILM_BYTES,
    IMAGE_BYTES,
    BadFocus,
    DescriptionTooLong,
    FileTooLarge,
    MixedKinds,
    NotReady,
    TooManyAttached,
)
from tests.domain.media.desk import some

IMAGE, GIFV, VIDEO, AUDIO = (some(kind) for kind in MediaKind)


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("0,0", Focus(0, 0)),
        ("-0.2,0.5", Focus(-0.2, 0.5)),
        (" 1 , -1 ", Focus(1, -1)),
        ("7,-7", Focus(1, -1)),
        ("", None),
        (" ", None),
    ],
)
def test_a_focus_is_read_as_apps_write_it(text, focus):
    assert rules.read_focus(text) == focus


@pytest.mark.parametrize("text", ["1", "a,b", "1,2,3", ",", "nan,0", "0,inf", "1;2"])
def test_what_is_no_focus_is_refused(text):
    with pytest.raises(BadFocus):
        rules.read_focus(text)


@given(st.text(max_size=20) | st.tuples(st.floats(), st.floats()).map(lambda pair: f"{pair[0]},{pair[1]}"))
@example("1e999,0")
def test_any_text_is_a_focus_within_the_picture_or_refused(text):
    try:
        focus = rules.read_focus(text)
    except BadFocus:
        return

    assert focus is None or (-1 <= focus.x <= 1 and -1 <= focus.y <= 1)


def test_a_description_may_have_ten_thousand_characters():
    assert rules.check_description(f" {'é' * 10_000}\n") == "é" * 10_000
    with pytest.raises(DescriptionTooLong, match="maximum is 10000 characters"):
        rules.check_description("x" * 10_001)


def test_a_picture_may_have_16_mb_and_a_film_99():
    rules.check_size(IMAGE_BYTES, IMAGE_BYTES)
    rules.check_size(FILM_BYTES, FILM_BYTES)

    with pytest.raises(FileTooLarge, match="16 MB"):
        rules.check_size(IMAGE_BYTES + 1, IMAGE_BYTES)
    with pytest.raises(FileTooLarge, match="99 MB"):
        rules.check_size(FILM_BYTES + 1, FILM_BYTES)


@pytest.mark.parametrize("together", [[], [IMAGE], [IMAGE] * 4, [VIDEO], [AUDIO], [GIFV]])
def test_a_post_has_four_pictures_or_one_of_anything_else(together):
    rules.check_together(together)


@pytest.mark.parametrize(
    ("together", "refusal"),
    [
        ([IMAGE] * 5, TooManyAttached),
        ([IMAGE, VIDEO], MixedKinds),
        ([GIFV, IMAGE], MixedKinds),
        ([AUDIO, AUDIO], MixedKinds),
        ([some(MediaKind.IMAGE, State.PROCESSING)], NotReady),
        ([some(MediaKind.VIDEO, State.FAILED)], NotReady),
    ],
)
def test_nothing_else_goes_together(together, refusal):
    with pytest.raises(refusal):
        rules.check_together(together)
