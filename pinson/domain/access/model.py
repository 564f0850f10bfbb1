"""Users, the accounts they are members of, and what acts for them."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from pinson.domain.accounts import Account, AccountId, FieldRefused

UserId = NewType("UserId", int)
AppId = NewType("AppId", int)
TokenId = NewType("TokenId", int)


class UserRole(StrEnum):
    """What a user is to the server."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"

    def covers(self, other: "UserRole") -> bool:
        """Whether it is this role or a higher one."""
        ranks = list(UserRole)
        return ranks.index(self) >= ranks.index(other)


class MemberRole(StrEnum):
    """What a user may do with an account; `scopes.powers` says it in scopes."""

    OWNER = "owner"
    EDITOR = "editor"  # publishes
    AUTHOR = "author"  # drafts, and needs approval
    ANALYST = "analyst"  # reads


class State(StrEnum):
    """Whether somebody can act. The first that applies, in this order, before `OK`."""

    SUSPENDED = "suspended"  # the account
    DISABLED = "disabled"  # the user, by the operator
    UNCONFIRMED = "unconfirmed"  # the e-mail address
    PENDING = "pending"  # the sign-up waits for a moderator
    OK = "ok"


class Theme(StrEnum):
    """In what light a user wants pages."""

    SYSTEM = "system"  # as their device has it
    LIGHT = "light"
    DARK = "dark"


class SignUpMode(StrEnum):
    """Who may sign up."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"
    CLOSED = "closed"


class Purpose(StrEnum):
    """What a link in an e-mail is for."""

    CONFIRM = "confirm"
    RESET = "reset"


class Challenge(StrEnum):
    """What a browser does between two steps."""

    SECOND_STEP = "second_step"  # it gave the password, and is to give a code
    REGISTRATION = "registration"  # its device is to make a passkey
    PASSKEY = "passkey"  # its device is to sign somebody in


class Factor(StrEnum):
    """What became of what lets a user in, besides their password."""

    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"


class SecondFactor(msgspec.Struct, frozen=True):
    """What an app on a phone makes codes of. last_step: the newest step whose code was used; see `totp`."""

    secret: str
    last_step: int


class Passkey(msgspec.Struct, frozen=True):
    """A device that signs somebody in.

    credential_id, public_key: base64url.
    sign_count: how often it signed, as it says; 0 if it does not count.
    name: as the person calls it.
    """

    id: int
    user_id: UserId
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


class User(msgspec.Struct, frozen=True):
    """Someone who signs in. The password is not here: see `Proof`.

    locale: language of what we write to them, BCP 47; "" if they never said.
    confirmed_at: when the e-mail address was shown to be theirs.
    approved_at: when they were let in, by the mode of sign-up or by a moderator.
    reason: why they want to join, in their words.
    app_id: the app they signed up with, if it was not the web.
    invited_by: whose invitation they brought, if they did.
    time_zone: by whose clock they read, by the IANA's name; "" is the server's.
    """

    id: UserId
    email: str
    role: UserRole
    locale: str
    created_at: datetime
    confirmed_at: datetime | None
    approved_at: datetime | None
    disabled_at: datetime | None
    reason: str
    app_id: AppId | None
    invited_by: UserId | None
    theme: Theme = Theme.SYSTEM
    time_zone: str = ""

    @property
    def state(self) -> State:
        """Whether they can act, with whatever account (`State.SUSPENDED` is about accounts)."""
        return _state(self)


class Membership(msgspec.Struct, frozen=True):
    """An account that a user may act for, as the consent page lists it."""

    account_id: AccountId
    username: str
    display_name: str
    role: MemberRole


class Member(msgspec.Struct, frozen=True):
    """A user who may act for an account, as its owners list them.

    username: of the account that they have owned longest, this one last; "" if they own none.
    """

    user_id: UserId
    role: MemberRole
    username: str


class Person(msgspec.Struct, frozen=True):
    """An account and one of its members, as the operator lists them; an account without any has None for the user."""

    account_id: AccountId
    username: str
    suspended_at: datetime | None
    user_id: UserId | None
    member_role: MemberRole | None
    email: str | None
    user_role: UserRole | None
    confirmed_at: datetime | None
    approved_at: datetime | None
    disabled_at: datetime | None


class Staff(msgspec.Struct, frozen=True):
    """An account whose owner has a role on the server."""

    account_id: AccountId
    role: UserRole


class SignUp(msgspec.Struct, frozen=True):
    """What a newcomer fills in, without the password, so that nothing can print it.

    invitation: the code of one, "" if there is none.
    """

    username: str
    email: str
    agreement: bool
    locale: str = ""
    reason: str = ""
    invitation: str = ""


class Applicant(msgspec.Struct, frozen=True):
    """What a newcomer filled in, ready for the transaction.

    refusals: what is wrong with it already, in the order of the form.
    """

    username: str
    email: str
    password_hash: str
    locale: str
    reason: str
    invitation: str
    refusals: tuple[FieldRefused, ...]


class SignedUp(msgspec.Struct, frozen=True):
    """A newcomer, and the account they own."""

    user: User
    account: Account


class Invitation(msgspec.Struct, frozen=True):
    """Lets people sign up who could not, or without waiting.

    code: what is passed around. Not a secret of anybody's, so it is kept as it is.
    expires_at, max_uses: None is without end.
    """

    id: int
    code: str
    created_by: UserId
    created_at: datetime
    expires_at: datetime | None
    max_uses: int | None
    uses: int

    def is_good(self, now: datetime) -> bool:
        """Whether somebody can still sign up with it."""
        return (self.max_uses is None or self.uses < self.max_uses) and (
            self.expires_at is None or self.expires_at > now
        )


class Proof(msgspec.Struct, frozen=True):
    """That somebody just gave the right password; see `sessions.prove`.

    account_id: the account whose name they gave, else the one they have owned longest.
    password_hash: what the password was checked against: if it has changed since, the proof is void.
    new_hash: what to keep in its place, if it was made with older parameters.
    """

    user_id: UserId
    account_id: AccountId | None
    password_hash: str
    new_hash: str | None = None


class Session(msgspec.Struct, frozen=True):
    """A browser that is signed in.

    user_agent: what it says it is.
    is_here: whether it is the one that asks.
    """

    id: int
    created_at: datetime
    user_agent: str
    is_here: bool


class Grant(msgspec.Struct, frozen=True):
    """What an app may do for a user as one of their accounts, whatever the number of its tokens.

    since: when the first of them was given.
    """

    app_id: AppId
    app_name: str
    account_id: AccountId
    username: str
    scopes: str
    since: datetime


class App(msgspec.Struct, frozen=True):
    """A client, registered by itself (RFC 6749 section 2).

    secret_hash: digest of its secret; see `secret.digest`.
    scopes: the most it may ask for, separated by spaces.
    """

    id: AppId
    client_id: str
    secret_hash: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: str
    created_at: datetime


class Token(msgspec.Struct, frozen=True):
    """Lets an app act for a user, as an account; for itself if both are None.

    The secret itself is with whoever asked for it; we keep its digest.

    scopes: what was granted, separated by spaces. Power is less if the member's role is.
    """

    id: TokenId
    app_id: AppId
    user_id: UserId | None
    account_id: AccountId | None
    scopes: str
    created_at: datetime


class Bearer(msgspec.Struct, frozen=True):
    """A token and everything that decides what can be done with it; see `rules.principal`."""

    token_id: TokenId
    app_id: AppId
    user_id: UserId | None
    account_id: AccountId | None
    scopes: str
    member_role: MemberRole | None
    user_role: UserRole | None
    confirmed_at: datetime | None
    approved_at: datetime | None
    disabled_at: datetime | None
    suspended_at: datetime | None
    deleted_at: datetime | None

    @property
    def state(self) -> State:
        """Whether they can act, with this account."""
        if self.user_id is None:
            return State.OK
        return State.SUSPENDED if self.suspended_at is not None else _state(self)


class Code(msgspec.Struct, frozen=True):
    """An authorization code (RFC 6749 section 4.1.2), by all that it is bound to."""

    id: int
    app_id: AppId
    user_id: UserId
    account_id: AccountId
    redirect_uri: str
    scopes: str
    challenge: str | None
    expires_at: datetime
    used_at: datetime | None


class Principal(msgspec.Struct, frozen=True):
    """Who is asking, and what they may do: what a request with a token is answered by.

    user_id, account_id, member_role, user_role: None if an app asks for itself.
    scopes: each one it covers, by name: granted ∩ role. `"write:statuses" in principal.scopes`.
    """

    token_id: TokenId
    app_id: AppId
    user_id: UserId | None
    account_id: AccountId | None
    member_role: MemberRole | None
    user_role: UserRole | None
    scopes: frozenset[str]
    state: State


def _state(user: User | Bearer) -> State:
    if user.disabled_at is not None:
        return State.DISABLED
    if user.confirmed_at is None:
        return State.UNCONFIRMED
    return State.OK if user.approved_at is not None else State.PENDING
