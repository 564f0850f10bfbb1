"""Reading the pages behind links: the slow work, outside any transaction.

Run as the reaction to LinkFound. A page is read when somebody shares it, at most once a day,
with a name under which we can be reached; its picture is made anew and kept here, so that those who read a post ask
nothing of the site. What goes wrong at the other end in a way that may pass (too slow, unreachable, its server's
mistake) is tried again by the reactor's rules for an hour; after that, and for anything else, we give up: the link
says why, and is tried again when somebody shares it on another day.

Not here: what a page says (`reading.py`), how other servers are asked (`pinson.lib.http`).
"""

import asyncio
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from pinson.domain.links import commands, reading, store
from pinson.domain.links.facts import LinkFound
from pinson.domain.links.model import Card, Link, Picture
from pinson.lib import images
from pinson.lib.blobs import Blobs
from pinson.lib.clock import Clock
from pinson.lib.config import Settings
from pinson.lib.db import Database
from pinson.lib.http import Answer, ForbiddenAddress, Outgoing, OutgoingFailed
from pinson.lib.images import TooManyPixels, UnreadablePicture, Version

PAGE_BYTES, PICTURE_BYTES = 1 << 20, 8 << 20  # what a page says of itself stands at its beginning
SECONDS = 10.0  # for each of the two
SHOWN = Version(230_400)  # 640x360 pixels
PATIENCE = timedelta(hours=1)
HTML = ("text/html", "application/xhtml+xml")
MAY_PASS = (408, 425, 429)  # and all from 500 on

events = structlog.get_logger("pinson.links")


class NoCard(Exception):
    """There is nothing to show, and asking again would not help."""


class PageFailed(Exception):
    """The page could not be read now; it may be readable in a while."""


class Workplace(Protocol):
    """The tools that the reaction works with."""

    @property
    def db(self) -> Database: ...

    @property
    def blobs(self) -> Blobs: ...

    @property
    def outgoing(self) -> Outgoing: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def settings(self) -> Settings: ...


async def preview(tools: Workplace, fact: LinkFound) -> None:
    """What follows from LinkFound.

    Raises:
        PageFailed: try again later.
        CannotWrite: the disk is full.
    """
    async with tools.db.read() as tx:
        found = await store.by_ids(tx, [fact.link_id])
    if not found or not found[0].is_due:
        return
    link = found[0]
    try:
        card = await _card(tools, link)
    except NoCard as reason:
        failure = str(reason)
    except PageFailed as reason:
        if tools.clock.now() - link.asked_at < PATIENCE:
            raise
        failure = str(reason)
    else:
        domain = tools.settings.url.partition("://")[2]
        now = tools.clock.now()
        await tools.db.write(commands.keep_card, id=link.id, card=card, local_domain=domain, now=now)
        return
    events.info("no_card", link=link.id, why=failure)
    await tools.db.write(commands.give_up, id=link.id, failure=failure, now=tools.clock.now())


async def _card(tools: Workplace, link: Link) -> Card:
    page = await _page(tools.outgoing, link.url)
    content_type = page.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in HTML:
        raise NoCard("it is no page")
    said = await asyncio.to_thread(reading.read, page.body, content_type=content_type, url=page.url)
    if said is None:
        raise NoCard("the page has no title")
    picture = await _picture(tools, said) if said.picture_url else None
    return msgspec.structs.replace(said.card, picture=picture)


async def _page(outgoing: Outgoing, url: str) -> Answer:
    accept = ", ".join(HTML)
    try:
        page = await outgoing.get(url, max_bytes=PAGE_BYTES, cut=True, accept=accept, seconds=SECONDS)
    except ForbiddenAddress as failure:
        raise NoCard(str(failure)) from failure
    except OutgoingFailed as failure:
        raise PageFailed(str(failure)) from failure
    if page.status >= 500 or page.status in MAY_PASS:
        raise PageFailed(f"its server answers {page.status}")
    if page.status != 200:
        raise NoCard(f"its server answers {page.status}")
    return page


async def _picture(tools: Workplace, said: reading.Said) -> Picture | None:
    """The picture of a page, small and made anew; None if it cannot be had: the card then goes without."""
    assert said.picture_url is not None
    try:
        answer = await tools.outgoing.get(said.picture_url, max_bytes=PICTURE_BYTES, accept="image/*", seconds=SECONDS)
    except OutgoingFailed as failure:
        events.info("no_picture", why=str(failure))
        return None
    format = images.sniff(answer.body[: images.HEAD])
    if answer.status != 200 or format is None:
        return None
    with tools.blobs.workshop() as folder:
        source = folder / "fetched"
        await asyncio.to_thread(source.write_bytes, answer.body)
        try:
            developed = await images.develop(source, format, folder, versions=(SHOWN,))
        except (UnreadablePicture, TooManyPixels) as refusal:
            events.info("no_picture", why=refusal.code)
            return None
        [made] = developed.pictures
        [key] = await tools.blobs.keep([made.file], now=tools.clock.now())
    return Picture(key, made.width, made.height, developed.blurhash, said.picture_description)
