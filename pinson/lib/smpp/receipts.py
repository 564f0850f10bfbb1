"""What became of a text, as networks tell it: in optional parameters, or in a line of their own.

Called by `client`. Pure.

Source: SMPP 3.4, section 5.3.2.35 (message_state), appendix B (the line).
"""

import re

import msgspec

from pinson.lib import sms
from pinson.lib.smpp.pdus import Tag, Text
from pinson.lib.smpp.texts import KIND, RECEIPTS

_ID = re.compile(r"\bid:\s*([^\s]+)", re.I)
_STATE = re.compile(r"\bstat(?:us)?:\s*([a-z]+)", re.I)
_ERROR = re.compile(r"\berr(?:or)?:\s*([^\s]+)", re.I)
_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}


class Receipt(msgspec.Struct, frozen=True):
    """remote_id: as the network named it when it took the text. state: DELIVRD, UNDELIV ... error: its own code."""

    remote_id: str
    state: str
    error: str


def is_receipt(text: Text) -> bool:
    """Whether a text is one. Some networks forget to mark those that name what they are of."""
    return text.esm_class & KIND in RECEIPTS or Tag.RECEIPTED_MESSAGE_ID in text.extra


def receipt_of(text: Text) -> Receipt | None:
    """What a receipt says; None if it does not say of what."""
    line = sms.from_gsm(text.payload) if text.coding == 0 else text.payload.decode("latin-1")
    named = text.extra.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1") or _found(_ID, line)
    if not named:
        return None
    coded = text.extra.get(Tag.MESSAGE_STATE, b"")
    state = _STATES.get(coded[0], "") if coded else _found(_STATE, line).upper()[:7]
    error = _found(_ERROR, line)
    if not error and len(code := text.extra.get(Tag.NETWORK_ERROR, b"")) == 3:
        error = str(int.from_bytes(code[1:]))
    return Receipt(named, state or "UNKNOWN", error if error.strip("0") else "")


def _found(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.search(line)
    return match[1] if match else ""
