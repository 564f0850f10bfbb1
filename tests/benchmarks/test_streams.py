"""The streams' clients notice what is missing, wrong, or told twice."""

import asyncio
import base64
import hashlib
import os

import msgspec
import pytest

from benchmarks import streams


class Hall:
    """A server with streams, that passes a post on as `say(place, message)` tells it: a list of messages a stream."""

    def __init__(self, kind, say):
        self._kind, self._say = kind, say
        self._listeners, self._talks = [], []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error):
        self._server.close()
        await asyncio.wait(self._talks)

    async def _talk(self, reader, writer):
        self._talks.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"POST"):
                    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
                    self._publish(writer, msgspec.json.decode(await reader.readexactly(length))["status"])
                else:
                    writer.write(self._welcome(head))
                    self._listeners.append(writer)
        except (asyncio.IncompleteReadError, ConnectionError):  # it hung up, as all do in the end
            writer.close()

    def _welcome(self, head):
        if self._kind == "sse":
            return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b":)\n")
        key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        proof = base64.b64encode(hashlib.sha1(key + streams.GUID).digest())
        return b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + proof + b"\r\n\r\n"

    def _publish(self, writer, text):
        status = msgspec.json.encode({"content": f"<p>{text}</p>", "account": {"username": "alice"}})
        for place, listener in enumerate(self._listeners):
            for message in self._say(place, status):
                listener.write(self._framed(message))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(status), status))

    def _framed(self, message):
        if self._kind == "sse":
            return chunk(b"event: update\ndata: " + message + b"\n\n")
        told = msgspec.json.encode({"stream": ["user"], "event": "update", "payload": message.decode()})
        return bytes((0x80 | streams.TEXT, 126)) + len(told).to_bytes(2, "big") + told


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


async def run(kind, say, *, posts=2):
    async with Hall(kind, say) as hall:
        job = streams.Job(hall.port, (os.getpid(),), kind, ["a", "b", "c"], "speaker", posts, patience=0.3)
        return await streams.measure(job)


kinds = pytest.mark.parametrize("kind", ["websocket", "sse"])


@kinds
async def test_what_reaches_all_is_timed_to_the_last(kind):
    result = await run(kind, lambda _place, message: [message])

    assert result.wrong == {}
    assert len(result.to_last) == len(result.to_middle) == len(result.answered) == 2
    assert all(0 < middle <= last < 0.3 for middle, last in zip(result.to_middle, result.to_last, strict=True))


@kinds
@pytest.mark.parametrize(
    ("says", "called"),
    [
        (lambda message: [], "message missing"),
        (lambda message: [message, message], "message twice"),
        (lambda message: [message, message.replace(b"message 0", b"message 9")], "message"),
        (lambda message: [message.replace(b"alice", b""), message], "message"),
    ],
)
async def test_one_stream_that_hears_something_else_is_counted(kind, says, called):
    result = await run(kind, lambda place, message: says(message) if place == 0 else [message])

    assert result.wrong == {called: 2 + streams.REHEARSAL}


async def test_a_post_that_one_stream_misses_has_no_time_to_the_last():
    result = await run("websocket", lambda place, message: [message] if place else [])

    assert result.to_last == []


async def test_frames_and_chunks_in_pieces_are_put_together():
    heard = []
    frame = bytes((0x80 | streams.TEXT, 5)) + b"hello"
    for stream_class, sent in ((streams.WebSocket, frame), (streams.Events, chunk(b"event: update\ndata: hello\n\n"))):
        stream = stream_class("token", lambda _stream, message: heard.append(message))
        stream.opened.set_result(None)
        for byte in sent * 2:
            stream.data_received(bytes((byte,)))

    assert heard == [b"hello"] * 4
