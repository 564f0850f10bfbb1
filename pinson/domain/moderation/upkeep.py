"""What whoever runs the server does about facts whose reaction gave up, and about how its pages look. Each command is
one transaction, and is registered.

Called by interfaces; the command line does the same without a register, since whoever has it has everything.
"""

from datetime import datetime

from pinson.domain import instance
from pinson.domain.moderation import rules
from pinson.domain.moderation.model import Moderator
from pinson.domain.moderation.register import note
from pinson.lib import reactor
from pinson.lib.db import WriteTx


async def retry_letter(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> None:
    """Give a dead letter all its attempts again.

    Raises:
        NoSuchLetter.
    """
    await reactor.run_again(tx, id=id, now=now)
    await note(tx, "retry_letter", by=by, target_id=id, label=str(id), now=now)


async def drop_letter(tx: WriteTx, *, by: Moderator, id: int, reason: str, now: datetime) -> None:
    """Forget a dead letter for good.

    Raises:
        NoSuchLetter, TextTooLong.
    """
    rules.check_text(reason)
    await reactor.drop(tx, id=id)
    await note(tx, "drop_letter", by=by, target_id=id, label=str(id), reason=reason, now=now)


async def choose_accent(tx: WriteTx, *, by: Moderator, accent: str | None, now: datetime) -> None:
    """Choose the accent colour of all pages; None: the program's own.

    Raises:
        BadColour.
    """
    await instance.choose_accent(tx, accent=accent, now=now)
    await note(tx, "choose_accent", by=by, target_id=0, label=accent or "", now=now)
