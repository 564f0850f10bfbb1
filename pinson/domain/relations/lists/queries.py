"""Questions about lists."""

from pinson.domain.accounts import AccountId
from pinson.domain.relations.lists import store
from pinson.domain.relations.lists.model import List, ListShape
from pinson.domain.relations.lists.rules import ListNotFound
from pinson.domain.relations.model import Listed, TopicKind
from pinson.lib.db import ReadTx


async def one(tx: ReadTx, account_id: AccountId, list_id: int) -> List:
    """One of an account's lists.

    Raises:
        ListNotFound: there is none, or it is somebody else's.
    """
    found = await store.one(tx, account_id, list_id)
    if found is None:
        raise ListNotFound
    return found


async def shape(tx: ReadTx, account_id: AccountId, list_id: int) -> ListShape:
    """What decides about the posts of one of an account's lists. Two statements.

    Raises:
        ListNotFound: there is none, or it is somebody else's.
    """
    return await shape_of(tx, await one(tx, account_id, list_id))


async def shape_of(tx: ReadTx, one: List) -> ListShape:
    """What decides about the posts of a list."""
    topics = await store.topics(tx, one.id)
    accounts = frozenset(AccountId(topic.topic_id) for topic in topics if topic.kind is TopicKind.ACCOUNT)
    tags = frozenset(topic.topic_id for topic in topics if topic.kind is TopicKind.TAG)
    return ListShape(one.id, one.replies, one.exclusive, accounts, tags)


async def of_account(tx: ReadTx, account_id: AccountId) -> list[List]:
    """An account's lists, oldest first."""
    return await store.of_account(tx, account_id)


async def holding(tx: ReadTx, account_id: AccountId, topic_id: int) -> list[List]:
    """Those of an account's lists that hold an account or a hashtag, oldest first."""
    return await store.holding(tx, account_id, topic_id)


async def members(tx: ReadTx, list_id: int, *, before: int, after: int, limit: int) -> list[Listed]:
    """The accounts of a list: places in it between the two, the latest first."""
    return await store.members(tx, list_id, before=before, after=after, limit=limit)


async def exclusive_members(tx: ReadTx, account_id: AccountId) -> dict[int, frozenset[AccountId]]:
    """The members of an account's exclusive lists, by list. One statement."""
    found: dict[int, set[AccountId]] = {}
    for member in await store.exclusive(tx, account_id):
        found.setdefault(member.list_id, set()).add(member.account_id)
    return {list_id: frozenset(members) for list_id, members in found.items()}
