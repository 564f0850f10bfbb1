"""Streams of server-sent events, from the answer's head to the end, against a live server."""

import asyncio

import pytest

from pinson.lib.serving.server import LAST_WORDS
from tests.lib.serving.conftest import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


def asked(method="GET", version="1.1"):
    return f"{method} /events HTTP/{version}\r\nhost: pinson.example\r\n\r\n".encode()


async def opened(live, client, **how):
    """Its head, and who owns it."""
    client.send(asked(**how))
    head = await client.head()
    return head, live.app.talks[-1]


async def test_a_stream_is_told_in_chunks_and_ends_with_an_empty_one(live):
    async with live.client() as client:
        (status, headers), talk = await opened(live, client)
        talk.outlet.send(b"data: 1\n\n")
        talk.outlet.close()
        talk.outlet.send(b"data: 2\n\n")
        body = await client.rest()
    await live.until(lambda: talk.gone)

    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (headers["transfer-encoding"], headers["connection"]) == ("chunked", "close")
    assert headers["cache-control"] == "no-store"
    assert "date" in headers
    assert body == b"9\r\ndata: 1\n\n\r\n0\r\n\r\n"
    assert talk.gone == 1
    assert not live.connections


async def test_a_client_that_knows_no_chunks_gets_none(live):
    async with live.client() as client:
        (_, headers), talk = await opened(live, client, version="1.0")
        talk.outlet.send(b"data: 1\n\n")
        talk.outlet.close()

        assert await client.rest() == b"data: 1\n\n"
    assert "transfer-encoding" not in headers


async def test_whoever_only_asks_whether_there_is_a_stream_opens_none(live):
    async with live.client() as client:
        (status, headers), talk = await opened(live, client, method="HEAD")

    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert talk.outlet is None
    assert talk.gone == 1


async def test_what_the_client_still_says_is_not_listened_to(live):
    async with live.client() as client:
        _, talk = await opened(live, client)
        client.send(asked() * 50, b"\x00\xff" * 5000)
        await asyncio.sleep(0.02)
        talk.outlet.send(b"data: still\n\n")

        assert b"still" in await client.reader.readuntil(b"still\n\n")
        assert len(live.app.talks) == live.app.talks.index(talk) + 1


async def test_after_a_while_without_a_word_it_is_time_for_a_sign_of_life(live):
    async with live.client() as client:
        _, talk = await opened(live, client)
        live.tick(4)
        assert talk.quiet == 0
        live.tick()
        assert talk.quiet == 1
        talk.outlet.send(b":\n\n")
        live.tick(4)
        assert talk.quiet == 1


@pytest.mark.parametrize("how", ["half", "reset"])
async def test_a_client_that_leaves_is_noticed_once(live, how):
    async with live.client() as client:
        _, talk = await opened(live, client)
        if how == "half":
            client.writer.write_eof()
        else:
            client.writer.transport.abort()
        await live.until(lambda: talk.gone)

        assert not live.connections
    assert talk.gone == 1


async def test_a_slow_reader_is_known_and_told_of_room_and_one_who_takes_nothing_is_hung_up_on(live):
    async with live.client(buffer=4096) as client:
        _, talk = await opened(live, client)
        while not talk.outlet.is_full:
            talk.outlet.send(b"*" * 10_000)
            await asyncio.sleep(0)
        assert talk.outlet._transport.get_write_buffer_size() < 200_000
        live.tick(20)
        while not talk.room:
            assert await asyncio.wait_for(client.reader.read(1 << 16), 60)
        assert not talk.outlet.is_full
        live.tick(20)
        assert not talk.gone

        while not talk.outlet.is_full:
            talk.outlet.send(b"*" * 10_000)
            await asyncio.sleep(0)
        live.tick(25)
        await live.until(lambda: talk.gone)


async def test_streams_end_with_the_server_and_it_does_not_wait_for_those_who_do_not_read():
    loop = asyncio.get_running_loop()
    async with serving() as live, live.client() as client, live.client(buffer=4096) as stuck:
        _, talk = await opened(live, client)
        _, other = await opened(live, stuck)
        while not other.outlet.is_full:
            other.outlet.send(b"*" * 10_000)
            await asyncio.sleep(0)
        began = loop.time()
        live.server.should_exit = True
        assert await client.rest() == b"0\r\n\r\n"
        await live.until(lambda: talk.gone and other.gone)
        assert loop.time() - began < LAST_WORDS
