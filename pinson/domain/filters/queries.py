"""Questions about filters. All are asked by their owner: what is somebody else's is not there."""

from pinson.domain.accounts import AccountId
from pinson.domain.filters import store
from pinson.domain.filters.model import FilteredPost, Keyword, Whole
from pinson.domain.filters.rules import FilterNotFound
from pinson.lib.db import ReadTx


async def of_account(tx: ReadTx, account_id: AccountId) -> list[Whole]:
    """An account's filters, oldest first, expired ones too. Three statements; one if there are none."""
    filters = await store.of_account(tx, account_id)
    if not filters:
        return []
    keywords = await store.keywords(tx, account_id)
    posts = await store.posts(tx, account_id)
    return [
        Whole(
            filter,
            tuple(one for one in keywords if one.filter_id == filter.id),
            tuple(one for one in posts if one.filter_id == filter.id),
        )
        for filter in filters
    ]


async def one(tx: ReadTx, account_id: AccountId, id: int) -> Whole:
    """A filter, and all that it looks for.

    Raises:
        FilterNotFound.
    """
    for whole in await of_account(tx, account_id):
        if whole.filter.id == id:
            return whole
    raise FilterNotFound


async def keyword(tx: ReadTx, account_id: AccountId, id: int) -> Keyword:
    """A keyword.

    Raises:
        FilterNotFound.
    """
    found = await store.keyword(tx, account_id, id)
    if found is None:
        raise FilterNotFound
    return found


async def filtered_post(tx: ReadTx, account_id: AccountId, id: int) -> FilteredPost:
    """A single post that a filter names.

    Raises:
        FilterNotFound.
    """
    found = await store.post(tx, account_id, id)
    if found is None:
        raise FilterNotFound
    return found
