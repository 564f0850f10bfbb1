"""What happens to blocks of networks.

What is blocked is in the log: it is what moderators decided, and no trace of anybody's visit.
"""

from datetime import datetime

from pinson.domain.access.blocks.model import NetworkSeverity
from pinson.lib.log import Fact


class NetworkBlocked(Fact, frozen=True, kw_only=True):
    """From now on, or otherwise than before, something cannot be done from a network."""

    id: int
    network: str
    severity: NetworkSeverity
    until: datetime | None


class NetworkUnblocked(Fact, frozen=True, kw_only=True):
    """A block ended."""

    id: int
