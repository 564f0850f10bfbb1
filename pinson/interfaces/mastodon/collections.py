"""Collections, as Mastodon clients know them: https://docs.joinmastodon.org/methods/collections.

Each route answers under the prefix of its first versions too, which is deprecated. Not here: what collections look
like (entities/collection.py), and to find some by their name (search.py).
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.relations import collections
from pinson.domain.relations.collections import Changes, Collection, LanguageUnknown, TagInvalid
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.mastodon.entities import (
    AccountEntity,
    CollectionEntity,
    CollectionItemEntity,
    collection_entities,
    item_entity,
)
from pinson.interfaces.mastodon.people import existing
from pinson.interfaces.mastodon.profile import changed_text
from pinson.interfaces.mastodon.trends import Ranked, ranked
from pinson.interfaces.request import Handler, Routes
from pinson.lib.languages import known_language

routes = Routes()

READ, WRITE = ("read:collections",), ("write:collections",)
PAGE, MOST = 40, 100
RENAMED = date(2026, 6, 3)  # the day from which apps should leave the first prefix


class OneCollection(msgspec.Struct):
    """A collection, as the answer to what was done with it."""

    collection: CollectionEntity


class OneItem(msgspec.Struct):
    """An account's place in a collection, likewise."""

    collection_item: CollectionItemEntity


class SomeCollections(msgspec.Struct):
    """A page of collections."""

    collections: list[CollectionEntity]


class CollectionWithAccounts(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/CollectionWithAccounts: the owner, then those in it."""

    collection: CollectionEntity
    accounts: list[AccountEntity]


class Saying(msgspec.Struct, kw_only=True):
    """What is said about a collection. What is left out stays as it is; what is emptied goes."""

    name: str | None = None
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    language: str | msgspec.UnsetType | None = msgspec.UNSET
    tag_name: str | msgspec.UnsetType | None = msgspec.UNSET
    sensitive: bool | None = None
    discoverable: bool | None = None

    def to_changes(self) -> Changes:
        """What the domain calls it.

        Raises:
            LanguageUnknown, TagInvalid.
        """
        language, tag = changed_text(self.language), (changed_text(self.tag_name) or "").lstrip("#＃")
        if language and (language := known_language(language)) is None:
            raise LanguageUnknown
        if tag:
            _check_tag(tag)
        return Changes(
            name=self.name,
            description=changed_text(self.description),
            language=language,
            tag=None if self.tag_name is msgspec.UNSET else tag,
            sensitive=self.sensitive,
            discoverable=self.discoverable,
        )


class NewCollection(Saying, kw_only=True):
    """Body of POST /api/v1/collections."""

    account_ids: list[AccountId] = []


class OneOf(msgspec.Struct):
    """A collection, by the id in the path."""

    id: int


class ChangedCollection(Saying, kw_only=True):
    """Body of PATCH /api/v1/collections/:id."""

    id: int


class NewItem(OneOf):
    """Body of POST /api/v1/collections/:id/items."""

    account_id: AccountId


class ItemOf(OneOf):
    """A place in a collection, both by the ids in the path."""

    item_id: int


class CollectionsOf(Ranked, kw_only=True):
    """A page of the collections of an account, or that it is in."""

    id: AccountId


def answers(method: str, path: str, **options: Any) -> Callable[[Handler], Handler]:
    """Answer under both prefixes."""

    def register(handler: Handler) -> Handler:
        routes.on(method, f"/api/v1_alpha/{path}", deprecated=RENAMED, **options)(handler)
        return routes.on(method, f"/api/v1/{path}", **options)(handler)

    return register


@answers("POST", "collections", scopes=WRITE, answers=OneCollection)
async def create(call: Call, form: NewCollection) -> Response:
    """Make a collection of accounts that want to be found."""
    made = await call.tools.db.write(
        collections.create,
        account_id=call.account_id,
        said=form.to_changes(),
        member_ids=form.account_ids,
        now=call.now,
    )
    return await _shown(call, made)


@answers("GET", "collections/{id}", scopes=READ, who=Who.ANYONE, answers=CollectionWithAccounts)
async def show(call: Call, form: OneOf) -> Response:
    """One collection, and the accounts in it."""
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        one = await collections.visible(tx, form.id, reader.id)
        [entity] = await collection_entities(tx, [one], reader=reader, base_url=call.base_url)
        ids = [one.account_id, *(AccountId(int(item.account_id)) for item in entity.items if item.account_id)]
        found = await call.renderings.accounts(tx, ids)
    shown = [msgspec.Raw(found[id]) for id in dict.fromkeys(ids) if id in found]
    return json({"collection": entity, "accounts": shown})


@answers("PATCH", "collections/{id}", scopes=WRITE, answers=OneCollection)
async def change(call: Call, form: ChangedCollection) -> Response:
    """Let a collection say something else about those in it."""
    changed = await call.tools.db.write(
        collections.change, account_id=call.account_id, id=form.id, said=form.to_changes(), now=call.now
    )
    return await _shown(call, changed)


@answers("DELETE", "collections/{id}", scopes=WRITE, answers=None)
async def delete(call: Call, form: OneOf) -> Response:
    """Delete a collection."""
    await call.tools.db.write(collections.delete, account_id=call.account_id, id=form.id, now=call.now)
    return Response()


@answers("POST", "collections/{id}/items", scopes=WRITE, answers=OneItem)
async def add(call: Call, form: NewItem) -> Response:
    """Put an account into a collection."""
    made = await call.tools.db.write(
        collections.add, account_id=call.account_id, id=form.id, member_id=form.account_id, now=call.now
    )
    return json(OneItem(item_entity(made)))


@answers("DELETE", "collections/{id}/items/{item_id}", scopes=WRITE, answers=None)
async def remove(call: Call, form: ItemOf) -> Response:
    """Take an account out of a collection."""
    await call.tools.db.write(
        collections.remove, account_id=call.account_id, id=form.id, item_id=form.item_id, now=call.now
    )
    return Response()


@answers("POST", "collections/{id}/items/{item_id}/revoke", scopes=WRITE, answers=None)
async def revoke(call: Call, form: ItemOf) -> Response:
    """Leave somebody's collection for good."""
    await call.tools.db.write(
        collections.revoke, account_id=call.account_id, id=form.id, item_id=form.item_id, now=call.now
    )
    return Response()


@answers("GET", "accounts/{id}/collections", scopes=READ, who=Who.ANYONE, answers=SomeCollections)
async def of_account(call: Call, form: CollectionsOf) -> Response:
    """An account's collections, the latest first."""
    return await _page(call, form, collections.of_account)


@answers("GET", "accounts/{id}/in_collections", scopes=READ, answers=SomeCollections)
async def featuring(call: Call, form: CollectionsOf) -> Response:
    """The collections that an account is in, the latest first."""
    return await _page(call, form, collections.featuring)


async def _page(call: Call, form: CollectionsOf, ask: Callable[..., Any]) -> Response:
    limit = form.most(PAGE, MOST)
    async with call.tools.db.read() as tx:
        await existing(tx, form.id)
        reader = await call.reader(tx)
        found = await ask(tx, form.id, reader.id, limit=limit, offset=abs(form.offset))
        shown = await collection_entities(tx, found, reader=reader, base_url=call.base_url)
    return ranked(call, form, limit, SomeCollections(shown), count=len(found))


async def _shown(call: Call, one: Collection) -> Response:
    async with call.tools.db.read() as tx:
        reader = await call.reader(tx)
        [entity] = await collection_entities(tx, [one], reader=reader, base_url=call.base_url)
    return json(OneCollection(entity))


def _check_tag(name: str) -> None:
    """
    Raises:
        TagInvalid.
    """
    try:
        posts.tag_name(name)
    except posts.BadTag:  # elsewhere a hashtag that cannot be is one that is not there
        raise TagInvalid from None
