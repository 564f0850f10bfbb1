"""Which accounts nobody sees, kept in memory behind the log.

Called by everyone who shows something that an account made, posts and timelines first.
"""

from collections.abc import Set as AbstractSet

from pinson.domain.accounts import store
from pinson.domain.accounts.facts import AccountDeleted, AccountRestored, AccountSuspended
from pinson.domain.accounts.model import AccountId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact


class Standing:
    """A view of the accounts that are suspended or deleted. There are few, so it holds them all."""

    def __init__(self) -> None:
        self._hidden: set[AccountId] = set()

    @property
    def hidden(self) -> AbstractSet[AccountId]:
        """The accounts to hide. The set itself, not a copy: whoever keeps it sees it change."""
        return self._hidden

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        found = await store.hidden_ids(tx)
        self._hidden.clear()
        self._hidden.update(found)

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case AccountSuspended() | AccountDeleted():
                self._hidden.add(fact.account_id)
            case AccountRestored():
                self._hidden.discard(fact.account_id)
