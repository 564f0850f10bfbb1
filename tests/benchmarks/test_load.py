"""The load generator counts what is right as right, and what is wrong as wrong."""

import asyncio
import select
import socket

import msgspec
import pytest

from benchmarks import load
from benchmarks.load import Publishing, Reading
from benchmarks.wire import Connection, Line, request

PAGE = Reading([(request("GET", "/page"), ["2", "1"])])
RIGHT = [{"id": id, "content": "<p>Hello</p>", "account": {"username": "alice"}} for id in ("2", "1")]


def answer(value, *, status="200 OK", length=None):
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), length or len(body), body)


async def run(server, script=PAGE, *, seconds=0.05, patience=60, answers=3):
    """One connection, so that the order of answers is known. answers: begin again with more time until so many came."""
    while True:
        server.asked.clear()
        job = load.Job(server.port, server.pids, script, 1, seconds, patience)
        result = await asyncio.to_thread(load.measure, job)
        if len(server.asked) > answers:
            return result
        seconds *= 4


async def test_right_answers_are_counted(server):
    await server.start(lambda _number: answer(RIGHT))

    result = await run(server)

    assert result.wrong == {}
    assert result.right_in_all == len(server.asked) == result.answers + PAGE.rehearsal
    assert 0 < result.latencies[0] <= result.latencies[1] <= result.latencies[2] <= result.seconds
    assert result.rate == result.answers / result.seconds
    assert result.seconds >= 0.05


@pytest.mark.parametrize(
    ("bad", "called"),
    [
        (answer({"error": "no"}, status="500 Oops"), "status 500"),
        (answer(RIGHT[:1]), "length"),
        (answer(RIGHT + RIGHT), "length"),
    ],
)
async def test_an_answer_unlike_the_first_is_wrong(server, bad, called):
    await server.start(lambda number: bad if number == 3 else answer(RIGHT))

    result = await run(server)

    assert result.wrong == {called: 1}
    assert result.right_in_all == len(server.asked) - 1


@pytest.mark.parametrize(
    "bad",
    [
        list(reversed(RIGHT)),
        RIGHT[:1],
        [RIGHT[0], {**RIGHT[1], "content": ""}],
        [{"id": "2"}, {"id": "1"}],
        {"error": "no"},
        b"[",
        b"",
    ],
)
async def test_content_is_compared_with_what_must_be_there(server, bad):
    await server.start(lambda _number: answer(bad))

    result = await run(server)

    assert result.wrong == {"content": len(server.asked)}
    assert (result.answers, result.rate, result.latencies) == (0, 0, (0, 0, 0))


async def test_content_is_looked_at_again_and_again(server):
    swapped = answer(list(reversed(RIGHT)))  # as long as the right one
    await server.start(lambda number: swapped if number == 5 * load.PARSED else answer(RIGHT))

    result = await run(server, seconds=0.5, answers=5 * load.PARSED)

    assert result.wrong == {"content": 1}


@pytest.mark.parametrize(
    ("bad", "called"),
    [
        (None, "no answer: the server hung up"),
        (answer(RIGHT, length=10), "no answer: more came than the answer's length says"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no answer: no status or no length: b'HTTP/1.1 200 OK\\r\\n'"),
        (b"SSH-2.0-server\r\n\r\n", "no answer: no status or no length: b'SSH-2.0-server\\r\\n'"),
        (answer(RIGHT, length=10_000), "no answer"),
    ],
)
async def test_a_connection_without_a_whole_answer_is_over(server, bad, called):
    await server.start(lambda number: bad if number == 3 else answer(RIGHT))

    result = await run(server, patience=0.5 if called == "no answer" else 60)

    assert result.wrong == {called: 1}
    assert result.right_in_all == 3


def test_an_answer_in_pieces_is_one_answer():
    whole = answer(RIGHT)
    seen, connection = [], Connection(lambda _connection, one: seen.append(bytes(one.body)), lambda *_why: None)

    for place in range(len(whole)):
        connection.get_buffer(-1)[:1] = whole[place : place + 1]
        connection.buffer_updated(1)

    assert seen == [msgspec.json.encode(RIGHT)]


def test_so_it_is_without_an_event_loop():
    whole, seen = answer(RIGHT), []
    with socket.create_server(("127.0.0.1", 0)) as door:
        line = Line(door.getsockname()[1], bytearray(1000))
        other_side, _ = door.accept()
        with line.socket, other_side:
            for place in range(len(whole)):
                other_side.send(whole[place : place + 1])
                select.select([line.socket], [], [])
                if (one := line.answer(line.receive())) is not None:
                    seen.append(bytes(one.body))

    assert seen == [msgspec.json.encode(RIGHT)]


async def test_a_post_must_come_back_with_its_own_text(server):
    script = Publishing(["token"], "test")

    def published(number):
        text = script.text(number if number != load.PARSED else 0)
        return answer({"content": f"<p>{text}</p>", "visibility": "public"})

    await server.start(published)

    result = await run(server, script, seconds=0.5, answers=load.PARSED)

    assert result.wrong == {"content": 1}
    assert b"Authorization: Bearer token\r\n" in server.asked[0]
    assert len({one.partition(b"Idempotency-Key: ")[2].partition(b"\r\n")[0] for one in server.asked}) == len(
        server.asked
    )
