"""What an account says of others: notes that only it reads, whom it recommends, whom it wants no more suggested."""

from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.relations import store
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal

MAX_NOTE = 2000


class NoteTooLong(Refusal):
    """It is longer than we take."""

    kind, code = Kind.INVALID, "note_too_long"
    text = "Validation failed: a note has at most {limit} characters"


class NotFollowed(Refusal):
    """Only those whom one follows can be recommended."""

    kind, code = Kind.INVALID, "not_followed"
    text = "Validation failed: follow this account before you feature it"


async def note(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, text: str, now: datetime) -> None:
    """Keep a private note about an account; "" removes it.

    Raises:
        NoteTooLong.
    """
    if len(text) > MAX_NOTE:
        raise NoteTooLong(limit=MAX_NOTE)
    if text.strip():
        await store.put_note(tx, account_id, target_id, text)
    else:
        await store.delete_note(tx, account_id, target_id)


async def endorse(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """Show an account on one's own profile, as long as one follows it.

    Raises:
        NotFollowed.
    """
    if await store.one(tx, account_id, target_id) is None:
        raise NotFollowed
    await store.add_endorsement(tx, tx.new_id(account_id, now), account_id, target_id)


async def unendorse(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """No longer show it there."""
    await store.delete_endorsement(tx, account_id, target_id)


async def dismiss(tx: WriteTx, *, account_id: AccountId, target_id: AccountId, now: datetime) -> None:
    """Suggest an account no more."""
    await store.add_dismissal(tx, account_id, target_id)
