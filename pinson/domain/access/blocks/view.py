"""Blocked networks, in memory behind the log. Asked for every request, so it costs nothing while there are none.

Called by the dispatcher of requests, and by whoever lets people sign up.
"""

import ipaddress
from datetime import datetime

from pinson.domain.access.blocks import rules, store
from pinson.domain.access.blocks.facts import NetworkBlocked, NetworkUnblocked
from pinson.domain.access.blocks.model import NetworkSeverity
from pinson.domain.access.blocks.rules import Network
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact


class IpBlocks:
    """A view: see the module."""

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[Network, NetworkSeverity, datetime | None]] = {}
        self._by_size: dict[tuple[int, int], dict[int, int]] = {}  # (version, prefix length) -> first address -> block

    def __len__(self) -> int:
        return len(self._blocks)

    def severity(self, host: str, *, now: datetime) -> NetworkSeverity | None:
        """The strictest block that counts for an address now. One look into a dict for each size of network blocked."""
        if not self._blocks or (address := rules.address(host)) is None:
            return None
        strictest, number = None, int(address)
        for (version, length), firsts in self._by_size.items():
            if version != address.version:
                continue
            below = address.max_prefixlen - length
            id = firsts.get(number >> below << below)
            if id is None:
                continue
            _, severity, until = self._blocks[id]
            if (until is None or until > now) and (strictest is None or severity.rank > strictest.rank):
                strictest = severity
        return strictest

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        found = await store.all_networks(tx)
        self._blocks.clear()
        self._by_size.clear()
        for block in found:
            self._put(block.id, block.network, block.severity, block.expires_at)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case NetworkBlocked():
                self._take(fact.id)
                self._put(fact.id, fact.network, fact.severity, fact.until)
            case NetworkUnblocked():
                self._take(fact.id)

    def _put(self, id: int, network: str, severity: NetworkSeverity, until: datetime | None) -> None:
        parsed = ipaddress.ip_network(network)
        self._blocks[id] = parsed, severity, until
        self._by_size.setdefault((parsed.version, parsed.prefixlen), {})[int(parsed.network_address)] = id

    def _take(self, id: int) -> None:
        if id not in self._blocks:
            return
        network = self._blocks.pop(id)[0]
        size = network.version, network.prefixlen
        firsts = self._by_size[size]
        if firsts.get(int(network.network_address)) == id:
            del firsts[int(network.network_address)]
        if not firsts:
            del self._by_size[size]
