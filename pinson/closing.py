"""Closing an account: what must go after it was deleted, in steps that fit between other writes.

Called as a reaction to AccountDeleted. The account itself is a tombstone already and nobody
sees what it wrote; here its posts and follows are erased for good, and the people behind it
who have no other account. Run twice, it finds
nothing left to do.
"""

from pinson.domain import access, posts, relations
from pinson.domain.accounts import AccountDeleted
from pinson.tools import Tools


async def erase_what_remains(tools: Tools, fact: AccountDeleted) -> None:
    """Erase the memberships, posts and follows of a deleted account, a few hundred at a time."""
    now = tools.clock.now()
    await tools.db.write(access.forget_account, account_id=fact.account_id, now=now)
    while await tools.db.write(posts.delete_all, author_id=fact.account_id, now=now):
        pass
    while await tools.db.write(relations.sever_all, account_id=fact.account_id, now=now):
        pass
