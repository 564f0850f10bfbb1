"""Verbs about signing in: passwords, the sessions of browsers, and links sent by e-mail.

Called by the web interface, by OAuth's pages, by the reactions that send e-mail, and by the
command line. Each verb is one transaction, except `prove`, which checks a password and so
takes tens of milliseconds away from the writer.

A session lasts 30 days from signing in and is not prolonged: reading writes nothing, and a
stolen cookie comes to an end.
"""

from datetime import datetime, timedelta

import msgspec

from pinson.domain.access import oauth, rules, store
from pinson.domain.access.facts import PasswordChanged, PasswordResetAsked, UserConfirmed
from pinson.domain.access.model import Proof, Purpose, State, User, UserId
from pinson.domain.access.secret import Passwords, digest
from pinson.lib import log
from pinson.lib.db import Database, WriteTx
from pinson.lib.errors import Kind, Refusal

SESSION_LASTS = timedelta(days=30)
LINK_LASTS = {Purpose.CONFIRM: timedelta(days=2), Purpose.RESET: timedelta(hours=1)}
MAX_USER_AGENT = 200  # characters kept of what a browser says it is


class WrongPassword(Refusal):
    """There is no such user, or the password is not theirs: the two look the same, and take as long."""

    kind, code = Kind.UNAUTHENTICATED, "wrong_password"
    text = "There is no user with this name or e-mail address and this password."


class SecondStepNeeded(Refusal):
    """The password is right, and a code is to follow."""

    kind, code = Kind.FORBIDDEN, "second_step_needed"
    text = "Signing in takes a code from your phone, too."


class LinkInvalid(Refusal):
    """It was used, has expired, or a newer one was sent."""

    kind, code = Kind.INVALID, "link_invalid"
    text = "This link is no longer valid. Please ask for a new one."


async def prove(db: Database, passwords: Passwords, *, login: str, password: str) -> Proof:
    """That somebody knows a password; give the proof to `sign_in`, `change_password` and their like.

    Args:
        login: e-mail address, or name of an account that the user owns.
    Raises:
        WrongPassword.
    """
    login = login.strip()
    async with db.read() as tx:
        if "@" in login[1:]:
            proof = await store.proof_by_email(tx, rules.email_key(login))
        else:
            proof = await store.proof_by_handle(tx, login.removeprefix("@").lower())
    if not await passwords.verify(password, proof.password_hash if proof else None) or proof is None:
        raise WrongPassword
    if passwords.is_stale(proof.password_hash):
        return msgspec.structs.replace(proof, new_hash=await passwords.hash(password))
    return proof


async def sign_in(tx: WriteTx, *, proof: Proof, secret: str, user_agent: str, now: datetime) -> User:
    """Open a session, whose cookie is `secret`: always a new one, so that nobody can have set it before.

    Users who wait for something may sign in, to see what they wait for: look at `User.state`.

    Raises:
        WrongPassword: it was changed since.
        UserDisabled.
        SecondStepNeeded: see `second_factor`.
    """
    user = await still_proven(tx, proof)
    if user.state is State.DISABLED:
        raise rules.UserDisabled
    if await store.second_factor(tx, user.id) is not None:
        raise SecondStepNeeded
    await open_session(tx, user.id, secret=secret, user_agent=user_agent, now=now)
    return user


async def sign_out(tx: WriteTx, *, secret: str) -> None:
    """End the session with this cookie, if there is one."""
    await store.delete_session(tx, digest(secret))


async def end_sessions(tx: WriteTx, *, user_id: UserId, secret: str, id: int | None) -> None:
    """Sign one of the user's browsers out, or all but the one that asks if `id` is None.

    Args:
        secret: the cookie of the one that asks.
    """
    if id is not None:
        await store.delete_session_of(tx, user_id, id)
    else:
        await store.delete_other_sessions(tx, user_id, digest(secret))


async def change_password(
    tx: WriteTx, *, proof: Proof, password_hash: str, secret: str, user_agent: str, now: datetime
) -> None:
    """Keep another password. All browsers are signed out; this one goes on with the cookie `secret`. Apps stay.

    Raises:
        WrongPassword: it was changed since the proof.
    """
    user = await _proven(tx, proof, password_hash)
    await store.delete_sessions(tx, user.id)
    await store.delete_mail_tokens(tx, user.id, Purpose.RESET)
    await open_session(tx, user.id, secret=secret, user_agent=user_agent, now=now)
    await log.record(tx, PasswordChanged(at=now, user_id=user.id))


async def set_password(tx: WriteTx, *, user_id: UserId, password_hash: str, now: datetime) -> None:
    """Keep another password, and end all that was opened with the old one: browsers and apps."""
    await store.set_password(tx, user_id, password_hash)
    await store.delete_sessions(tx, user_id)
    await store.delete_mail_tokens(tx, user_id, Purpose.RESET)
    await oauth.record_revoked(tx, await store.revoke_of_user(tx, user_id), now)
    await log.record(tx, PasswordChanged(at=now, user_id=user_id))


async def ask_password_reset(tx: WriteTx, *, email: str, now: datetime) -> None:
    """Send a link for a new password, if a user has this address. Says nothing either way."""
    user_id = await store.user_id_by_email(tx, rules.email_key(email))
    if user_id is not None:
        await log.record(tx, PasswordResetAsked(at=now, user_id=user_id))


async def new_mail_token(tx: WriteTx, *, user_id: UserId, purpose: Purpose, secret: str, now: datetime) -> User | None:
    """Make `secret` good for the link of an e-mail that is about to be sent; earlier links end.

    Returns:
        To whom it goes; None if there is nothing to send any more.
    """
    user = await store.user(tx, user_id)
    if user is None or (purpose is Purpose.CONFIRM and user.confirmed_at is not None):
        return None
    await store.put_mail_token(
        tx,
        tx.new_id(user_id, now),
        hash=digest(secret),
        purpose=purpose,
        user_id=user_id,
        expires_at=now + LINK_LASTS[purpose],
    )
    return user


async def confirm(tx: WriteTx, *, secret: str, now: datetime) -> User:
    """The user has the e-mail, so the address is theirs.

    Raises:
        LinkInvalid.
    """
    user = await _link_user(tx, secret, Purpose.CONFIRM, now)
    await store.set_confirmed(tx, user.id, now)
    await log.record(tx, UserConfirmed(at=now, user_id=user.id))
    return msgspec.structs.replace(user, confirmed_at=now)


async def reset_password(tx: WriteTx, *, secret: str, password_hash: str, now: datetime) -> User:
    """Keep another password, on the word of an e-mail; see `set_password`.

    Raises:
        LinkInvalid.
    """
    user = await _link_user(tx, secret, Purpose.RESET, now)
    await set_password(tx, user_id=user.id, password_hash=password_hash, now=now)
    return user


async def forget_expired(tx: WriteTx, *, now: datetime) -> None:
    """Remove sessions, links and codes that no longer work. They are refused from the moment they expire."""
    await store.forget_expired(tx, now=now, codes_before=now - oauth.CODE_REMEMBERED)


async def still_proven(tx: WriteTx, proof: Proof) -> User:
    """Who gave the password.

    Raises:
        WrongPassword: it was changed since.
    """
    return await _proven(tx, proof, proof.new_hash or proof.password_hash)


async def _proven(tx: WriteTx, proof: Proof, new_hash: str) -> User:
    """The user, who keeps `new_hash` from now on, if the proof is still good."""
    user = await store.user(tx, proof.user_id)
    if user is None or not await store.replace_password(tx, user.id, proof.password_hash, new_hash):
        raise WrongPassword
    return user


async def open_session(tx: WriteTx, user_id: UserId, *, secret: str, user_agent: str, now: datetime) -> None:
    """Sign in the browser that gets `secret` for a cookie. For those verbs that know who sits there."""
    await store.insert_session(
        tx,
        tx.new_id(user_id, now),
        hash=digest(secret),
        user_id=user_id,
        user_agent=user_agent[:MAX_USER_AGENT],
        now=now,
        expires_at=now + SESSION_LASTS,
    )


async def _link_user(tx: WriteTx, secret: str, purpose: Purpose, now: datetime) -> User:
    user_id = await store.use_mail_token(tx, digest(secret), purpose, now)
    user = None if user_id is None else await store.user(tx, user_id)
    if user is None:
        raise LinkInvalid
    return user
