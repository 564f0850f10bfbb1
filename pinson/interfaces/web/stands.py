"""How the acting account stands to another: what the buttons of a profile show and offer."""

from collections.abc import Sequence

import msgspec

from pinson.domain import relations
from pinson.domain.accounts import Profile
from pinson.domain.relations import Relationship, lists
from pinson.domain.relations.lists import List
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.lib.db import ReadTx

HOURS = 3600
MUTES = (6 * HOURS, 24 * HOURS, 7 * 24 * HOURS, 30 * 24 * HOURS, 0)  # what is offered, in seconds; 0 is for ever


class Stand(msgspec.Struct, frozen=True):
    """The other account, and what there is between the two.

    muted_until: in words; "" if for ever, or not at all.
    lists: of the acting account, with whether the other is in each; only whoever one follows can be.
    """

    profile: Profile
    between: Relationship
    muted_until: str
    lists: Sequence[tuple[List, bool]] = ()
    mutes: tuple[int, ...] = MUTES


async def stand(tx: ReadTx, call: Call, profile: Profile) -> Stand | None:
    """How the acting account stands to this one; None for strangers, and to itself. A statement, and two for lists."""
    if call.acting is None or call.acting.account_id == profile.id:
        return None
    found = await relations.relationships(tx, call.acting.account_id, [profile.id], now=call.now)
    if not found:
        return None
    until = found[0].muting_until
    own_lists: list[tuple[List, bool]] = []
    if (found[0].following or found[0].requested) and call.may("write:lists"):
        holding = {one.id for one in await lists.holding(tx, call.acting.account_id, profile.id)}
        own_lists = [(one, one.id in holding) for one in await lists.of_account(tx, call.acting.account_id)]
    return Stand(profile, found[0], dates.moment(until, lang=call.lang, zone=call.zone) if until else "", own_lists)
