"""A thousand screens show one wall, and the server is started again among them: none is blank, none misses a message.

A real server in a process of its own, and readers on sockets of their own that come back as the wall's script does. How
long the last of them waits is measured by `make bench`, not here.
"""

import asyncio
import json
import random
import re
import resource
import time
from contextlib import suppress

import pytest

from tests.browser.test_wall import WALL, Desk
from tests.flows.server import live_server

READERS = 1000
PATIENCE = 60  # seconds
pytestmark = pytest.mark.thorough


class Reader:
    """A screen: keeps what it showed last, and comes back with its version."""

    def __init__(self, port):
        self.port = port
        self.version, self.shows = "", []  # of messages, newest first
        self.was_blank = False
        self.alive = asyncio.Event()

    async def run(self):
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._listen()
            self.alive.clear()
            await asyncio.sleep(0.5 * (0.5 + random.random()))

    async def _listen(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        try:
            writer.write(f"GET {WALL}/stream?lang=fr&seen={self.version} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            while True:
                event = await reader.readuntil(b"\n\n")
                if event.startswith(b"event: stands"):
                    self.alive.set()
                elif b"event: wall\n" in event:
                    self._show(json.loads(event.partition(b"data: ")[2]))
                    self.alive.set()
        finally:
            writer.close()

    def _show(self, told):
        self.version = told["version"]
        self.shows = re.findall(r"Message \d+", told["html"])
        self.was_blank = self.was_blank or not self.shows


async def until(readers, holds):
    """Wait until it holds for each reader."""
    deadline = time.monotonic() + PATIENCE
    while missing := [reader for reader in readers if not holds(reader)]:
        assert time.monotonic() < deadline, f"{len(missing)} of {len(readers)} still wait"
        await asyncio.sleep(0.02)


async def test_a_thousand_readers_of_one_wall_get_each_message_though_the_server_is_started_again(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * READERS)), hard))
    tasks = []
    try:
        with live_server(tmp_path) as first:
            desk = Desk(first)
            desk.write("Message 1")
            port = int(first.url.rpartition(":")[2])
            readers = [Reader(port) for _ in range(READERS)]
            tasks = [asyncio.create_task(reader.run()) for reader in readers]
            await until(readers, lambda reader: reader.shows == ["Message 1"])
            await asyncio.to_thread(desk.write, "Message 2")
            await until(readers, lambda reader: reader.shows[0] == "Message 2")
        with live_server(tmp_path, port=port):
            await asyncio.to_thread(desk.write, "Message 3")  # while most are still away
            await until(readers, lambda reader: reader.shows[0] == "Message 3")
            await until(readers, lambda reader: reader.alive.is_set())
            await asyncio.to_thread(desk.write, "Message 4")
            await until(readers, lambda reader: reader.shows[0] == "Message 4")
    finally:
        for task in tasks:
            task.cancel()

    assert {tuple(reader.shows) for reader in readers} == {("Message 4", "Message 3", "Message 2", "Message 1")}
    assert not any(reader.was_blank for reader in readers)
