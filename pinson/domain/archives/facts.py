"""What happens to archives."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class ArchiveAsked(Fact, frozen=True, kw_only=True):
    """Somebody wants all that their account holds in one file."""

    account_id: AccountId
    archive_id: int


class ArchiveMade(Fact, frozen=True, kw_only=True):
    """It is there. user_id: who asked for it."""

    account_id: AccountId
    archive_id: int
    user_id: int
