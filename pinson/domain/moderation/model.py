"""Who moderates, what they are told, what they decide, and what is kept of it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pinson.domain.access import AppId, UserId, UserRole
from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId


class Moderator(msgspec.Struct, frozen=True):
    """Somebody who decides: the account they act as, and what they are to the server."""

    account_id: AccountId
    role: UserRole


class Deed(msgspec.Struct, frozen=True):
    """A line of the register of what moderators did.

    by_id: the account of whoever did it.
    verb: the name of the command. target_id, label: what it was done to, and how that was called then.
    reason: why, in their words, if that stands nowhere else.
    """

    id: int
    at: datetime
    by_id: AccountId
    verb: str
    target_id: int
    label: str
    reason: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """How much waits for moderators: reports that are open, people who want to be let in, appeals without an answer."""

    reports: int
    sign_ups: int
    appeals: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.reports + self.sign_ups + self.appeals


class Category(StrEnum):
    """What is wrong, in the eyes of whoever reports it."""

    SPAM = "spam"
    LEGAL = "legal"  # against the law
    VIOLATION = "violation"  # of the rules of this server
    OTHER = "other"


class Report(msgspec.Struct, frozen=True):
    """What somebody tells moderators about an account.

    account_id, target_id: who reports whom; account_id is None if they have no account, and a `Notice` says who it was.
    post_ids: what it is about, those that are gone since included. rule_ids: rules that were broken.
    collection_ids: as post_ids.
    assigned_to: the moderator who looks into it.
    resolved_at, resolved_by: None while it is open.
    """

    id: int
    account_id: AccountId | None
    target_id: AccountId
    category: Category
    comment: str
    post_ids: tuple[PostId, ...]
    rule_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    assigned_to: AccountId | None = None
    resolved_at: datetime | None = None
    resolved_by: AccountId | None = None
    collection_ids: tuple[int, ...] = ()


class Subject(StrEnum):
    """What a notice says is against the law. The first alone may come without a name."""

    CHILD = "child"  # sexual abuse of a child
    HATRED = "hatred"  # threats, hatred, glorified crimes
    PRIVACY = "privacy"  # private matters or pictures made public, defamation, harassment
    FRAUD = "fraud"
    WORK = "work"  # somebody's work, or trade mark
    OTHER = "other"


class Outcome(StrEnum):
    """What moderators answer to a notice: what became of its subject. From HIDE on, see `Sanction`."""

    KEPT = "kept"  # nothing is done about it
    GONE = "gone"  # it is not there any more
    WARNED = "none"
    HIDE = "hide"
    SENSITIVE = "sensitive"
    DISABLE = "disable"
    SILENCE = "silence"
    SUSPEND = "suspend"


class NoticeAnswer(msgspec.Struct, frozen=True):
    """An answer to a notice. text: the reasons."""

    at: datetime
    by_id: AccountId
    outcome: Outcome
    text: str


class Notice(msgspec.Struct, frozen=True):
    """Who made a report without an account, and what they were answered.

    id: of the report. address: of what it is about, as they gave it; key: opens the page about it.
    name, email, phone: "" where they gave none, and once it is forgotten.
    answers: one, and another if they objected to it. told: how many of them went out by text.
    forget_at: when we forget who it was; None while they are owed an answer.
    """

    id: int
    key: str
    address: str
    subject: Subject
    name: str
    email: str
    phone: str
    lang: str
    answers: tuple[NoticeAnswer, ...] = ()
    objection: str = ""
    told: int = 0
    forget_at: datetime | None = None


class Sanction(StrEnum):
    """What moderators can do about an account. The values are Mastodon's, but for `HIDE`, which it does not have."""

    NONE = "none"  # tell its owner something
    HIDE = "hide"  # let nobody else see some of its posts
    SENSITIVE = "sensitive"  # hide what it shows behind a warning
    DISABLE = "disable"  # keep its owner out
    SILENCE = "silence"  # let it reach its followers alone
    SUSPEND = "suspend"  # hide it


class Strike(msgspec.Struct, frozen=True):
    """A decision about an account, and its reasons, as its owner is told.

    text: the reasons, in the moderator's words.
    report_id: the report it followed from, if one; post_ids: the posts it is about.
    key: what the letter holds, by which its owner comes to it without signing in; "" if it is older than that.
    """

    id: int
    account_id: AccountId
    by_id: AccountId
    action: Sanction
    text: str
    report_id: int | None
    post_ids: tuple[PostId, ...]
    created_at: datetime
    key: str = ""


class Appeal(msgspec.Struct, frozen=True):
    """What somebody says of a decision about their account, once, and what moderators answer.

    id: of the decision. text, answer: in their words.
    granted: the decision was taken back.
    """

    id: int
    text: str
    created_at: datetime
    answered_at: datetime | None = None
    answered_by: AccountId | None = None
    granted: bool = False
    answer: str = ""


class Dossier(msgspec.Struct, frozen=True):
    """An account and the user who has owned it longest, as moderators see them; user_id and what follows are None if
    nobody here does.

    reason, app_id, invited_by: why they wanted to join, with which app, and on whose account's invitation.
    """

    id: AccountId
    username: str
    domain: str
    created_at: datetime
    suspended_at: datetime | None
    limited_at: datetime | None
    sensitized_at: datetime | None
    user_id: UserId | None
    email: str | None
    role: UserRole | None
    locale: str | None
    confirmed_at: datetime | None
    approved_at: datetime | None
    disabled_at: datetime | None
    reason: str | None
    app_id: AppId | None
    invited_by: AccountId | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts a moderator looks for: all that is true, or given, must hold.

    local, remote: of this server, of others. active: not suspended. pending: waiting to be let in.
    roles: of the owner, one of these.
    username, email: the beginning; display_name: a part. domain: the very one.
    invited_by: the account whose owner invited them.
    """

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    limited: bool = False
    suspended: bool = False
    sensitized: bool = False
    roles: tuple[UserRole, ...] | None = None
    username: str = ""
    display_name: str = ""
    domain: str = ""
    email: str = ""
    invited_by: AccountId | None = None
