"""What happens to intakes."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class IntakeGoesOn(Fact, frozen=True, kw_only=True):
    """There is more to be taken in: it is done in parts, so that others need not wait for the whole."""

    account_id: AccountId
    intake_id: int
