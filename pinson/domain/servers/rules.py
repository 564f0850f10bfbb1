"""What names a server, and how its block looks to everyone. Pure."""

import re

import msgspec

from pinson.domain.servers.model import ServerBlock, Severity, Terms
from pinson.lib.errors import Kind, Refusal

MAX_DOMAIN = 253  # RFC 1035 section 2.3.4
DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*(:[0-9]{1,5})?")


class DomainInvalid(Refusal):
    """No server can have this name."""

    kind, code = Kind.INVALID, "domain_invalid"
    text = "Validation failed: Domain is not a valid domain name"


class ServerNotFound(Refusal):
    """Nothing was decided about such a server."""

    kind, code = Kind.MISSING, "server_not_found"
    text = "Record not found"


class BlockedAlready(Refusal):
    """The server, or one above it, is blocked at least as strictly. `block` says how."""

    kind, code = Kind.INVALID, "blocked_already"
    text = "You have already imposed stricter limits on {domain}."

    def __init__(self, block: ServerBlock) -> None:
        super().__init__(domain=block.domain)
        self.block = block


def host(typed: str) -> str:
    """The name of a server, typed as such or as an address: `https://Example.org/about` is `example.org`.

    Raises:
        DomainInvalid.
    """
    name = re.sub(r"^(https?://|@)", "", typed.strip().lower()).partition("/")[0]
    if len(name) > MAX_DOMAIN or not DOMAIN.fullmatch(name):
        raise DomainInvalid
    return name


def and_above(domain: str) -> list[str]:
    """A domain and all that it is part of: a.example.org, example.org, org."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def applied(block: ServerBlock, terms: Terms) -> ServerBlock:
    """The block that new terms make of one."""
    changes = {name: value for name, value in msgspec.structs.asdict(terms).items() if value is not msgspec.UNSET}
    return msgspec.structs.replace(block, **changes)


def is_stricter(one: ServerBlock, other: ServerBlock) -> bool:
    """Whether one block forbids what the other lets in, and lets in nothing that the other forbids."""
    if one.severity is Severity.SUSPEND:
        return True
    if one.severity.rank < other.severity.rank:
        return False
    return (one.reject_media or not other.reject_media) and (one.reject_reports or not other.reject_reports)


def obscured(domain: str) -> str:
    """A domain of which a reader who knows it recognises enough, and others can make no list of addresses."""
    shown = len(domain) // 4
    return "".join(
        "*" if shown < place < len(domain) - shown and letter != "." else letter for place, letter in enumerate(domain)
    )
