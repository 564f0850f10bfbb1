"""What can be blocked, and whom a block is about. Pure."""

import hashlib
import ipaddress
import re

from pinson.domain.accounts import FieldRefused, Flaw
from pinson.lib.errors import Kind, Refusal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_DOMAIN = 253  # RFC 1035 section 2.3.4
DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*")
HASH = re.compile(r"[0-9a-f]{64}")


class BlockNotFound(Refusal):
    """There is no such block."""

    kind, code = Kind.MISSING, "block_not_found"
    text = "Record not found"


class EmailBlocked(FieldRefused):
    """Its domain is blocked, or its owner's account was suspended."""

    code, field, flaw = "email_blocked", "email", Flaw.BLOCKED
    text = "This e-mail address cannot be used here."


class SignUpBlocked(Refusal):
    """Nobody can sign up from this part of the internet."""

    kind, code = Kind.FORBIDDEN, "sign_up_blocked"
    text = "Nobody can sign up from your network at present."


class EmailDomainInvalid(Refusal):
    """No address can be there."""

    kind, code = Kind.INVALID, "email_domain_invalid"
    text = "Validation failed: Domain is not a valid domain name"


class HashInvalid(Refusal):
    """There is neither an address nor the hash of one."""

    kind, code = Kind.INVALID, "hash_invalid"
    text = "Validation failed: Canonical email hash must be the SHA-256 of an address, or an address must be given"


class NetworkInvalid(Refusal):
    """It is no address and no network."""

    kind, code = Kind.INVALID, "network_invalid"
    text = "Validation failed: IP is not a valid address or network"


class NetworkBlockedAlready(Refusal):
    """There is a block of just this network."""

    kind, code = Kind.INVALID, "network_blocked_already"
    text = "Validation failed: IP has already been taken"


class OwnNetwork(Refusal):
    """Whoever asks would lock themselves out."""

    kind, code = Kind.INVALID, "own_network"
    text = "Validation failed: you are in this network yourself"


def domain_of(typed: str) -> str:
    """The domain of e-mail addresses, typed with or without an @.

    Raises:
        EmailDomainInvalid.
    """
    domain = typed.strip().lower().rpartition("@")[2]
    if len(domain) > MAX_DOMAIN or not DOMAIN.fullmatch(domain):
        raise EmailDomainInvalid
    return domain


def domains_of(email: str) -> list[str]:
    """The domain of an address and all that it is part of, the nearest first."""
    labels = email.strip().lower().rpartition("@")[2].split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def canonical(email: str) -> str:
    """What all spellings of an address have in common, at providers who take `a.b+c@` for `ab@`.

    Source: https://docs.joinmastodon.org/methods/admin/canonical_email_blocks
    """
    name, _, domain = email.strip().lower().rpartition("@")
    return f"{name.replace('.', '').partition('+')[0]}@{domain}"


def hash_of(email: str) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(email).encode()).hexdigest()


def checked_hash(given: str) -> str:
    """
    Raises:
        HashInvalid: it is no SHA-256 in hexadecimal.
    """
    lower = given.strip().lower()
    if not HASH.fullmatch(lower):
        raise HashInvalid
    return lower


def network(typed: str) -> Network:
    """A network, or a single address as one, without host bits. IPv4 within IPv6 is IPv4.

    Raises:
        NetworkInvalid.
    """
    try:
        found = ipaddress.ip_network(typed.strip(), strict=False)
    except ValueError:
        raise NetworkInvalid from None
    if found.version == 6 and found.prefixlen >= 96 and (mapped := found.network_address.ipv4_mapped):
        return ipaddress.ip_network((mapped, found.prefixlen - 96))
    return found


def address(host: str) -> Address | None:
    """Where a request comes from; None if that is no address. IPv4 within IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if found.version == 6 else None
    return mapped or found
