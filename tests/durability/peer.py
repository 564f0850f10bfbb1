"""One of two server processes on one folder: `python -m tests.durability.peer FOLDER SOCKET ROUNDS STARTS`.

The two play ping-pong through a socket that each has an end of (SOCKET is its number). A ball
is a number: who receives it must see the tag of that number, in its view and in SQL, and then
makes the next one. Whoever does not see it at once ends with a complaint. When all balls are
played, each writes how many it has seen.
"""

import asyncio
import socket
import sys
from pathlib import Path

import uvloop

from pinson.lib import log
from pinson.lib.clock import SystemClock
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Fact, Follower, Kinds

BALL = 8  # bytes


class Played(Fact, frozen=True):
    """A ball was played."""

    ball: int


class Balls:
    """A view: the balls that were played, in order."""

    def __init__(self) -> None:
        self.played: list[int] = []

    def apply(self, fact: Fact) -> None:
        if fact.ball > self.newest:
            self.played.append(fact.ball)

    async def load(self, tx: ReadTx) -> None:
        self.played = await tx.all(int, "SELECT id FROM topics ORDER BY id")

    @property
    def newest(self) -> int:
        return self.played[-1] if self.played else -1


class Server:
    """A process of the service, as far as coherence goes."""

    def __init__(self, data: Path) -> None:
        self.db = Sqlite(data)
        self._balls = Balls()
        self._follower = Follower(self.db, Kinds([Played]), [self._balls])

    async def start(self) -> None:
        await self._follower.start()

    async def play(self, ball: int) -> None:
        """Write one ball; it is on disk when this returns."""
        await self.db.write(_play, ball=ball)

    async def sees(self, ball: int) -> bool:
        """Whether a request that begins now sees the ball, in memory and in the tables."""
        if self._follower.behind:
            await self._follower.catch_up()
        async with self.db.read() as tx:
            stored = await tx.one(int, "SELECT max(id) FROM topics")
        return self._balls.newest == stored == ball

    def saw_all(self, balls: int) -> bool:
        """Whether the view holds each ball once, in order."""
        return self._balls.played == list(range(balls))

    async def close(self) -> None:
        await self.db.close()


async def _play(tx: WriteTx, *, ball: int) -> None:
    await tx.run("INSERT INTO topics (id, head) VALUES (:ball, :ball)", ball=ball)
    await log.record(tx, Played(at=SystemClock().now(), ball=ball))


async def rally(server: Server, other: socket.socket, *, rounds: int, starts: bool) -> None:
    """Play every other ball of `rounds`, and check those that come."""
    loop = asyncio.get_running_loop()
    for ball in range(rounds):
        if (ball % 2 == 0) == starts:
            await server.play(ball)
            await loop.sock_sendall(other, ball.to_bytes(BALL))
        else:
            received = int.from_bytes(await loop.sock_recv(other, BALL))
            assert received == ball, f"ball {received} came where {ball} was due"
            assert await server.sees(ball), f"ball {ball} was acknowledged and is not seen"
    assert server.saw_all(rounds), "the view does not hold each ball once, in order"


async def main(data: Path, other: socket.socket, *, rounds: int, starts: bool) -> None:
    """Open, tell the other, play, and say that all went well."""
    other.setblocking(False)
    loop = asyncio.get_running_loop()
    server = Server(data)
    await server.start()
    await loop.sock_sendall(other, b"!")
    await loop.sock_recv(other, 1)
    await rally(server, other, rounds=rounds, starts=starts)
    await server.close()
    print(rounds)


if __name__ == "__main__":
    folder, number, rounds, starts = sys.argv[1:]
    end = socket.socket(fileno=int(number))
    uvloop.run(main(Path(folder), end, rounds=int(rounds), starts=starts == "True"))
