"""Requests at a pace of their own, whatever the server makes of it: how late answers are, and what is refused.

Called by `measures.py` in a process of its own (`run`). Open loop: each request has a moment at
which it is due, and its latency counts from then on, also while it waits for a free connection. So
a server that cannot keep up is seen to fall behind, which a closed loop (`load.py`) hides.
"""

import asyncio
import gc
import time
from array import array
from collections import Counter, deque

import msgspec
import uvloop

from benchmarks.load import PARSED, Browsing, Publishing, Reading, percentiles
from benchmarks.wire import Answer, Connection

TICK = 0.001  # seconds between looks at what is due
BUSY = (429, 503)  # answers that say: later


class Flow(msgspec.Struct, frozen=True):
    """Requests of one kind. phases: one after the other, seconds and requests a second."""

    name: str
    script: Reading | Publishing | Browsing
    phases: tuple[tuple[float, float], ...]
    connections: int


class Job(msgspec.Struct, frozen=True):
    """Flows that run together. patience: seconds to wait for the last answers."""

    port: int
    flows: tuple[Flow, ...]
    patience: float = 60


class Result(msgspec.Struct, frozen=True):
    """What came of a flow.

    asked: requests that were due. answers: right ones. refused: how many were told to come later.
    latencies: p50, p90, p99 from the moment they were due, in seconds, of right answers.
    drained: seconds from the end of the busiest phase until whatever was due by then was answered.
    """

    asked: int
    answers: int
    refused: int
    wrong: dict[str, int]
    latencies: tuple[float, float, float]
    drained: float


def run(job: Job) -> list[Result]:
    """Do it, in this process."""
    gc.disable()  # a pause of ours would look like one of the server's
    return uvloop.run(measure(job))


async def measure(job: Job) -> list[Result]:
    """Do it, in this event loop."""
    flows = [_Paced(job, flow) for flow in job.flows]
    for flow in flows:
        await flow.open()
    began = time.perf_counter()
    return list(await asyncio.gather(*(flow.run(began) for flow in flows)))


class _Paced:
    """A flow under way."""

    def __init__(self, job: Job, flow: Flow) -> None:
        self._job, self._flow = job, flow
        self._idle: deque[Connection] = deque()
        self._waiting: dict[Connection, tuple[int, float]] = {}  # the turn, and when it was due
        self._late: deque[tuple[int, float]] = deque()  # due, but no connection is free
        self._latencies = array("d")
        self._refused = 0
        self._wrong: Counter[str] = Counter()
        self._connections: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_over = False
        self._peak = max(range(len(flow.phases)), key=lambda place: flow.phases[place][1])
        self._peak_ended = 0.0
        self._drained = 0.0
        self._open_at_peak: set[int] = set()

    async def open(self) -> None:
        """Connect, before any clock starts."""
        for _ in range(self._flow.connections):
            await self._connect()

    async def _connect(self) -> None:
        loop, port = asyncio.get_running_loop(), self._job.port
        _, connection = await loop.create_connection(lambda: Connection(self._answered, self._ended), "127.0.0.1", port)
        self._connections.add(connection)
        if self._late:
            self._send(connection, *self._late.popleft())
        else:
            self._idle.append(connection)

    async def run(self, began: float) -> Result:
        """Ask as the phases say, then wait for what is open."""
        turn, start = 0, began
        for place, (seconds, rate) in enumerate(self._flow.phases):
            first = turn
            while (now := time.perf_counter()) < start + seconds:
                while turn < first + int((now - start) * rate):
                    self._due(turn, start + (turn - first) / rate)
                    turn += 1
                await asyncio.sleep(TICK)
            start += seconds
            if place == self._peak:
                self._peak_ended = time.perf_counter()
                self._open_at_peak = {one for one, _ in (*self._waiting.values(), *self._late)}
        until = time.perf_counter() + self._job.patience
        while (self._waiting or self._late) and time.perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(10 * TICK)
        if missing := len(self._waiting) + len(self._late):
            self._wrong["no answer"] += missing
        self._is_over = True
        for connection in self._connections:
            connection.close()
        return Result(
            asked=turn,
            answers=len(self._latencies),
            refused=self._refused,
            wrong=dict(self._wrong),
            latencies=percentiles(self._latencies),
            drained=self._drained,
        )

    def _due(self, turn: int, at: float) -> None:
        if self._idle:
            self._send(self._idle.pop(), turn, at)
        else:
            self._late.append((turn, at))

    def _send(self, connection: Connection, turn: int, at: float) -> None:
        self._waiting[connection] = turn, at
        connection.send(self._flow.script.ask(turn))

    def _answered(self, connection: Connection, answer: Answer) -> None:
        if connection not in self._waiting:
            return
        now, (turn, at) = time.perf_counter(), self._waiting.pop(connection)
        if answer.status in BUSY:
            self._refused += 1
        elif answer.status != self._flow.script.status:
            self._wrong[f"status {answer.status}"] += 1
        elif turn % PARSED == 0 and not self._flow.script.is_right(turn, bytes(answer.body)):
            self._wrong["content"] += 1
        else:
            self._latencies.append(now - at)
        if self._open_at_peak:
            self._open_at_peak.discard(turn)
            self._drained = now - self._peak_ended
        if self._late:
            self._send(connection, *self._late.popleft())
        else:
            self._idle.append(connection)

    def _ended(self, connection: Connection, why: Exception | None) -> None:
        if self._waiting.pop(connection, None) is not None:
            self._wrong[f"no answer: {why or 'the server hung up'}"] += 1
        elif not self._is_over and connection in self._idle:  # servers hang up on those that nobody uses
            self._idle.remove(connection)
            self._connections.discard(connection)
            opening = asyncio.create_task(self._connect())
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)
