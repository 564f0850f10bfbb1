"""An archive that somebody asked for."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId


class Archive(msgspec.Struct, frozen=True):
    """See `pinson.domain.archives`.

    user_id: who asked for it; people live in `access`.
    made_at: None while it is being made.
    key: its file in `Blobs`; size: in bytes.
    """

    account_id: AccountId
    id: int
    user_id: int
    asked_at: datetime
    made_at: datetime | None = None
    key: str | None = None
    size: int = 0
