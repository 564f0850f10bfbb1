"""What happens to filters."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class FiltersChanged(Fact, frozen=True, kw_only=True):
    """An account's filters, or what they look for, are not what they were."""

    account_id: AccountId
