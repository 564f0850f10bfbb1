"""Who is behind a token, kept in memory behind the log. Called for every request that brings one.

A token that was revoked works nowhere once its revocation is acknowledged: facts are applied
in this process before the writer is answered, and a request to another process catches up
with the log before it asks here.
"""

from collections import OrderedDict

from pinson.domain.access import rules, store
from pinson.domain.access.facts import TokensRevoked, UserApproved, UserChanged, UserConfirmed
from pinson.domain.access.model import Principal
from pinson.domain.access.secret import digest
from pinson.domain.accounts import AccountDeleted, AccountRestored, AccountSuspended
from pinson.lib.db import Database, ReadTx
from pinson.lib.log import Fact

KEEP = 20_000  # principals, of about 300 bytes

CHANGES = (
    TokensRevoked,
    UserConfirmed,
    UserApproved,
    UserChanged,
    AccountSuspended,
    AccountRestored,
    AccountDeleted,
)


def concerns(fact: Fact, principal: Principal) -> bool:
    """Whether what the principal may do can have changed by this fact. Whoever serves one for long (a stream) asks."""
    match fact:
        case TokensRevoked():
            return principal.token_id in fact.token_ids
        case UserConfirmed() | UserApproved() | UserChanged():
            return principal.user_id == fact.user_id
        case AccountSuspended() | AccountRestored() | AccountDeleted():
            return principal.account_id == fact.account_id
    return False


class Tokens:
    """A view of the principals that asked lately; see the module."""

    def __init__(self, db: Database, keep: int = KEEP) -> None:
        self._db = db
        self._keep = keep
        self._principals: OrderedDict[str, Principal] = OrderedDict()  # by digest of their token
        self._changes = 0

    async def principal(self, token: str) -> Principal | None:
        """Who is behind the token; None if it is good for nothing.

        Free if they asked lately, else one statement, in a transaction of its own: one that
        the caller opened earlier might be older than facts that were applied here since.
        """
        hash = digest(token)
        principal = self._principals.get(hash)
        if principal is not None:
            self._principals.move_to_end(hash)
            return principal
        changes = self._changes
        async with self._db.read() as tx:
            bearer = await store.bearer(tx, hash)
        principal = None if bearer is None else rules.principal(bearer)
        if principal is not None and self._changes == changes:  # else it may be older than a fact applied meanwhile
            self._principals[hash] = principal
            if len(self._principals) > self._keep:
                self._principals.popitem(last=False)
        return principal

    def apply(self, fact: Fact) -> None:
        """Follow the log. The few facts that are about principals cost O(kept), some milliseconds at most."""
        if not isinstance(fact, CHANGES):
            return
        self._changes += 1
        for hash in [hash for hash, principal in self._principals.items() if concerns(fact, principal)]:
            del self._principals[hash]

    async def load(self, _tx: ReadTx) -> None:
        """Start over, empty."""
        self._changes += 1
        self._principals.clear()
