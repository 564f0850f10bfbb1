"""What an account may be called, and the refusals that name the field of a form they are about."""

import re
from enum import StrEnum
from typing import ClassVar

from pinson.lib.errors import Kind, Refusal

MAX_USERNAME = 30

USERNAME = re.compile(r"[a-z0-9_]+", re.IGNORECASE | re.ASCII)

# Names that readers would take for the server itself or for whoever runs it, and words that
# stand first in our own addresses.
# fmt: off
RESERVED = frozenset({
    "about", "abuse", "account", "accounts", "admin", "administration", "administrator", "administrators", "admins",
    "anonymous", "api", "auth", "billing", "contact", "events", "explore", "help", "helpdesk", "hostmaster", "info",
    "instance", "legal", "login", "logout", "mailer_daemon", "media", "mod", "moderation", "moderator", "moderators",
    "mods", "nobody", "noreply", "oauth", "official", "operator", "owner", "pinson", "postmaster", "posts", "press",
    "privacy", "register", "root", "rules", "search", "security", "server", "session", "settings", "signin", "signout",
    "signup", "staff", "static", "status", "streaming", "support", "sysadmin", "system", "tags", "terms", "users",
    "webmaster", "well_known", "www",
})
# fmt: on


class Flaw(StrEnum):
    """What is wrong with a field. The values are the ends of the codes that Mastodon's clients know (ERR_TAKEN)."""

    BLANK = "blank"
    INVALID = "invalid"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TAKEN = "taken"
    RESERVED = "reserved"
    ACCEPTED = "accepted"  # had to be accepted, and was not


class FieldRefused(Refusal):
    """One field of a form breaks a rule.

    field: its name in the form.
    flaw: what sort of thing is wrong with it.
    """

    kind = Kind.INVALID
    field: ClassVar[str]
    flaw: ClassVar[Flaw]


class UsernameBlank(FieldRefused):
    """There is none."""

    code, field, flaw = "username_blank", "username", Flaw.BLANK
    text = "Choose a username."


class UsernameInvalid(FieldRefused):
    """It holds a character that an address cannot."""

    code, field, flaw = "username_invalid", "username", Flaw.INVALID
    text = "A username is made of letters without accents, digits and underscores."


class UsernameTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "username_too_long", "username", Flaw.TOO_LONG
    text = "A username has at most {limit} characters."


class UsernameReserved(FieldRefused):
    """It would pass for the server, or for those who run it."""

    code, field, flaw = "username_reserved", "username", Flaw.RESERVED
    text = "This username is reserved."


class UsernameTaken(FieldRefused):
    """An account has it, or had it before it was deleted."""

    code, field, flaw = "username_taken", "username", Flaw.TAKEN
    text = "This username is already taken."


class AccountNotFound(Refusal):
    """There is no such account, or it is not to be seen."""

    kind, code = Kind.MISSING, "account_not_found"
    text = "There is no such account."


def fold(username: str) -> str:
    """The handle of a username: two usernames that differ in case only are the same account's."""
    return username.lower()


def split_acct(acct: str, *, local_domain: str) -> tuple[str, str]:
    """The handle and domain that an address names: `user`, `@user` or `user@domain`, in any case.

    The domain is "" for this server, whether it was written out or not.
    """
    name, _at, domain = acct.strip().removeprefix("@").partition("@")
    domain = domain.lower()
    return fold(name), "" if domain == local_domain.lower() else domain


def refuse_username(username: str, *, reserved: bool) -> FieldRefused | None:
    """Why nobody can have this username, whether taken or not; None if somebody can.

    Args:
        reserved: whether reserved names are allowed: to the operator, whom they stand for.
    """
    if not username:
        return UsernameBlank()
    if not USERNAME.fullmatch(username):
        return UsernameInvalid()
    if len(username) > MAX_USERNAME:
        return UsernameTooLong(limit=MAX_USERNAME)
    if not reserved and fold(username) in RESERVED:
        return UsernameReserved()
    return None
