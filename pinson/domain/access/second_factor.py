"""Verbs about the second step of signing in: a code from an app on a phone, or one of those written down.

Called by the web interface. Who has turned it on gets no session for a password alone: `open_step` remembers for ten
minutes that the password was right, and `pass_step` opens the session once the code is. How often may be tried is
the interface's to limit. An app that asks for the password itself is refused (oauth.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pinson.domain.access import rules, sessions, store, totp
from pinson.domain.access.facts import FactorChanged
from pinson.domain.access.model import Challenge, Factor, Proof, State, User, UserId
from pinson.domain.access.secret import digest
from pinson.domain.accounts import FieldRefused, Flaw
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

STEP_LASTS = timedelta(minutes=10)


class WrongCode(FieldRefused):
    """It is none of the codes that are good now, or it was used."""

    code, field, flaw = "wrong_code", "code", Flaw.INVALID
    text = "This code is not the right one. Codes change every 30 seconds, and each works once."


class StepExpired(Refusal):
    """The password was given too long ago, or not in this browser."""

    kind, code = Kind.INVALID, "step_expired"
    text = "That took too long. Please sign in again."


async def has_second_factor(tx: ReadTx, user_id: UserId) -> bool:
    """Whether a password alone does not let the user in. One look into the primary key."""
    return await store.second_factor(tx, user_id) is not None


async def recovery_codes_left(tx: ReadTx, user_id: UserId) -> int:
    """How many codes written down still work."""
    return await store.count_recovery_codes(tx, user_id)


async def turn_on(
    tx: WriteTx, *, proof: Proof, secret: str, code: str, recovery_codes: Sequence[str], now: datetime
) -> None:
    """From now on signing in takes a code, too. What was set up before ends.

    Args:
        secret: that the person's app holds by now, as `code` shows.
        recovery_codes: from `new_recovery_code`; here only their digests stay.
    Raises:
        WrongCode, WrongPassword.
    """
    user = await sessions.still_proven(tx, proof)
    step = totp.step_of(secret, code, after=0, now=now) if totp.is_totp_secret(secret) else None
    if step is None:
        raise WrongCode
    await store.put_second_factor(tx, user.id, secret=secret, last_step=step, now=now)
    await store.put_recovery_codes(tx, user.id, [digest(one) for one in recovery_codes])
    await log.record(tx, FactorChanged(at=now, user_id=user.id, change=Factor.SECOND_STEP_ON))


async def turn_off(tx: WriteTx, *, proof: Proof, now: datetime) -> None:
    """A password alone lets the user in again.

    Raises:
        WrongPassword.
    """
    user = await sessions.still_proven(tx, proof)
    if await store.second_factor(tx, user.id) is not None:
        await store.delete_second_factor(tx, user.id)
        await log.record(tx, FactorChanged(at=now, user_id=user.id, change=Factor.SECOND_STEP_OFF))


async def open_step(tx: WriteTx, *, proof: Proof, secret: str, now: datetime) -> None:
    """Remember under `secret`, which the browser keeps, that the password was right.

    Raises:
        WrongPassword: it was changed since.
        UserDisabled.
    """
    user = await sessions.still_proven(tx, proof)
    if user.state is State.DISABLED:
        raise rules.UserDisabled
    await store.insert_challenge(
        tx,
        tx.new_id(user.id, now),
        hash=digest(secret),
        purpose=Challenge.SECOND_STEP,
        user_id=user.id,
        expires_at=now + STEP_LASTS,
    )


async def step_user_id(tx: ReadTx, secret: str, *, now: datetime) -> UserId | None:
    """Who gave their password in this browser, and no code yet; None if nobody did. One look into an index."""
    return await store.challenged(tx, digest(secret), Challenge.SECOND_STEP, now)


async def pass_step(tx: WriteTx, *, step: str, code: str, secret: str, user_agent: str, now: datetime) -> User:
    """Open a session, whose cookie is `secret`, for who gave the password before and the right code now.

    Args:
        step: the secret of `open_step`.
        code: of the app, or a recovery code, which does not work again.
    Raises:
        StepExpired, WrongCode.
        UserDisabled.
    """
    user_id = await step_user_id(tx, step, now=now)
    user = None if user_id is None else await store.user(tx, user_id)
    if user is None:
        raise StepExpired
    if user.state is State.DISABLED:
        raise rules.UserDisabled
    factor = await store.second_factor(tx, user.id)
    if factor is not None:
        found = totp.step_of(factor.secret, code, after=factor.last_step, now=now)
        if found is not None:
            await store.set_last_step(tx, user.id, found)
        elif not await store.use_recovery_code(tx, user.id, digest(totp.plain_recovery_code(code))):
            raise WrongCode
    await store.delete_challenge(tx, digest(step))
    await sessions.open_session(tx, user.id, secret=secret, user_agent=user_agent, now=now)
    return user
