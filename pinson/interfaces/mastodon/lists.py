"""Lists, as Mastodon clients know them: https://docs.joinmastodon.org/methods/lists.

And, beyond Mastodon, hashtags in a list (`/api/v1/lists/:id/tags`), which its timeline shows too.
Not here: that timeline (timelines.py) and stream (streaming.py).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.relations import lists
from pinson.domain.relations.lists import List, Replies
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty
from pinson.interfaces.mastodon.people import OneAccount, People, existing, page_of
from pinson.interfaces.mastodon.tags import HashtagEntity
from pinson.interfaces.mastodon.tags import entities as tag_entities
from pinson.interfaces.request import Routes

routes = Routes()


class ListEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/List"""

    id: str
    title: str
    replies_policy: Replies
    exclusive: bool


class NewList(msgspec.Struct):
    """Body of POST /api/v1/lists."""

    title: str = ""
    replies_policy: Replies = Replies.LIST
    exclusive: bool = False


class OneList(msgspec.Struct):
    """A list, by the id in the path."""

    id: int


class ChangedList(OneList):
    """Body of PUT /api/v1/lists/:id. What is left out stays as it is."""

    title: str | None = None
    replies_policy: Replies | None = None
    exclusive: bool | None = None


class Members(OneList):
    """Accounts that join a list, or leave it."""

    account_ids: list[AccountId] = []


class MembersPaged(People):
    """A page of a list's accounts."""

    id: int = 0


class Tags(OneList):
    """Hashtags that join a list, or leave it, by name."""

    tags: list[str] = []


@routes.get("/api/v1/lists", scopes=("read:lists",), answers=list[ListEntity])
async def show_all(call: Call) -> Response:
    """The viewer's lists."""
    async with call.tools.db.read() as tx:
        return json([_entity(one) for one in await lists.of_account(tx, call.account_id)])


@routes.post("/api/v1/lists", scopes=("write:lists",), answers=ListEntity)
async def create(call: Call, form: NewList) -> Response:
    """Make a list."""
    made = await call.tools.db.write(
        lists.create,
        account_id=call.account_id,
        title=form.title,
        replies=form.replies_policy,
        exclusive=form.exclusive,
        now=call.now,
    )
    return json(_entity(made))


@routes.get("/api/v1/lists/{id}", scopes=("read:lists",), answers=ListEntity)
async def show(call: Call, form: OneList) -> Response:
    """One of the viewer's lists."""
    async with call.tools.db.read() as tx:
        return json(_entity(await lists.one(tx, call.account_id, form.id)))


@routes.on("PUT", "/api/v1/lists/{id}", scopes=("write:lists",), answers=ListEntity)
async def change(call: Call, form: ChangedList) -> Response:
    """Rename a list, or change its rules."""
    changed = await call.tools.db.write(
        lists.change,
        account_id=call.account_id,
        list_id=form.id,
        title=form.title,
        replies=form.replies_policy,
        exclusive=form.exclusive,
        now=call.now,
    )
    return json(_entity(changed))


@routes.on("DELETE", "/api/v1/lists/{id}", scopes=("write:lists",), answers=Empty)
async def delete(call: Call, form: OneList) -> Response:
    """Delete a list."""
    await call.tools.db.write(lists.delete, account_id=call.account_id, list_id=form.id, now=call.now)
    return json({})


@routes.get("/api/v1/accounts/{id}/lists", scopes=("read:lists",), answers=list[ListEntity])
async def holding(call: Call, form: OneAccount) -> Response:
    """Which of the viewer's lists hold an account."""
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
        return json([_entity(one) for one in await lists.holding(tx, call.account_id, form.id)])


# --- accounts -----------------------------------------------------------------------------------------------------


@routes.get("/api/v1/lists/{id}/accounts", scopes=("read:lists",), answers=list[AccountEntity])
async def members(call: Call, form: MembersPaged) -> Response:
    """The accounts of a list, the latest first; with a limit of 0 all of them."""
    asked = form.bounds(all_at_zero=True)
    async with call.tools.db.read() as tx:
        one = await lists.one(tx, call.account_id, form.id)
        found = await lists.members(tx, one.id, before=asked.before, after=asked.after, limit=asked.limit)
        return await page_of(call, tx, [(member.id, member.account_id) for member in found], asked.limit)


@routes.post("/api/v1/lists/{id}/accounts", scopes=("write:lists",), answers=Empty)
async def add_members(call: Call, form: Members) -> Response:
    """Put accounts that the viewer follows into a list."""
    await call.tools.db.write(
        lists.add_accounts, account_id=call.account_id, list_id=form.id, member_ids=form.account_ids, now=call.now
    )
    return json({})


@routes.on("DELETE", "/api/v1/lists/{id}/accounts", scopes=("write:lists",), answers=Empty)
async def remove_members(call: Call, form: Members) -> Response:
    """Take accounts out of a list."""
    await call.tools.db.write(
        lists.remove_accounts, account_id=call.account_id, list_id=form.id, member_ids=form.account_ids, now=call.now
    )
    return json({})


# --- hashtags: our own ----------------------------------------------------------------------------------------------


@routes.get("/api/v1/lists/{id}/tags", scopes=("read:lists",), answers=list[HashtagEntity])
async def tags(call: Call, form: OneList) -> Response:
    """The hashtags of a list, by name."""
    async with call.tools.db.read() as tx:
        shape = await lists.shape(tx, call.account_id, form.id)
        found = await posts.tags_by_ids(tx, list(shape.tags))
    return json(await tag_entities(call, sorted(found.values(), key=lambda tag: tag.name)))


@routes.post("/api/v1/lists/{id}/tags", scopes=("write:lists",), answers=Empty)
async def add_tags(call: Call, form: Tags) -> Response:
    """Put hashtags into a list, followed or not, used or not."""
    await call.tools.db.write(
        posts.add_tags_to_list, names=form.tags, account_id=call.account_id, list_id=form.id, now=call.now
    )
    return json({})


@routes.on("DELETE", "/api/v1/lists/{id}/tags", scopes=("write:lists",), answers=Empty)
async def remove_tags(call: Call, form: Tags) -> Response:
    """Take hashtags out of a list."""
    async with call.tools.db.read() as tx:
        found = [await posts.tag(tx, posts.tag_name(name)) for name in form.tags]
    await call.tools.db.write(
        lists.remove_tags,
        account_id=call.account_id,
        list_id=form.id,
        tag_ids=[tag.id for tag in found if tag is not None],
        now=call.now,
    )
    return json({})


def _entity(one: List) -> ListEntity:
    return ListEntity(str(one.id), one.title, one.replies, one.exclusive)
