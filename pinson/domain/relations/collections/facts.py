"""What happens to collections. `account_id` is whose collection it is."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class CollectionChanged(Fact, frozen=True, kw_only=True):
    """A collection says something else about those in it."""

    account_id: AccountId
    collection_id: int


class CollectionDeleted(Fact, frozen=True, kw_only=True):
    """A collection is gone."""

    account_id: AccountId
    collection_id: int


class Featured(Fact, frozen=True, kw_only=True):
    """An account came into a collection."""

    account_id: AccountId
    collection_id: int
    member_id: AccountId


class Unfeatured(Fact, frozen=True, kw_only=True):
    """An account is in a collection no more, by whoever's decision."""

    account_id: AccountId
    collection_id: int
    member_id: AccountId
