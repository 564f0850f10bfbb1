"""What an account allows, and a text of a drawn telephone."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.lib.errors import Kind, Refusal


class BadCode(Refusal):
    """Not four digits."""

    kind, code = Kind.INVALID, "bad_pocket_code"
    text = "The code is four digits, or nothing at all."


class Pocket(msgspec.Struct, frozen=True):
    """How an account publishes by text. allowed: at all. code: four digits to write first, "" for none."""

    account_id: AccountId
    allowed: bool = False
    code: str = ""


class Drawn(msgspec.Struct, frozen=True):
    """A text to or from a drawn telephone. ours: we sent it. parts: as a network would bill."""

    id: int
    phone: str
    ours: bool
    sender: str
    body: str
    parts: int
    at: datetime
