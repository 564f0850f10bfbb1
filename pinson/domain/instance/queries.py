"""Questions about what the server says of itself."""

from datetime import datetime
from itertools import pairwise

from pinson.domain.instance import store
from pinson.domain.instance.model import Description, Emoji, Rule, Terms
from pinson.lib.db import ReadTx


async def all_rules(tx: ReadTx) -> list[Rule]:
    """The rules in order. One statement."""
    return await store.rules(tx)


async def all_emojis(tx: ReadTx) -> list[Emoji]:
    """The custom emojis in alphabetical order; who asks often has the view `Emojis`."""
    return await store.emojis(tx)


async def description(tx: ReadTx) -> Description | None:
    """What this server is for, at length, if somebody said."""
    return await store.description(tx)


async def all_terms(tx: ReadTx) -> list[Terms]:
    """All terms of service, those in force first before the others, oldest first."""
    return await store.terms(tx)


async def terms_at(tx: ReadTx, now: datetime) -> tuple[Terms, Terms | None] | None:
    """The terms that are in force, or will be first, and those that will follow them; None if there are none."""
    known = await store.terms(tx)
    in_force = [one for one in known if one.effective_at <= now]
    return await terms_of(tx, in_force[-1].effective_at if in_force else known[0].effective_at) if known else None


async def terms_of(tx: ReadTx, effective_at: datetime) -> tuple[Terms, Terms | None] | None:
    """The terms that are in force from this day on, and those that follow them; None if there are none."""
    known = [*await store.terms(tx), None]
    for one, following in pairwise(known):
        if one is not None and one.effective_at == effective_at:
            return one, following
    return None
