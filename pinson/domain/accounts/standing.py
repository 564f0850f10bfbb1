"""Which accounts nobody sees, and which only their followers, kept in memory behind the log.

Called by everyone who shows something that an account made, posts and timelines first.
"""

from collections.abc import Set as AbstractSet

from pinson.domain.accounts import store
from pinson.domain.accounts.facts import (
    AccountDeleted,
    AccountLimited,
    AccountRestored,
    AccountSuspended,
    AccountUnlimited,
)
from pinson.domain.accounts.model import AccountId
from pinson.lib.db import ReadTx
from pinson.lib.log import Fact


class Standing:
    """A view of the accounts that are suspended, deleted or limited. There are few, so it holds them all.

    Its sets are themselves, not copies: whoever keeps one sees it change.
    """

    def __init__(self) -> None:
        self._hidden: set[AccountId] = set()
        self._limited: set[AccountId] = set()
        self.changes = 0  # how often anything here became another: who keeps what follows from it compares

    @property
    def hidden(self) -> AbstractSet[AccountId]:
        """The accounts to hide."""
        return self._hidden

    @property
    def limited(self) -> AbstractSet[AccountId]:
        """The accounts that reach only those who follow them."""
        return self._limited

    async def load(self, tx: ReadTx) -> None:
        """Start over from the tables."""
        hidden, limited = await store.hidden_ids(tx), await store.limited_ids(tx)
        self._hidden.clear()
        self._hidden.update(hidden)
        self._limited.clear()
        self._limited.update(limited)
        self.changes += 1

    def apply(self, fact: Fact) -> None:
        """Follow the log."""
        match fact:
            case AccountSuspended():
                self._hidden.add(fact.account_id)
            case AccountDeleted():
                self._hidden.add(fact.account_id)
                self._limited.discard(fact.account_id)
            case AccountRestored():
                self._hidden.discard(fact.account_id)
            case AccountLimited():
                self._limited.add(fact.account_id)
            case AccountUnlimited():
                self._limited.discard(fact.account_id)
            case _:
                return
        self.changes += 1
