"""Memory finds the block of an address that going through all of them finds."""

import ipaddress
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.access.blocks import IpBlocks, NetworkBlocked, NetworkSeverity, NetworkUnblocked

NOW = datetime(2026, 3, 30, 13, 6, tzinfo=UTC)
SMALL = st.integers(0, 15)  # few addresses, so that blocks meet them
networks = st.builds(
    lambda start, length: str(ipaddress.ip_network((start, length), strict=False)), SMALL, st.integers(28, 32)
) | st.builds(
    lambda start, length: str(ipaddress.ip_network(f"::{start:x}/{length}", strict=False)), SMALL, st.integers(124, 128)
)
blocked = st.builds(
    lambda id, network, severity, ends: NetworkBlocked(
        at=NOW, id=id, network=network, severity=severity, until=None if ends is None else NOW + timedelta(seconds=ends)
    ),
    st.integers(1, 6),
    networks,
    st.sampled_from(NetworkSeverity),
    st.none() | st.integers(-1, 1),
)
ended = st.builds(lambda id: NetworkUnblocked(at=NOW, id=id), st.integers(1, 6))


@given(st.lists(blocked | ended, max_size=20), SMALL, st.booleans())
def test_the_strictest_block_that_lasts_counts(facts, number, is_new):
    view, known = IpBlocks(), {}
    for fact in facts:
        taken = {id for id, one in known.items() if id != fact.id and one.network == getattr(fact, "network", None)}
        if taken:
            continue  # no network is blocked twice
        view.apply(fact)
        known.pop(fact.id, None)
        if isinstance(fact, NetworkBlocked):
            known[fact.id] = fact
    address = ipaddress.ip_address(f"::{number:x}" if is_new else number)

    counting = [
        one.severity
        for one in known.values()
        if address in ipaddress.ip_network(one.network) and (one.until is None or one.until > NOW)
    ]

    assert view.severity(str(address), now=NOW) == max(counting, key=lambda one: one.rank, default=None)
    assert bool(view) is bool(known)
