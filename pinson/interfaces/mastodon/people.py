"""Lists of accounts, in pages, and how the viewer stands to one: what several modules here answer with.

Called by the handlers of accounts, relations, lists and suggestions; no routes live here. The
cursors of these pages are ids of rows (a follow, a block ...) that only the Link header shows.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, relations
from pinson.domain.accounts import Account, AccountId, AccountNotFound
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import array, relationship
from pinson.lib.db import ReadTx
from pinson.lib.paging import NEWEST, Page

PAGE, MOST = 40, 80


class OneAccount(msgspec.Struct):
    """An account, by the id in the path."""

    id: AccountId


class People(msgspec.Struct):
    """A page of accounts."""

    max_id: str | None = None
    since_id: str | None = None
    limit: int | None = None

    def bounds(self, *, default: int = PAGE, maximum: int = MOST, all_at_zero: bool = False) -> "Bounds":
        """What to ask the domain for.

        Args:
            all_at_zero: whether a limit of 0 asks for all there is, as two endpoints have it.
        """
        page = Page.of(max_id=self.max_id, since_id=self.since_id, limit=self.limit, default=default, maximum=maximum)
        limit = NEWEST if all_at_zero and self.limit == 0 else page.limit
        return Bounds(NEWEST if page.max_id is None else page.max_id, page.since_id or 0, limit)


class PeopleOf(People):
    """A page of the people around an account, or of a list."""

    id: AccountId = AccountId(0)


class Bounds(msgspec.Struct, frozen=True):
    """The cursors between which a page lies, both excluded, and how much it holds at most."""

    before: int
    after: int
    limit: int


async def existing(tx: ReadTx, id: AccountId) -> Account:
    """An account. One that is suspended exists.

    Raises:
        AccountNotFound.
    """
    account = await accounts.by_id(tx, id)
    if account is None:
        raise AccountNotFound
    return account


async def stands(call: Call, id: AccountId) -> Response:
    """How the viewer stands to an account: what every change of that answers.

    Raises:
        AccountNotFound.
    """
    async with call.tools.db.read() as tx:
        found = await relations.relationships(tx, call.account_id, [id], now=call.now)
    if not found:
        raise AccountNotFound
    return json(relationship(found[0]))


async def rendered(tx: ReadTx, call: Call, ids: Sequence[AccountId]) -> bytes:
    """The accounts that exist, each once, in order."""
    found = await call.renderings.accounts(tx, ids)
    return array(found[id] for id in dict.fromkeys(ids) if id in found)


async def page_of(
    call: Call,
    tx: ReadTx,
    rows: Sequence[tuple[int, AccountId]],
    limit: int,
    *,
    without: AbstractSet[AccountId] = frozenset(),
) -> Response:
    """A page of accounts, without those that nobody sees. It leads on as long as the page was full before.

    Args:
        rows: cursor and account, newest first.
        without: whom to leave out besides.
    """
    hidden = call.tools.standing.hidden
    body = await rendered(tx, call, [id for _, id in rows if id not in hidden and id not in without])
    return json(body, headers=leading_on(call, [cursor for cursor, _ in rows], limit))


def leading_on(call: Call, cursors: Sequence[int], limit: int) -> dict[str, str] | None:
    """The header that leads on from a page with these cursors; None if it is empty."""
    if not cursors:
        return None
    return call.link(first=cursors[0], last=cursors[-1] if len(cursors) == limit else None, prev="since_id")
