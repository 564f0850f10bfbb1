"""The lists that a member puts together of people and hashtags: their pages, and how they are filled."""

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId, AccountNotFound
from pinson.domain.filters import Context
from pinson.domain.relations import lists
from pinson.domain.relations.lists import Replies
from pinson.interfaces.request import Routes
from pinson.interfaces.web.interactions import NoSuchDeed
from pinson.interfaces.web.reading import Paged, read
from pinson.interfaces.web.relations import shown
from pinson.interfaces.web.site import Call
from pinson.lib.paging import NEWEST

routes = Routes()

MOST_MEMBERS = 500  # on the page that changes a list


class New(msgspec.Struct):
    """The form that makes a list."""

    title: str = ""


class Before(New):
    """A list that was deleted, as the page that follows can put it back. members, tags: ids with spaces between."""

    replies: Replies = Replies.LIST
    exclusive: bool = False
    members: str = ""
    tags: str = ""


class One(msgspec.Struct):
    """A list, by the id in the path."""

    id: int


class OnePaged(Paged, kw_only=True):
    """A part of what it shows."""

    id: int


class Deed(One):
    """What the buttons of a list's page send. acct: of whom to add. member, tag: what to take out."""

    do: str = ""
    title: str = ""
    replies: Replies = Replies.LIST
    exclusive: bool = False
    acct: str = ""
    tag: str = ""
    member: AccountId | None = None


@routes.get("/lists")
async def show_all(call: Call, form: New) -> Response:
    """The acting account's lists, and the form for another."""
    return await _all(call, title=form.title)


@routes.post("/lists", again=show_all)
async def create(call: Call, form: New) -> Response:
    """Make a list, to be filled next.

    Raises:
        NotSignedIn, RoleForbids, TitleBlank, TitleTooLong, TooManyLists.
    """
    own = call.require("write:lists")
    made = await call.tools.db.write(lists.create, account_id=own, title=form.title, now=call.now)
    return call.redirect(f"/lists/{made.id}/edit")


@routes.post("/lists/put_back", again=show_all)
async def put_back(call: Call, form: Before) -> Response:
    """Make a list again that was just deleted.

    Raises:
        NotSignedIn, RoleForbids, TitleBlank, TitleTooLong, TooManyLists, TooManyTags.
    """
    own = call.require("write:lists")
    async with call.tools.db.read() as tx:
        tags = await posts.tags_by_ids(tx, _ids(form.tags))
    made = await call.tools.db.write(
        lists.put_back,
        account_id=own,
        title=form.title,
        replies=form.replies,
        exclusive=form.exclusive,
        member_ids=[AccountId(id) for id in _ids(form.members)],
        tag_ids=list(tags),
        now=call.now,
    )
    return call.redirect(f"/lists/{made.id}")


@routes.get("/lists/{id}")
async def show(call: Call, form: OnePaged) -> Response:
    """What the people and hashtags of a list publish.

    Raises:
        NotSignedIn, RoleForbids, ListNotFound.
    """
    own = call.require("read:lists")
    async with call.tools.db.read() as tx:
        one = await lists.one(tx, own, form.id)
        shape = await lists.shape(tx, own, form.id)
    part = await read(call, call.tools.timelines.of_list(shape), form, Context.HOME)
    return call.page("lists/list", list=one, part=part)


@routes.get("/lists/{id}/edit")
async def edit(call: Call, form: One) -> Response:
    """What is in a list, and its rules.

    Raises:
        NotSignedIn, RoleForbids, ListNotFound.
    """
    own = call.require("write:lists")
    async with call.tools.db.read() as tx:
        one = await lists.one(tx, own, form.id)
        shape = await lists.shape(tx, own, form.id)
        members = await lists.members(tx, one.id, before=NEWEST, after=0, limit=MOST_MEMBERS)
        people = await shown(tx, call, [member.account_id for member in members])
        tags = await posts.tags_by_ids(tx, list(shape.tags))
    return call.page("lists/edit", list=one, people=people, tags=sorted(tags.values(), key=lambda tag: tag.name))


@routes.post("/lists/{id}")
async def act(call: Call, form: Deed) -> Response:
    """Do what the button says.

    Raises:
        NotSignedIn, RoleForbids, NoSuchDeed, ListNotFound, TitleBlank, TitleTooLong, AccountNotFound,
        AlreadyInList, BadTag, TooManyTags.
    """
    own = call.require("write:lists")
    write, now = call.tools.db.write, call.now
    match form.do:
        case "change":
            await write(
                lists.change,
                account_id=own,
                list_id=form.id,
                title=form.title,
                replies=form.replies,
                exclusive=form.exclusive,
                now=now,
            )
        case "delete":
            return await _delete(call, own, form.id)
        case "add":
            members = [await _named(call, form.acct)]
            await write(lists.add_accounts, account_id=own, list_id=form.id, member_ids=members, now=now)
        case "remove" if form.member is not None:
            await write(lists.remove_accounts, account_id=own, list_id=form.id, member_ids=[form.member], now=now)
        case "add_tag":
            await write(posts.add_tags_to_list, names=[form.tag], account_id=own, list_id=form.id, now=now)
        case "remove_tag":
            async with call.tools.db.read() as tx:
                tag = await posts.tag(tx, posts.tag_name(form.tag))
            tag_ids = [] if tag is None else [tag.id]
            await write(lists.remove_tags, account_id=own, list_id=form.id, tag_ids=tag_ids, now=now)
        case _:
            raise NoSuchDeed
    return call.redirect(f"/lists/{form.id}/edit")


async def _delete(call: Call, own: AccountId, id: int) -> Response:
    async with call.tools.db.read() as tx:
        one, shape = await lists.one(tx, own, id), await lists.shape(tx, own, id)
    await call.tools.db.write(lists.delete, account_id=own, list_id=id, now=call.now)
    members, tags = (" ".join(str(id) for id in sorted(ids)) for ids in (shape.accounts, shape.tags))
    return await _all(call, gone=Before(one.title, one.replies, one.exclusive, members, tags))


async def _all(call: Call, *, title: str = "", gone: Before | None = None) -> Response:
    own = call.require("read:lists")
    async with call.tools.db.read() as tx:
        found = await lists.of_account(tx, own)
    return call.page("lists/all", lists=found, title=title, gone=gone)


def _ids(typed: str) -> list[int]:
    return [id for word in typed.split() if word.isdecimal() and (id := int(word[:19])) <= NEWEST]


async def _named(call: Call, acct: str) -> AccountId:
    """Whom somebody means by an address of ours, with or without the @.

    Raises:
        AccountNotFound.
    """
    async with call.tools.db.read() as tx:
        found = await accounts.by_acct(tx, acct.strip().removeprefix("@"), local_domain=call.local_domain)
    if found is None:
        raise AccountNotFound
    return found.id
