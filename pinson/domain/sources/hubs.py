"""Hubs: other servers that tell us at once when a site has something new (W3C WebSub), instead of our looking.

Called by the commands of sources, by `pinson/sourcing.py`, which asks hubs, and by the interface that they call. A hub
is only believed about what we asked it: its question is answered with yes for the very topic, and what it brings is
read only if it is signed with the secret that it was given. Whatever goes wrong, the source is looked at by the clock
as any other.

Source: https://www.w3.org/TR/websub/, sections 4 (discovery), 5 (subscribing) and 7 (content, signatures).
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from pinson.domain.sources import rules, store
from pinson.domain.sources.model import Look, Source, SourceId, Subscription
from pinson.lib.db import ReadTx, WriteTx

LEASE = timedelta(days=10)  # that we ask for
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=10), timedelta(days=30)  # that we believe in
RENEWED = 0.8  # of a lease, after which the next is asked for
ANSWERS = timedelta(hours=1)  # a hub that has not asked us back by then is asked again
SILENT = 3  # times that a hub was asked without its asking us back, or as good as that: it does not tell us
MOST_FAREWELLS = 3  # times that a hub is asked to let us go
LONGEST_PAUSE = timedelta(days=1)
METHODS = ("sha1", "sha256", "sha384", "sha512")


class Fresh(msgspec.Struct, frozen=True):
    """What nobody can guess, made before the transaction: of the address that a hub calls, and what it signs with."""

    token: str
    secret: str


async def heed(tx: WriteTx, source: Source, look: Look, fresh: Fresh, *, now: datetime) -> None:
    """Ask the hub that a source names, unless it is asked already; let go of one that it names no more."""
    if look.entries is None:
        return
    old = await store.hub_of(tx, source.id)
    if not look.hubs:
        if old is not None and old.wanted:
            await _let_go(tx, old, now)
        return
    hub, topic = look.hubs[0], look.topic or look.address
    if old is not None and (old.hub, old.topic, old.wanted) == (hub, topic, True):
        return
    await store.put_hub(tx, Subscription(source.id, hub, topic, fresh.token, fresh.secret, next_at=now))


async def let_go(tx: WriteTx, source_id: SourceId, *, now: datetime) -> None:
    """Be told no more about a source."""
    old = await store.hub_of(tx, source_id)
    if old is not None:
        await _let_go(tx, old, now)


async def take_up(tx: WriteTx, source_id: SourceId, *, now: datetime) -> None:
    """Be told again about a source whose hub was let go."""
    old = await store.hub_of(tx, source_id)
    if old is not None:
        await store.put_hub(tx, msgspec.structs.replace(old, wanted=True, asked_at=None, next_at=now, failures=0))


async def claim(tx: WriteTx, *, now: datetime, limit: int) -> list[Subscription]:
    """Take on those whose hub is to be asked. Each is due again, ever later, until its hub asks us back.

    It counts as asked from now on, before it is: a hub may be quick. One that does not let us go is forgotten.
    """
    taken = []
    for old in await store.due_hubs(tx, now=now, limit=limit):
        if not old.wanted and old.failures >= MOST_FAREWELLS:
            await store.delete_hub(tx, old.source_id)
            continue
        pause = min(ANSWERS * (1 << min(old.failures, 6)), LONGEST_PAUSE)
        new = msgspec.structs.replace(old, asked_at=now, failures=old.failures + 1, next_at=now + pause)
        await store.put_hub(tx, new)
        taken.append(new)
    return taken


def wish(one: Subscription, *, callback: str, tell_secret: bool) -> bytes:
    """What is asked of a hub (section 5.1).

    Args:
        callback: the address that it is to call.
        tell_secret: whether nobody else hears it.
    """
    said = {
        "hub.mode": "subscribe" if one.wanted else "unsubscribe",
        "hub.topic": one.topic,
        "hub.callback": callback,
    }
    if one.wanted:
        said["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
        if tell_secret:
            said["hub.secret"] = one.secret
    return urlencode(said).encode()


async def verify(
    tx: WriteTx, *, token: str, mode: str, topic: str, seconds: int, now: datetime, reason: str = ""
) -> bool:
    """Whether a hub does what we asked it for (section 5.3); if so, it counts from now on.

    Args:
        seconds: for how long it will tell us.
        reason: why it will not (section 5.2), as it says.
    """
    old = await store.hub_by_token(tx, token)
    if old is None or old.topic != topic:
        return False
    if mode == "denied":
        failures = max(old.failures, SILENT)
        await store.put_hub(
            tx,
            msgspec.structs.replace(
                old, until=None, next_at=now + LONGEST_PAUSE, failures=failures, reason=rules.said(reason)
            ),
        )
        source = await store.one(tx, old.source_id)
        if source is not None and source.next_at is not None:  # it was looked at rarely while it was told
            next_at = min(source.next_at, rules.next_look(source, watched=False, now=now))
            await store.update(tx, msgspec.structs.replace(source, next_at=next_at))
        return True
    if old.asked_at is None:
        return False
    if mode == "subscribe" and old.wanted:
        lease = min(max(timedelta(seconds=seconds), SHORTEST_LEASE), LONGEST_LEASE)
        new = msgspec.structs.replace(old, until=now + lease, next_at=now + lease * RENEWED, failures=0, reason="")
        await store.put_hub(tx, new)
        return True
    if mode == "unsubscribe" and not old.wanted:
        await store.delete_hub(tx, old.source_id)
        return True
    return False


async def is_known(tx: ReadTx, token: str) -> bool:
    """Whether a hub was given this address."""
    return await store.hub_by_token(tx, token) is not None


async def called(tx: ReadTx, token: str) -> tuple[Subscription, Source] | None:
    """What a hub calls about; None if we do not want to hear it."""
    one = await store.hub_by_token(tx, token)
    if one is None or not one.wanted:
        return None
    source = await store.one(tx, one.source_id)
    return None if source is None or source.removed_at is not None else (one, source)


def is_signed(one: Subscription, body: bytes, signature: str) -> bool:
    """Whether the hub signed what it brought with the secret that it was given (section 7.1)."""
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    known = hmac.new(one.secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(known.encode(), digest.strip().lower().encode())


async def _let_go(tx: WriteTx, old: Subscription, now: datetime) -> None:
    if old.until is None or old.until <= now:
        await store.delete_hub(tx, old.source_id)
    else:
        await store.put_hub(tx, msgspec.structs.replace(old, wanted=False, next_at=now, failures=0))
