"""Passkeys: a device signs a challenge of ours, and nobody types a name or a password.

Called by the web interface. Registering and signing in take two steps each: `challenge` remembers what the device is
to sign, for five minutes and for one use; the second step shows that it did. A device that signs has checked who
holds it (a finger, a face, a PIN), so a passkey lets in alone, without the second step of a password.

Source: WebAuthn level 2, sections 7.1 and 7.2 (https://www.w3.org/TR/webauthn-2/); the library does the checking.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from yarl import URL

from pinson.domain.access import rules, sessions, store
from pinson.domain.access.facts import FactorChanged
from pinson.domain.access.model import Challenge, Factor, Passkey, State, User, UserId
from pinson.domain.access.secret import digest
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS, MAX_NAME = 20, 50


class PasskeyRefused(Refusal):
    """The device did not sign what we asked, or not for this address, or we know no such passkey."""

    kind, code = Kind.INVALID, "passkey_refused"
    text = "This passkey did not work. Please try again, or sign in with your password."


class TooManyPasskeys(Refusal):
    """More than anybody has devices."""

    kind, code = Kind.INVALID, "too_many_passkeys"
    text = "You can have {limit} passkeys at most. Remove one you no longer use."


def registration_options(user: User, known: Sequence[Passkey], *, url: str, title: str, secret: str) -> str:
    """What the browser is to ask the device for, as JSON.

    Args:
        known: devices that hold one of these already are not asked for another.
        url: the public address of this server; title: its name, as the device shows it.
        secret: the challenge; see `challenge`.
    """
    options = webauthn.generate_registration_options(
        rp_id=_host(url),
        rp_name=title,
        user_id=str(user.id).encode(),
        user_name=user.email,
        challenge=secret.encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known],
    )
    return options_to_json(options)


def sign_in_options(*, url: str, secret: str) -> str:
    """What the browser is to ask any device of this server's for, as JSON: no name is asked, or given away."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(url), challenge=secret.encode(), user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


async def passkeys_of(tx: ReadTx, user_id: UserId) -> list[Passkey]:
    """The user's, newest first."""
    return await store.passkeys_of(tx, user_id)


async def challenge(tx: WriteTx, *, user_id: UserId | None, secret: str, now: datetime) -> None:
    """Let a device sign `secret` for five minutes: to register for the user, or to sign anybody in if it is None."""
    await store.insert_challenge(
        tx,
        tx.new_id(user_id, now),
        hash=digest(secret),
        purpose=Challenge.REGISTRATION if user_id is not None else Challenge.PASSKEY,
        user_id=user_id,
        expires_at=now + CHALLENGE_LASTS,
    )


async def register(tx: WriteTx, *, user_id: UserId, credential: str, name: str, url: str, now: datetime) -> None:
    """Keep a passkey.

    Args:
        credential: what the browser made of `registration_options`, as JSON.
        name: by which the person tells it from others.
    Raises:
        PasskeyRefused, TooManyPasskeys.
    """
    if len(await store.passkeys_of(tx, user_id)) >= MOST_PASSKEYS:
        raise TooManyPasskeys(limit=MOST_PASSKEYS)
    signed = _signed(credential)
    owner = await store.challenged(tx, digest(signed), Challenge.REGISTRATION, now)
    if owner != user_id:
        raise PasskeyRefused
    await store.delete_challenge(tx, digest(signed))
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=signed.encode(),
            expected_rp_id=_host(url),
            expected_origin=url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    passkey = Passkey(
        id=tx.new_id(user_id, now),
        user_id=user_id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=" ".join(name.split())[:MAX_NAME],
        created_at=now,
        used_at=None,
    )
    if await store.passkey(tx, passkey.credential_id) is not None:
        raise PasskeyRefused
    await store.insert_passkey(tx, passkey)
    changed = FactorChanged(at=now, user_id=user_id, change=Factor.PASSKEY_ADDED, passkey_id=passkey.id)
    await log.record(tx, changed)


async def sign_in_by_passkey(
    tx: WriteTx, *, credential: str, url: str, secret: str, user_agent: str, now: datetime
) -> User:
    """Open a session, whose cookie is `secret`, for the user whose device signed.

    Args:
        credential: what the browser made of `sign_in_options`, as JSON.
    Raises:
        PasskeyRefused.
        UserDisabled.
    """
    signed = _signed(credential)
    passkey = await store.passkey(tx, _credential_id(credential))
    if passkey is None or not await store.use_challenge(tx, digest(signed), Challenge.PASSKEY, now):
        raise PasskeyRefused
    try:
        seen = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=signed.encode(),
            expected_rp_id=_host(url),
            expected_origin=url,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    user = await store.user(tx, passkey.user_id)
    if user is None or user.state is State.DISABLED:
        raise rules.UserDisabled
    await store.passkey_used(tx, passkey.id, sign_count=seen.new_sign_count, now=now)
    await sessions.open_session(tx, user.id, secret=secret, user_agent=user_agent, now=now)
    return user


async def remove_passkey(tx: WriteTx, *, user_id: UserId, id: int, now: datetime) -> None:
    """Let a passkey of the user's sign nobody in any more. One that is gone, or another's, stays as it is."""
    if id in {one.id for one in await store.passkeys_of(tx, user_id)}:
        await store.delete_passkey(tx, user_id, id)
        changed = FactorChanged(at=now, user_id=user_id, change=Factor.PASSKEY_REMOVED, passkey_id=id)
        await log.record(tx, changed)


def _host(url: str) -> str:
    """The relying party: our name, without a port."""
    return URL(url).host or ""


def _signed(credential: str) -> str:
    """The challenge that the device says it signed.

    Raises:
        PasskeyRefused: it is no credential.
    """
    try:
        data = msgspec.json.decode(credential)
        client = parse_client_data_json(base64url_to_bytes(data["response"]["clientDataJSON"]))
        return client.challenge.decode("ascii")
    except (msgspec.DecodeError, WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error


def _credential_id(credential: str) -> str:
    id = msgspec.json.decode(credential).get("id")
    return id if isinstance(id, str) else ""
