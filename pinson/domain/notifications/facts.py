"""What happens to notifications."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class Notified(Fact, frozen=True, kw_only=True):
    """The account was notified of something. What is kept apart from its notifications is no such fact."""

    account_id: AccountId
    notification_id: int


class NotificationsMerged(Fact, frozen=True, kw_only=True):
    """What an account accepted, and was kept apart until then, is among its notifications now."""

    account_id: AccountId
