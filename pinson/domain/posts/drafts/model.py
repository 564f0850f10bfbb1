"""A draft that is kept."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import Draft, PostId


class KeptDraft(msgspec.Struct, frozen=True):
    """What an account's members began to write.

    key: of the page on which it is written.
    due_at: when it is to be published, if that was said.
    until: it was thrown away, or is a post that was deleted, and is forgotten then.
    """

    id: PostId
    account_id: AccountId
    key: str
    changed_at: datetime
    draft: Draft
    due_at: datetime | None = None
    until: datetime | None = None
