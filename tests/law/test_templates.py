"""Every word that a template shows goes through translation: French and English are equal.

Looked at is what reaches a reader's eyes or ears: text between tags, and attributes that are
read out. It must be inside {{ _("...") }} or {% trans %}; names that are the same in every
language are listed below.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import jinja2
import pytest

from tests.law.source import PACKAGE, ROOT

SPOKEN = {
    "alt",
    "title",
    "placeholder",
    "label",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
}
SILENT = {"script", "style", "code"}
NAMES = re.compile(r"\b(?:Pinson|Mastodon)\b")
LETTER = re.compile(r"[^\W\d_]")
FILLED = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what a {{ }} prints
SUFFIXES = (".html", ".txt", ".xml", ".svg")

SYNTAX = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def untranslated(source: str, *, html: bool) -> list[str]:
    """The words in a template that no translator will ever see."""
    text = _outside_translation(source)
    shown = _Shown(text).found if html else text.split(FILLED)
    return [words for piece in shown if (words := " ".join(piece.split())) and LETTER.search(NAMES.sub("", words))]


def _outside_translation(source: str) -> str:
    """The template as written, without comments, blocks and {% trans %}, each {{ }} as FILLED."""
    pieces, in_trans, opening, in_variable = [], False, False, False
    for _, kind, value in SYNTAX.lex(source):
        if opening and kind == "name":
            opening = False
            in_trans = value == "trans" or (in_trans and value != "endtrans")
        match kind:
            case "block_begin":
                opening = True
            case "variable_begin":
                in_variable = True
            case "variable_end" if in_variable and not in_trans:
                pieces.append(FILLED)
            case "data" if not in_trans:
                pieces.append(value)
    return "".join(pieces)


class _Shown(HTMLParser):
    """What a page shows or has read out, piece by piece, in `found`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        given = dict(attributes)
        spoken = {name for name in given if name in SPOKEN}
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            spoken.add("value")
        if tag == "meta" and given.get("name") == "description":
            spoken.add("content")
        self.found += [given[name] or "" for name in sorted(spoken)]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found += data.split(FILLED)


def templates() -> Iterator[tuple[str, str, bool]]:
    """(path, source, whether it is markup) of each template."""
    for path in sorted(PACKAGE.glob("**/templates/**/*")):
        if path.is_file():
            assert path.suffix in SUFFIXES, f"cannot tell what {path} shows"
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"), path.suffix != ".txt"


def test_templates_hold_no_words_outside_translation():
    found = [f"{path}: {words}" for path, source, html in templates() for words in untranslated(source, html=html)]

    assert found == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello {{ name }}, you</p>", ["Hello", ", you"]),
        ('<img src="x.png" alt="A bird">', ["A bird"]),
        ('<input type="submit" value="Send">', ["Send"]),
        ("{% if x %}<b>À bientôt</b>{% endif %}", ["À bientôt"]),
        ("<title>Welcome to Pinson</title>", ["Welcome to Pinson"]),
        ("{% trans %}Hello{% endtrans %} you", ["you"]),
        ("<svg><title>A bird</title><path d='M0 0'/></svg>", ["A bird"]),
    ],
)
def test_words_that_no_translator_sees_are_found(source, words):
    assert untranslated(source, html=True) == words


@pytest.mark.parametrize(
    "source",
    [
        "{# a note #}<p class='card'>{{ _('Hello') }}</p>",
        "{% trans count=n %}One post{% pluralize %}{{ count }} posts{% endtrans %} · 12:30",
        '<img alt="{{ _("A bird") }}" src="/static/bird.png"><input type="hidden" value="yes">',
        "<!doctype html><html lang='{{ lang }}'><title>Pinson</title><code>make demo</code>",
        "<a {% if on %}aria-current='page'{% endif %} href='/'>{{ name }}</a>",
    ],
)
def test_translated_words_names_and_markup_are_lawful(source):
    assert untranslated(source, html=True) == []


def test_a_plain_text_template_is_read_whole():
    assert untranslated("<3 you, {{ name }}\n{% trans %}Hello{% endtrans %}", html=False) == ["<3 you,"]
