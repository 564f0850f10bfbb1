"""What an account does with its conversations, and how posts get into them, each in one transaction."""

from datetime import datetime

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId
from pinson.domain.conversations import queries, store
from pinson.domain.conversations.facts import ConversationChanged
from pinson.domain.conversations.model import Conversation
from pinson.domain.posts import PostId, Visibility
from pinson.lib import log
from pinson.lib.db import WriteTx
from pinson.lib.errors import Kind, Refusal


class ConversationNotFound(Refusal):
    """There is no such conversation, or it is somebody else's: the two look the same."""

    kind, code = Kind.MISSING, "conversation_not_found"
    text = "Record not found"


async def read(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> Conversation:
    """Say that one has read a conversation to its end.

    Raises:
        ConversationNotFound.
    """
    found = await _found(tx, account_id, id, now)
    if await store.read(tx, id, found.last_id):
        await _record(tx, account_id, id, now)
    return await _found(tx, account_id, id, now)


async def unread(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> Conversation:
    """Say that one has yet to read the last post of a conversation. It does not show while the thread is muted.

    Raises:
        ConversationNotFound.
    """
    found = await _found(tx, account_id, id, now)
    if await store.unread(tx, id, found.last_id):
        await _record(tx, account_id, id, now)
    return await _found(tx, account_id, id, now)


async def clear(tx: WriteTx, *, account_id: AccountId, id: int, now: datetime) -> None:
    """Take a conversation from one's list, for as long as nothing new is in it. Its posts stay.

    Raises:
        ConversationNotFound.
    """
    await _found(tx, account_id, id, now)
    await store.clear(tx, id)


async def place(tx: WriteTx, *, post_id: PostId, is_past: bool = False, now: datetime) -> None:
    """Put a direct post into the conversations of all it is between who are here; out of others, if it was edited.

    Whoever wrote it has read what was said before. Nothing happens if the post is gone, or hidden.

    Args:
        is_past: whether it was imported, and is news for nobody.
    """
    found = (await posts.posts(tx, [post_id])).get(post_id)
    if found is None or found.visibility is not Visibility.DIRECT or await posts.hidden(tx, [post_id]):
        return
    between = {found.author_id, *found.mentions}
    before = await store.holding(tx, post_id)
    for account in sorted((await accounts.by_ids(tx, list(between))).values(), key=lambda account: account.id):
        if account.domain:
            continue
        others = sorted(between - {account.id})
        id = await store.held(tx, account.id, found.conversation_id, others)
        if id is None:
            id = tx.new_id(account.id, now)
            await store.insert(tx, id, account.id, found.conversation_id, others)
        await store.put(tx, account.id, post_id, id)
        if is_past or account.id == found.author_id:
            await store.read(tx, id, post_id)
        await _record(tx, account.id, id, now)
    for id in before:
        await store.drop_empty(tx, id)


async def remove(tx: WriteTx, *, post_id: PostId, now: datetime) -> None:
    """Take a post that is gone out of all conversations, and those away that hold nothing else."""
    holding = await store.holding(tx, post_id)
    await store.take(tx, post_id)
    for id in holding:
        owner = await store.owner(tx, id)
        if owner is not None and not await store.drop_empty(tx, id):
            await _record(tx, AccountId(owner), id, now)


async def remove_hidden(tx: WriteTx, *, post_id: PostId, now: datetime) -> None:
    """The same for one that moderators hid; nothing happens if they show it again meanwhile."""
    if await posts.hidden(tx, [post_id]):
        await remove(tx, post_id=post_id, now=now)


async def delete_all(tx: WriteTx, *, account_id: AccountId, now: datetime, limit: int = 100) -> int:
    """Remove up to `limit` conversations of an account that is being closed; how many. Call again until none."""
    found = await store.any_of(tx, account_id, limit=limit)
    for id in found:
        await store.delete(tx, id)
    return len(found)


async def _found(tx: WriteTx, account_id: AccountId, id: int, now: datetime) -> Conversation:
    """
    Raises:
        ConversationNotFound.
    """
    found = await queries.one(tx, account_id, id, now=now)
    if found is None:
        raise ConversationNotFound
    return found


async def _record(tx: WriteTx, account_id: AccountId, id: int, now: datetime) -> None:
    await log.record(tx, ConversationChanged(at=now, account_id=account_id, conversation_id=id))
