"""French and English are equal: neither lacks a string, and each is written as its readers write."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from pinson.lib import sms
from pinson.lib.i18n import Catalogs, negotiate, typography
from pinson.lib.i18n.__main__ import PACKAGE, check, extract

NARROW, WIDE = "\u202f", "\u00a0"


@pytest.fixture
def package(tmp_path):
    """A small program with a template, a module and a refusal."""
    folder = tmp_path / "shop"
    (folder / "web" / "templates").mkdir(parents=True)
    (folder / "web" / "templates" / "page.html").write_text(
        "{# Translators: on the big button #}<b>{{ _('Follow') }}</b>"
        "{% trans count=n %}One post{% pluralize %}{{ count }} posts{% endtrans %}",
        encoding="utf-8",
    )
    (folder / "web" / "pages.py").write_text('title = _("Hello %(name)s!", name=name)\n', encoding="utf-8")
    (folder / "rules.py").write_text(
        "class TooLong(Refusal):\n"
        '    kind, code = Kind.INVALID, "too_long"\n'
        '    text = "At most {limit} characters"\n'
        "class Several(Refusal):\n"
        '    kind, code, text = Kind.INVALID, "several", "{problems}"\n'
        "class Pen:\n"
        '    text = "not for people"\n',
        encoding="utf-8",
    )
    return folder


def translate(package, **french):
    """Put French into the catalog as a translator would: by editing the file."""
    path = package / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    content = path.read_text(encoding="utf-8")
    for english, text in french.items():
        head, found, rest = content.partition(f'msgid "{english}"\n')
        assert found, content
        content = head + found + rest.replace('msgstr ""', f'msgstr "{text}"', 1)
    content = content.replace('msgstr[0] ""', 'msgstr[0] "Un message"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(count)s messages"'
    )
    path.write_text(content, encoding="utf-8")


FRENCH = {
    "Follow": "Suivre",
    "Hello %(name)s!": "Bonjour %(name)s!",
    "At most {limit} characters": "Au plus {limit} caractères",
}


def test_every_string_that_people_read_is_found_wherever_it_stands(package):
    extract(package)

    template = (package / "locale" / "messages.pot").read_text(encoding="utf-8")
    assert 'msgid "Follow"' in template
    assert "#. on the big button" in template
    assert "#: shop/web/templates/page.html" in template
    assert 'msgid "Hello %(name)s!"' in template
    assert 'msgid_plural "%(count)s posts"' in template
    assert 'msgid "At most {limit} characters"' in template
    assert "not for people" not in template
    assert '"{problems}"' not in template  # all blank: nothing to translate


def test_extracting_twice_writes_the_same_and_keeps_what_was_translated(package):
    extract(package)
    translate(package, **FRENCH)
    before = (package / "locale" / "fr" / "LC_MESSAGES" / "messages.po").read_bytes()

    extract(package)

    assert (package / "locale" / "fr" / "LC_MESSAGES" / "messages.po").read_bytes() == before
    assert check(package) == []


def test_a_string_without_french_is_told(package):
    extract(package)
    translate(package, **{english: text for english, text in FRENCH.items() if english != "Follow"})

    assert check(package) == ["fr: missing: 'Follow'"]


def test_a_string_that_was_never_extracted_is_told(package):
    extract(package)
    translate(package, **FRENCH)
    (package / "web" / "pages.py").write_text('title = _("Hello %(name)s!") + _("Goodbye")\n', encoding="utf-8")

    assert check(package) == ["messages.pot is not what the source says: run `extract`", "fr: missing: 'Goodbye'"]


def test_a_translation_that_nothing_uses_is_told_until_it_is_extracted_away(package):
    extract(package)
    translate(package, **FRENCH)
    (package / "web" / "pages.py").write_text("", encoding="utf-8")

    before = check(package)
    extract(package)

    assert "fr: unused: 'Hello %(name)s!'" in before
    assert check(package) == []


def test_a_translation_marked_as_doubtful_is_told(package):
    extract(package)
    translate(package, **FRENCH)
    path = package / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text(encoding="utf-8").replace('msgid "Follow"', '#, fuzzy\nmsgid "Follow"'), "utf-8")

    assert check(package) == ["fr: fuzzy: 'Follow'"]


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Hello %(name)s!", "Bonjour %(nom)s!"),
        ("Hello %(name)s!", "Bonjour!"),
        ("Follow", "Suivre à 100 %"),
        ("At most {limit} characters", "Au plus {limite} caractères"),
    ],
)
def test_a_translation_with_other_blanks_is_told_since_filling_it_in_would_fail(package, english, french):
    extract(package)
    translate(package, **{**FRENCH, english: french})

    [problem] = check(package)
    assert "other blanks than" in problem


def test_the_template_engine_shows_the_language_that_was_asked_for(package):
    extract(package)
    translate(package, **FRENCH)
    catalogs = Catalogs.load(package / "locale")

    shown = {}
    for lang in ("en", "fr"):
        page = (package / "web" / "templates" / "page.html").read_text(encoding="utf-8")
        environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"], loader=DictLoader({"page": page}))
        environment.install_gettext_translations(catalogs.translations(lang), newstyle=True)
        shown[lang] = environment.get_template("page").render(n=2)

    assert shown == {"en": "<b>Follow</b>2 posts", "fr": f"<b>Suivre</b>2{WIDE}messages"}


def test_a_french_catalog_gets_french_typography_by_itself(package):
    extract(package)
    translate(package, **FRENCH)

    catalogs = Catalogs.load(package / "locale")

    assert catalogs.translations("fr").gettext("Hello %(name)s!") == f"Bonjour %(name)s{NARROW}!"
    assert catalogs.translations("en").gettext("Hello %(name)s!") == "Hello %(name)s!"


def test_zero_is_singular_in_french_and_plural_in_english(package):
    extract(package)
    translate(package, **FRENCH)
    catalogs = Catalogs.load(package / "locale")

    said = {lang: catalogs.translations(lang).ngettext("One post", "%(count)s posts", 0) for lang in ("fr", "en")}

    assert said == {"fr": "Un message", "en": "%(count)s posts"}


@pytest.mark.parametrize(
    ("lang_param", "cookie", "accept_language", "lang"),
    [
        (None, None, None, "en"),
        (None, None, "", "en"),
        ("fr", "en", "en", "fr"),
        ("fr-CA", None, None, "fr"),
        ("EN", None, "fr", "en"),
        ("de", "fr", "en", "fr"),
        (None, "fr", "en", "fr"),
        (None, "klingon", "fr", "fr"),
        (None, None, "fr-FR,fr;q=0.9,en-US;q=0.8", "fr"),
        (None, None, "en;q=0.5, fr;q=0.8", "fr"),
        (None, None, "de, fr;q=0.3, en;q=0.2", "fr"),
        (None, None, "fr;q=0, en;q=0.1", "en"),
        (None, None, "de,*;q=0.5", "en"),
        (None, None, ";;q=x,,fr;q=nonsense,fr;q=0.1", "fr"),
        (None, None, "french", "en"),
    ],
)
def test_the_language_is_what_the_address_says_then_what_was_chosen_then_what_the_browser_prefers(
    lang_param, cookie, accept_language, lang
):
    assert negotiate(lang_param, cookie, accept_language) == lang


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Vraiment ? Oui !", "Vraiment_? Oui_!"),
        ("Vraiment? Oui!", "Vraiment_? Oui_!"),
        ("Attention : danger ; fuyez", "Attention_: danger_; fuyez"),
        ("Vraiment\u00a0?", "Vraiment_?"),
        ("Quoi ?! Non !!!", "Quoi_?! Non_!!!"),
        ("«Bonjour» et « bonsoir »", "«_Bonjour_» et «_bonsoir_»"),
        ("Il dit « vraiment ? » et (non !).", "Il dit «_vraiment_?_» et (non_!)."),
        ("Rendez-vous à 10:15 : soyez là !", "Rendez-vous à 10:15_: soyez là_!"),
        ("Voir https://example.org/?a=1;b=2 !", "Voir https://example.org/?a=1;b=2_!"),
        ("C’est <b>fini</b> ! Ou <a href='x?y !'>pas ?</a>", "C’est <b>fini</b>_! Ou <a href='x?y !'>pas_?</a>"),
        ("Sel &amp; poivre &#39; etc.", "Sel &amp; poivre &#39; etc."),
        ("Bravo :) :smile: ;-) :D", "Bravo :) :smile: ;-) :D"),
        ("Bonjour %(name)s !", "Bonjour %(name)s_!"),
        ("! Au début", "! Au début"),
        ("Ligne\n! autre", "Ligne\n! autre"),
        ("Comptez 30 minutes à 3,5 TeV, soit 30 % de plus.", "Comptez 30~minutes à 3,5~TeV, soit 30~% de plus."),
        ("12 480 alertes reçues", "12_480~alertes reçues"),
        ("À 10 h 58, puis 11 h.", "À 10~h~58, puis 11~h."),
        ("Le tram 24 repart", "Le tram 24 repart"),
        ("Le 06 12 34 56 78, <b>3</b> fois, #lhc2010 fini", "Le 06 12 34 56 78, <b>3</b> fois, #lhc2010 fini"),
        ("Voir https://example.org/12 vite", "Voir https://example.org/12 vite"),
        ("lea@example.org:8080/x?y", "lea@example.org:8080/x?y"),
        ("", ""),
    ],
)
def test_french_marks_and_units_stand_off_by_spaces_that_do_not_break(written, shown):
    assert typography(written, "fr") == shown.replace("_", NARROW).replace("~", WIDE)


def test_english_stays_as_it_is():
    assert typography("Really ? «Yes»!", "en") == "Really ? «Yes»!"


@settings(max_examples=1000, deadline=None)
@given(st.text(alphabet="abh123, \u00a0\u202f\n:;!?«»()<>&/.@", max_size=40))
def test_typography_changes_nothing_the_second_time_and_nothing_but_spaces_ever(text):
    once = typography(text, "fr")

    assert typography(once, "fr") == once
    assert [c for c in once if c not in " \u00a0\u202f"] == [c for c in text if c not in " \u00a0\u202f"]


def test_no_french_string_of_pinson_can_break_before_a_mark_or_between_a_number_and_its_unit():
    loose = re.compile(
        r" [;:!?»](?=$|[\s<»)])|« |(?<![\w/])\d+ (?:[^\W\d_]|[%€$])|%\(count\)s [^\W\d_]|\{limit\} [^\W\d_]"
    )
    people = re.compile(r"(?:%\((?:who|name|topic|first)\)s|\{(?:who|name|topic)\}) ")  # no numbers
    words = Catalogs.load(PACKAGE / "locale").translations("fr")

    said = {key: text for key, text in words._catalog.items() if key}
    plural = [people.sub("", text) for key, text in said.items() if isinstance(key, tuple)]
    assert len(plural) > 100
    assert [text for text in said.values() if loose.search(re.sub(r"https?://\S+", "", text))] == []
    assert [text for text in plural if re.search(r"(?:%\(\w+\)s|\{\w+\}) [^\W\d_]", text)] == []


def test_what_keeps_french_lines_together_costs_no_text_anything():
    words = Catalogs.load(PACKAGE / "locale").translations("fr")

    for text in words._catalog.values():
        told = sms.plain(text)
        assert not re.search(f"[{NARROW}{WIDE}]", told)
        assert re.sub(r"\s", "", told) == re.sub(r"\s", "", sms.plain(re.sub(f"[{NARROW}{WIDE}]", " ", text)))


def test_every_string_of_pinson_has_its_french():
    assert check(PACKAGE) == []


def test_the_check_is_a_command_that_fails_when_something_is_wrong():
    said = subprocess.run(
        [sys.executable, "-m", "pinson.lib.i18n", "chek"], capture_output=True, text=True, check=False
    )

    assert said.returncode == 2
    assert "extract" in said.stdout
