"""How looking at the page behind a line of a profile goes."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.accounts import AccountId


class Failure(StrEnum):
    """Why a look at a page proved nothing; NONE if it did, or if there was none yet."""

    NONE = ""
    NO_LINK = "no_link"  # the page is there, and does not link back
    NO_PAGE = "no_page"  # what is there is no web page
    REFUSED = "refused"  # its server says that there is nothing, or nothing for us
    UNREACHABLE = "unreachable"  # no server, too slow, its own mistake


class Proof(msgspec.Struct, frozen=True):
    """See `pinson.domain.links.proofs`.

    url: as it stands in the line.
    checked_at: when we last looked; None if we have not yet.
    failures: looks in a row that proved nothing; failing_since: the first of them.
    due_at: when we look again; None: not before somebody asks.
    """

    account_id: AccountId
    url: str
    checked_at: datetime | None = None
    failure: Failure = Failure.NONE
    failures: int = 0
    failing_since: datetime | None = None
    due_at: datetime | None = None
