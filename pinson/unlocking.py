"""Unlocking an account: those who waited for its consent now follow it, in steps that fit between other writes.

Called as a reaction to AccountUnlocked. Run twice, or after the account was locked again, it
finds nothing left to do.
"""

from pinson.domain import relations
from pinson.domain.accounts import AccountUnlocked
from pinson.tools import Tools


async def accept_who_waits(tools: Tools, fact: AccountUnlocked) -> None:
    """Accept all requests to follow an account, a few hundred at a time."""
    while await tools.db.write(relations.accept_all, account_id=fact.account_id, now=tools.clock.now()):
        pass
