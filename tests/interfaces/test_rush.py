"""When more is to be written than the disk takes, whoever comes last is told to come later."""

import asyncio
import threading
from contextlib import asynccontextmanager

from pinson.interfaces import request
from tests.interfaces.web.visitor import Visitor


async def wait(_tx, *, until):
    """A body that keeps the writer from all others."""
    until.wait(60)


@asynccontextmanager
async def rush(db):
    """The writer is at work, and one body waits."""
    done = threading.Event()
    at_work = asyncio.ensure_future(db.write(wait, until=done))
    await asyncio.sleep(0)  # it begins
    while db.waiting:  # noqa: ASYNC110  (until the writer, which is a thread, has taken it)
        await asyncio.sleep(0)
    waiting = asyncio.ensure_future(db.write(wait, until=done))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        done.set()
        await asyncio.gather(at_work, waiting)


async def test_in_a_rush_an_app_is_told_when_to_come_again_and_can_still_read(world, monkeypatch):
    monkeypatch.setattr(request, "MOST_WAITING", 1)
    ana = await world.person("ana")
    client = world.client(ana)
    async with rush(world.tools.db):
        refused = await client.post("/api/v1/statuses", json={"status": "Trop vite"})
        read = await client.get("/api/v1/timelines/home")
    published = await client.post("/api/v1/statuses", json={"status": "À temps"})

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert "try again" in refused.json()["error"]
    assert (read.status_code, published.status_code) == (200, 200)
    assert [post.text for post in await world.home(ana)] == ["À temps"]


async def test_in_a_rush_a_page_says_that_nothing_was_saved(world, monkeypatch):
    monkeypatch.setattr(request, "MOST_WAITING", 1)
    await world.person("ana")
    visitor = Visitor(world, lang="fr")
    await visitor.sign_in("ana")
    async with rush(world.tools.db):
        answer = await visitor.client.post("/write", data={"text": "Trop vite"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Rien n’a été enregistré" in answer.text
