"""The map: when this happened, these things follow.

Read by `app.py`, which hands it to the reactor. Each reaction has a name, under which its
place in the log is kept: a name is never used again for something else. A reaction may be run
twice for a fact, and late, so each reads the truth before it acts.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from pinson import closing, letters, unlocking
from pinson.domain import conversations, media
from pinson.domain.access import ConfirmationAsked, PasswordResetAsked, SignUpRepeated, UserApproved, UserSignedUp
from pinson.domain.accounts import AccountDeleted, AccountUnlocked
from pinson.domain.media import MediaUploaded
from pinson.domain.posts import PostDeleted, PostEdited, PostPublished
from pinson.lib.log import Fact
from pinson.tools import Tools

Named = tuple[str, Callable[[Tools, Any], Awaitable[None]]]

LETTERS = "letters"
CONVERSATIONS = "conversations"

REACTIONS: dict[type[Fact], tuple[Named, ...]] = {
    UserSignedUp: ((LETTERS, letters.send_confirmation),),
    SignUpRepeated: ((LETTERS, letters.send_address_in_use),),
    ConfirmationAsked: ((LETTERS, letters.send_confirmation),),
    PasswordResetAsked: ((LETTERS, letters.send_password_reset),),
    UserApproved: ((LETTERS, letters.send_welcome),),
    AccountDeleted: (("closing", closing.erase_what_remains),),
    AccountUnlocked: (("unlocking", unlocking.accept_who_waits),),
    PostPublished: ((CONVERSATIONS, conversations.keep_up),),
    PostEdited: ((CONVERSATIONS, conversations.keep_up),),
    PostDeleted: (("clearing", closing.clear_after_post), (CONVERSATIONS, conversations.let_go)),
    MediaUploaded: (("media", media.process),),
}


def bound(tools: Tools) -> dict[type[Fact], list[tuple[str, Callable[[Fact], Awaitable[None]]]]]:
    """The map with the tools of this process in place."""
    return {
        kind: [(name, partial(reaction, tools)) for name, reaction in what_follows]
        for kind, what_follows in REACTIONS.items()
    }
