"""Questions about what the server says of itself."""

from datetime import datetime
from itertools import pairwise

from pinson.domain.instance import store
from pinson.domain.instance.model import Description, Emoji, Paper, Rule, Terms
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


async def all_terms(tx: ReadTx, paper: Paper = Paper.TERMS) -> list[Terms]:
    """All terms of service, or versions of another paper, those in force first before the others, oldest first."""
    return await store.terms(tx, paper)


async def terms_at(tx: ReadTx, now: datetime, paper: Paper = Paper.TERMS) -> tuple[Terms, Terms | None] | None:
    """The terms that are in force, or will be first, and those that will follow them; None if there are none."""
    known = await store.terms(tx, paper)
    in_force = [one for one in known if one.effective_at <= now]
    chosen = in_force[-1] if in_force else next(iter(known), None)
    return await terms_of(tx, chosen.effective_at, paper) if chosen else None


async def terms_of(tx: ReadTx, effective_at: datetime, paper: Paper = Paper.TERMS) -> tuple[Terms, Terms | None] | None:
    """The terms that are in force from this day on, and those that follow them; None if there are none."""
    known = [*await store.terms(tx, paper), None]
    for one, following in pairwise(known):
        if one is not None and one.effective_at == effective_at:
            return one, following
    return None
