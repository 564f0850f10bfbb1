"""Writes tables in the MMDB format for tests: as much of it as a table of countries needs.

Source: https://maxmind.github.io/MaxMind-DB/, version 2.0.
"""

import ipaddress
from datetime import UTC, datetime

MADE = datetime(2026, 3, 1, tzinfo=UTC)
SEPARATOR = bytes(16)  # between the tree and the data
UINT16, UINT32, UINT64 = 5, 6, 9  # types of the format


def geolite(code):
    """A record as GeoLite and DB-IP have it."""
    return {"continent": {"code": "EU"}, "country": {"iso_code": code, "names": {"en": "A country"}}}


def ipinfo(code):
    """A record as IPinfo Lite has it."""
    return {"asn": "AS64496", "country": "A country", "country_code": code}


def table(networks, *, made=MADE, ip_version=6):
    """The file. networks: to records; a longer one stands after the shorter one that it is in."""
    tree, data = [[None, None]], b""
    for written, record in networks.items():
        network = ipaddress.ip_network(written)
        bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
        if network.version == 4 and ip_version == 6:
            bits = "0" * 96 + bits
        _plant(tree, bits, (len(data),))
        data += _encoded(record)
    size = len(tree)
    sides = (_side(side, size) for node in tree for side in node)
    about = {
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, int(made.timestamp())),
        "database_type": "Countries",
        "description": {"en": "For tests"},
        "ip_version": (UINT16, ip_version),
        "languages": ["en"],
        "node_count": (UINT32, size),
        "record_size": (UINT16, 32),
    }
    return b"".join(sides) + SEPARATOR + data + b"\xab\xcd\xefMaxMind.com" + _encoded(about)


def _plant(tree, bits, leaf):
    at = 0
    for bit in map(int, bits[:-1]):
        below = tree[at][bit]
        if not isinstance(below, int):  # nothing yet, or a shorter network, which stays on the other sides
            tree.append([below, below])
            below = tree[at][bit] = len(tree) - 1
        at = below
    tree[at][int(bits[-1])] = leaf


def _side(side, size):
    value = size if side is None else size + len(SEPARATOR) + side[0] if isinstance(side, tuple) else side
    return value.to_bytes(4, "big")


def _encoded(value):
    match value:
        case str():
            text = value.encode()
            assert len(text) < 29, "longer ones are written in another way"
            return bytes([2 << 5 | len(text)]) + text
        case dict():
            return bytes([7 << 5 | len(value)]) + b"".join(_encoded(one) for pair in value.items() for one in pair)
        case list():
            return bytes([len(value), 11 - 7]) + b"".join(map(_encoded, value))
        case (kind, number):
            digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
            return (bytes([kind << 5 | len(digits)]) if kind < 8 else bytes([len(digits), kind - 7])) + digits
