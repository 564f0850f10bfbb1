"""Kannel stands between us and a network: texts go out by it, receipts and what people write come back."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest

from pinson.lib.gateways import HttpGateway, Incoming, Receipt, Request, State, Text
from pinson.lib.http import Outgoing
from tests.kannel import a_kannel
from tests.smsc import a_network
from tests.world import NOW

KEY = "a&b"
TEXTS = ("Où est l'été ? 5 €", "Fête de l’été", "Un texte d'une part et demie. " * 8, "Forêt ’ " * 15)  # 1, 1, 2, 2
LONG = "Arrêt ’" + " Arrêt ’" * 14


class Hooks:
    """Where Kannel tells us things."""

    def __init__(self):
        self.gateway = None
        self.heard = []

    async def take(self, reader, writer):
        async with asyncio.timeout(60):
            asked = urlsplit((await reader.readuntil(b"\r\n\r\n")).decode().split()[1])
        fields = dict(parse_qsl(asked.query))
        read = self.gateway.incoming if asked.path == "/texts/incoming" else self.gateway.receipt
        self.heard.append(read(fields["key"], fields, now=NOW))
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 0\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode())  # else Kannel may tell the next by a line that ends
        await writer.drain()
        writer.close()

    async def until(self, true):
        async with asyncio.timeout(60):
            while not true(self.heard):  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def by_kannel(program, folder, network):
    hooks = Hooks()
    server = await asyncio.start_server(hooks.take, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/texts"
    async with (
        a_kannel(program, folder, network, hooks=address, key=KEY) as kannel,
        Outgoing(allow_loopback=False, anywhere=True, user_agent="Pinson") as outgoing,
    ):
        hooks.gateway = HttpGateway(
            outgoing, Request(kannel.url), per_second=100, hooks=address, secret=KEY, names=(), region="FR"
        )
        yield hooks
    server.close()


@pytest.mark.slow
async def test_texts_and_what_comes_of_them_pass_through_kannel_both_ways(program, tmp_path):
    async with a_network() as network, by_kannel(program, tmp_path, network) as hooks:
        network.receipts = "DELIVRD"
        for number, text in enumerate(TEXTS, 1):
            await hooks.gateway.send(Text(number, "+33639981234", "38000", text))
        await network.arrived(len(TEXTS))
        await hooks.until(lambda heard: len({one.remote_id for one in heard if one.state is State.DELIVERED}) == 4)
        network.receipts = "UNDELIV"
        await hooks.gateway.send(Text(9, "+33639981234", "38000", "Perdu"))
        await hooks.until(lambda heard: any(one.state is State.FAILED for one in heard))
        receipts, hooks.heard = hooks.heard, []
        await network.text("33639981234", "38000", "STOP")
        await network.text("33639981234", "38000", LONG)
        await hooks.until(lambda heard: len(heard) == 2)

    assert sorted(text for _, _, text in network.texts) == sorted([*TEXTS, "Perdu"])
    assert sorted(part.data_coding for part in network.parts) == [0, 0, 0, 0, 8, 8, 8]
    assert {one.remote_id for one in receipts if one.state is State.FAILED} == {"9"}
    assert all(isinstance(one, Receipt) for one in receipts)
    assert [one.text for one in hooks.heard] == ["STOP", LONG]
    assert all(isinstance(one, Incoming) and one.source == "+33639981234" for one in hooks.heard)
