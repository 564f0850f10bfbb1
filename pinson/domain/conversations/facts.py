"""What happens to conversations."""

from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class ConversationChanged(Fact, frozen=True, kw_only=True):
    """One of an account's conversations got or lost a post, or was read; it may be that none is left to show."""

    account_id: AccountId
    conversation_id: int
