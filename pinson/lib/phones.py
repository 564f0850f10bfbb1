"""Telephone numbers as the whole world dials them (E.164), from what people type and networks say.

Called by whatever takes a number in. The plans of all countries are 2 MB of `phonenumbers`: loaded when the first
number comes, since most servers and all tests of other things see none.

Source: ITU-T E.164; national plans as Google's libphonenumber keeps them; ARCEP's decision 2018-0881 (numbers that are
set aside for fiction).
"""

import re
from typing import TYPE_CHECKING

from pinson.lib.errors import Kind, Refusal

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SHORT = re.compile(r"[0-9]{3,6}")
_FICTION = re.compile(r"\+3363998[0-9]{4}")  # French mobile numbers that nobody has, for films and demonstrations
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ._-]{1,11}")


class BadNumber(Refusal):
    """It cannot be dialled."""

    kind, code = Kind.INVALID, "bad_number"
    text = "This is not a telephone number that texts can reach. Write it as you dial it, or with + and the country."


class BadSender(Refusal):
    """No network shows this as a sender."""

    kind, code = Kind.INVALID, "bad_sender"
    text = "A sender is a telephone number, a short number, or a name of at most 11 letters and digits."


def number(text: str, region: str) -> str:
    """A number that a person typed, as `+33612345678`.

    Args:
        region: whose numbers may come without a country, by ISO 3166: "FR".
    Raises:
        BadNumber: it is none, or one that no text can reach: a landline's, a short or a dear one.
    """
    import phonenumbers

    parsed = _parsed(text, region)
    kinds = phonenumbers.PhoneNumberType
    reached = (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.PERSONAL_NUMBER)
    dialled = _e164(parsed)
    if phonenumbers.number_type(parsed) not in reached and not _FICTION.fullmatch(dialled):
        raise BadNumber()
    return dialled


def guessed(text: str, region: str) -> str:
    """A number that a network named, as E.164 if it can be said so; else as it came: a short number, a name."""
    try:
        return _e164(_parsed(text, region))
    except BadNumber:
        pass
    try:  # with its country, but without the plus
        return _e164(_parsed(f"+{text.removeprefix('00')}", region))
    except BadNumber:
        return text.strip()


def sender(text: str, region: str) -> str:
    """What a text may come from: a number, a short number, or a name.

    Raises:
        BadSender.
    """
    text = text.strip()
    if _SHORT.fullmatch(text) or _NAME.fullmatch(text):
        return text
    try:
        return _e164(_parsed(text, region))
    except BadNumber:
        raise BadSender() from None


def shown(number: str, region: str) -> str:
    """A number as people of a region read it: 06 12 34 56 78, or +32 470 12 34 56 if it is of another."""
    import phonenumbers

    if not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number)
    home = phonenumbers.country_code_for_region(region) == parsed.country_code
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, formats.NATIONAL if home else formats.INTERNATIONAL)


def _parsed(text: str, region: str) -> "PhoneNumber":
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException as problem:
        raise BadNumber() from problem
    if not phonenumbers.is_valid_number(parsed) and not _FICTION.fullmatch(_e164(parsed)):
        raise BadNumber()
    return parsed


def _e164(parsed: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
