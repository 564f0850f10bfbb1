"""A template says the same whether what never changes was filled in when it was compiled, or when it was rendered."""

from gettext import NullTranslations

import jinja2
import pytest

from pinson.interfaces.web.folding import FoldingEnvironment
from pinson.interfaces.web.pages import TEMPLATES
from pinson.lib.config import Instance

ICON = (TEMPLATES / "_icon.html").read_text()
SAID = {"Rules": "Règles <é>", "Half": "50 %% moins"}


class Words(NullTranslations):
    def gettext(self, message):
        return SAID.get(message, message)


def environments(**templates):
    """The same templates in an environment of ours and in one of Jinja's own."""
    known = {"static": "/static/{}?v=1&amp".format, "instance": Instance(title="Ville <de> Lyon"), "host": "example"}
    options = {
        "loader": jinja2.DictLoader({"_icon.html": ICON, **templates}),
        "autoescape": True,
        "undefined": jinja2.StrictUndefined,
    }
    plain = jinja2.Environment(extensions=["jinja2.ext.i18n"], **options)
    plain.install_gettext_translations(Words(), newstyle=True)
    plain.globals.update(known)
    return FoldingEnvironment(Words(), known, **options), plain


@pytest.mark.parametrize(
    "source",
    [
        '<a title="{{ _("Rules") }}">{{ _("Rules") | upper }}</a>',
        "{% trans %}Half{% endtrans %} {% trans n=3 %}One{% pluralize %}{{ n }}{% endtrans %}",
        "{% set word = _('Rules') %}{{ word ~ '<b>' }}",
        "{{ static('site.css') }} {{ static(name) }}",
        "{{ instance.title }}{% if instance.contact_email %}{{ instance.contact_email }}{% endif %}{{ host }}",
        '{% from "_icon.html" import icon %}{{ icon("home") }}{{ icon(name) }}',
        '{% from "_icon.html" import icon %}{% macro deed(of) %}{{ icon(of) }}{% endmacro %}{{ deed(name) }}',
        '{% include "same.html" %}{% include "differs.html" %}',
    ],
)
def test_a_folded_template_says_what_the_plain_one_says(source):
    parts = {"same.html": "<p>{{ _('Rules') }}</p>\n", "differs.html": "<p>{{ name }}</p>"}
    folded, plain = (one.get_template("page.html") for one in environments(**{"page.html": source}, **parts))

    assert folded.render(name="<star>") == plain.render(name="<star>")


def test_a_compiled_template_looks_up_nothing_that_never_changes():
    source = (
        '{% from "_icon.html" import icon %}{{ _("Rules") }}{{ instance.title }}{{ static("a") }}{{ icon("home") }}'
    )
    folded, _ = environments()

    compiled = folded.compile(source, raw=True)

    assert "Règles" in compiled
    assert not any(f"'{name}'" in compiled for name in ("_", "gettext", "instance", "static", "icon"))
