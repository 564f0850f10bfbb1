"""Questions about links."""

from collections.abc import Sequence

from pinson.domain.links import rules, store
from pinson.domain.links.model import Link, LinkId, Publisher, PublisherId
from pinson.domain.links.rules import LinkNotFound, PublisherNotFound
from pinson.lib.db import ReadTx


async def link(tx: ReadTx, id: LinkId) -> Link:
    """
    Raises:
        LinkNotFound: there is none.
    """
    found = await store.by_ids(tx, [id])
    if not found:
        raise LinkNotFound
    return found[0]


async def by_address(tx: ReadTx, url: str) -> Link:
    """The link that this address is, however it is written.

    Raises:
        LinkNotFound: nobody has shared it here.
    """
    normalised = rules.normal(url)
    found = await store.by_url(tx, normalised) if normalised else None
    if found is None:
        raise LinkNotFound
    return found


async def by_ids(tx: ReadTx, ids: Sequence[int]) -> dict[int, Link]:
    """Those of these links that exist, in one statement; none if there are no ids."""
    return {link.id: link for link in await store.by_ids(tx, list(ids))} if ids else {}


async def publishers(tx: ReadTx, ids: Sequence[PublisherId]) -> dict[PublisherId, Publisher]:
    """Those of these sites that exist, in one statement; none if there are no ids."""
    return {site.id: site for site in await store.publishers(tx, list(ids))} if ids else {}


async def publisher(tx: ReadTx, id: PublisherId) -> Publisher:
    """
    Raises:
        PublisherNotFound: there is none.
    """
    found = await store.publishers(tx, [id])
    if not found:
        raise PublisherNotFound
    return found[0]
