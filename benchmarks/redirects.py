"""Short links under load: people and machines follow them in turn, and each of them must have been counted.

Called by `measures.py`. The load generator looks at the status of every answer; where each link leads is asked once
beforehand, and what the server counted is read from its data once it has stopped.
"""

import http.client
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from benchmarks.server import Server
from benchmarks.wire import request
from pinson import app
from pinson.domain import accounts, shortlinks
from pinson.domain.accounts import AccountId
from pinson.domain.shortlinks import Channel, Checked
from pinson.lib.clock import SystemClock
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.paging import Page

LINKS = 200  # a multiple of the names below: so each turn of the rehearsal is one of each kind
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
    "Mastodon/4.4.0 (http.rb/5.3.1; +https://social.example/)",
)
SENT = (  # what browsers send along
    "Accept-Language: fr-FR,fr;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\nUpgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: cross-site\r\n"
)


class Following(msgspec.Struct, frozen=True):
    """Follow links in turn. asked: requests."""

    asked: list[bytes]
    status: int = 302

    @property
    def rehearsal(self) -> int:
        return len(self.asked)

    def ask(self, turn: int) -> bytes:
        return self.asked[turn % len(self.asked)]

    def is_right(self, _turn: int, body: bytes) -> bool:
        return body == b""

    def is_as_long(self, length: int, learnt: int) -> bool:
        return length == learnt


class Shop(msgspec.Struct, frozen=True):
    """A server with links: whose they are, and their codes."""

    account_id: AccountId
    codes: list[str]


def shop(data: Path) -> Shop:
    """Make it. data: a folder that is not there yet."""
    clock = SystemClock()
    app.prepare_data(data, clock=clock)

    async def build() -> Shop:
        db = Sqlite(data)
        try:
            now = clock.now()
            owner = await db.write(accounts.create, username="shop", now=now)
            wishes = [Checked(target=target(number)) for number in range(LINKS)]
            made = await db.write(shortlinks.make, account_id=owner.id, wishes=wishes, now=now)
            return Shop(owner.id, [one.codes[Channel.MESSAGE] for one in made])
        finally:
            await db.close()

    return uvloop.run(build())


def target(number: int) -> str:
    """Where a link leads."""
    return f"https://example.org/news/{number}"


def script(codes: Sequence[str]) -> Following:
    """People and machines, a quarter machines."""
    return Following(
        [
            request("GET", f"/{code}", headers=SENT, agent=AGENTS[number % len(AGENTS)])
            for number, code in enumerate(codes)
        ]
    )


def astray(server: Server, codes: Sequence[str]) -> int:
    """How many links lead elsewhere than they should. Asked with HEAD, so as to count as machines."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        wrong = 0
        for number, code in enumerate(codes):
            connection.request("HEAD", f"/{code}")
            answer = connection.getresponse()
            answer.read()
            wrong += answer.getheader("location") != target(number)
        return wrong
    finally:
        connection.close()


def counted(data: Path, account_id: AccountId) -> tuple[int, int]:
    """How many people and machines a server has counted, once it has stopped."""

    async def read() -> tuple[int, int]:
        db = Sqlite(data)
        try:
            async with db.read() as tx:
                links = await shortlinks.of_account(tx, account_id, Page(None, None, None, LINKS))
            return sum(link.people for link in links), sum(link.machines for link in links)
        finally:
            await db.close()

    return uvloop.run(read())
