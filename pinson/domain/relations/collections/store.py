"""SQL of collections."""

from collections.abc import Sequence

from pinson.domain.accounts import AccountId
from pinson.domain.relations.collections.model import Collection, Item, State
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("collections", "collection_items")

INSERT = """
    INSERT INTO collections (
        id, account_id, name, description, language, tag, sensitive, discoverable, created_at, updated_at)
    VALUES (
        :id, :account_id, :name, :description, :language, :tag, :sensitive, :discoverable, :created_at, :updated_at)
"""
UPDATE = """
    UPDATE collections
    SET name = :name, description = :description, language = :language, tag = :tag, sensitive = :sensitive,
        discoverable = :discoverable, updated_at = :updated_at
    WHERE id = :id
"""
DELETE = "DELETE FROM collections WHERE id = :id"
DELETE_ITEMS = "DELETE FROM collection_items WHERE collection_id = :collection_id"
COUNT = "SELECT count(*) FROM collections WHERE account_id = :account_id"
COLUMNS = """
    c.id, c.account_id, c.name, c.description, c.language, c.tag, c.sensitive, c.discoverable, c.created_at,
    c.updated_at"""
# Whose owner is there, and not kept apart from whoever looks (0: a stranger).
SEEN = """
    JOIN accounts AS a ON a.id = c.account_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL
    WHERE NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = :viewer_id AND target_id = c.account_id)
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = c.account_id AND target_id = :viewer_id)"""
FOUND = "(c.discoverable = 1 OR c.account_id = :viewer_id)"
BY_IDS = f"SELECT {COLUMNS} FROM collections AS c {SEEN} AND c.id IN (SELECT value FROM json_each(:ids))"
OF_ACCOUNT = f"""
    SELECT {COLUMNS}
    FROM collections AS c
    {SEEN} AND c.account_id = :account_id AND {FOUND}
    ORDER BY c.id DESC
    LIMIT :limit OFFSET :offset
"""
FEATURING = f"""
    SELECT {COLUMNS}
    FROM collection_items AS i
    JOIN collections AS c ON c.id = i.collection_id
    {SEEN} AND i.account_id = :account_id AND i.state = 'accepted' AND ({FOUND} OR i.account_id = :viewer_id)
    ORDER BY i.id DESC
    LIMIT :limit OFFSET :offset
"""
NAMED = f"""
    SELECT {COLUMNS}
    FROM collections AS c
    {SEEN} AND c.discoverable = 1 AND c.name LIKE :pattern ESCAPE '\\'
    ORDER BY c.id DESC
    LIMIT :limit OFFSET :offset
"""
ITEM = "id, collection_id, account_id, state, created_at"
ITEMS = f"""
    SELECT {ITEM} FROM collection_items
    WHERE collection_id IN (SELECT value FROM json_each(:collection_ids)) AND state <> 'cleared'
    ORDER BY id
"""
HELD = f"SELECT {ITEM} FROM collection_items WHERE collection_id = :collection_id AND account_id = :account_id"
ONE_ITEM = f"SELECT {ITEM} FROM collection_items WHERE collection_id = :collection_id AND id = :id"
HOLDING = """
    SELECT i.id, i.collection_id, i.account_id, i.state, i.created_at
    FROM collection_items AS i
    JOIN collections AS c ON c.id = i.collection_id
    WHERE i.account_id = :account_id AND c.account_id = :owner_id AND i.state = 'accepted'
"""
WITH_MEMBER = f"SELECT {ITEM} FROM collection_items WHERE account_id = :account_id LIMIT :limit"
IDS = "SELECT id FROM collections WHERE account_id = :account_id LIMIT :limit"
ADD = f"""
    INSERT INTO collection_items ({ITEM})
    VALUES (:id, :collection_id, :account_id, :state, :created_at)
"""
SET_STATE = "UPDATE collection_items SET state = :state WHERE id = :id"
REMOVE = "DELETE FROM collection_items WHERE id = :id"
STRANGER = 0


async def insert(tx: WriteTx, one: Collection) -> None:
    """Add a collection that is not there yet."""
    await tx.run_with(INSERT, one)


async def update(tx: WriteTx, one: Collection) -> None:
    """Keep what it says."""
    await tx.run(
        UPDATE,
        id=one.id,
        name=one.name,
        description=one.description,
        language=one.language,
        tag=one.tag,
        sensitive=one.sensitive,
        discoverable=one.discoverable,
        updated_at=one.updated_at,
    )


async def delete(tx: WriteTx, id: int) -> None:
    """Remove a collection and what it holds."""
    await tx.run(DELETE_ITEMS, collection_id=id)
    await tx.run(DELETE, id=id)


async def count(tx: ReadTx, account_id: AccountId) -> int:
    """How many collections an account has."""
    return await tx.one(int, COUNT, account_id=account_id) or 0


async def ids(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[int]:
    """An account's collections, in no order."""
    return await tx.all(int, IDS, account_id=account_id, limit=limit)


async def by_ids(tx: ReadTx, ids: Sequence[int], viewer_id: AccountId | None) -> list[Collection]:
    """Those that exist and that the viewer may see, in no order. Four looks into indexes each."""
    return await tx.all(Collection, BY_IDS, ids=ids, viewer_id=viewer_id or STRANGER)


async def of_account(
    tx: ReadTx, account_id: AccountId, viewer_id: AccountId | None, *, limit: int, offset: int
) -> list[Collection]:
    """An account's collections, the latest first: at most ten there are."""
    return await tx.all(
        Collection, OF_ACCOUNT, account_id=account_id, viewer_id=viewer_id or STRANGER, limit=limit, offset=offset
    )


async def featuring(
    tx: ReadTx, account_id: AccountId, viewer_id: AccountId | None, *, limit: int, offset: int
) -> list[Collection]:
    """Collections that hold an account, it that came into last first. O(offset + limit) on (account_id, id)."""
    return await tx.all(
        Collection, FEATURING, account_id=account_id, viewer_id=viewer_id or STRANGER, limit=limit, offset=offset
    )


async def named(tx: ReadTx, part: str, viewer_id: AccountId | None, *, limit: int, offset: int) -> list[Collection]:
    """Collections to be found whose name holds this, the latest first. O(collections): ask in a thread."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await tx.all(
        Collection, NAMED, pattern=f"%{escaped}%", viewer_id=viewer_id or STRANGER, limit=limit, offset=offset
    )


async def items(tx: ReadTx, collection_ids: Sequence[int]) -> list[Item]:
    """What these collections hold, in order. O(what they hold) on the unique index."""
    return await tx.all(Item, ITEMS, collection_ids=collection_ids)


async def held(tx: ReadTx, collection_id: int, account_id: AccountId) -> Item | None:
    """An account's place in a collection, cleared or not. One look into the unique index."""
    return await tx.one(Item, HELD, collection_id=collection_id, account_id=account_id)


async def item(tx: ReadTx, collection_id: int, id: int) -> Item | None:
    """One place in a collection, cleared or not. One look into the primary key."""
    return await tx.one(Item, ONE_ITEM, collection_id=collection_id, id=id)


async def holding(tx: ReadTx, owner_id: AccountId, account_id: AccountId) -> list[Item]:
    """An account's places in the collections of another. O(all its places) on the index (account_id, id)."""
    return await tx.all(Item, HOLDING, owner_id=owner_id, account_id=account_id)


async def with_member(tx: ReadTx, account_id: AccountId, *, limit: int) -> list[Item]:
    """An account's places in collections of anybody, in no order. O(limit) on the index (account_id, id)."""
    return await tx.all(Item, WITH_MEMBER, account_id=account_id, limit=limit)


async def add(tx: WriteTx, new: Item) -> None:
    """Put an account into a collection that does not hold it."""
    await tx.run_with(ADD, new)


async def set_state(tx: WriteTx, id: int, state: State) -> None:
    """Keep what has become of a place."""
    await tx.run(SET_STATE, id=id, state=state)


async def remove(tx: WriteTx, id: int) -> None:
    """Take a place away."""
    await tx.run(REMOVE, id=id)
