"""Filters, as Mastodon clients know them: https://docs.joinmastodon.org/methods/filters.

Which of them a status matches is said wherever a status is shown, streams included (entities). The
server neither looks at contexts nor hides anything: it lists every match, and the client decides.
There is no `filters_changed` on streams: real servers do not send it either (Mastodon 4.6 drops
events without a payload), and what is shown next is annotated by the filters of then.

Not here: clients that know one keyword a filter (filters_v1.py).
"""

import msgspec
from starlette.responses import Response

from pinson.domain import filters
from pinson.domain.filters import Action, Context, FilteredPost, Keyword, KeywordEdit, Whole
from pinson.domain.posts import PostId
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, MatchedFilter, matched_filter
from pinson.interfaces.request import Routes

routes = Routes()

READ, WRITE = ("read:filters",), ("write:filters",)


class KeywordEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterKeyword"""

    id: str
    keyword: str
    whole_word: bool


class FilterStatusEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/FilterStatus"""

    id: str
    status_id: str


class FilterEntity(MatchedFilter):
    """https://docs.joinmastodon.org/entities/Filter"""

    keywords: list[KeywordEntity]
    statuses: list[FilterStatusEntity]


class KeywordAttributes(msgspec.Struct):
    """A keyword in the body of a filter: without an id it is added."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = msgspec.field(name="_destroy", default=False)

    def edit(self) -> KeywordEdit:
        """What the domain calls it."""
        return KeywordEdit(self.id, self.keyword, self.whole_word, self.destroy)


class NewFilter(msgspec.Struct):
    """Body of POST /api/v2/filters. expires_in: seconds; empty is never."""

    title: str = ""
    context: list[Context] = []
    filter_action: Action = Action.WARN
    expires_in: int | None = None
    keywords_attributes: list[KeywordAttributes] = []


class OneFilter(msgspec.Struct):
    """A filter, a keyword or a filtered status, by the id in the path."""

    id: int


class ChangedFilter(OneFilter):
    """Body of PUT /api/v2/filters/:id. What is left out stays as it is; an empty expiry is never."""

    title: str | None = None
    context: list[Context] | None = None
    filter_action: Action | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET
    keywords_attributes: list[KeywordAttributes] = []


class InFilter(msgspec.Struct):
    """What a filter looks for, by the filter's id in the path."""

    filter_id: int


class NewKeyword(InFilter):
    """Body of POST /api/v2/filters/:filter_id/keywords."""

    keyword: str = ""
    whole_word: bool = True


class ChangedKeyword(OneFilter):
    """Body of PUT /api/v2/filters/keywords/:id. What is left out stays as it is."""

    keyword: str | None = None
    whole_word: bool | None = None


class NewStatus(InFilter):
    """Body of POST /api/v2/filters/:filter_id/statuses."""

    status_id: PostId


@routes.get("/api/v2/filters", scopes=READ, answers=list[FilterEntity])
async def show_all(call: Call) -> Response:
    """The viewer's filters, oldest first."""
    async with call.tools.db.read() as tx:
        return json([_entity(one) for one in await filters.of_account(tx, call.account_id)])


@routes.post("/api/v2/filters", scopes=WRITE, answers=FilterEntity)
async def create(call: Call, form: NewFilter) -> Response:
    """Make a filter, with its keywords."""
    made = await call.tools.db.write(
        filters.create,
        account_id=call.account_id,
        title=form.title,
        contexts=form.context,
        action=form.filter_action,
        expires_in=form.expires_in,
        keywords=[one.edit() for one in form.keywords_attributes],
        now=call.now,
    )
    return json(_entity(made))


@routes.get("/api/v2/filters/{id}", scopes=READ, answers=FilterEntity)
async def show(call: Call, form: OneFilter) -> Response:
    """One of the viewer's filters."""
    async with call.tools.db.read() as tx:
        return json(_entity(await filters.one(tx, call.account_id, form.id)))


@routes.on("PUT", "/api/v2/filters/{id}", scopes=WRITE, answers=FilterEntity)
async def change(call: Call, form: ChangedFilter) -> Response:
    """Change a filter, and add, change and remove keywords."""
    changed = await call.tools.db.write(
        filters.change,
        account_id=call.account_id,
        filter_id=form.id,
        title=form.title,
        contexts=form.context,
        action=form.filter_action,
        expires_in=form.expires_in,
        keywords=[one.edit() for one in form.keywords_attributes],
        now=call.now,
    )
    return json(_entity(changed))


@routes.on("DELETE", "/api/v2/filters/{id}", scopes=WRITE, answers=Empty)
async def delete(call: Call, form: OneFilter) -> Response:
    """Delete a filter."""
    await call.tools.db.write(filters.delete, account_id=call.account_id, filter_id=form.id, now=call.now)
    return json({})


# --- keywords -----------------------------------------------------------------------------------------------------


@routes.get("/api/v2/filters/{filter_id}/keywords", scopes=READ, answers=list[KeywordEntity])
async def keywords(call: Call, form: InFilter) -> Response:
    """What words a filter looks for."""
    async with call.tools.db.read() as tx:
        return json(_entity(await filters.one(tx, call.account_id, form.filter_id)).keywords)


@routes.post("/api/v2/filters/{filter_id}/keywords", scopes=WRITE, answers=KeywordEntity)
async def add_keyword(call: Call, form: NewKeyword) -> Response:
    """Add a keyword to a filter."""
    made = await call.tools.db.write(
        filters.add_keyword,
        account_id=call.account_id,
        filter_id=form.filter_id,
        keyword=form.keyword,
        whole_word=form.whole_word,
        now=call.now,
    )
    return json(_keyword(made))


@routes.get("/api/v2/filters/keywords/{id}", scopes=READ, answers=KeywordEntity)
async def show_keyword(call: Call, form: OneFilter) -> Response:
    """One keyword."""
    async with call.tools.db.read() as tx:
        return json(_keyword(await filters.keyword(tx, call.account_id, form.id)))


@routes.on("PUT", "/api/v2/filters/keywords/{id}", scopes=WRITE, answers=KeywordEntity)
async def change_keyword(call: Call, form: ChangedKeyword) -> Response:
    """Change a keyword."""
    changed = await call.tools.db.write(
        filters.change_keyword,
        account_id=call.account_id,
        id=form.id,
        keyword=form.keyword,
        whole_word=form.whole_word,
        now=call.now,
    )
    return json(_keyword(changed))


@routes.on("DELETE", "/api/v2/filters/keywords/{id}", scopes=WRITE, answers=Empty)
async def delete_keyword(call: Call, form: OneFilter) -> Response:
    """Remove a keyword from its filter."""
    await call.tools.db.write(filters.delete_keyword, account_id=call.account_id, id=form.id, now=call.now)
    return json({})


# --- single statuses ----------------------------------------------------------------------------------------------


@routes.get("/api/v2/filters/{filter_id}/statuses", scopes=READ, answers=list[FilterStatusEntity])
async def statuses(call: Call, form: InFilter) -> Response:
    """The single statuses that a filter matches."""
    async with call.tools.db.read() as tx:
        return json(_entity(await filters.one(tx, call.account_id, form.filter_id)).statuses)


@routes.post("/api/v2/filters/{filter_id}/statuses", scopes=WRITE, answers=FilterStatusEntity)
async def add_status(call: Call, form: NewStatus) -> Response:
    """Add a single status to a filter; of a boost, the status in it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
    made = await call.tools.db.write(
        filters.add_post, reader=reader, filter_id=form.filter_id, post_id=form.status_id, now=call.now
    )
    return json(_status(made))


@routes.get("/api/v2/filters/statuses/{id}", scopes=READ, answers=FilterStatusEntity)
async def show_status(call: Call, form: OneFilter) -> Response:
    """One filtered status."""
    async with call.tools.db.read() as tx:
        return json(_status(await filters.filtered_post(tx, call.account_id, form.id)))


@routes.on("DELETE", "/api/v2/filters/statuses/{id}", scopes=WRITE, answers=Empty)
async def remove_status(call: Call, form: OneFilter) -> Response:
    """Remove a single status from its filter."""
    await call.tools.db.write(filters.remove_post, account_id=call.account_id, id=form.id, now=call.now)
    return json({})


def _entity(whole: Whole) -> FilterEntity:
    return FilterEntity(
        **matched_filter(whole.filter),
        keywords=[_keyword(one) for one in whole.keywords],
        statuses=[_status(one) for one in whole.posts],
    )


def _keyword(one: Keyword) -> KeywordEntity:
    return KeywordEntity(str(one.id), one.keyword, one.whole_word)


def _status(one: FilteredPost) -> FilterStatusEntity:
    return FilterStatusEntity(str(one.id), str(one.post_id))
