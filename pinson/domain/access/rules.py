"""What is accepted, decided without a clock, a database or a network."""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from pinson.domain.access import scopes
from pinson.domain.access.model import App, Bearer, Principal, State
from pinson.domain.accounts import FieldRefused, Flaw
from pinson.lib.errors import Kind, Refusal

MIN_PASSWORD, MAX_PASSWORD = 8, 256
MAX_EMAIL = 254  # RFC 5321 section 4.5.3.1, less the angle brackets
MAX_REASON = 1000
MAX_APP_NAME, MAX_WEBSITE, MAX_REDIRECT_URIS = 60, 2000, 2000

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""Redirection to nowhere: the person copies the code from a page of ours."""

# Where a browser would run or show something of the app's instead of going to it.
FORBIDDEN_SCHEMES = frozenset(("about", "blob", "data", "file", "javascript", "vbscript"))

# Looser than RFC 5322 inside a name, stricter around it: nothing that could end a header or
# start a second address. Whether it works is shown by the e-mail that arrives.
EMAIL = re.compile(r"""[^\s@"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}@[^\W_]([\w-]*\w)?(\.[^\W_]([\w-]*\w)?)*""")
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of 32 bytes
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 section 4.1


class EmailBlank(FieldRefused):
    """There is none."""

    code, field, flaw = "email_blank", "email", Flaw.BLANK
    text = "Give an e-mail address."


class EmailInvalid(FieldRefused):
    """No mail could be sent to it."""

    code, field, flaw = "email_invalid", "email", Flaw.INVALID
    text = "This is not an e-mail address."


class EmailTaken(FieldRefused):
    """A user has it. Tells who is here: an interface that anyone can try decides whether to say it."""

    code, field, flaw = "email_taken", "email", Flaw.TAKEN
    text = "This e-mail address is already in use."


class PasswordTooShort(FieldRefused):
    """It could be guessed."""

    code, field, flaw = "password_too_short", "password", Flaw.TOO_SHORT
    text = "A password has at least {limit} characters."


class PasswordTooLong(FieldRefused):
    """Nobody types that."""

    code, field, flaw = "password_too_long", "password", Flaw.TOO_LONG
    text = "A password has at most {limit} characters."


class AgreementMissing(FieldRefused):
    """The rules of the server were not accepted."""

    code, field, flaw = "agreement_missing", "agreement", Flaw.ACCEPTED
    text = "The terms of this server must be accepted."


class ReasonBlank(FieldRefused):
    """Moderators decide from it."""

    code, field, flaw = "reason_blank", "reason", Flaw.BLANK
    text = "Say in a few words why you would like to join."


class ReasonTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "reason_too_long", "reason", Flaw.TOO_LONG
    text = "The reason has at most {limit} characters."


class InvitationBlank(FieldRefused):
    """One signs up here by invitation only."""

    code, field, flaw = "invitation_blank", "invite_code", Flaw.BLANK
    text = "Signing up takes an invitation."


class InvitationInvalid(FieldRefused):
    """It does not exist, is used up, or has expired."""

    code, field, flaw = "invitation_invalid", "invite_code", Flaw.INVALID
    text = "This invitation is no longer valid."


class SignUpRefused(Refusal):
    """What was filled in breaks rules; `refusals` says which, field by field."""

    kind, code = Kind.INVALID, "sign_up_refused"
    text = "{problems}"

    def __init__(self, refusals: Sequence[FieldRefused]) -> None:
        super().__init__(problems=" ".join(map(str, refusals)))
        self.refusals = tuple(refusals)


class EmailUnconfirmed(Refusal):
    """See `State.UNCONFIRMED`."""

    kind, code = Kind.FORBIDDEN, "email_unconfirmed"
    text = "Your login is missing a confirmed e-mail address"


class ApprovalPending(Refusal):
    """See `State.PENDING`."""

    kind, code = Kind.FORBIDDEN, "approval_pending"
    text = "Your login is currently pending approval"


class UserDisabled(Refusal):
    """See `State.DISABLED`."""

    kind, code = Kind.FORBIDDEN, "user_disabled"
    text = "Your login is currently disabled"


class AccountIsSuspended(Refusal):
    """See `State.SUSPENDED`."""

    kind, code = Kind.FORBIDDEN, "account_suspended"
    text = "This account is suspended"


class NotAMember(Refusal):
    """The user cannot act for the account."""

    kind, code = Kind.FORBIDDEN, "not_a_member"
    text = "You are not a member of this account."


class AppNameBlank(FieldRefused):
    """There is none."""

    code, field, flaw = "app_name_blank", "client_name", Flaw.BLANK
    text = "An app has a name."


class AppNameTooLong(FieldRefused):
    """It is longer than we take."""

    code, field, flaw = "app_name_too_long", "client_name", Flaw.TOO_LONG
    text = "The name of an app has at most {limit} characters."


class WebsiteInvalid(FieldRefused):
    """It is not the address of a web site, or longer than we take."""

    code, field, flaw = "website_invalid", "website", Flaw.INVALID
    text = "The web site of an app is an http or https address of at most {limit} characters."


class RedirectUrisBlank(FieldRefused):
    """There is none."""

    code, field, flaw = "redirect_uris_blank", "redirect_uris", Flaw.BLANK
    text = "An app has at least one redirect URI."


class RedirectUrisTooLong(FieldRefused):
    """Together they are longer than we take."""

    code, field, flaw = "redirect_uris_too_long", "redirect_uris", Flaw.TOO_LONG
    text = "The redirect URIs of an app have at most {limit} characters together."


class RedirectUriInvalid(FieldRefused):
    """It is relative, has a fragment, or a scheme that cannot be redirected to."""

    code, field, flaw = "redirect_uri_invalid", "redirect_uris", Flaw.INVALID
    text = "A redirect URI is absolute, without a fragment, and leads to an app or a web site: not {uri}"


class OAuthRefusal(Refusal):
    """A refusal in the words of OAuth: `code` is its `error`, the sentence its `error_description` (RFC 6749)."""

    kind: ClassVar[Kind] = Kind.MALFORMED


class InvalidClient(OAuthRefusal):
    """The app is unknown, or its secret is wrong. Never answered by a redirect."""

    kind, code = Kind.UNAUTHENTICATED, "invalid_client"
    text = "Client authentication failed: the app is unknown, or its secret is wrong."


class UnregisteredRedirect(OAuthRefusal):
    """The address is not one of the app's. Never answered by a redirect."""

    code = "invalid_request"
    text = "The redirect URI is not one that the app registered."


class InvalidRequest(OAuthRefusal):
    """Something is missing or wrong in the request."""

    code = "invalid_request"
    text = "The request is not valid: {what}."


class UnsupportedResponseType(OAuthRefusal):
    """Only codes are given out."""

    code = "unsupported_response_type"
    text = "The response type must be “code”."


class InvalidScope(OAuthRefusal):
    """A scope does not exist, or is more than the app registered for."""

    code = "invalid_scope"
    text = "The requested scope is unknown, or exceeds what the app registered."


class InvalidGrant(OAuthRefusal):
    """What was to be exchanged for a token is not good, or not any more. Does not say why."""

    code = "invalid_grant"
    text = (
        "The authorization grant is invalid, expired, revoked, does not match the redirect URI or the verifier "
        "of the request, or was issued to another client."
    )


class UnsupportedGrantType(OAuthRefusal):
    """This server does not take that kind of grant."""

    code = "unsupported_grant_type"
    text = "This grant type is not supported here."


class UnauthorizedClient(OAuthRefusal):
    """The token is another app's."""

    kind, code = Kind.FORBIDDEN, "unauthorized_client"
    text = "You are not authorized to revoke this token"


def email_key(email: str) -> str:
    """What two spellings of an address have in common: one user each."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def known_locale(locale: str) -> str:
    """The locale if it is written as one, else "": they never said."""
    return locale if LOCALE.fullmatch(locale) else ""


def refuse_email(email: str) -> FieldRefused | None:
    """Why no mail can be sent there; None if it may work."""
    if not email:
        return EmailBlank()
    if len(email) > MAX_EMAIL or not EMAIL.fullmatch(email):
        return EmailInvalid()
    return None


def checked_email(email: str) -> str:
    """An address as it is kept where it names somebody.

    Raises:
        EmailBlank, EmailInvalid.
    """
    refusal = refuse_email(email.strip())
    if refusal is not None:
        raise refusal
    return email_key(email)


def refuse_password(password: str) -> FieldRefused | None:
    """Why nobody should have this password; None if it may do."""
    if len(password) < MIN_PASSWORD:
        return PasswordTooShort(limit=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        return PasswordTooLong(limit=MAX_PASSWORD)
    return None


def require_ready(state: State) -> None:
    """Let those act who can.

    Raises:
        EmailUnconfirmed, ApprovalPending, UserDisabled, AccountIsSuspended.
    """
    match state:
        case State.UNCONFIRMED:
            raise EmailUnconfirmed
        case State.PENDING:
            raise ApprovalPending
        case State.DISABLED:
            raise UserDisabled
        case State.SUSPENDED:
            raise AccountIsSuspended


def check_app(name: str, website: str | None) -> None:
    """Whether an app may call itself so.

    Raises:
        FieldRefused.
    """
    if not name:
        raise AppNameBlank
    if len(name) > MAX_APP_NAME:
        raise AppNameTooLong(limit=MAX_APP_NAME)
    if website and (len(website) > MAX_WEBSITE or not _is_web_address(website)):
        raise WebsiteInvalid(limit=MAX_WEBSITE)


def redirect_uris(given: Iterable[str]) -> tuple[str, ...]:
    """The addresses that an app may be redirected to.

    Args:
        given: strings that hold one or several, separated by spaces or line ends.
    Raises:
        FieldRefused: there is none, one is not acceptable, or they are too long together.
    """
    uris = tuple(dict.fromkeys(uri for text in given for uri in text.split()))
    if not uris:
        raise RedirectUrisBlank
    if len(" ".join(uris)) > MAX_REDIRECT_URIS:
        raise RedirectUrisTooLong(limit=MAX_REDIRECT_URIS)
    for uri in uris:
        if not _can_redirect_to(uri):
            raise RedirectUriInvalid(uri=uri[:100])
    return uris


def _can_redirect_to(uri: str) -> bool:
    if uri == OUT_OF_BAND:
        return True
    if not (uri.isascii() and uri.isprintable()) or "#" in uri or "\\" in uri:
        return False
    scheme = uri.partition(":")[0].lower() if ":" in uri else ""
    if scheme in ("http", "https"):
        return _is_web_address(uri)
    return bool(re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)) and scheme not in FORBIDDEN_SCHEMES


def _is_web_address(uri: str) -> bool:
    """http or https, with a host, and without a user name, which could pass for the host."""
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises if it is not a port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def grantable(app: App, asked: str) -> str:
    """The scopes that `app` asks for; "" asks for the default.

    Raises:
        InvalidScope: one is unknown, or more than the app registered for.
    """
    try:
        wanted = scopes.parse(asked)
    except scopes.UnknownScope:
        raise InvalidScope from None
    if not scopes.covers(app.scopes, wanted):
        raise InvalidScope
    return wanted


def check_request(app: App, *, response_type: str, scope: str, challenge: str, challenge_method: str) -> str:
    """What an app asks of a person: the scopes, if the request can be put to them.

    Args:
        challenge, challenge_method: of PKCE; both "" without it.
    Raises:
        UnsupportedResponseType, InvalidScope, InvalidRequest: to be told to the app by a redirect
            (RFC 6749 section 4.1.2.1).
    """
    if response_type != "code":
        raise UnsupportedResponseType
    if challenge and challenge_method != "S256":
        raise InvalidRequest(what="the code challenge method must be S256")
    if challenge and not CHALLENGE.fullmatch(challenge):
        raise InvalidRequest(what="the code challenge is not one of S256")
    return grantable(app, scope)


def fits_challenge(challenge: str | None, verifier: str) -> bool:
    """Whether whoever knows `verifier` is whoever sent `challenge` (RFC 7636 section 4.6, S256).

    A verifier without a challenge fits nothing: somebody took the challenge out of the
    request on its way (RFC 9700 section 2.1.1).

    Args:
        challenge: None if the request had none.
        verifier: "" if there is none.
    """
    if challenge is None:
        return not verifier
    if not VERIFIER.fullmatch(verifier):
        return False
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(expected, challenge.encode())


def principal(bearer: Bearer) -> Principal | None:
    """Who the bearer of a token is and what they may do; None if the token is worth nothing any more."""
    if bearer.user_id is not None and (bearer.member_role is None or bearer.deleted_at is not None):
        return None
    return Principal(
        token_id=bearer.token_id,
        app_id=bearer.app_id,
        user_id=bearer.user_id,
        account_id=bearer.account_id,
        member_role=bearer.member_role,
        user_role=bearer.user_role,
        scopes=scopes.powers(bearer.scopes, member=bearer.member_role, user=bearer.user_role),
        state=bearer.state,
    )
