"""Bad days of the network: clients that are slow, silent, many, or gone. The server goes on for all others."""

import asyncio
import resource
import subprocess
import sys

import pytest

from pinson.lib.serving.connections import LONGEST_HEAD
from tests.lib.serving.conftest import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET = b"GET / HTTP/1.1\r\nhost: pinson.example\r\n\r\n"
HEAD = "GET / HTTP/1.1\r\nhost: pinson.example\r\n"
CHUNKED = "POST / HTTP/1.1\r\nhost: pinson.example\r\ntransfer-encoding: chunked\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: pinson.example\r\ncontent-length: 100000\r\n\r\n"
BIG = b"GET /?8000000 HTTP/1.1\r\nhost: pinson.example\r\n\r\n"
HOLDER = """
import socket, sys
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
print("held", flush=True)
sys.stdin.read()
"""


async def answers(live):
    """Whether the server answers somebody else."""
    async with live.client() as client:
        client.send(GET)
        return (await client.head())[0] == 200


async def test_a_head_that_comes_too_slowly_is_told_so_and_hung_up_on(live):
    async with live.client() as client:
        for byte in GET[:30]:
            client.send(bytes((byte,)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        live.tick(9)

        assert (await client.head())[0] == 408
        assert (await client.rest()).endswith(b"too slow")
    assert await answers(live)


async def test_the_head_of_a_second_request_has_no_longer(live):
    async with live.client() as client:
        client.send(GET)
        assert (await client.head())[0] == 200
        await client.reader.readexactly(2)
        client.send(GET[:20])
        await asyncio.sleep(0.05)
        live.tick(10)

        assert (await client.head())[0] == 408


async def test_whoever_says_nothing_at_all_is_hung_up_on_without_a_word(live):
    async with live.client() as client:
        await live.until(lambda: live.connections)
        live.tick(9)

        assert await client.rest() == b""


async def test_a_body_that_comes_too_slowly_is_told_so_and_the_application_hears_that_the_client_left(live):
    async with live.client() as client:
        client.send(POST)
        for _ in range(12):
            client.send(b"*" * 500)
            await asyncio.sleep(0.005)
            live.tick()
        await asyncio.sleep(0.05)
        live.tick(2)
        assert (await client.head())[0] == 408
    await live.until(lambda: live.app.bodies and live.app.bodies[-1] == "http.disconnect")


async def test_a_body_that_comes_slowly_but_steadily_is_waited_for(live):
    async with live.client() as client:
        client.send(POST)
        for _ in range(40):
            client.send(b"*" * 2500)
            await asyncio.sleep(0.005)
            live.tick()

        assert (await client.head())[0] == 200
    assert len(live.app.bodies[-1]) == 100_000


@pytest.mark.parametrize(
    ("begun", "more"), [("", "GET /"), ("", HEAD), ("", HEAD + "x: "), (CHUNKED, "0\r\n"), (CHUNKED, "5;")]
)
async def test_a_head_without_end_is_told_so_and_hung_up_on(live, begun, more):
    async with live.client() as client:
        requests = len(live.app.clients)
        client.send(begun.encode())
        await live.until(lambda: not begun or len(live.app.clients) > requests)
        line = "x: a\r\n" if more.endswith("\n") else "a"
        client.send((more + line * (LONGEST_HEAD + 1))[: LONGEST_HEAD + 1].encode())

        assert (await client.head())[0] == 431
        assert (await client.rest()).endswith(b"too long.")
    assert await answers(live)


async def test_how_long_a_head_may_be_does_not_depend_on_how_it_comes(live):
    for length, status in ((60_000, 200), (66_000, 431)):
        async with live.client() as client:
            client.send(b"GET / HTTP/1.1\r\nx-name: " + b"a" * length + b"\r\n\r\n", GET * 10)
            assert (await client.head())[0] == status


async def test_whoever_sends_requests_without_end_and_waits_for_no_answer_is_hung_up_on(live):
    async with live.client() as client:
        client.send(GET * 100)
        assert await client.rest() == b""
    assert await answers(live)


async def test_an_answer_that_nobody_takes_is_given_up_and_one_that_is_taken_slowly_is_not(live):
    async with live.client(buffer=4096) as stuck, live.client(buffer=4096) as slow:
        for client in (stuck, slow):
            client.send(BIG)
            await client.head()
        await live.until(lambda: len(live.connections) == 2)
        for _ in range(30):
            for _ in range(10):
                await slow.reader.read(1 << 16)
                await asyncio.sleep(0)
            live.tick()
        await live.until(lambda: len(live.connections) == 1)

        rest = await slow.reader.read(1 << 16)

    assert rest


async def test_whoever_comes_when_all_places_are_taken_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr("pinson.lib.serving.server.FILES", resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 3)
    monkeypatch.setattr("pinson.lib.serving.server.LEAST", 3)
    async with serving() as live:
        async with live.client(), live.client(), live.client():
            await live.until(lambda: len(live.connections) == 3)
            async with live.client() as one_too_many:
                status, headers = await one_too_many.head()
                assert (status, headers["retry-after"]) == (503, "5")
                assert len(await one_too_many.rest()) == int(headers["content-length"])
        await live.until(lambda: not live.connections)

        assert await answers(live)


async def test_ten_thousand_idle_connections_stop_nobody_cost_little_and_are_let_go(live):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    count = min(10_000, most - 1000)
    before = resident()
    holder = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-c",
            f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))\n{HOLDER}",
        ),
        *(str(live.port), str(count)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert await asyncio.wait_for(holder.stdout.readline(), 60) == b"held\n"
        async with asyncio.timeout(60):
            while len(live.connections) < count:  # noqa: ASYNC110  (nothing tells)
                await asyncio.sleep(0.01)
        each = (resident() - before) / count

        assert await answers(live)
        assert each < 12_000
        live.tick(9)
        await live.until(lambda: not live.connections)
        assert await answers(live)
    finally:
        holder.kill()
        await holder.wait()


def resident():
    """Bytes of memory that this process holds for itself."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))


@pytest.mark.parametrize("request_head", ["GET /{}?5", "HEAD /{}?5", "GET /{}?300000", "POST /{}", "GET /{}?0"])
async def test_an_answer_in_one_piece_is_the_same_to_the_byte(live, request_head):
    said = []
    for path in ("whole", "in-parts"):
        async with live.client() as client:
            line = f"{request_head.format(path)} HTTP/1.1\r\nhost: pinson.example\r\n"
            length = "content-length: 2\r\n\r\nhi" if line.startswith("POST") else "\r\n"
            client.send(f"{line}{length}".encode(), GET.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
            said.append(sorted((await client.rest()).split(b"\r\n")))
    assert said[0] == said[1]
    assert len(said[0]) > 8


async def test_answers_to_requests_that_did_not_wait_come_in_their_order(live):
    async with live.client() as client:
        client.send(*(b"GET /?%d HTTP/1.1\r\nhost: pinson.example\r\n\r\n" % size for size in (5, 3, 200_000, 1)))
        for size in (5, 3, 200_000, 1):
            assert (await client.head())[1]["content-length"] == str(size)
            assert await client.reader.readexactly(size) == b"x" * size


async def test_no_header_says_more_than_its_line(live):
    async with live.client() as client:
        client.send(b"GET /two-lines HTTP/1.1\r\nhost: pinson.example\r\n\r\n")
        assert await client.rest() == b""


async def test_what_has_no_body_has_no_length_and_the_next_answer_follows(live):
    async with live.client() as client:
        client.send(b"GET /304 HTTP/1.1\r\nhost: pinson.example\r\n\r\n")
        assert (await client.head())[0] == 304
        client.send(GET)
        assert (await client.head())[0] == 200
