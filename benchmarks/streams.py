"""Many open streams of home, and how long one post takes to each of them.

Called by `measures.py` in a process of its own (`run`), which holds the client's end of all
streams and sends the posts too: one clock, started just before the request is written. Of each
stream every message is checked to hold the post that was sent; one stream in a hundred parses it.

Source: RFC 6455 (WebSocket), the HTML standard's server-sent events, RFC 9112 section 7.1 (chunks).
"""

import asyncio
import base64
import gc
import hashlib
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
import uvloop

from benchmarks.load import PARSED
from benchmarks.server import cpu_seconds, resident_bytes
from benchmarks.wire import HEAD_END, Answer, Connection, request
from benchmarks.world import SPEAKER

SETTLING = 0.5  # seconds from the last stream's opening until it has surely subscribed
PAUSE = 0.1  # seconds between posts: each finds the server at rest
REHEARSAL = 2  # posts that are not measured
AT_A_TIME = 50  # streams being opened
EVENTS, TITLE, SLUG = "/api/pinson/v1/events", "Premier faisceau", "premier-faisceau"

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FINAL, MASKED = 0x80, 0x80


class Job(msgspec.Struct, frozen=True):
    """Streams by all of `tokens`, whose accounts follow the speaker, and so many posts by the speaker.

    kind: "page" is the live part of the speaker's profile on the web, "wall" that of a live event, which the speaker
        opens: strangers hear them, and no token is sent.

    patience: seconds for a stream to open, and for a post to reach the last.
    """

    port: int
    pids: tuple[int, ...]
    kind: Literal["websocket", "sse", "page", "wall"]
    tokens: list[str]
    speaker: str
    posts: int
    patience: float = 15


class Result(msgspec.Struct, frozen=True):
    """What came of it.

    to_last, to_middle: seconds to the last stream and to the median one, post by post.
    answered: seconds to the answer of the request that published, post by post.
    wrong: what was wrong, and how often. bytes_a_stream: of the server's memory.
    server_cpu: seconds of processor time for all measured posts.
    """

    to_last: list[float]
    to_middle: list[float]
    answered: list[float]
    wrong: dict[str, int]
    bytes_a_stream: float
    server_cpu: float


def run(job: Job) -> Result:
    """Do it, in this process."""
    gc.disable()  # a pause of ours would look like one of the server's
    return uvloop.run(measure(job))


async def measure(job: Job) -> Result:
    """Do it, in this event loop."""
    return await _Audience(job).run()


class Stream(asyncio.Protocol):
    """A client's end of one stream: whatever it is sent, it hands on message by message."""

    def __init__(self, token: str, on_message: Callable[["Stream", bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._token = token
        self._on_message = on_message
        self._came = bytearray()
        self._transport: asyncio.Transport | None = None

    def question(self) -> bytes:
        """The request that opens the stream."""
        raise NotImplementedError

    def is_welcome(self, head: bytes) -> bool:
        """Whether this head of an answer opens the stream."""
        raise NotImplementedError

    def take(self, came: bytearray) -> None:
        """Hand on what is complete, and remove it."""
        raise NotImplementedError

    def hand_on(self, message: bytes) -> None:
        """A message is there."""
        self._on_message(self, message)

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._transport is not None
        self._transport.write(data)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.write(self.question())

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self.opened.done():
            end = self._came.find(HEAD_END)
            if end < 0:
                return
            head = bytes(self._came[: end + 2])
            del self._came[: end + len(HEAD_END)]
            if not self.is_welcome(head):
                self.opened.set_exception(ConnectionRefusedError(head[:60].decode("latin-1")))
                return
            self.opened.set_result(None)
        self.take(self._came)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("the server hung up"))


class WebSocket(Stream):
    """RFC 6455, as far as a client that only listens needs it."""

    def __init__(self, token: str, on_message: Callable[[Stream, bytes], None]) -> None:
        super().__init__(token, on_message)
        self._key = base64.b64encode(os.urandom(16))

    def question(self) -> bytes:
        upgrade = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {self._key.decode()}\r\n"
        )
        return request("GET", "/api/v1/streaming?stream=user", token=self._token, headers=upgrade)

    def is_welcome(self, head: bytes) -> bool:
        digest = hashlib.sha1(self._key + GUID, usedforsecurity=False).digest()
        return head.startswith(b"HTTP/1.1 101 ") and base64.b64encode(digest) in head

    def take(self, came: bytearray) -> None:
        while (frame := _frame(came)) is not None:
            kind, start, end = frame
            payload = bytes(came[start:end])
            del came[:end]
            if kind == PING:
                self.write(bytes((FINAL | PONG, MASKED | len(payload))) + bytes(4) + payload)  # masked with zeros
            elif kind == TEXT:
                self.hand_on(payload)


class Events(Stream):
    """Server-sent events, in chunks. kind: the line of those that count."""

    kind = b"event: update"

    def __init__(self, token: str, on_message: Callable[[Stream, bytes], None]) -> None:
        super().__init__(token, on_message)
        self._event = b""

    def question(self) -> bytes:
        return request("GET", "/api/v1/streaming/user", token=self._token, headers="Accept: text/event-stream\r\n")

    def is_welcome(self, head: bytes) -> bool:
        return head.startswith(b"HTTP/1.1 200 ") and b"transfer-encoding: chunked" in head.lower()

    def take(self, came: bytearray) -> None:
        while (line_end := came.find(b"\r\n")) > 0:
            start = line_end + 2
            end = start + int(came[:line_end], 16)
            if len(came) < end + 2:
                return
            self._event += came[start:end]
            del came[: end + 2]
            *whole, self._event = self._event.split(b"\n\n")
            for event in whole:
                lines = event.split(b"\n")
                if self.kind in lines:
                    self.hand_on(lines[-1].removeprefix(b"data: "))


class LivePage(Events):
    """The live part of a page of the web."""

    kind = b"event: published"

    def question(self) -> bytes:
        return request("GET", f"/live?on=profile:{SPEAKER}", headers="Accept: text/event-stream\r\n")


class Wall(Events):
    """The wall of a live event, which is sent whole whenever it changes."""

    kind = b"event: wall"

    def question(self) -> bytes:
        return request("GET", f"/e/{SLUG}/mur/stream", headers="Accept: text/event-stream\r\n")


class _Audience:
    """A job under way."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._mark = b""  # stands in the post that is on its way
        self._arrived: dict[Stream, float] = {}  # when the post came to each, in that order
        self._all_arrived = asyncio.Event()
        self._answer: asyncio.Future[tuple[int, float]] | None = None
        self._streams: dict[Stream, int] = {}  # in the order they were opened
        self._wrong: Counter[str] = Counter()
        self._body = b""  # of the last answer
        self._where = "/api/v1/statuses"  # posts are published

    async def run(self) -> Result:
        job = self._job
        _, speaker = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self._answered, self._hung_up), "127.0.0.1", job.port
        )
        if job.kind == "wall":
            await self._open_event(speaker)
        before = resident_bytes(job.pids)
        for start in range(0, len(job.tokens), AT_A_TIME):
            await asyncio.gather(*(self._open(token) for token in job.tokens[start : start + AT_A_TIME]))
        await asyncio.sleep(SETTLING)
        to_last, to_middle, answered = [], [], []
        cpu = cpu_seconds(job.pids)
        for number in range(REHEARSAL + job.posts):
            if number == REHEARSAL:
                cpu = cpu_seconds(job.pids)
            arrived, answer = await self._publish(speaker, number)
            if number >= REHEARSAL and len(arrived) == len(self._streams) and answer:
                to_last.append(arrived[-1])
                to_middle.append(statistics.median(arrived))
                answered.append(answer)
            await asyncio.sleep(PAUSE)
        result = Result(
            to_last=to_last,
            to_middle=to_middle,
            answered=answered,
            wrong=dict(self._wrong),
            bytes_a_stream=(resident_bytes(job.pids) - before) / max(1, len(self._streams)),
            server_cpu=cpu_seconds(job.pids) - cpu,
        )
        speaker.close()
        for stream in self._streams:
            stream.close()
        return result

    async def _open_event(self, speaker: Connection) -> None:
        now = datetime.now(UTC)
        event = {
            "title": TITLE,
            "starts_at": (now - timedelta(hours=1)).isoformat(),
            "ends_at": (now + timedelta(hours=8)).isoformat(),
            "zone": "Europe/Zurich",
        }
        self._answer = asyncio.get_running_loop().create_future()
        speaker.send(request("POST", EVENTS, token=self._job.speaker, body=msgspec.json.encode(event)))
        status, _ = await self._answer
        if status != 200:
            self._wrong[f"event: status {status}"] += 1
        self._where = f"{EVENTS}/{msgspec.json.decode(self._body)['id']}/messages"

    async def _open(self, token: str) -> None:
        stream = KINDS[self._job.kind](token, self._heard)
        await asyncio.get_running_loop().create_connection(lambda: stream, "127.0.0.1", self._job.port)
        try:
            await asyncio.wait_for(stream.opened, self._job.patience)
        except (OSError, TimeoutError) as error:
            self._wrong[f"not opened: {error}"] += 1
        else:
            self._streams[stream] = len(self._streams)

    async def _publish(self, speaker: Connection, number: int) -> tuple[list[float], float | None]:
        """Publish one post: seconds to each stream, in order, and to the answer."""
        self._mark = b"message %08d" % number
        self._arrived.clear()
        self._all_arrived.clear()
        self._answer = asyncio.get_running_loop().create_future()
        text = f"{self._mark.decode()}: les portes ouvrent, l'entrée est libre jusqu'à neuf heures. #ouverture"
        body = msgspec.json.encode({"status": text})
        sending = request("POST", self._where, token=self._job.speaker, body=body)
        began = time.perf_counter()
        speaker.send(sending)
        status = answered = None
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(self._job.patience):
                status, answered_at = await self._answer
                answered = answered_at - began
                await self._all_arrived.wait()
        if status != 200:
            self._wrong["no answer" if status is None else f"status {status}"] += 1
        if missing := len(self._streams) - len(self._arrived):
            self._wrong["message missing"] += missing
        return [moment - began for moment in self._arrived.values()], answered

    def _heard(self, stream: Stream, message: bytes) -> None:
        now = time.perf_counter()
        if not self._mark:
            return  # a wall as it stood before
        place = self._streams.get(stream, 0)
        if self._mark not in message or (place % PARSED == 0 and not self._is_right(message)):
            self._wrong["message"] += 1
            return
        if stream in self._arrived:
            self._wrong["message twice"] += 1
        self._arrived[stream] = now
        if len(self._arrived) >= len(self._streams):
            self._all_arrived.set()

    def _is_right(self, message: bytes) -> bool:
        try:
            told: Any = msgspec.json.decode(message)
            if self._job.kind == "websocket":
                if told["stream"] != ["user"] or told["event"] != "update":
                    return False
                told = msgspec.json.decode(told["payload"])
            if self._job.kind == "page":
                return self._mark.decode() in told["html"] and "</article>" in told["html"]
            if self._job.kind == "wall":
                return self._mark.decode() in told["html"]
            return self._mark.decode() in told["content"] and bool(told["account"]["username"])
        except (ValueError, LookupError, TypeError):
            return False

    def _answered(self, _connection: Connection, answer: Answer) -> None:
        self._body = bytes(answer.body)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((answer.status, time.perf_counter()))

    def _hung_up(self, _connection: Connection, why: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(why or ConnectionResetError("the server hung up"))


KINDS: dict[str, type[Stream]] = {"websocket": WebSocket, "sse": Events, "page": LivePage, "wall": Wall}


def _frame(came: bytearray) -> tuple[int, int, int] | None:
    """Kind, start and end of the payload of the first frame; None if it is not whole yet. RFC 6455 section 5.2."""
    if len(came) < 2:
        return None
    length, start = came[1], 2
    if length == 126:
        length, start = int.from_bytes(came[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(came[2:10], "big"), 10
    end = start + length
    return (came[0] & 0x0F, start, end) if len(came) >= end else None
