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


class SenderAccepted(Fact, frozen=True, kw_only=True):
    """An account wants to hear of another, whose notifications were kept apart: they are on their way to the others."""

    account_id: AccountId
    from_id: AccountId


class SenderDismissed(Fact, frozen=True, kw_only=True):
    """An account does not want what another sent, and was kept apart: it has to go.

    through: what was told later has a higher id.
    """

    account_id: AccountId
    from_id: AccountId
    through: int
