"""What happens to users and to what acts for them. Ids only: no secret, no address is ever in the log."""

from pinson.domain.access.model import Factor, TokenId, UserId
from pinson.domain.accounts import AccountId
from pinson.lib.log import Fact


class UserSignedUp(Fact, frozen=True, kw_only=True):
    """There is a new user, owner of a new account."""

    user_id: UserId
    account_id: AccountId


class SignUpRepeated(Fact, frozen=True, kw_only=True):
    """Somebody signs up with the address of a user, who is the only one to be told."""

    user_id: UserId


class ConfirmationAsked(Fact, frozen=True, kw_only=True):
    """The user has not had the e-mail that confirms their address, and wants another."""

    user_id: UserId


class UserConfirmed(Fact, frozen=True, kw_only=True):
    """The user's e-mail address is theirs."""

    user_id: UserId


class UserApproved(Fact, frozen=True, kw_only=True):
    """A moderator let the user in."""

    user_id: UserId


class UserChanged(Fact, frozen=True, kw_only=True):
    """What the user may do has changed: disabled, enabled, another role here or in an account."""

    user_id: UserId


class PasswordResetAsked(Fact, frozen=True, kw_only=True):
    """The user, or somebody who knows their address, asked for a new password."""

    user_id: UserId


class PasswordChanged(Fact, frozen=True, kw_only=True):
    """The user has another password; all their browsers have been signed out."""

    user_id: UserId


class FactorChanged(Fact, frozen=True, kw_only=True):
    """A second step was turned on or off, or a passkey came or went. passkey_id: which."""

    user_id: UserId
    change: Factor
    passkey_id: int | None = None


class TokensRevoked(Fact, frozen=True, kw_only=True):
    """These tokens work no longer: streams that were opened with them close."""

    token_ids: tuple[TokenId, ...]
