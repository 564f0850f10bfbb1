"""What a member and a few others write to one another alone: conversations, and one of them."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, conversations, posts
from pinson.domain.accounts import Profile
from pinson.domain.conversations import Conversation
from pinson.domain.filters import Context
from pinson.domain.posts import Post, summary_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.site import Call
from pinson.interfaces.web.veils import Veil
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.paging import Page

routes = Routes()

PAGE = 20


class NoSuchConversation(Refusal):
    """There is none, or the member does not take part in it: the two look the same."""

    kind, code = Kind.MISSING, "no_such_conversation"
    text = "There is no such conversation."


class Asked(msgspec.Struct):
    """A page of conversations."""

    max_id: str | None = None


class One(msgspec.Struct):
    """A conversation, by the id in the path."""

    id: int


class Row(msgspec.Struct, frozen=True):
    """A conversation on the list. when, summary: of its last post. folded: the filters that cover what it says."""

    id: int
    others: Sequence[Profile]
    picture: str
    unread: bool
    when: str
    summary: str
    folded: str


@routes.get("/messages")
async def show(call: Call, form: Asked) -> Response:
    """The acting account's conversations, the latest first."""
    own = call.require("read:statuses")
    page = Page.of(max_id=form.max_id, default=PAGE, maximum=PAGE)
    async with call.tools.db.read() as tx:
        found = await conversations.page(tx, own, page, now=call.now)
        written = await posts.posts(tx, [one.last_id for one in found]) if found else {}
        veiled = await call.veils(tx, [post.shape for post in written.values()], Context.THREAD)
        people = await accounts.profiles(tx, [own, *{id for one in found for id in one.others}]) if found else {}
        reader = await call.reader(tx)
    rows = []
    for one in found:
        if (post := written.get(one.last_id)) is None or posts.is_hidden(post.shape, reader):
            continue
        others = [people[id] for id in one.others if id in people]
        rows.append(_row(call, one, others or [people[own]], post, veiled.get(post.id)))
    older = found[-1].last_id if len(found) == PAGE else None
    return call.page("told/messages", rows=rows, older=older)


def _row(call: Call, one: Conversation, others: Sequence[Profile], post: Post, veil: Veil | None) -> Row:
    when = dates.moment(post.created_at, lang=call.lang, zone=call.zone)
    folded = veil.title if veil and not veil.only_pictures else ""
    return Row(one.id, others, call.picture_of(others[0]), one.unread, when, summary_of(post), folded)


@routes.get("/messages/{id}")
async def show_one(call: Call, form: One) -> Response:
    """A conversation from its beginning; opening it says that it was read.

    Raises:
        NotSignedIn, RoleForbids, NoSuchConversation.
    """
    own = call.require("read:statuses")
    async with call.tools.db.read() as tx:
        found = await conversations.one(tx, own, form.id, now=call.now)
        if found is None:
            raise NoSuchConversation
        reader = await call.reader(tx)
    context = await call.tools.db.read_in_thread(posts.context, id=found.last_id, reader=reader)
    if found.unread and call.may("write:conversations"):
        await call.tools.db.write(conversations.read, account_id=own, id=form.id, now=call.now)
    async with call.tools.db.read() as tx:
        others = await _others(tx, found)
        last = await call.tools.shapes.of(tx, [found.last_id])
        cards = await call.cards(tx, [*context.ancestors, *last, *context.descendants], Context.THREAD)
    return call.page("told/conversation", others=others, cards=cards, last_id=found.last_id)


async def _others(tx: ReadTx, found: Conversation) -> list[Profile]:
    people = await accounts.profiles(tx, found.others) if found.others else {}
    return [people[id] for id in found.others if id in people]
