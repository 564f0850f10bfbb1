"""A post for later."""

from datetime import datetime

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts.model import Draft, PostId


class ScheduledPost(msgspec.Struct, frozen=True):
    """What somebody wrote and wants to be published at a time. Media that it will show belong to its id meanwhile.

    refusal: why it could not be published when it was due: then it waits for its author, who finds it where
        their other scheduled posts are and may give it another time, or delete it.
    """

    id: PostId
    account_id: AccountId
    due_at: datetime
    draft: Draft
    refusal: str | None = None
