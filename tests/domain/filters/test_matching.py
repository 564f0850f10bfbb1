"""Which texts a filter's keywords are found in."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.filters import Action, Context, Filter, Keyword, Whole
from pinson.domain.filters.matching import compiled, fold, matches, text_of

FILTER = Filter(1, 2, "Weather", (Context.HOME,), Action.WARN, None)


def found(text, *keywords, whole_word=True):
    """What is found of these keywords in a text; None if nothing is."""
    wanted = tuple(Keyword(3 + place, 1, keyword, whole_word) for place, keyword in enumerate(keywords))
    matched = matches([compiled(Whole(FILTER, wanted, ()))], 7, text_of([text]))
    return matched[0].keyword if matched else None


@pytest.mark.parametrize(
    ("text", "keyword", "whole_word", "match"),
    [
        ("Le LHC redémarre", "lhc", True, "LHC"),
        ("le lhc redémarre", "LHC", True, "lhc"),
        ("Les LHCs redémarrent", "lhc", True, None),
        ("Les LHCs redémarrent", "lhc", False, "LHC"),
        ("La météorite", "météo", True, None),
        ("La météorite", "météo", False, "météo"),
        ("La météo, demain", "météo", True, "météo"),
        ("lhc_2 et lhc2, puis Lhc.", "lhc", True, "Lhc"),
        ("vu sur #LHC", "#lhc", True, "#LHC"),
        ("vu sur##LHC", "#lhc", True, "#LHC"),
        ("vu sur #LHCb", "#lhc", True, None),
        ("今日は雨です", "雨", False, "雨"),
        ("हिन्दी", "हिन", True, None),
        ("C++ ou C++20", "c++", True, "C++"),
        ("a.b", "a.b", True, "a.b"),
        ("axb", "a.b", True, None),
        ("STRASSE", "straße", True, None),
        ("STRAẞE", "straße", True, "STRAẞE"),
        ("İstanbul, istanbul", "ISTANBUL", True, "istanbul"),
        ("deux mots", "deux  mots", True, None),
        ("", "lhc", True, None),
    ],
)
def test_a_keyword_is_found_whatever_its_case_and_only_as_a_whole_word_if_so_wished(text, keyword, whole_word, match):
    assert found(text, keyword, whole_word=whole_word) == match


def test_the_first_hit_in_the_text_is_told_of_two_at_one_place_the_older_keyword():
    assert found("pluie, neige", "neige", "pluie") == "pluie"
    assert found("pluie, neige", "plu", "pluie", whole_word=False) == "plu"
    assert found("pluie, neige", "pluie", "plu", whole_word=False) == "pluie"


def test_a_filter_without_keywords_matches_nothing():
    assert found("Bonjour") is None


def test_nothing_that_people_type_makes_it_slow():
    assert found("a" * 50_000, "a" * 500 + "b") is None
    assert found("a" * 5_000, "a") is None


letters = st.text("abAB ß#é_1-", max_size=12)


@given(letters, st.lists(st.text("abAB#é_1-", min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
def test_it_finds_what_a_regular_expression_would(text, keywords, whole_word):
    word = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]"

    def pattern(keyword):
        before = rf"(?<!{word})" if whole_word and regex.match(word, keyword) else ""
        after = rf"(?!{word})" if whole_word and regex.match(word, keyword[-1]) else ""
        return before + regex.escape(keyword, special_only=True) + after

    expected = regex.search("|".join(map(pattern, keywords)), text, regex.IGNORECASE)

    assert found(text, *keywords, whole_word=whole_word) == (expected[0] if expected else None)


@given(st.text())
def test_what_is_searched_is_as_long_as_what_is_shown(text):
    assert len(fold(text)) == len(text)
