"""Drafts: what somebody began to write, kept until it is published or thrown away.

Called by the page where one writes (keep, publish, resume), by its neighbours that take something back so that it can
be written anew (a deleted post, a scheduled one), and by `schedule.py`, which forgets what was thrown away. The members
of an account share its drafts: who may not publish writes them for those who may.

A draft is known by the key of the page on which it is written, which is also the idempotency key of the post that it
becomes: so a page kept late never brings back what was published already. Media in it belong to its id meanwhile.

Not here: what a post may be (posts), when one may be published (scheduled). A draft may be anything.
"""

from pinson.domain.posts.drafts.commands import (
    discard,
    forget_all,
    forget_discarded,
    keep,
    publish,
    unschedule,
    withdraw,
)
from pinson.domain.posts.drafts.model import KeptDraft
from pinson.domain.posts.drafts.queries import of_account, owned
from pinson.domain.posts.drafts.rules import MOST, DraftNotFound, TooManyDrafts

__all__ = [
    "MOST",
    "DraftNotFound",
    "KeptDraft",
    "TooManyDrafts",
    "discard",
    "forget_all",
    "forget_discarded",
    "keep",
    "of_account",
    "owned",
    "publish",
    "unschedule",
    "withdraw",
]
