"""How a user wants to read: in which language, in what light, by which clock. Not what their accounts post by."""

from functools import cache
from zoneinfo import available_timezones

from pinson.domain.access import store
from pinson.domain.access.model import Theme, UserId
from pinson.domain.access.rules import known_locale
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal


class NoSuchTimeZone(Refusal):
    """It is none of the IANA's."""

    kind, code = Kind.INVALID, "no_such_time_zone"
    text = "There is no time zone of this name."


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones, as the IANA has them. Reads a folder the first time."""
    return frozenset(available_timezones())


async def prefer(tx: WriteTx, *, user_id: UserId, locale: str, theme: Theme, time_zone: str) -> None:
    """Keep how a user wants to read.

    Args:
        locale: of what we write to them, BCP 47.
        time_zone: "" is the server's.
    Raises:
        NoSuchTimeZone.
    """
    if time_zone and time_zone not in time_zones():
        raise NoSuchTimeZone
    await store.set_preferences(tx, user_id, locale=known_locale(locale), theme=theme, time_zone=time_zone)
