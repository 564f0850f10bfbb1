"""How an account posts unless it says otherwise, kept in memory behind the log.

Called by everyone who publishes: it is asked at each post, and changes once a year.
"""

from collections import OrderedDict

from pinson.domain.accounts import queries
from pinson.domain.accounts.facts import AccountChanged, AccountDeleted
from pinson.domain.accounts.model import AccountId, Defaults
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact

KEEP = 10_000  # accounts that posted lately


class RememberedDefaults:
    """A view of the defaults of those who posted lately."""

    def __init__(self, keep: int = KEEP) -> None:
        self._known: OrderedDict[AccountId, Defaults] = OrderedDict()
        self._keep = keep

    async def of(self, tx: ReadTx, account_id: AccountId) -> Defaults:
        """An account's defaults. One statement the first time, then none."""
        known = self._known.get(account_id)
        if known is not None:
            self._known.move_to_end(account_id)
            return known
        read = self._known[account_id] = await queries.defaults(tx, account_id)
        if len(self._known) > self._keep:
            self._known.popitem(last=False)
        return read

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._known.clear()

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        if isinstance(fact, AccountChanged | AccountDeleted):
            self._known.pop(fact.account_id, None)
