"""Whoever was decided about may ask, once, that it be looked at again, and moderators answer. Each command is one
transaction.

Called by interfaces, and by the reactions that tell moderators of it and write the answer. Whoever cannot sign in any
more, because of the very decision, comes with the key that stands in the letter about it.

Source: Regulation (EU) 2022/2065, article 20: free of charge, for six months, answered with reasons, by a person.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.moderation import decisions, rules, store
from pinson.domain.moderation.facts import AppealAnswered, Appealed
from pinson.domain.moderation.model import Appeal, Moderator, Sanction, Strike
from pinson.domain.moderation.register import note
from pinson.domain.moderation.rules import AppealAnsweredAlready, AppealedAlready, AppealNotFound
from pinson.lib import log
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page


async def contested(
    tx: ReadTx, *, strike_id: int, key: str, account_ids: Collection[AccountId]
) -> tuple[Strike, Appeal | None]:
    """A decision as whoever it is about sees it, and what they said of it.

    Args:
        key: of the decision, from the letter; "" if they did not come by it.
        account_ids: those that whoever asks acts for.
    Raises:
        AppealNotFound: there is no such decision, or it is not about them.
    """
    found = (await decisions.strikes_by_ids(tx, [strike_id])).get(strike_id)
    if found is None or not (found.account_id in account_ids or _opens(found, key)):
        raise AppealNotFound
    return found, (await store.appeals_by_ids(tx, [strike_id])).get(strike_id)


async def appeal(
    tx: WriteTx, *, strike_id: int, key: str, account_ids: Collection[AccountId], text: str, now: datetime
) -> Appeal:
    """Ask that a decision be looked at again.

    Args:
        key, account_ids: see `contested`.
        text: why, in their words.
    Raises:
        AppealNotFound, AppealedAlready.
        AppealTooLate: the decision is older than six months.
        AppealEmpty, TextTooLong.
    """
    strike, before = await contested(tx, strike_id=strike_id, key=key, account_ids=account_ids)
    if before is not None:
        raise AppealedAlready
    rules.check_appeal(text, strike, now=now)
    new = Appeal(id=strike.id, text=text.strip(), created_at=now)
    await store.insert_appeal(tx, new)
    await log.record(tx, Appealed(at=now, strike_id=strike.id, account_id=strike.account_id))
    return new


async def answer(tx: WriteTx, *, by: Moderator, id: int, granted: bool, text: str, now: datetime) -> Appeal:
    """Look at a decision again: take it back, or not, and say why.

    What was decided is taken back as `lift` does. Whoever decided may answer too, since they may be alone here; the
    register says so.

    Raises:
        AppealNotFound, AppealAnsweredAlready, AccountNotFound, BeyondPower, UserNotFound, TextTooLong.
    """
    old = await appeal_by_id(tx, id)
    strike = (await decisions.strikes_by_ids(tx, [id]))[id]
    if old.answered_at is not None:
        raise AppealAnsweredAlready
    rules.check_text(text)
    account = await decisions.within_power(tx, by, strike.account_id)
    if granted and strike.action is not Sanction.NONE:
        await decisions.lift(
            tx,
            by=by,
            account_id=strike.account_id,
            action=strike.action,
            reason=text,
            strike_id=strike.id,
            now=now,
        )
    new = Appeal(old.id, old.text, old.created_at, now, by.account_id, granted, text)
    await store.update_appeal(tx, new)
    await note(tx, "grant_appeal" if granted else "refuse_appeal", by=by, target_id=id, label=account.acct, now=now)
    await log.record(tx, AppealAnswered(at=now, strike_id=id, account_id=strike.account_id))
    return new


async def appeals(tx: ReadTx, *, page: Page, answered: bool) -> list[Appeal]:
    """Those that wait for an answer, or that have one, the latest decision first. One statement."""
    return await store.appeals(tx, page, answered=answered)


async def appeal_by_id(tx: ReadTx, id: int) -> Appeal:
    """What was said of one decision.

    Raises:
        AppealNotFound.
    """
    found = (await store.appeals_by_ids(tx, [id])).get(id)
    if found is None:
        raise AppealNotFound
    return found


async def appeals_by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Appeal]:
    """What was said of these decisions. One statement."""
    return await store.appeals_by_ids(tx, ids)


def _opens(strike: Strike, key: str) -> bool:
    return bool(strike.key) and hmac.compare_digest(strike.key.encode(), key.encode())
