"""What people type is read as they mean it, and never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.search.query import LONGEST, MOST, Condition, Operator, Term, parse
from pinson.domain.search.store import _term


def said(query):
    """A query in short: words as they would be typed folded, operators as they are."""
    terms = [f"{'-' * one.negated}{' '.join(one.in_order) or one.any_of[0]}" for one in query.terms]
    return terms + [f"{'-' * one.negated}{one.operator}:{one.value}" for one in query.conditions]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Énergie  noire", ["energie", "noire"]),
        ('"Énergie noire" lhc', ["energie noire", "lhc"]),
        ("« énergie noire » -“dark energy”", ["energie noire", "-dark energy"]),
        ("-collision +faisceau", ["-collision", "faisceau"]),
        ("e-mail 3,5 l'énergie", ["e mail", "3 5", "energie"]),
        ("from:@Alice From:me -from:bob@example.org", ["from:alice", "from:me", "-from:bob@example.org"]),
        ("before:2010-03-30 after:2010-03-01 during:2010-03-15", None),
        ("has:media has:image has:video has:audio has:poll has:link has:embed", None),
        (
            "is:reply -is:sensitive language:fr-ca in:library",
            ["is:reply", "-is:sensitive", "language:fr-ca", "in:library"],
        ),
        ('from:"alice"', ["from:alice"]),
        # what is no operator is words
        ("before:tomorrow", ["before tomorrow"]),
        ("before:2010-02-30 after:20100330", ["before 2010 02 30", "after 20100330"]),
        ("has:wings is: in:paris language:", ["has wings", "is", "in paris", "language"]),
        ("from:", ["from"]),
        ("note:do", ["note do"]),
        ("https://www.cern.ch/a", ["cern ch a"]),
        ('unclosed "quote', ["unclosed", "quote"]),
        ('- + " "" -- 🎉', []),
        ("#LHC @bob", ["lhc", "bob"]),
        ("", []),
    ],
)
def test_words_phrases_and_operators_are_told_apart(typed, meant):
    assert said(parse(typed)) == (typed.split() if meant is None else meant)


def test_a_single_word_has_many_forms_and_a_quoted_one_has_one():
    assert set(parse("collisions").terms[0].any_of) == {"collisions", "collis"}
    assert parse('"collisions"').terms == (Term((), ("collisions",), False),)


def test_a_condition_says_what_and_whether_not():
    assert parse("-has:poll").conditions == (Condition(Operator.HAS, "poll", True),)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(['"', "-", "from:", "has:", "a", " ", "«", ":", "é'", "東"])).map("".join)
)
def test_anything_can_be_typed(typed):
    query = parse(typed)

    assert len(query.terms) <= MOST
    for term in query.terms:
        assert bool(term.any_of) != bool(term.in_order)
        assert _term(term).count('"') % 2 == 0


def test_there_is_a_limit_to_how_much_is_looked_for():
    query = parse("m from:a " * 55)

    assert (len(query.terms), len(query.conditions)) == (MOST, MOST)
    assert parse(f"m{'a' * LONGEST}") == parse(f"m{'a' * (LONGEST - 1)}")
