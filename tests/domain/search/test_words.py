"""Which words are the same to search, in French and in English."""

import pytest

from pinson.domain.search.words import _split_any, folded, forms, indexed, split


def finds(typed, text, language=None):
    """Whether a word that is typed finds a text."""
    index = indexed([text], language=language)
    return not set(forms(typed)).isdisjoint(f"{index.words} {index.stems}".split())


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("collision", "Les COLLISIONS ont commencé", "fr"),
        ("collisions", "A collision at last", "en"),
        ("énergie", "Un record d'ENERGIE", "fr"),
        ("energie", "L'énergie est là", "fr"),
        ("energies", "L’énergie est là", None),
        ("supraconductivité", "La supraconductivite pour tous", "fr"),
        ("arrete", "La machine est arrêtée", "fr"),
        ("running", "We run it again", "en"),
        ("run", "It was running", "en"),
        ("run", "It was running", None),
        ("faisceau", "Deux faisceaux", "fr"),
        ("oeuvre", "Main-d'ŒUVRE", "fr"),
        ("today", "Today's beam", "en"),
        ("cern", "Voir https://www.cern.ch/actualités", "fr"),
        ("actualite", "Voir https://www.cern.ch/actualités", "fr"),
        ("lhc", "#LHC", "fr"),
        ("bob", "@bob@example.org", "en"),
        ("workshops", "Un workshop en anglais", "fr"),
        ("Straße", "STRASSE", "de"),
        ("東", "東京", "ja"),
    ],
)
def test_words_that_have_a_form_in_common_find_each_other(typed, text, language):
    assert finds(typed, text, language)


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("supraconducteurs", "la supraconductivité", "fr"),  # their stems differ
        ("run", "It was running", "fr"),  # French has no such ending
        ("l", "l'énergie", "fr"),
        ("s", "today's", "en"),
        ("https", "https://cern.ch", "fr"),
        ("ener", "énergie", "fr"),
    ],
)
def test_words_that_have_none_do_not(typed, text, language):
    assert not finds(typed, text, language)


def test_a_text_is_split_where_people_see_words():
    text = "Jusqu'à 3,5 TeV, QU’elle aujourd'hui — snake_case e-mail d'abord l’« ami »"

    assert list(split(text)) == [
        *("à", "3", "5", "TeV", "elle", "aujourd", "hui", "snake_case", "e", "mail", "abord", "l", "ami"),
    ]
    assert folded("東京タワー") == ["東", "京", "タ", "ワ", "ー"]


def test_latin_letters_are_split_the_short_way_as_whatever_else_is():
    latin = "".join(map(chr, range(0x250)))
    texts = [
        "l'été",
        "d’où",
        "aujourd'hui’s",
        "a''b",
        "'x'",
        "x_y'z",
        *(f"a{sign}b d’{sign}é’{sign}s" for sign in latin),
    ]

    assert [list(split(text)) for text in texts] == [list(_split_any(text)) for text in texts]


def test_what_has_no_letters_is_no_word():
    assert indexed(["🎉 … — !"], language="fr").words == ""


def test_the_index_holds_words_in_order_and_stems_that_are_not_among_them():
    index = indexed(["Énergie record", "records d'énergies"], language="fr")

    assert index.words == "energie record records energies"
    assert set(index.stems.split()) == {"energ"} | {"record", "energi"} & set(index.stems.split())


def test_a_number_is_found_by_itself_alone():
    assert forms("2026") == forms("٢٠٢٦".translate({0x660 + n: str(n) for n in range(10)})) == ("2026",)
