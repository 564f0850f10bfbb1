"""What happens to accounts."""

from pinson.domain.accounts.model import AccountId
from pinson.lib.log import Fact


class AccountCreated(Fact, frozen=True, kw_only=True):
    """There is a new account."""

    account_id: AccountId


class AccountChanged(Fact, frozen=True, kw_only=True):
    """Its profile or counters are not what they were: whoever keeps a rendering of it drops that."""

    account_id: AccountId


class AccountUnlocked(Fact, frozen=True, kw_only=True):
    """The account no longer approves its followers one by one: those who wait may follow."""

    account_id: AccountId


class AccountSuspended(Fact, frozen=True, kw_only=True):
    """Nobody sees the account or what it posted, and it can do nothing."""

    account_id: AccountId


class AccountRestored(Fact, frozen=True, kw_only=True):
    """The account is no longer suspended."""

    account_id: AccountId


class AccountLimited(Fact, frozen=True, kw_only=True):
    """What the account posts reaches only those who follow it."""

    account_id: AccountId


class AccountUnlimited(Fact, frozen=True, kw_only=True):
    """The account is no longer limited."""

    account_id: AccountId


class AccountSensitized(Fact, frozen=True, kw_only=True):
    """All pictures, films and sounds of the account are sensitive, whatever their posts say."""

    account_id: AccountId


class AccountDesensitized(Fact, frozen=True, kw_only=True):
    """They are as their posts say again."""

    account_id: AccountId


class AccountDeleted(Fact, frozen=True, kw_only=True):
    """The account is gone for good. What others keep of it (posts, follows, memberships) has to go too."""

    account_id: AccountId
