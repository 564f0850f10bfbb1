"""Pictures of accounts: what is made of what somebody sends, and how a refusal names the field it was sent in.

Called by the interfaces in which people change their profile; what is kept here is claimed by `accounts.change`.
"""

from datetime import datetime

import msgspec

from pinson.domain import accounts
from pinson.domain.accounts import AvatarRefused, FieldRefused, HeaderRefused
from pinson.domain.media.model import Portrayed, Upload
from pinson.domain.media.studio import Studio
from pinson.lib.errors import Kind, Refusal
from pinson.lib.images import Version


class Portrait(msgspec.Struct, frozen=True):
    """One of the pictures of an account: what is made of it, and how it is refused."""

    version: Version
    refused: type[FieldRefused]


AVATAR = Portrait(Version(400 * 400, faithful=True, shape=(400, 400), moves=True), AvatarRefused)
HEADER = Portrait(Version(1500 * 500, shape=(1500, 500)), HeaderRefused)


async def keep_portrait(studio: Studio, sent: Upload | None, portrait: Portrait, *, now: datetime) -> Portrayed | None:
    """The files of a picture that was sent, not yet claimed; None if none was.

    Raises:
        FieldRefused: it cannot be shown.
        CannotWrite: the disk is full.
    """
    if sent is None or not sent.size:
        return None
    try:
        return await studio.portrait(sent, portrait.version, most=accounts.PICTURE_BYTES, now=now)
    except Refusal as refusal:  # of whoever looked at it, who does not know what it was sent for
        if refusal.kind is not Kind.INVALID:
            raise
        raise portrait.refused(why=str(refusal).removeprefix("Validation failed: ")) from refusal
