"""What apps know of a link that a post shares: https://docs.joinmastodon.org/entities/PreviewCard. Pure.

All of it is text; `html` and `embed_url`, with which a site could put something of its own into an app, stay empty.
The picture is our copy, so that whoever reads the post asks nothing of the site.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pinson.domain import links
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.links import Card, Link
from pinson.domain.media import address
from pinson.interfaces.mastodon.entities.account import AccountEntity
from pinson.interfaces.mastodon.entities.wire import moment


class CardAuthor(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/PreviewCardAuthor"""

    name: str
    url: str
    account: AccountEntity | None


class StatusCard(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/PreviewCard"""

    url: str
    title: str
    description: str
    language: str | None
    type: Literal["link", "photo", "video", "rich"]
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: str | None
    authors: list[CardAuthor]


def card_entity(link: Link, card: Card, *, author: AccountEntity | None, base_url: str) -> StatusCard:
    """The entity of a link that has a card.

    Args:
        author: see `confirmed_author`.
        base_url: public address of this server, without a slash at its end.
    """
    picture = card.picture
    authors = []
    if author is not None:
        authors = [CardAuthor(author.display_name or author.username, author.url, author)]
    elif card.author or card.author_url:
        authors = [CardAuthor(card.author, card.author_url, None)]
    return StatusCard(
        url=link.url,
        title=card.title,
        description=card.description,
        language=card.language,
        type="link",
        author_name=card.author,
        author_url=card.author_url,
        provider_name=card.provider,
        provider_url="",
        html="",
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        image=address(picture.key, base_url) if picture else None,
        image_description=picture.description if picture else "",
        embed_url="",
        blurhash=picture.blurhash if picture else None,
        published_at=moment(card.published_at) if card.published_at else None,
        authors=authors,
    )


def confirmed_author(link: Link, card: Card, named: Mapping[AccountId, Profile]) -> Profile | None:
    """The account that the page names as its author's, if that account says in its profile that the site may."""
    creator = named.get(card.creator_id) if card.creator_id is not None else None
    return creator if creator and links.is_within(link.url, creator.attribution_domains) else None
