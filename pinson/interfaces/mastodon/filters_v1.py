"""Filters, for clients that know one keyword a filter: https://docs.joinmastodon.org/methods/filters/#v1.

They are the same filters as in filters.py, keyword by keyword: an id here is that of a keyword.
What keywords share can be changed here only of a filter that has just one.
"""

from datetime import date

import msgspec
from starlette.responses import Response

from pinson.domain import filters
from pinson.domain.filters import Action, Context, Filter, Keyword
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import Empty, moment
from pinson.interfaces.mastodon.filters import READ, WRITE, OneFilter
from pinson.interfaces.request import Routes

routes = Routes()

SINCE = date(2022, 11, 14)  # of Mastodon 4.0, which has filters of several keywords


class FilterV1Entity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/V1_Filter"""

    id: str
    phrase: str
    context: list[Context]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class NewFilter(msgspec.Struct):
    """Body of POST /api/v1/filters. expires_in: seconds; empty is never."""

    phrase: str = ""
    context: list[Context] = []
    irreversible: bool = False
    whole_word: bool = True
    expires_in: int | None = None


class ChangedFilter(OneFilter):
    """Body of PUT /api/v1/filters/:id. What is left out stays as it is; an empty expiry is never."""

    phrase: str | None = None
    context: list[Context] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET


@routes.get("/api/v1/filters", scopes=READ, answers=list[FilterV1Entity], deprecated=SINCE)
async def show_all(call: Call) -> Response:
    """The keywords of the viewer's filters."""
    async with call.tools.db.read() as tx:
        wholes = await filters.of_account(tx, call.account_id)
    return json([_entity(whole.filter, one) for whole in wholes for one in whole.keywords])


@routes.post("/api/v1/filters", scopes=WRITE, answers=FilterV1Entity, deprecated=SINCE)
async def create(call: Call, form: NewFilter) -> Response:
    """Make a filter of one keyword."""
    made = await call.tools.db.write(
        filters.create_alone,
        account_id=call.account_id,
        keyword=form.phrase,
        whole_word=form.whole_word,
        contexts=form.context,
        hide=form.irreversible,
        expires_in=form.expires_in,
        now=call.now,
    )
    return json(_entity(*made))


@routes.get("/api/v1/filters/{id}", scopes=READ, answers=FilterV1Entity, deprecated=SINCE)
async def show(call: Call, form: OneFilter) -> Response:
    """One keyword and its filter."""
    async with call.tools.db.read() as tx:
        one = await filters.keyword(tx, call.account_id, form.id)
        return json(_entity((await filters.one(tx, call.account_id, one.filter_id)).filter, one))


@routes.on("PUT", "/api/v1/filters/{id}", scopes=WRITE, answers=FilterV1Entity, deprecated=SINCE)
async def change(call: Call, form: ChangedFilter) -> Response:
    """Change a keyword, and its filter if it has no other."""
    changed = await call.tools.db.write(
        filters.change_alone,
        account_id=call.account_id,
        keyword_id=form.id,
        keyword=form.phrase,
        whole_word=form.whole_word,
        contexts=form.context,
        hide=form.irreversible,
        expires_in=form.expires_in,
        now=call.now,
    )
    return json(_entity(*changed))


@routes.on("DELETE", "/api/v1/filters/{id}", scopes=WRITE, answers=Empty, deprecated=SINCE)
async def delete(call: Call, form: OneFilter) -> Response:
    """Delete a keyword, and its filter if it then looks for nothing."""
    await call.tools.db.write(filters.delete_alone, account_id=call.account_id, keyword_id=form.id, now=call.now)
    return json({})


def _entity(filter: Filter, keyword: Keyword) -> FilterV1Entity:
    return FilterV1Entity(
        id=str(keyword.id),
        phrase=keyword.keyword,
        context=list(filter.contexts),
        whole_word=keyword.whole_word,
        expires_at=moment(filter.expires_at) if filter.expires_at else None,
        irreversible=filter.action is Action.HIDE,
    )
