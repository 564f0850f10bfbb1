"""What an account may be called, and the refusals that name the field of a form they are about."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import ClassVar

import msgspec

from pinson.domain.accounts.model import Changes
from pinson.lib.errors import Kind, Refusal

MAX_USERNAME = 30
MAX_DISPLAY_NAME, MAX_NOTE = 40, 500
MAX_PICTURE_DESCRIPTION = 150
PICTURE_BYTES = 8 << 20
MOST_FIELDS, MAX_FIELD = 4, 255
MOST_SITES, MAX_SITE = 10, 253

SITE = re.compile(r"[\w-]+(\.[\w-]+)+(:[0-9]{1,5})?")
USERNAME = re.compile(r"[a-z0-9_]+", re.IGNORECASE | re.ASCII)

# Names that readers would take for the server itself or for whoever runs it, and words that
# stand first in our own addresses.
# fmt: off
RESERVED = frozenset({
    "about", "abuse", "account", "accounts", "admin", "administration", "administrator", "administrators", "admins",
    "anonymous", "api", "auth", "billing", "code", "confirm", "contact", "e", "events", "explore", "gerer", "help",
    "helpdesk", "hostmaster", "info", "instance", "leave", "legal", "login", "logout", "mailer_daemon", "media",
    "mod", "moderation", "moderator", "moderators", "mods", "nobody", "non", "noreply", "oauth", "official",
    "operator", "owner", "pinson", "postmaster", "posts", "press", "privacy", "register", "resume", "root", "rules",
    "search", "security", "server", "session", "settings", "signin", "signout", "signup", "staff", "static", "status",
    "streaming", "support", "sysadmin", "system", "tag", "tags", "terms", "users", "webmaster", "well_known", "www",
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
    BLOCKED = "blocked"
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


class DisplayNameTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "display_name_too_long", "display_name", Flaw.TOO_LONG
    text = "A name has at most {limit} characters."


class NoteTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "profile_note_too_long", "note", Flaw.TOO_LONG
    text = "A description has at most {limit} characters."


class TooManyFields(FieldRefused):
    """A profile shows only a few lines."""

    code, field, flaw = "too_many_fields", "fields", Flaw.TOO_LONG
    text = "A profile has at most {limit} lines."


class FieldTooLong(FieldRefused):
    """A line's name or value is longer than we take."""

    code, field, flaw = "field_too_long", "fields", Flaw.TOO_LONG
    text = "The name and the content of a line have at most {limit} characters each."


class FieldUnnamed(FieldRefused):
    """A line's value says nothing without a name."""

    code, field, flaw = "field_unnamed", "fields", Flaw.BLANK
    text = "A line that has a content needs a name."


class TooManySites(FieldRefused):
    """More sites than we take."""

    code, field, flaw = "too_many_sites", "attribution_domains", Flaw.TOO_LONG
    text = "At most {limit} sites can name you as an author."


class SiteInvalid(FieldRefused):
    """It cannot be the name of a site."""

    code, field, flaw = "site_invalid", "attribution_domains", Flaw.INVALID
    text = "{site} is not the name of a site."


class AvatarRefused(FieldRefused):
    """It cannot be shown. why: as whoever looked at it says."""

    code, field, flaw = "avatar_refused", "avatar", Flaw.INVALID
    text = "{why}"


class HeaderRefused(FieldRefused):
    """It cannot be shown. why: as whoever looked at it says."""

    code, field, flaw = "header_refused", "header", Flaw.INVALID
    text = "{why}"


class AvatarDescriptionTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "avatar_description_too_long", "avatar_description", Flaw.TOO_LONG
    text = "The description of a picture has at most {limit} characters."


class HeaderDescriptionTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "header_description_too_long", "header_description", Flaw.TOO_LONG
    text = "The description of a picture has at most {limit} characters."


class ProfileRefused(Refusal):
    """What somebody wants their profile to be breaks one rule or several.

    refusals: one for each field.
    """

    kind, code = Kind.INVALID, "profile_refused"
    text = "{flaws}"

    def __init__(self, refusals: Sequence[FieldRefused]) -> None:
        super().__init__(flaws=" ".join(map(str, refusals)))
        self.refusals = tuple(refusals)


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


def prepare_changes(changes: Changes, *, length: Callable[[str], int]) -> Changes:
    """Hold changes of a profile to the limits: all that can be done before the transaction.

    Spaces around names go, lines without anything in them too, and a site may be typed as an address.

    Args:
        length: how a note's characters are counted: as a post's, which live on a higher floor.
    Raises:
        ProfileRefused.
    """
    tidy = msgspec.structs.replace(
        changes,
        display_name=None if changes.display_name is None else " ".join(changes.display_name.split()),
        fields=None if changes.fields is None else tuple(one for one in changes.fields if one.name or one.value),
        attribution_domains=None
        if changes.attribution_domains is None
        else tuple(dict.fromkeys(_site(typed) for typed in changes.attribution_domains)),
    )
    if refusals := list(_flaws(tidy, length)):
        raise ProfileRefused(refusals)
    return tidy


def _flaws(changes: Changes, length: Callable[[str], int]) -> Iterator[FieldRefused]:
    if len(changes.display_name or "") > MAX_DISPLAY_NAME:
        yield DisplayNameTooLong(limit=MAX_DISPLAY_NAME)
    if length(changes.note or "") > MAX_NOTE:
        yield NoteTooLong(limit=MAX_NOTE)
    fields = changes.fields or ()
    if len(fields) > MOST_FIELDS:
        yield TooManyFields(limit=MOST_FIELDS)
    if any(max(len(one.name), len(one.value)) > MAX_FIELD for one in fields):
        yield FieldTooLong(limit=MAX_FIELD)
    if any(not one.name for one in fields):
        yield FieldUnnamed()
    sites = changes.attribution_domains or ()
    if len(sites) > MOST_SITES:
        yield TooManySites(limit=MOST_SITES)
    if bad := next((site for site in sites if len(site) > MAX_SITE or not SITE.fullmatch(site)), None):
        yield SiteInvalid(site=bad[:MAX_SITE])
    if len(changes.avatar_description or "") > MAX_PICTURE_DESCRIPTION:
        yield AvatarDescriptionTooLong(limit=MAX_PICTURE_DESCRIPTION)
    if len(changes.header_description or "") > MAX_PICTURE_DESCRIPTION:
        yield HeaderDescriptionTooLong(limit=MAX_PICTURE_DESCRIPTION)


def _site(typed: str) -> str:
    """The name of a site, typed as such or as an address: `https://www.example.org/` is `www.example.org`."""
    return re.sub(r"^https?://", "", typed.strip().lower()).partition("/")[0]
