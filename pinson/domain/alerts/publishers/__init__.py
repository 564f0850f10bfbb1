"""What an account is as a sender, and what it spends on SMS.

Called by pages where it is chosen and by the SMS channel, before it hands anything over.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from pinson.domain.accounts import AccountId
from pinson.domain.alerts.model import Publisher
from pinson.domain.alerts.publishers import store
from pinson.lib.clock import to_ms
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

DAY_MS = 86_400_000
LONGEST_SENDER = 11  # characters: as long as networks let a sender's name be
FEW, WEEK = 20, 7  # credits, and days by whose spendings they are measured
MOST_PROMISED = 500  # messages a week


class BadPublisher(Refusal):
    """A name or a number that is not allowed."""

    kind, code = Kind.INVALID, "bad_publisher"
    text = "A sender's name has at most {longest} plain letters and digits; a promise is from 0 to {most} a week."


class Choice(msgspec.Struct, frozen=True):
    """For checks alone: what a publisher may choose."""

    sender: Annotated[str, Meta(pattern=r"^[A-Za-z0-9 ]*\Z", max_length=LONGEST_SENDER)]
    promise: Annotated[int, Meta(ge=0, le=MOST_PROMISED)] | None


class Spent(msgspec.Struct, frozen=True):
    """Whether parts may be sent; why not: "ceiling" of the server's day, or "credits" of the account."""

    may: bool
    why: str = ""


async def publishers(tx: ReadTx, ids: Sequence[AccountId]) -> dict[AccountId, Publisher]:
    """What these accounts are as senders, all of them, in one statement."""
    chosen = {one.account_id: one for one in await store.by_ids(tx, ids)}
    return {id: chosen.get(id) or Publisher(id) for id in ids}


async def change(tx: WriteTx, *, publisher: Publisher) -> None:
    """Keep what an account is as a sender.

    Raises:
        BadPublisher.
    """
    try:
        msgspec.convert({"sender": publisher.sender, "promise": publisher.promise}, Choice)
    except msgspec.ValidationError as error:
        raise BadPublisher(longest=LONGEST_SENDER, most=MOST_PROMISED) from error
    await store.put(tx, publisher)


async def choose(tx: WriteTx, *, publisher: Publisher) -> None:
    """As `change`, but for the credits, which nobody gives to themselves.

    Raises:
        BadPublisher.
    """
    credits = (await publishers(tx, [publisher.account_id]))[publisher.account_id].credits
    await change(tx, publisher=msgspec.structs.replace(publisher, credits=credits))


async def spend(tx: WriteTx, *, account_id: AccountId, parts: int, ceiling: int | None, now: datetime) -> Spent:
    """Count parts of SMS before they are sent, unless there is no room for them.

    Args:
        ceiling: parts that the server sends in a day (UTC), of all accounts; None: no end.
    """
    day = to_ms(now) // DAY_MS
    if ceiling is not None and await store.spent(tx, day) + parts > ceiling:
        return Spent(False, "ceiling")
    credits = (await publishers(tx, [account_id]))[account_id].credits
    if credits is not None and credits < parts:
        return Spent(False, "credits")
    await store.spend(tx, account_id, parts, day=day)
    return Spent(True)


async def give_back(tx: WriteTx, *, account_id: AccountId, parts: int, now: datetime) -> None:
    """Count parts no longer that were counted and then not taken."""
    await store.spend(tx, account_id, -parts, day=to_ms(now) // DAY_MS)


async def spent_today(tx: ReadTx, *, now: datetime) -> int:
    """Parts of SMS that were sent today (UTC), of all accounts."""
    return await store.spent(tx, to_ms(now) // DAY_MS)


async def low(tx: ReadTx, *, now: datetime, limit: int = 20) -> list[Publisher]:
    """Accounts whose credits would not last another week, the fewest first."""
    return await store.low(tx, least=FEW, since=to_ms(now) // DAY_MS - WEEK, limit=limit)


async def forget(tx: WriteTx, account_id: AccountId) -> None:
    """Remove what a closed account was as a sender."""
    await store.delete(tx, account_id)
