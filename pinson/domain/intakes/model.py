"""An archive that is being taken in."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import Visibility


class Intake(msgspec.Struct, frozen=True):
    """See `pinson.domain.intakes`.

    visibility: of what was public.
    key: the file in `Blobs`; None once it is done.
    total: entries in it. place: of the entry that is next, from 0.
    posts: made of those before it. known: taken in earlier. left_out: for some reason. lost_files: that could not be
        shown, or were not there.
    """

    account_id: AccountId
    id: int
    visibility: Visibility
    asked_at: datetime
    key: str | None
    total: int
    place: int = 0
    posts: int = 0
    known: int = 0
    left_out: int = 0
    lost_files: int = 0
    finished_at: datetime | None = None
