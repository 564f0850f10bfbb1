"""One server of ours follows a feed of another: our hub and our subscriber understand each other, over sockets."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import uvicorn

from pinson.domain import hub, sources
from pinson.domain.sources import Rules, hubs
from tests.world import open_world


@asynccontextmanager
async def a_server(folder):
    """A world that can be reached at its address, until the block ends."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with open_world(folder, {"url": url, "outgoing.allow_loopback": True}) as world:
            config = uvicorn.Config(world.machine.application, lifespan="off", log_config=None)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield world
            finally:
                server.should_exit = True
                await serving


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
async def test_what_one_publishes_is_a_message_of_the_other_without_a_second_look(tmp_path, kind):
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(a_server(tmp_path / "there"))
        here = await stack.enter_async_context(a_server(tmp_path / "here"))
        lab, town = await there.person("lab"), await here.person("town")
        await there.publish(lab, "Le faisceau tourne")
        feed = f"{there.tools.settings.url}/@lab/feed.{kind}"
        found = await sources.look_at(feed, outgoing=here.tools.outgoing, reader=here.tools.news)
        given = {"account_id": town.account_id, "kind": found.kind, "look": found.look, "wanted": Rules()}
        source = await here.write(sources.add, fresh=hubs.Fresh("token-1", "secret-1"), **given)
        await here.settle()  # it asks the hub
        await there.settle()  # which asks it back
        assert await there.ask(hub.is_subscribed, f"/@lab/feed.{kind}", f"{here.tools.settings.url}/websub/token-1")
        assert source.id in await here.ask(sources.told_at_once, town.account_id, now=here.clock.now())

        await there.publish(lab, "Collisions à 13 h 06")
        await there.settle()  # nothing is due here: it is told

        answer = await here.client().get(f"/api/v1/accounts/{town.id}/statuses")
        (told,) = answer.json()
        assert "Collisions à 13 h 06" in told["content"]
