"""Questions about readers, their addresses and alerts, and about what is said to them."""

import hmac
from collections.abc import Sequence

from pinson.domain.accounts import AccountId
from pinson.domain.alerts import register, rules, store
from pinson.domain.alerts.model import (
    Address,
    AddressId,
    Alert,
    Audience,
    Consent,
    Held,
    Holder,
    Note,
    Reach,
    Reachable,
    Reader,
    ReaderId,
)
from pinson.domain.deliveries import Channel
from pinson.lib.db import ReadTx


async def reader(tx: ReadTx, id: ReaderId) -> Reader | None:
    """A reader, if they are not forgotten."""
    return await store.reader(tx, id)


async def reader_of(tx: ReadTx, account_id: AccountId) -> Reader | None:
    """The reader that an account is, if it ever was one."""
    return await store.reader_of(tx, account_id)


async def address(tx: ReadTx, reach: Reach) -> Address | None:
    """The address with this on it."""
    return await store.by_value(tx, reach.channel, reach.value)


async def addresses(tx: ReadTx, ids: Sequence[AddressId]) -> dict[AddressId, Address]:
    """Those of these addresses that are there."""
    return {one.id: one for one in await store.addresses(tx, ids)} if ids else {}


async def addresses_of(tx: ReadTx, reader_id: ReaderId) -> list[Address]:
    """Where a reader is reached, the oldest first."""
    return await store.addresses_of(tx, reader_id)


async def alerts_of(tx: ReadTx, address_ids: Sequence[AddressId]) -> list[Alert]:
    """All that is wanted at these addresses, confirmed or not, by address."""
    return await store.alerts_of(tx, address_ids) if address_ids else []


async def audience(tx: ReadTx, topic_id: int) -> list[Audience]:
    """How many want to be alerted of a topic, by channel and rhythm."""
    return await store.audience(tx, topic_id)


async def asleep(tx: ReadTx, topic_id: int) -> int:
    """How many addresses that want a topic sleep: letters failed there for weeks."""
    return await store.asleep(tx, topic_id)


async def reachable(
    tx: ReadTx, topics: Sequence[int], *, is_live: bool = False, is_key: bool = False
) -> list[Reachable]:
    """How many addresses a message under these topics would reach, by channel; long where there are many.

    Whoever wants only what is under a hashtag too is not counted, nor what their caps and pauses hold back.
    """
    return await store.reachable(tx, topics, is_live=is_live, is_key=is_key)


async def moments(tx: ReadTx) -> list[int]:
    """The moments that anybody wants to be reminded of."""
    return await store.moments(tx)


async def holders(tx: ReadTx, ids: Sequence[int]) -> dict[int, Holder]:
    """How to reach those of these addresses where anything arrives, in one statement."""
    return {one.id: one for one in await store.holders(tx, ids)} if ids else {}


async def notes(tx: ReadTx, ids: Sequence[int]) -> dict[int, Note]:
    """Those of these notes that are not forgotten, in one statement."""
    return {one.id: one for one in await store.notes(tx, ids)} if ids else {}


async def held(tx: ReadTx, digest_ids: Sequence[int]) -> dict[int, list[Held]]:
    """What stands in these digests, in the order of time, in one statement."""
    found: dict[int, list[Held]] = {}
    for one in await store.held(tx, digest_ids) if digest_ids else ():
        found.setdefault(one.digest_id, []).append(one)
    return found


async def held_for_reader(tx: ReadTx, reader_id: ReaderId, *, limit: int) -> list[Held]:
    """What was held for a reader in the last five weeks, sent since or not: the newest first, each message once."""
    found: dict[int, Held] = {}
    for one in await store.held_for_reader(tx, reader_id, limit=limit * rules.MOST_HELD_AT):
        found.setdefault(one.post_id, one)
    return list(found.values())[:limit]


async def feed_key(tx: ReadTx, reader_id: ReaderId) -> str:
    """What stands in the address of a reader's feed; "" if they have none. Two statements."""
    seed = await store.feed_seed(tx, reader_id)
    return rules.feed_key_of(await store.key(tx) or b"", reader_id, seed) if seed else ""


async def by_feed_key(tx: ReadTx, key: str) -> Reader | None:
    """Whose feed a key opens; None if it opens none, or none any more. Three statements."""
    reader_id = rules.reader_of_feed(key)
    good = await feed_key(tx, reader_id) if reader_id is not None else ""
    if reader_id is None or not good or not hmac.compare_digest(good.encode(), key.encode()):
        return None
    return await store.reader(tx, reader_id)


async def last_digest(tx: ReadTx, address_id: AddressId) -> int | None:
    """The latest digest of an address, if one was made in the last five weeks."""
    return await store.last_digest(tx, address_id)


async def key_of(tx: ReadTx, address_id: AddressId) -> str:
    """What links in letters and texts to an address carry; there is a secret as soon as there is an alert."""
    return rules.key_of(await store.key(tx) or b"", address_id)


async def keys_of(tx: ReadTx, address_ids: Sequence[AddressId]) -> dict[AddressId, str]:
    """The same for several addresses, in one statement."""
    secret = await store.key(tx) or b""
    return {id: rules.key_of(secret, id) for id in address_ids}


async def found_in_register(tx: ReadTx, channel: Channel, value: str) -> list[Consent]:
    """What the register says of an address, the latest first."""
    secret = await store.key(tx)
    return await register.of_address(tx, channel, value, secret=secret) if secret is not None else []


async def by_key(tx: ReadTx, key: str) -> Address | None:
    """The address whose key this is; None if it is nobody's, or forgotten."""
    secret = await store.key(tx)
    address_id = rules.address_of(secret, key) if secret is not None else None
    found = await store.addresses(tx, [address_id]) if address_id is not None else []
    return found[0] if found else None
