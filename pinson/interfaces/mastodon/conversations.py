"""Conversations (direct messages), as Mastodon clients know them: https://docs.joinmastodon.org/methods/conversations.

What a change of one looks like on the stream `direct` is rendered here too (`rendered`).
"""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import conversations, posts
from pinson.domain.conversations import Conversation
from pinson.domain.posts import Reader
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, Renderings, StatusEntity, array, encode
from pinson.interfaces.mastodon.timelines import Paged
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.tools import Tools

routes = Routes()

WRITE = ("write:conversations",)


class ConversationEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Conversation"""

    id: str
    unread: bool
    accounts: list[AccountEntity]
    last_status: StatusEntity | None


class OneConversation(msgspec.Struct):
    """A conversation, by the id in the path."""

    id: int


@routes.get("/api/v1/conversations", scopes=("read:statuses",), answers=list[ConversationEntity])
async def show_all(call: Call, form: Paged) -> Response:
    """The viewer's conversations, the one with the newest status first."""
    found = await call.tools.db.read_in_thread(
        conversations.page, account_id=call.account_id, page=form.page(), now=call.now
    )
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        body = array(await rendered(tx, call.tools, call.renderings, found, reader=reader))
    if not found:
        return json(body)
    return json(body, headers=call.link(first=found[0].last_id, last=found[-1].last_id))


@routes.on("DELETE", "/api/v1/conversations/{id}", scopes=WRITE, answers=Empty)
async def clear(call: Call, form: OneConversation) -> Response:
    """Take a conversation from the list, until something new is said in it."""
    await call.tools.db.write(conversations.clear, account_id=call.account_id, id=form.id, now=call.now)
    return json({})


@routes.post("/api/v1/conversations/{id}/read", scopes=WRITE, answers=ConversationEntity)
async def read(call: Call, form: OneConversation) -> Response:
    """Say that a conversation was read."""
    found = await call.tools.db.write(conversations.read, account_id=call.account_id, id=form.id, now=call.now)
    return await _shown(call, found)


@routes.post("/api/v1/conversations/{id}/unread", scopes=WRITE, answers=ConversationEntity)
async def unread(call: Call, form: OneConversation) -> Response:
    """Say that its last status is yet to be read."""
    found = await call.tools.db.write(conversations.unread, account_id=call.account_id, id=form.id, now=call.now)
    return await _shown(call, found)


async def rendered(
    tx: ReadTx, tools: Tools, renderings: Renderings, found: Sequence[Conversation], *, reader: Reader
) -> list[bytes]:
    """Conversations of the reader's, in order. As many statements as for a page of statuses, however many they are.

    Those who take part are the others; the reader only if nobody else is left.
    """
    assert reader.id is not None
    shapes = [one for one in await tools.shapes.of(tx, [one.last_id for one in found]) if posts.can_see(one, reader)]
    statuses = await renderings.by_id(tx, shapes, reader=reader)
    people = await renderings.accounts(tx, [reader.id, *(id for one in found for id in one.others)])
    entities = []
    for one in found:
        others = [people[id] for id in one.others if id in people]
        entity = {
            "id": str(one.id),
            "unread": one.unread,
            "accounts": msgspec.Raw(array(others or [people[reader.id]])),
            "last_status": msgspec.Raw(statuses.get(one.last_id, b"null")),
        }
        entities.append(encode(entity))
    return entities


async def _shown(call: Call, found: Conversation) -> Response:
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        (body,) = await rendered(tx, call.tools, call.renderings, [found], reader=reader)
    return json(body)
