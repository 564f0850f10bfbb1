"""Links by which people sign up without waiting, made by those who would let them in anyway. Each command is one
transaction, and is registered.

Called by interfaces; the command line makes them too, without a register.
"""

from datetime import datetime

from pinson.domain import access
from pinson.domain.access import Invitation, UserId
from pinson.domain.moderation.model import Moderator
from pinson.domain.moderation.register import note
from pinson.lib.db import WriteTx


async def invite(
    tx: WriteTx,
    *,
    by: Moderator,
    user_id: UserId,
    code: str,
    expires_at: datetime | None,
    max_uses: int | None,
    now: datetime,
) -> Invitation:
    """Make an invitation in one's name.

    Args:
        user_id: who decides, as one who signs in.
        code, expires_at, max_uses: see `access.invite`.
    """
    made = await access.invite(tx, user_id=user_id, code=code, expires_at=expires_at, max_uses=max_uses, now=now)
    await note(tx, "invite", by=by, target_id=made.id, label=made.code, now=now)
    return made


async def end_invitation(tx: WriteTx, *, by: Moderator, id: int, now: datetime) -> Invitation:
    """Let nobody sign up with an invitation any more; what it was.

    Raises:
        InvitationNotFound.
    """
    was = await access.change_invitation(tx, id=id, expires_at=now)
    await note(tx, "end_invitation", by=by, target_id=id, label=was.code, now=now)
    return was


async def renew_invitation(
    tx: WriteTx, *, by: Moderator, id: int, expires_at: datetime | None, now: datetime
) -> Invitation:
    """Let an invitation be good again, until then.

    Raises:
        InvitationNotFound.
    """
    was = await access.change_invitation(tx, id=id, expires_at=expires_at)
    await note(tx, "renew_invitation", by=by, target_id=id, label=was.code, now=now)
    return was
