"""The whole path of a text, by a network that speaks SMPP, and by Kannel: SUIVRE, OUI, a message in parts, STOP."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from pinson.domain import deliveries
from pinson.domain.deliveries import What
from pinson.texting import standing
from tests.kannel import a_kannel
from tests.smsc import THROTTLED, a_network
from tests.world import open_world

PHONE = "33639981234"
LONG = "Palier tenu : 3,5 TeV de chaque côté, jamais vu ailleurs. Reste à viser juste. " * 2
KEY = "a&b"


class Hooks:
    """A web server in front of the application, as Kannel calls it."""

    def __init__(self):
        self.world = None

    async def take(self, reader, writer):
        asked = urlsplit((await reader.readuntil(b"\r\n\r\n")).decode().split()[1])
        while self.world is None:  # noqa: ASYNC110  (Kannel may be quicker than the world)
            await asyncio.sleep(0.01)
        answer = await self.world.client().get(f"{asked.path}?{asked.query}")
        head = f"HTTP/1.1 {answer.status_code} So\r\nContent-Type: {answer.headers['content-type']}\r\n"
        writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def going_on(world):
    """What runs beside the requests."""
    work = [asyncio.create_task(job()) for job in world.machine.background]
    try:
        async with asyncio.timeout(60):
            while not world.machine.telephony.texts.most_open:  # noqa: ASYNC110  (the network)
                await asyncio.sleep(0.01)
        yield
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def reached(network, count):
    """The latest text, once so many have come."""
    await network.arrived(count)
    return network.texts[count - 1][2]


async def counted(world, post, what):
    async with asyncio.timeout(60):
        while True:
            lines = await world.ask(deliveries.lines, [post.id])
            if any(line.what is what for line in lines):
                return {line.what: line.deliveries for line in lines}
            await asyncio.sleep(0.05)


async def whole_journey(world, network):
    """Somebody follows, is alerted, stops, and hears no more."""
    lab = await world.person("lab", display_name="Le Labo")
    network.receipts = "DELIVRD"
    await network.text(PHONE, "38000", "Suivre lab")
    asked = await reached(network, 1)
    await network.text(PHONE, "38000", "oui")
    welcome = await reached(network, 2)
    post = await world.publish(lab, LONG)
    message = await reached(network, 3)
    told = await counted(world, post, What.DELIVERED)
    await network.text(PHONE, "38000", "Arrêt, svp ’")  # which takes UCS-2
    goodbye = await reached(network, 4)
    silence = await world.publish(lab, "Nobody hears this")
    await asyncio.sleep(0.6)

    assert "OUI" in asked
    assert "Le Labo" in welcome
    assert message == f"Le Labo : {LONG.strip()}"
    assert told == {What.ASKED: 1, What.SENT: 1, What.DELIVERED: 1}
    assert "plus de SMS" in goodbye
    assert len(network.texts) == 4
    assert await world.ask(deliveries.lines, [silence.id]) == []


@pytest.mark.slow
async def test_a_network_carries_the_whole_journey(tmp_path):
    async with a_network() as network:
        settings = {"sms.backend": "smpp", "sms.host": network.host, "sms.port": network.port, "sms.number": "38000"}
        network.answers = [THROTTLED, 0]
        async with open_world(tmp_path, settings) as world, going_on(world):
            await whole_journey(world, network)
            there = standing(tmp_path)

    assert there is not None
    assert there.trouble == "", "as the doctor reads it"
    assert [part.source_addr for part in network.parts] == [b"38000"] * 6  # three of the message, which has an ô
    assert network.unbound == 1


@pytest.mark.slow
async def test_kannel_carries_the_whole_journey(program, tmp_path):
    hooks = Hooks()
    server = await asyncio.start_server(hooks.take, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with (
        a_network() as network,
        a_kannel(program, tmp_path, network, hooks=f"{address}/texts", key=KEY) as kannel,
    ):
        settings = {
            "url": address,
            "sms.backend": "http",
            "sms.number": "38000",
            "sms.http_url": kannel.url,
            "sms.hook_secret": KEY,
        }
        (tmp_path / "data").mkdir()
        async with open_world(tmp_path / "data", settings) as world, going_on(world):
            hooks.world = world
            await whole_journey(world, network)
    server.close()


async def test_a_hook_needs_its_secret_and_what_matters(tmp_path):
    settings = {"sms.backend": "http", "sms.http_url": "http://127.0.0.1:1/", "sms.hook_secret": KEY}
    async with open_world(tmp_path, settings) as world:
        ask = world.client().get
        statuses = [
            (await ask("/texts/incoming", params=params)).status_code
            for params in (
                {"key": KEY, "from": PHONE, "text": "STOP"},
                {"from": PHONE, "text": "STOP"},
                {"key": "x", "from": PHONE, "text": "STOP"},
                {"key": KEY, "text": "STOP"},
            )
        ]
        posted = await world.client().post("/texts/receipt", data={"key": KEY, "id": "1", "status": "delivered"})

    assert statuses == [200, 403, 403, 403]
    assert posted.status_code == 200


async def test_where_no_operator_speaks_http_there_are_no_hooks(tmp_path):
    async with open_world(tmp_path, {"sms.backend": "simulator"}) as world:
        assert (await world.client().get("/texts/incoming", params={"key": ""})).status_code == 404
