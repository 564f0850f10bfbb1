"""Pictures made of text: with all letters of the languages that are written here, in lines that fit."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pinson.lib import posters

WRITTEN = "ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâçéèêëîïôœùûüÿæ€’‘“”«»–—…!?°№ÄÖß§ñ¿¡łąęşğıăâțžčřőåøΑΩάώЖЩжщєї\u00a0\u202f≤≥→"


def drawn(said="Bonjour", **more):
    facts = {"name": "Ana", "handle": "@ana@pinson.example", "place": "pinson.example", "accent": "#1f5582", **more}
    return posters.draw(said=said, **facts)


@pytest.mark.parametrize("name", [posters.REGULAR, posters.STRONG])
def test_our_fonts_have_the_letters_that_we_say_they_have(name):
    letters = posters.font(name, 40)
    none = bytes(letters.getmask("\ue000"))  # the box that stands for what is missing

    assert posters.OURS.fullmatch(WRITTEN)
    assert [char for char in WRITTEN if bytes(letters.getmask(char)) == none] == []


@given(st.text(st.sampled_from("aéW .’ \u202f"), max_size=300))
def test_lines_fit_and_lose_nothing(text):
    letters = posters.font(posters.REGULAR, 42)

    lines = posters.wrap(text, letters, 400)

    assert all(letters.getlength(line) <= 400 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("said", ["", "mot " * 400, "W" * 3_000, "مرحبا", "🎉" * 50, "a\u0301\ud83d", "\x00\u202e"])
def test_whatever_is_said_there_is_a_picture(said):
    picture = Image.open(BytesIO(drawn(said, name=said, handle=said)))

    assert picture.size == (1200, 630)


def test_emoji_leave_no_boxes_and_no_gaps():
    assert drawn("Fête 🎉 ce soir 👩‍👩‍👧") == drawn("Fête ce soir")


def test_nothing_is_drawn_past_the_edge():
    for said in ("Une phrase assez longue pour plusieurs lignes. " * 12, "x" * 900):
        picture = Image.open(BytesIO(drawn(said, name="W" * 90, handle="@" + "w" * 90))).convert("L")
        assert min(picture.crop((1125, 0, 1200, 630)).get_flattened_data()) > 200  # the ground
