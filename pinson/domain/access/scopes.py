"""What a token may be used for: scopes, what each covers, and how roles limit them. Pure.

Called when something is granted (oauth.py), and for every request, through `Principal.scopes`.

Source: https://docs.joinmastodon.org/api/oauth-scopes/.
"""

from functools import lru_cache

from pinson.domain.access.model import MemberRole, UserRole
from pinson.lib.errors import Kind, Refusal

READ = tuple(
    f"read:{what}"
    for what in (
        *("accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists", "mutes"),
        *("notifications", "search", "statuses"),
    )
)
WRITE = tuple(
    f"write:{what}"
    for what in (
        *("accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows"),
        *("lists", "media", "mutes", "notifications", "reports", "statuses"),
    )
)
ADMINISTERED = (
    *("accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks"),
    "canonical_email_blocks",
)
ADMIN_READ = tuple(f"admin:read:{what}" for what in ADMINISTERED)
ADMIN_WRITE = tuple(f"admin:write:{what}" for what in ADMINISTERED)

COVERED = {
    "read": READ,
    "write": WRITE,
    "follow": tuple(f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes")),
    "admin:read": ADMIN_READ,
    "admin:write": ADMIN_WRITE,
}
ADMIN = frozenset(("admin:read", "admin:write", *ADMIN_READ, *ADMIN_WRITE))
ALL = (
    *("profile", "read", *READ, "write", *WRITE, "follow", "push"),
    *("admin:read", *ADMIN_READ, "admin:write", *ADMIN_WRITE),
)
"""Every scope there is, in the order in which we write them."""

DEFAULT = "read"
SHOWN = 50  # characters of a scope that we do not know, in the refusal

_READING = frozenset(("profile", "read", *READ))
_PUBLISHING = frozenset(ALL) - ADMIN - {"write", "write:accounts"}
POWERS = {
    MemberRole.OWNER: frozenset(ALL),
    MemberRole.EDITOR: _PUBLISHING,  # all but changing the account itself
    MemberRole.AUTHOR: _READING | {"push", "write:media"},
    MemberRole.ANALYST: _READING,
}


class UnknownScope(Refusal):
    """It is none of ours."""

    kind, code = Kind.INVALID, "unknown_scope"
    text = "The scope “{scope}” does not exist."


def parse(text: str) -> str:
    """The scopes in `text`, each once, in our order; what stands for none is `DEFAULT`.

    Raises:
        UnknownScope.
    """
    asked = set(text.split()) or {DEFAULT}
    for scope in sorted(asked.difference(ALL)):
        raise UnknownScope(scope=scope[:SHOWN])
    return " ".join(scope for scope in ALL if scope in asked)


@lru_cache(maxsize=1024)
def expand(text: str) -> frozenset[str]:
    """All that these scopes cover, themselves included: `write` covers `write:statuses`."""
    granted = text.split()
    return frozenset(granted).union(*(COVERED.get(scope, ()) for scope in granted))


def covers(granted: str, needed: str) -> bool:
    """Whether having `granted` is enough where all of `needed` is asked for."""
    return expand(granted).issuperset(needed.split())


@lru_cache(256)  # of the same few, thousands of people have what is the same: one set for all
def powers(granted: str, *, member: MemberRole | None, user: UserRole | None) -> frozenset[str]:
    """What can be done with scopes by someone with these roles: scopes ∩ role.

    Administering the server takes a role on the server, and an account of one's own.

    Args:
        member, user: None if an app uses them for itself.
    """
    held = expand(granted)
    if member is not None:
        held &= POWERS[member]
    return held if user in (UserRole.MODERATOR, UserRole.ADMIN) else held - ADMIN


def allows(role: MemberRole, scope: str) -> bool:
    """Whether a member with this role may do what the scope names, through an app or on a page."""
    return scope in POWERS[role]


def widest(granted: str) -> list[str]:
    """Scopes without those that another of them covers: `write` says it all."""
    each = granted.split()
    return [one for one in each if not any(one != other and covers(other, one) for other in each)]
