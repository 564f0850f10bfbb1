"""Announcements as apps know them, and what they link to.

Source: https://docs.joinmastodon.org/entities/Announcement
"""

from collections.abc import Sequence

import msgspec

from pinson.domain import accounts, posts
from pinson.domain.instance import Emojis, Reaction, Told
from pinson.domain.posts import Mention, Parsed, PostNotFound, Reader
from pinson.interfaces.mastodon.entities.status import MentionEntity, TagEntity, post_id_of, tag_entity
from pinson.interfaces.mastodon.entities.wire import CustomEmoji, emoji_entities, moment
from pinson.lib.db import ReadTx


class LinkedStatus(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Announcement/#Status"""

    id: str
    url: str


class ReactionEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Reaction. me: of the viewer; url, static_url: of a custom emoji."""

    name: str
    count: int
    me: bool | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET
    static_url: str | msgspec.UnsetType = msgspec.UNSET


class AnnouncementEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Announcement. read: by the viewer, if it is one viewer's."""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    mentions: list[MentionEntity]
    statuses: list[LinkedStatus]
    tags: list[TagEntity]
    emojis: list[CustomEmoji]
    reactions: list[ReactionEntity]
    read: bool | msgspec.UnsetType = msgspec.UNSET


async def announcement_entities(
    tx: ReadTx,
    told: Sequence[Told],
    *,
    emojis: Emojis,
    base_url: str,
    stranger: Reader,
    is_personal: bool,
    lang: str = "",
) -> list[AnnouncementEntity]:
    """The entities of announcements. One statement for all whom they mention, two for each status they link to.

    Args:
        stranger: what they link to, everybody has to be able to see.
        is_personal: whether they are what one account finds, and say what it did.
        lang: of whoever reads them; "" is as they were first written, for everybody.
    """
    parsed = [posts.parse(one.announcement.said(lang), local_domain=base_url.partition("://")[2]) for one in told]
    handles = [handle for text in parsed for handle in text.handles]
    named = {
        handle: Mention(account.id, account.username, account.acct, account.url(base_url))
        for handle, account in (await accounts.by_accts(tx, handles) if handles else {}).items()
    }
    entities = []
    for one, text in zip(told, parsed, strict=True):
        said = one.announcement
        mentioned = [named[handle] for handle in text.handles if handle in named]
        entities.append(
            AnnouncementEntity(
                id=str(said.id),
                content=posts.to_html(text, named, base_url=base_url),
                starts_at=moment(said.starts_at) if said.starts_at else None,
                ends_at=moment(said.ends_at) if said.ends_at else None,
                all_day=said.all_day,
                published_at=moment(said.published_at),
                updated_at=moment(said.published_at),
                mentions=[MentionEntity(str(who.id), who.username, who.url, who.acct) for who in mentioned],
                statuses=await _linked(tx, text, base_url, stranger),
                tags=[tag_entity(name, base_url) for name in text.tags],
                emojis=emoji_entities(emojis.used_in(said.said(lang)), base_url),
                reactions=[_reaction(count, one, emojis, base_url, is_personal) for count in one.reactions],
                read=one.is_dismissed if is_personal else msgspec.UNSET,
            )
        )
    return entities


async def _linked(tx: ReadTx, text: Parsed, base_url: str, stranger: Reader) -> list[LinkedStatus]:
    """The statuses of this server that a text links to."""
    linked = []
    for url in text.urls:
        if (id := post_id_of(url, base_url)) is not None:
            try:
                await posts.visible(tx, id, reader=stranger)
            except PostNotFound:
                continue
            linked.append(LinkedStatus(str(id), url))
    return linked


def _reaction(count: Reaction, told: Told, emojis: Emojis, base_url: str, is_personal: bool) -> ReactionEntity:
    entity = ReactionEntity(count.name, count.count)
    if is_personal:
        entity.me = count.name in told.own
    if (emoji := emojis.get(count.name)) is not None:
        [custom] = emoji_entities([emoji], base_url)
        entity.url, entity.static_url = custom.url, custom.static_url
    return entity
