"""What happens in moderation."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class Reported(Fact, frozen=True, kw_only=True):
    """Somebody reported an account: moderators want to know."""

    report_id: int
    account_id: AccountId
    target_id: AccountId


class Noticed(Fact, frozen=True, kw_only=True):
    """Somebody without an account told of what is against the law: they are owed a receipt, and moderators know."""

    report_id: int


class NoticeAnswered(Fact, frozen=True, kw_only=True):
    """Moderators answered such a notice: whoever made it is to know."""

    report_id: int


class Struck(Fact, frozen=True, kw_only=True):
    """Something was decided about an account: its owner is to know. by_letter: in an e-mail too."""

    strike_id: int
    account_id: AccountId
    by_letter: bool


class Appealed(Fact, frozen=True, kw_only=True):
    """Somebody asked for a decision to be looked at again: moderators want to know."""

    strike_id: int
    account_id: AccountId


class AppealAnswered(Fact, frozen=True, kw_only=True):
    """A decision was looked at again: its owner is to know what came of it."""

    strike_id: int
    account_id: AccountId
