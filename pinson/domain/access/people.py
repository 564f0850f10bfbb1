"""Verbs about people: signing up, being let in, roles, memberships, invitations.

Called by interfaces and the command line. Each verb is one transaction, after `prepare`,
which does the slow part of signing up: hashing the password.
"""

from datetime import datetime

from pinson.domain import accounts
from pinson.domain.access import blocks, oauth, rules, store
from pinson.domain.access.blocks import EmailBlocked, NetworkSeverity, SignUpBlocked, Verdict
from pinson.domain.access.facts import ConfirmationAsked, SignUpRepeated, UserApproved, UserChanged, UserSignedUp
from pinson.domain.access.model import (
    AppId,
    Applicant,
    Invitation,
    MemberRole,
    Purpose,
    SignedUp,
    SignUp,
    SignUpMode,
    Token,
    User,
    UserId,
    UserRole,
)
from pinson.domain.access.rules import SignUpRefused
from pinson.domain.access.secret import Passwords
from pinson.domain.accounts import AccountId, FieldRefused, Flaw
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import Page


class SignUpClosed(Refusal):
    """Nobody can sign up at present."""

    kind, code = Kind.FORBIDDEN, "sign_up_closed"
    text = "This server does not take new members at present."


class UserNotFound(Refusal):
    """There is no such user."""

    kind, code = Kind.MISSING, "user_not_found"
    text = "There is no such user."


class NoSuchPerson(FieldRefused):
    """Nobody owns an account of this name."""

    code, field, flaw = "no_such_person", "username", Flaw.INVALID
    text = "Nobody here has an account of this name."


class InvitationNotFound(Refusal):
    """There is no such invitation."""

    kind, code = Kind.MISSING, "invitation_not_found"
    text = "There is no such invitation."


class LastOwner(Refusal):
    """Without them nobody could look after the account."""

    kind, code = Kind.CONFLICT, "last_owner"
    text = "An account keeps at least one owner: make somebody else an owner first."


async def prepare(form: SignUp, *, password: str, passwords: Passwords) -> Applicant:
    """Check what can be checked without a database, and hash the password. Takes tens of milliseconds, in a thread.

    What is wrong stays with the applicant, to be told together with what the database
    knows: see `sign_up`.
    """
    email, reason = form.email.strip(), form.reason.strip()
    found = [
        rules.refuse_email(email),
        rules.refuse_password(password),
        None if form.agreement else rules.AgreementMissing(),
        rules.ReasonTooLong(limit=rules.MAX_REASON) if len(reason) > rules.MAX_REASON else None,
    ]
    refusals = tuple(refusal for refusal in found if refusal)
    return Applicant(
        username=form.username.strip(),
        email=email,
        password_hash="" if refusals else await passwords.hash(password),
        locale=rules.known_locale(form.locale),
        reason=reason,
        invitation=form.invitation.strip(),
        refusals=refusals,
    )


async def sign_up(
    tx: WriteTx,
    *,
    applicant: Applicant,
    mode: SignUpMode,
    confirm_email: bool,
    now: datetime,
    app_id: AppId | None = None,
    network: NetworkSeverity | None = None,
) -> SignedUp | SignUpRefused:
    """Make a newcomer a user, with an account that they own.

    They can act once their address is confirmed (unless `confirm_email` is off) and they are
    let in: at once, unless they have to wait (`must_wait`).

    Args:
        network: what is blocked where they are; see `blocks.IpBlocks`.
    Returns:
        The newcomer; or, so that the attempt stays counted, the refusal of an address that is blocked, which the
        caller raises.
    Raises:
        SignUpClosed.
        SignUpBlocked: nobody signs up from there.
        SignUpRefused: everything that is wrong with what they filled in.
    """
    if mode is SignUpMode.CLOSED:
        raise SignUpClosed
    if network is not None and network is not NetworkSeverity.SIGN_UP_REQUIRES_APPROVAL:
        raise SignUpBlocked
    refusals = list(applicant.refusals)
    verdict, block = await blocks.judge(tx, applicant.email)
    if block is not None:
        await blocks.note_attempt(tx, block, now=now)
    if verdict is Verdict.REFUSED:
        return SignUpRefused([EmailBlocked(), *refusals])
    waits = await must_wait(tx, applicant, mode=mode, network=network)
    invited_by = None
    if applicant.invitation:
        invited_by = await store.use_invitation(tx, applicant.invitation, now)
        if invited_by is None:
            refusals.append(rules.InvitationInvalid())
    elif mode is SignUpMode.INVITATION:
        refusals.append(rules.InvitationBlank())
    elif mode is SignUpMode.APPROVAL and not applicant.reason:
        refusals.append(rules.ReasonBlank())
    return await _welcome(
        tx,
        applicant,
        refusals,
        role=UserRole.USER,
        confirmed_at=None if confirm_email else now,
        approved_at=None if waits else now,
        app_id=app_id,
        invited_by=invited_by,
        now=now,
    )


async def must_wait(tx: ReadTx, applicant: Applicant, *, mode: SignUpMode, network: NetworkSeverity | None) -> bool:
    """Whether a newcomer waits for a moderator: by the mode, if they bring no invitation, or for where they come from.

    Args:
        network: see `sign_up`.
    """
    if mode is SignUpMode.APPROVAL and not applicant.invitation:
        return True
    verdict, _ = await blocks.judge(tx, applicant.email)
    return verdict is Verdict.WAITS or network is NetworkSeverity.SIGN_UP_REQUIRES_APPROVAL


async def repeat_sign_up(tx: WriteTx, *, email: str, now: datetime) -> None:
    """Tell the user who has this address, by e-mail, that somebody signs up with it. Says nothing otherwise.

    For an interface that keeps `EmailTaken` from whoever signs up.
    """
    user_id = await store.user_id_by_email(tx, rules.email_key(email))
    if user_id is not None:
        await log.record(tx, SignUpRepeated(at=now, user_id=user_id))


async def sign_up_by_app(
    tx: WriteTx,
    *,
    app_id: AppId,
    applicant: Applicant,
    mode: SignUpMode,
    confirm_email: bool,
    secret: str,
    now: datetime,
    network: NetworkSeverity | None = None,
) -> Token | SignUpRefused:
    """Sign somebody up through an app, which gets a token for them at once: `secret`.

    The token has all scopes that the app registered for. It works once the user can act.

    Returns, raises:
        As `sign_up`.
    """
    [app] = await store.apps(tx, [app_id])
    new = await sign_up(
        tx, applicant=applicant, mode=mode, confirm_email=confirm_email, now=now, app_id=app_id, network=network
    )
    if isinstance(new, SignUpRefused):
        return new
    return await oauth.issue(
        tx, app_id=app_id, user_id=new.user.id, account_id=new.account.id, granted=app.scopes, secret=secret, now=now
    )


async def create_person(
    tx: WriteTx,
    *,
    applicant: Applicant,
    now: datetime,
    role: UserRole = UserRole.USER,
    display_name: str = "",
    note: str = "",
) -> SignedUp:
    """Make somebody a user with an account, on the operator's word: confirmed, let in, reserved names allowed.

    Raises:
        SignUpRefused: everything that is wrong with what was given.
    """
    return await _welcome(
        tx,
        applicant,
        list(applicant.refusals),
        role=role,
        confirmed_at=now,
        approved_at=now,
        app_id=None,
        invited_by=None,
        now=now,
        display_name=display_name,
        note=note,
        reserved=True,
    )


async def approve(tx: WriteTx, *, user_id: UserId, now: datetime) -> None:
    """Let a user in who waits for it.

    Raises:
        UserNotFound.
    """
    if (await _existing(tx, user_id)).approved_at is None:
        await store.set_approved(tx, user_id, now)
        await log.record(tx, UserApproved(at=now, user_id=user_id))


async def set_role(tx: WriteTx, *, user_id: UserId, role: UserRole, now: datetime) -> None:
    """Give a user another role on the server.

    Raises:
        UserNotFound.
    """
    await _existing(tx, user_id)
    await store.set_role(tx, user_id, role)
    await log.record(tx, UserChanged(at=now, user_id=user_id))


async def disable(tx: WriteTx, *, user_id: UserId, now: datetime) -> None:
    """Keep a user out: browsers are signed out, tokens are refused, until `enable`.

    Raises:
        UserNotFound.
    """
    if (await _existing(tx, user_id)).disabled_at is None:
        await store.set_disabled(tx, user_id, now)
        await store.delete_sessions(tx, user_id)
        await log.record(tx, UserChanged(at=now, user_id=user_id))


async def enable(tx: WriteTx, *, user_id: UserId, now: datetime) -> None:
    """Let a disabled user act again. Their apps work as before; their browsers sign in again.

    Raises:
        UserNotFound.
    """
    if (await _existing(tx, user_id)).disabled_at is not None:
        await store.set_disabled(tx, user_id, None)
        await log.record(tx, UserChanged(at=now, user_id=user_id))


async def ask_confirmation(tx: WriteTx, *, user_id: UserId, now: datetime, email: str = "") -> None:
    """Send the user another e-mail to confirm their address with, if it is not confirmed.

    Args:
        email: their address, if they mistyped it before; "" if not. Links sent to the old one end.
    Raises:
        UserNotFound.
        FieldRefused: no mail can be sent to that address, it is blocked, or another user has it.
    """
    user = await _existing(tx, user_id)
    if user.confirmed_at is not None:
        return
    email = email.strip()
    if email and email != user.email:
        if refusal := rules.refuse_email(email):
            raise refusal
        verdict, _ = await blocks.judge(tx, email)
        if verdict is Verdict.REFUSED:
            raise EmailBlocked
        if await store.user_id_by_email(tx, rules.email_key(email)) not in (None, user_id):
            raise rules.EmailTaken
        await store.set_email(tx, user_id, email, email_key=rules.email_key(email))
        await store.delete_mail_tokens(tx, user_id, Purpose.CONFIRM)
    await log.record(tx, ConfirmationAsked(at=now, user_id=user_id))


async def set_member(tx: WriteTx, *, account_id: AccountId, user_id: UserId, role: MemberRole, now: datetime) -> None:
    """Make a user a member of an account, or give them another role in it, from the next request on.

    Raises:
        AccountNotFound, UserNotFound.
        LastOwner: they are the only owner, and would not be one.
    """
    await accounts.active(tx, account_id)
    await _existing(tx, user_id)
    if role is not MemberRole.OWNER:
        await _require_other_owner(tx, account_id, user_id)
    await store.put_member(tx, account_id, user_id, role, now)
    await log.record(tx, UserChanged(at=now, user_id=user_id))


async def take_in(tx: WriteTx, *, account_id: AccountId, username: str, role: MemberRole, now: datetime) -> None:
    """Make whoever owns another account a member of this one; a member already gets the role.

    Raises:
        AccountNotFound.
        NoSuchPerson: there is no such account here, or it is nobody's.
        LastOwner: it is the only owner, who would not be one.
    """
    proof = await store.proof_by_handle(tx, username.strip().removeprefix("@").lower())
    if proof is None:
        raise NoSuchPerson
    await set_member(tx, account_id=account_id, user_id=proof.user_id, role=role, now=now)


async def change_member(
    tx: WriteTx, *, account_id: AccountId, user_id: UserId, role: MemberRole, now: datetime
) -> None:
    """Give a member of an account another role in it.

    Raises:
        AccountNotFound.
        UserNotFound: they are no member.
        LastOwner: they are the only owner, and would not be one.
    """
    if await store.member_role(tx, account_id, user_id) is None:
        raise UserNotFound
    await set_member(tx, account_id=account_id, user_id=user_id, role=role, now=now)


async def end_membership(tx: WriteTx, *, account_id: AccountId, user_id: UserId, now: datetime) -> None:
    """End what a user is to an account, and every token by which they speak for it.

    Raises:
        LastOwner: they are the only owner.
    """
    await _require_other_owner(tx, account_id, user_id)
    await store.delete_member(tx, account_id, user_id)
    await oauth.record_revoked(tx, await store.revoke_of_member(tx, account_id, user_id), now)


async def forget_account(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Erase what is left of a deleted account here: memberships, tokens, and users who have no other account.

    Follows AccountDeleted; may run twice.
    """
    members = await store.members_of(tx, account_id)
    await oauth.record_revoked(tx, await store.revoke_of_account(tx, account_id), now)
    for user_id in members:
        await store.delete_member(tx, account_id, user_id)
        if not await store.has_memberships(tx, user_id):
            await oauth.record_revoked(tx, await store.revoke_of_user(tx, user_id), now)
            await store.delete_user(tx, user_id)


async def invite(
    tx: WriteTx, *, user_id: UserId, code: str, expires_at: datetime | None, max_uses: int | None, now: datetime
) -> Invitation:
    """Make an invitation: whoever brings its code can sign up, and need not wait.

    Args:
        code: from `new_invitation_code`.
        expires_at, max_uses: None is without end.
    """
    invitation = Invitation(tx.new_id(user_id, now), code, user_id, now, expires_at, max_uses, uses=0)
    await store.insert_invitation(tx, invitation)
    return invitation


async def all_invitations(tx: ReadTx, page: Page) -> list[Invitation]:
    """Invitations, whoever made them, newest first. One statement."""
    return await store.all_invitations(tx, page)


async def change_invitation(tx: WriteTx, *, id: int, expires_at: datetime | None) -> Invitation:
    """Let an invitation be good until then; what it was before. None is without end.

    Raises:
        InvitationNotFound.
    """
    found = await store.invitation(tx, id)
    if found is None:
        raise InvitationNotFound
    await store.expire_invitation(tx, id, expires_at)
    return found


async def _welcome(
    tx: WriteTx,
    applicant: Applicant,
    refusals: list[FieldRefused],
    *,
    role: UserRole,
    confirmed_at: datetime | None,
    approved_at: datetime | None,
    app_id: AppId | None,
    invited_by: UserId | None,
    now: datetime,
    display_name: str = "",
    note: str = "",
    reserved: bool = False,
) -> SignedUp:
    email_key = rules.email_key(applicant.email)
    if await store.user_id_by_email(tx, email_key) is not None:
        refusals.insert(0, rules.EmailTaken())
    try:
        account = await accounts.create(
            tx, username=applicant.username, display_name=display_name, note=note, reserved=reserved, now=now
        )
    except FieldRefused as refusal:  # told together with what else is wrong
        refusals.insert(0, refusal)
    if refusals:
        raise SignUpRefused(refusals)
    user = User(
        id=UserId(tx.new_id(None, now)),
        email=applicant.email,
        role=role,
        locale=applicant.locale,
        created_at=now,
        confirmed_at=confirmed_at,
        approved_at=approved_at,
        disabled_at=None,
        reason=applicant.reason,
        app_id=app_id,
        invited_by=invited_by,
    )
    await store.insert_user(tx, user, email_key=email_key, password_hash=applicant.password_hash)
    await store.put_member(tx, account.id, user.id, MemberRole.OWNER, now)
    await log.record(tx, UserSignedUp(at=now, user_id=user.id, account_id=account.id))
    return SignedUp(user, account)


async def _existing(tx: WriteTx, user_id: UserId) -> User:
    user = await store.user(tx, user_id)
    if user is None:
        raise UserNotFound
    return user


async def _require_other_owner(tx: WriteTx, account_id: AccountId, user_id: UserId) -> None:
    if await store.owners_of(tx, account_id) == [user_id]:
        raise LastOwner
