"""From which countries people followed short links, in words: the part that pages and files share.

Shown only where the server has a table of countries (lib/countries.py). What is told, and what only together, the
domain decides (`shortlinks.Origins`).
"""

from starlette.responses import Response

from pinson.domain import shortlinks
from pinson.domain.shortlinks import Origins
from pinson.interfaces.web.sheets import sheet
from pinson.interfaces.web.site import Call
from pinson.lib import countries


def lines(call: Call, origins: Origins) -> list[tuple[str, int]]:
    """A country's name, and how many people; those that are told together last. Empty if nobody came."""
    _ = call.tools.catalogs.translations(call.lang).gettext
    found = [(countries.name(code, lang=call.lang), count) for code, count in origins.countries.items()]
    rest = [(_("Other countries"), origins.others), (_("Not known"), origins.unknown)]
    return found + [(name, count) for name, count in rest if count]


def file(call: Call, name: str, origins: Origins) -> Response:
    """The same for a spreadsheet."""
    _ = call.tools.catalogs.translations(call.lang).gettext
    return sheet(name, (_("Country"), _("People")), lines(call, origins))


def least(call: Call) -> int | None:
    """How many people from a country it takes to be told; None where no country is."""
    return shortlinks.LEAST_TOLD if call.tools.countries.is_there else None
