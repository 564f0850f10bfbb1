"""What somebody types to find posts: words, phrases and operators. Pure, and total: what is no operator is words.

    collision                               a word, in any of its forms
    "first collisions"                      these words, in this order
    from:alice from:me                      by whom
    before:2010-03-30 after: during:        days, UTC: before and after leave out the day they name
    has:media image video audio poll link embed
    is:reply is:sensitive
    language:fr
    in:library in:public in:all
    -word -"phrase" -has:media              not

Source: https://docs.joinmastodon.org/user/network/#search-operators, and the behaviour of Mastodon 4.6.
"""

import re
from datetime import date
from enum import StrEnum

import msgspec

from pinson.domain.search.words import folded, forms, split

LONGEST = 500  # characters of what is typed: a page of words costs seconds to look for, and means no more
MOST = 50  # of words and operators each; more would say nothing more, and an expression has a limit


class Operator(StrEnum):
    """What a condition is about."""

    FROM = "from"
    BEFORE = "before"
    AFTER = "after"
    DURING = "during"
    HAS = "has"
    IS = "is"
    LANGUAGE = "language"
    IN = "in"


DATED = (Operator.BEFORE, Operator.AFTER, Operator.DURING)
VALUES = {
    Operator.HAS: frozenset({"media", "image", "video", "audio", "poll", "link", "embed"}),
    Operator.IS: frozenset({"reply", "sensitive"}),
    Operator.IN: frozenset({"library", "public", "all"}),
}
_QUOTES = str.maketrans("“”„«»", '"""""')
_PIECE = re.compile(r'(?P<sign>[+-])?(?:(?P<operator>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))')
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Term(msgspec.Struct, frozen=True):
    """Something that posts say. any_of: forms of one word; in_order: the words of a phrase. One of them is empty."""

    any_of: tuple[str, ...]
    in_order: tuple[str, ...]
    negated: bool


class Condition(msgspec.Struct, frozen=True):
    """Something that posts are. value: in lower case, one that the operator knows; a date as YYYY-MM-DD."""

    operator: Operator
    value: str
    negated: bool


class Query(msgspec.Struct, frozen=True):
    """What posts are looked for: all of it must be so."""

    terms: tuple[Term, ...]
    conditions: tuple[Condition, ...]


def parse(typed: str) -> Query:
    """Read what somebody typed, up to `LONGEST`."""
    terms: list[Term] = []
    conditions: list[Condition] = []
    for piece in _PIECE.finditer(typed[:LONGEST].translate(_QUOTES)):
        negated = piece["sign"] == "-"
        value = piece["bare"] if piece["quoted"] is None else piece["quoted"]
        if condition := _condition(piece["operator"], value, negated):
            conditions.append(condition)
        elif term := _term(f"{piece['operator']}:{value}" if piece["operator"] else value, piece["bare"], negated):
            terms.append(term)
    return Query(tuple(terms[:MOST]), tuple(conditions[:MOST]))


def _condition(operator: str | None, value: str, negated: bool) -> Condition | None:
    """The condition, if it is one."""
    value = value.lower().strip().lstrip("@")
    if operator is None or not value:
        return None
    try:
        known = Operator(operator.lower())
    except ValueError:
        return None
    if known in VALUES:
        is_one = value in VALUES[known]
    elif known in DATED:
        is_one = _is_date(value)
    else:
        is_one = known is Operator.FROM or _LANGUAGE.fullmatch(value) is not None
    return Condition(known, value, negated) if is_one else None


def _term(text: str, bare: str | None, negated: bool) -> Term | None:
    """What a piece says: a word, or several in order if it was quoted or is like "e-mail"; None if it says nothing."""
    words = list(split(text))
    if bare is not None and len(words) == 1:
        any_of = forms(words[0])
        return Term(any_of, (), negated) if any_of else None
    in_order = tuple(folded(text))
    return Term((), in_order, negated) if in_order else None


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
