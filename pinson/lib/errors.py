"""Why we say no: the base of every refusal, and the few kinds that interfaces translate.

Each refusal is declared beside the function that says it; interfaces hold one table from
`Kind` to their own codes. Anything raised that is not a `Refusal` is a bug: nobody catches
it, the log gets all of it, and the outside sees an internal error.
"""

from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What sort of "no" this is; each interface maps it to its own codes (HTTP, SMTP, SMPP ...)."""

    MALFORMED = "malformed"  # cannot be read at all: bad JSON, missing parameter
    UNAUTHENTICATED = "unauthenticated"  # we do not know who asks
    FORBIDDEN = "forbidden"  # we know, and they may not
    MISSING = "missing"  # not there, or not for them: the two look the same
    GONE = "gone"  # it was there, and will not be again
    CONFLICT = "conflict"  # somebody else changed it first
    INVALID = "invalid"  # readable, but breaks a rule
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"  # ask again later


class Refusal(Exception):
    """The request was understood and is declined, and the person can be told why.

    kind: row of each interface's table.
    code: stable name for clients, logs, translations. Never reworded.
    text: what the person reads, filled in from the facts. Holds nothing secret.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        super().__init__(self.text.format(**facts))
        self.facts = facts
