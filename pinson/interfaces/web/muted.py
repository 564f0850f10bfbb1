"""The conversations of which a member wants to hear no more, and the way back. Muting one is a button of its posts."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from pinson.domain import accounts, posts
from pinson.domain.posts import PostId, summary_of
from pinson.interfaces.request import Routes
from pinson.interfaces.web import dates
from pinson.interfaces.web.cards import path_of
from pinson.interfaces.web.relations import PEOPLE, Asked
from pinson.interfaces.web.site import Call

routes = Routes()


class One(msgspec.Struct):
    """A conversation, by the id in the path: of the post that began it."""

    id: PostId


class Muted(msgspec.Struct, frozen=True):
    """A conversation. who, when, path, summary: of the post that began it; "" if that is not there to be seen."""

    id: PostId
    who: str = ""
    when: str = ""
    path: str = ""
    summary: str = ""


@routes.get("/muted_conversations")
async def show(call: Call, form: Asked) -> Response:
    """Which conversations the acting account muted, those that began last first."""
    own = call.require("read:mutes")
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        ids = await posts.muted_conversations(tx, own, before=form.before, limit=PEOPLE)
        shapes = [one for one in await call.tools.shapes.of(tx, ids) if posts.can_see(one, reader)] if ids else []
        written = await posts.posts(tx, [one.id for one in shapes]) if shapes else {}
        authors = await accounts.by_ids(tx, [one.author_id for one in written.values()]) if written else {}
    rows: Sequence[Muted] = [
        Muted(
            id,
            author.display_name or author.username,
            dates.moment(post.created_at, lang=call.lang, zone=call.zone),
            path_of(author.acct, post),
            summary_of(post),
        )
        if (post := written.get(id)) and (author := authors.get(post.author_id))
        else Muted(id)
        for id in ids
    ]
    older = ids[-1] if len(ids) == PEOPLE else None
    return call.page("people/muted", rows=rows, path="/muted_conversations", older=older)


@routes.post("/muted_conversations/{id}")
async def hear(call: Call, form: One) -> Response:
    """Hear of one again."""
    own = call.require("write:mutes")
    await call.tools.db.write(posts.hear_again, account_id=own, conversation_id=form.id, now=call.now)
    return call.redirect("/muted_conversations")
