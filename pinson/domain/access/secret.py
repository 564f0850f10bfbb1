"""Secrets: how they are made, and what we keep of them.

Called by interfaces and reactions, which make a secret, hand it to a command as an argument
and then to the person; and by those who check one.

Two sorts. What we make ourselves (tokens, codes, cookies, links) has 256 random bits: nobody
guesses it, so a plain SHA-256 is enough to make a stolen table useless, and it can be looked
up by. What people choose (passwords) can be guessed, so each guess is made dear: Argon2id.
"""

import asyncio
import functools
import hashlib
import hmac
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from pinson.domain.access.rules import refuse_password

AT_ONCE = 2  # passwords being hashed: each takes 64 MiB and a core


def new_secret() -> str:
    """256 random bits, as 43 characters that any address or header can hold."""
    return secrets.token_urlsafe(32)


def new_invitation_code() -> str:
    """48 random bits as 8 characters that a person can pass on. It lets in, and gives nothing else away."""
    return secrets.token_urlsafe(6)


def digest(secret: str) -> str:
    """What we keep of a secret that `new_secret` made, and look it up by: 64 characters."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, kept: str) -> bool:
    """Whether `kept` is the digest of `secret`, in a time that tells nothing."""
    return hmac.compare_digest(digest(secret), kept)


class Passwords:
    """Hashes and checks passwords, in threads: it takes tens of milliseconds, by intention."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """
        Args:
            hasher: None takes the library's parameters (RFC 9106 section 4, the second
                recommended option); tests bring cheap ones.
        """
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)

    @functools.cached_property
    def _nobodys(self) -> str:
        """What is compared with for those who are not here. Not made at the start, which would wait for it."""
        return self._hasher.hash(new_secret())

    async def hash(self, password: str) -> str:
        """What to keep of a new password.

        Raises:
            FieldRefused: it is too short or too long.
        """
        if refusal := refuse_password(password):
            raise refusal
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of which we keep `kept`.

        Args:
            kept: None if there is no such user: takes as long, so that nobody learns who is here.
        """
        async with self._turns:
            fits = await asyncio.to_thread(self._fits, kept, _normal(password))
        return fits and kept is not None

    def is_stale(self, kept: str) -> bool:
        """Whether it was made with other parameters than we use now."""
        return self._hasher.check_needs_rehash(kept)

    def _fits(self, kept: str | None, password: str) -> bool:
        nobodys = self._nobodys  # in any case: else the first who is not here would wait for longer
        try:
            return self._hasher.verify(kept or nobodys, password)
        except VerifyMismatchError:
            return False


def _normal(password: str) -> str:
    # An accent may be typed as one character or as two, depending on the machine (RFC 8265 section 4.2).
    return unicodedata.normalize("NFC", password)
