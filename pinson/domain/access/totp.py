"""Codes that an app on a phone shows, new ones every 30 seconds, and codes for the day the phone is lost. Pure.

Source: RFC 6238 (TOTP) over RFC 4226 (HOTP), with the parameters that every app knows: SHA-1, 6 digits, 30 seconds;
the address that a QR code holds: https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, urlencode

STEP, DIGITS = 30, 6
DRIFT = 1  # steps that a phone's clock may be wrong (RFC 6238 section 5.2)
SECRET_BYTES = 20  # as many as SHA-1 has (RFC 4226 section 4)
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is taken for something else
LETTERS = 16  # of a recovery code: 79 bits, too many to guess even for who has the digests


def new_totp_secret() -> str:
    """160 random bits, in base32 as apps want them: 32 characters."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_totp_secret(text: str) -> bool:
    """Whether `new_totp_secret` may have made it."""
    try:
        return len(base64.b32decode(text)) == SECRET_BYTES
    except (binascii.Error, ValueError):
        return False


def address(secret: str, *, issuer: str, name: str) -> str:
    """What the QR code holds, for an app to take the secret from."""
    label = quote(f"{issuer}:{name}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def code_at(secret: str, step: int) -> str:
    """The code of a step, six digits (RFC 4226 section 5.3)."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The step whose code it is, of those around now that come after `after`; None if it is of none.

    All of them are looked at, so that the time it takes tells nothing.
    """
    here = int(now.timestamp()) // STEP
    typed = "".join(code.split()).encode()
    steps: Iterable[int] = range(here - DRIFT, here + DRIFT + 1)
    fitting = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), typed) and step > after]
    return fitting[0] if fitting else None


def new_recovery_code() -> str:
    """A code that a person can write down: four times four letters and digits."""
    letters = [secrets.choice(ALPHABET) for _ in range(LETTERS)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, LETTERS, 4))


def plain_recovery_code(typed: str) -> str:
    """As `new_recovery_code` wrote it, however it was typed."""
    letters = "".join(one for one in typed.lower() if one in ALPHABET)[:LETTERS]
    return "-".join(letters[at : at + 4] for at in range(0, LETTERS, 4))
