"""Telephones that publish, and telephones that are only drawn.

An account may let the telephones of its members publish for it, each by a text; a code of four digits may be asked
for, since the number that a text comes from can be forged. Drawn telephones are those of the simulator: what was sent
to them and by them, for a page to show.

Called by what reads texts (`pinson/texting`) and by pages. Not here: whose a telephone is (alerts).
"""

from pinson.domain.phones.commands import forget_account, forget_drawn, keep_drawn, let_publish
from pinson.domain.phones.model import BadCode, Drawn, Pocket
from pinson.domain.phones.queries import drawn, pocket

__all__ = [
    "BadCode",
    "Drawn",
    "Pocket",
    "drawn",
    "forget_account",
    "forget_drawn",
    "keep_drawn",
    "let_publish",
    "pocket",
]
