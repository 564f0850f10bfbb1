"""Collections as apps know them: https://docs.joinmastodon.org/entities/Collection."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from pinson.domain import posts
from pinson.domain.posts import Reader
from pinson.domain.relations import collections
from pinson.domain.relations.collections import Collection, Item
from pinson.interfaces.mastodon.entities.status import TagEntity, tag_entity
from pinson.interfaces.mastodon.entities.wire import moment
from pinson.lib.db import ReadTx


class CollectionItemEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/CollectionItem. Whoever has left is not named."""

    id: str
    state: Literal["accepted", "revoked"]
    created_at: str
    account_id: str | msgspec.UnsetType = msgspec.UNSET


class CollectionEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Collection. url: of its page."""

    id: str
    uri: str
    url: str
    name: str
    description: str
    language: str | None
    account_id: str
    local: bool
    sensitive: bool
    discoverable: bool
    item_count: int
    created_at: str
    updated_at: str
    tag: TagEntity | None
    items: list[CollectionItemEntity]


async def collection_entities(
    tx: ReadTx, found: Sequence[Collection], *, reader: Reader, base_url: str
) -> list[CollectionEntity]:
    """Collections, in order, with what of them the reader may see. One statement for what all of them hold."""
    held = await collections.items(tx, found, reader.circle, hidden=reader.suspended)
    return [_entity(one, held[one.id], base_url) for one in found]


def item_entity(item: Item) -> CollectionItemEntity:
    """An account's place in a collection."""
    there = item.state is collections.State.ACCEPTED
    return CollectionItemEntity(
        id=str(item.id),
        state="accepted" if there else "revoked",
        created_at=moment(item.created_at),
        account_id=str(item.account_id) if there else msgspec.UNSET,
    )


def _entity(one: Collection, items: Sequence[Item], base_url: str) -> CollectionEntity:
    return CollectionEntity(
        id=str(one.id),
        uri=f"{base_url}/collections/{one.id}",
        url=f"{base_url}/collections/{one.id}",
        name=one.name,
        description=one.description,
        language=one.language,
        account_id=str(one.account_id),
        local=True,
        sensitive=one.sensitive,
        discoverable=one.discoverable,
        item_count=sum(item.state is collections.State.ACCEPTED for item in items),
        created_at=moment(one.created_at),
        updated_at=moment(one.updated_at),
        tag=None if one.tag is None else TagEntity(one.tag, tag_entity(posts.fold_tag(one.tag), base_url).url),
        items=[item_entity(item) for item in items],
    )
