"""Who moderates, and what is kept of it."""

from datetime import datetime

import msgspec

from pinson.domain.access import UserRole
from pinson.domain.accounts import AccountId


class Moderator(msgspec.Struct, frozen=True):
    """Somebody who decides: the account they act as, and what they are to the server."""

    account_id: AccountId
    role: UserRole


class Deed(msgspec.Struct, frozen=True):
    """A line of the register of what moderators did.

    by_id: the account of whoever did it.
    verb: the name of the command. target_id, label: what it was done to, and how that was called then.
    """

    id: int
    at: datetime
    by_id: AccountId
    verb: str
    target_id: int
    label: str
