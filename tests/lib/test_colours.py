"""Whatever colour an organisation has, people can read it."""

from hypothesis import given
from hypothesis import strategies as st

from pinson.interfaces.web import theme
from pinson.lib.colours import ENOUGH, contrast

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_contrast_is_that_of_the_standard():
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#123456", "#123456") == 1


@given(COLOURS)
def test_every_accent_can_be_read_wherever_it_stands(colour):
    for palette, grounds, text in (
        (theme.light(colour), theme.LIGHT, theme.LIGHT_TEXT),
        (theme.dark(colour), theme.DARK, theme.DARK_TEXT),
    ):
        for ground in (*grounds, palette.tint):
            assert contrast(palette.accent, ground) >= ENOUGH
            assert contrast(palette.strong, ground) >= ENOUGH
        assert contrast(palette.on_accent, palette.accent) >= ENOUGH
        assert contrast(palette.on_accent, palette.strong) >= ENOUGH
        assert contrast(text, palette.tint) >= ENOUGH


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert theme.light("#1f5582").accent == "#1f5582"
