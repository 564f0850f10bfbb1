"""The map: when this happened, these things follow.

Read by `app.py`, which hands it to the reactor. Each reaction has a name, under which its
place in the log is kept: a name is never used again for something else. A reaction may be run
twice for a fact, and late, so each reads the truth before it acts.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from pinson import alerting, archiving, closing, importing, letters, notifying, pushing, syndicating, unlocking
from pinson.domain import conversations, events, links, media, search
from pinson.domain.access import (
    ConfirmationAsked,
    FactorChanged,
    PasswordResetAsked,
    SignUpRepeated,
    UserApproved,
    UserConfirmed,
    UserSignedUp,
)
from pinson.domain.accounts import (
    AccountChanged,
    AccountCreated,
    AccountDeleted,
    AccountRestored,
    AccountSuspended,
    AccountUnlocked,
)
from pinson.domain.archives import ArchiveAsked, ArchiveMade
from pinson.domain.events import EventDeleted, EventPostChanged
from pinson.domain.instance import AnnouncementWithdrawn
from pinson.domain.intakes import IntakeGoesOn
from pinson.domain.links import LinkFound, proofs
from pinson.domain.links.proofs import ProofAsked, ProofDue
from pinson.domain.media import MediaUploaded
from pinson.domain.moderation import AppealAnswered, Appealed, NoticeAnswered, Noticed, Reported, Struck
from pinson.domain.notifications import Notified, SenderAccepted, SenderDismissed
from pinson.domain.posts import (
    PostCorrected,
    PostDeleted,
    PostEdited,
    PostHidden,
    PostImported,
    PostMarked,
    PostMoved,
    PostPublished,
    PostUnhidden,
    PostUnmarked,
)
from pinson.domain.posts.polls import PollEnded
from pinson.domain.relations import Blocked, Followed, FollowRequested, FollowRequestEnded, Muted, Unfollowed
from pinson.domain.relations.collections import CollectionChanged, CollectionDeleted, Featured, Unfeatured
from pinson.lib.log import Fact
from pinson.texting import noticing
from pinson.tools import Tools

Named = tuple[str, Callable[[Tools, Any], Awaitable[None]]]

LETTERS = "letters"
CONVERSATIONS = "conversations"
NOTIFICATIONS = "notifications"
SEARCH = "search"
PROOFS = "proofs"
EVENTS = "events"
FEEDS = "feeds"
ALERTS = "alerts"

REACTIONS: dict[type[Fact], tuple[Named, ...]] = {
    UserSignedUp: ((LETTERS, letters.send_confirmation), (NOTIFICATIONS, notifying.of_sign_up)),
    SignUpRepeated: ((LETTERS, letters.send_address_in_use),),
    ConfirmationAsked: ((LETTERS, letters.send_confirmation),),
    PasswordResetAsked: ((LETTERS, letters.send_password_reset),),
    FactorChanged: ((LETTERS, letters.send_factor_changed),),
    UserConfirmed: ((NOTIFICATIONS, notifying.of_sign_up),),
    UserApproved: ((LETTERS, letters.send_welcome), (NOTIFICATIONS, notifying.of_sign_up)),
    AccountSuspended: ((NOTIFICATIONS, notifying.of_standing),),
    AccountRestored: ((NOTIFICATIONS, notifying.of_standing),),
    Reported: ((NOTIFICATIONS, notifying.of_report),),
    Struck: ((LETTERS, letters.send_decision), (NOTIFICATIONS, notifying.of_decision)),
    Appealed: ((LETTERS, letters.send_appeal_waits),),
    AppealAnswered: ((LETTERS, letters.send_appeal_answer),),
    Noticed: ((LETTERS, letters.send_notice_arrived),),
    NoticeAnswered: ((LETTERS, letters.send_notice_answer), ("notices", noticing.text_answer)),
    AccountCreated: ((SEARCH, search.take_in_one),),
    AccountChanged: ((SEARCH, search.take_in_one), (PROOFS, proofs.look)),
    AccountDeleted: (
        ("closing", closing.erase_what_remains),
        (SEARCH, search.take_in_one),
        (ALERTS, alerting.of_closing),
    ),
    AccountUnlocked: (("unlocking", unlocking.accept_who_waits),),
    PostPublished: (
        (EVENTS, events.follow_hashtags),
        (CONVERSATIONS, conversations.keep_up),
        (NOTIFICATIONS, notifying.of_post),
        (SEARCH, search.take_in_one),
        (ALERTS, alerting.of_post),
        (FEEDS, syndicating.of_post),
    ),
    PostImported: (
        (CONVERSATIONS, conversations.keep_up),
        (SEARCH, search.take_in_one),
    ),
    PostEdited: (
        (EVENTS, events.follow_hashtags),
        (CONVERSATIONS, conversations.keep_up),
        (NOTIFICATIONS, notifying.of_edit),
        (SEARCH, search.take_in_one),
        (FEEDS, syndicating.of_post),
    ),
    PostDeleted: (
        ("clearing", closing.clear_after_post),
        (CONVERSATIONS, conversations.let_go),
        (NOTIFICATIONS, notifying.of_deletion),
        (SEARCH, search.take_in_one),
        (FEEDS, syndicating.of_post),
    ),
    PostMoved: ((ALERTS, alerting.of_post), (FEEDS, syndicating.of_post)),
    PostCorrected: ((FEEDS, syndicating.of_post),),
    EventPostChanged: ((ALERTS, alerting.of_moment),),
    EventDeleted: ((ALERTS, alerting.of_event_gone),),
    PostHidden: ((CONVERSATIONS, conversations.let_go_hidden), (FEEDS, syndicating.of_post)),
    PostUnhidden: ((CONVERSATIONS, conversations.keep_up), (FEEDS, syndicating.of_post)),
    PollEnded: ((NOTIFICATIONS, notifying.of_poll),),
    PostMarked: ((NOTIFICATIONS, notifying.of_mark),),
    PostUnmarked: ((NOTIFICATIONS, notifying.of_mark),),
    Followed: ((NOTIFICATIONS, notifying.of_follow),),
    Unfollowed: ((NOTIFICATIONS, notifying.of_follow),),
    FollowRequested: ((NOTIFICATIONS, notifying.of_follow_request),),
    FollowRequestEnded: ((NOTIFICATIONS, notifying.of_follow_request),),
    Blocked: ((NOTIFICATIONS, notifying.of_barrier), (ALERTS, alerting.of_block)),
    Muted: ((NOTIFICATIONS, notifying.of_barrier),),
    Featured: ((NOTIFICATIONS, notifying.of_featured),),
    Unfeatured: ((NOTIFICATIONS, notifying.of_featured),),
    CollectionChanged: ((NOTIFICATIONS, notifying.of_collection),),
    CollectionDeleted: ((NOTIFICATIONS, notifying.of_collection_gone),),
    Notified: (("pushes", pushing.of_notification),),
    SenderAccepted: ((NOTIFICATIONS, notifying.of_accepted),),
    SenderDismissed: ((NOTIFICATIONS, notifying.of_dismissed),),
    AnnouncementWithdrawn: (("clearing", closing.clear_after_announcement),),
    ProofAsked: ((PROOFS, proofs.look),),
    ProofDue: (("proofs again", proofs.look_again),),
    LinkFound: (("links", links.preview),),
    ArchiveAsked: (("archives", archiving.make),),
    ArchiveMade: ((LETTERS, letters.send_archive),),
    IntakeGoesOn: (("intakes", importing.go_on),),
    MediaUploaded: (("media", media.process),),
}


TOGETHER: dict[str, Callable[[Tools, Sequence[Fact]], Awaitable[None]]] = {SEARCH: search.take_in}
"""Of these, what does several facts together for little more than one."""


SIFTS: dict[str, Callable[[Tools, Sequence[Fact]], Awaitable[Sequence[Fact]]]] = {
    ALERTS: alerting.sift,
    CONVERSATIONS: conversations.sift,
    EVENTS: events.sift,
    FEEDS: syndicating.sift,
    NOTIFICATIONS: notifying.sift,
}
"""What most posts do not concern, and what finds out which do: for many posts at once, since there may be many."""


def bound(tools: Tools) -> dict[type[Fact], list[tuple[str, Callable[[Fact], Awaitable[None]]]]]:
    """The map with the tools of this process in place."""
    return {
        kind: [(name, partial(reaction, tools)) for name, reaction in what_follows]
        for kind, what_follows in REACTIONS.items()
    }


def bound_together(tools: Tools) -> dict[str, Callable[[Sequence[Fact]], Awaitable[None]]]:
    """`TOGETHER`, likewise."""
    return {name: partial(reaction, tools) for name, reaction in TOGETHER.items()}


def bound_sifts(tools: Tools) -> dict[str, Callable[[Sequence[Fact]], Awaitable[Sequence[Fact]]]]:
    """`SIFTS`, likewise."""
    return {name: partial(sift, tools) for name, sift in SIFTS.items()}
