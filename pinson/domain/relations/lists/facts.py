"""What happens to lists."""

from pinson.domain.accounts import AccountId
from pinson.domain.relations.lists.model import ListShape
from pinson.lib.log import Fact


class ListChanged(Fact, frozen=True, kw_only=True):
    """A list is not what it was. shape: all of it as it is now; None if it was deleted."""

    account_id: AccountId
    list_id: int
    shape: ListShape | None
