"""The load at a pace of its own counts lateness from when a request was due, and tells a refusal from a fault."""

import asyncio
import contextlib

import msgspec
import pytest

from benchmarks import load, pace
from benchmarks.load import Browsing, Posts, Reading
from benchmarks.wire import request

STATUS = {"id": "1", "content": "<p>Hello</p>", "account": {"username": "alice"}}
PAGE = Reading([(request("GET", "/page"), ["1"])])


def answer(status="200 OK", body=None):
    body = msgspec.json.encode([STATUS]) if body is None else body
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


async def run(server, script=PAGE, *, phases=((0.1, 200),)):
    [result] = await pace.measure(pace.Job(server.port, (pace.Flow("test", script, phases, 2),), patience=60))
    return result


async def test_all_that_was_due_is_asked_and_answered(server):
    await server.start(lambda _number: answer())

    result = await run(server, phases=((0.05, 100), (0.05, 400), (0.05, 100)))

    assert result.asked == len(server.asked) == result.answers
    assert result.asked >= 20
    assert (result.refused, result.wrong) == (0, {})
    assert 0 <= result.drained < 60


async def test_a_connection_that_the_server_hung_up_on_while_nobody_used_it_is_opened_again():
    opened = []

    async def impatient(reader, writer):
        opened.append(writer)
        is_first = len(opened) <= 2
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer())
                if is_first:  # long before anything is due again
                    break
        writer.close()

    async with await asyncio.start_server(impatient, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        flow = pace.Flow("test", PAGE, ((0.5, 3.9), (0.1, 200)), 2)
        [result] = await pace.measure(pace.Job(port, (flow,), patience=60))

    assert (result.asked, result.wrong) == (result.answers, {})
    assert len(opened) > 2


@pytest.mark.parametrize(
    ("bad", "refused", "wrong"),
    [
        (answer("503 Later"), 1, {}),
        (answer("500 Oops"), 0, {"status 500": 1}),
    ],
)
async def test_a_refusal_is_no_fault(server, bad, refused, wrong):
    await server.start(lambda number: bad if number == 3 else answer())

    result = await run(server)

    assert (result.refused, result.wrong) == (refused, wrong)
    assert result.answers == result.asked - 1


async def test_pages_are_read_for_their_posts(server):
    page = b'<html><article class="post" id="p7">a</article><article id="p5">b</article></html>'
    await server.start(lambda _number: answer(body=page))

    right = await run(server, Browsing([(request("GET", "/"), ["7", "5"])]))
    wrong = await run(server, Browsing([(request("GET", "/"), ["5", "7"])]))

    assert right.wrong == {}
    assert wrong.wrong == {"content": 1}  # one in so many is parsed, the first among them


async def test_an_answer_without_a_body_says_that_nothing_has_changed(server):
    await server.start(lambda _number: b'HTTP/1.1 304 Not Modified\r\netag: "x"\r\n\r\n')

    job = load.Job(server.port, server.pids, Browsing([(request("GET", "/"), [])], status=304), 1, 0.05)
    result = await asyncio.to_thread(load.measure, job)

    assert result.wrong == {}
    assert result.answers > 0


def test_a_feed_is_read_for_its_entries():
    feed = Posts()
    feed.feed(
        '<a:feed><a:link href="https://x/@ana"/><a:entry><a:link href="https://x/@ana/7"/></a:entry>'
        '<a:entry><a:link href="https://x/@ana/5"/><a:link href="https://x/other"/></a:entry></a:feed>'
    )

    assert (feed.ids, feed.is_whole) == (["7", "5"], True)
