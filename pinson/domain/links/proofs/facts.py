"""What happens to proofs."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class ProofAsked(Fact, frozen=True, kw_only=True):
    """Somebody put the link to their profile on their site, and wants us to look now."""

    account_id: AccountId


class ProofDue(Fact, frozen=True, kw_only=True):
    """The page behind a line of a profile is to be looked at again."""

    account_id: AccountId
    url: str
