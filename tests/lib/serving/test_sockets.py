"""RFC 6455 against a live server: the case groups of the Autobahn testsuite, and what clients do that is no good.

Group numbers are Autobahn's: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 closing, 9
limits. Groups 12 and 13 are of compression, which is not offered.
"""

import asyncio
import base64
import hashlib

import pytest
from websockets.asyncio.client import connect

from tests.lib.serving.conftest import serving, upgrade
from tests.wires import KEY, client_frame

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MOST = 64 << 10
BYE = (CLOSE, (1000).to_bytes(2, "big"))
FAREWELL = client_frame(CLOSE, (1000).to_bytes(2, "big"))


def piece(opcode, payload=b"", *, final=False, **more):
    return client_frame(opcode, payload, final=final, **more)


def closed(code):
    """What the server says when it fails the connection, but for the reason in words."""
    return CLOSE, code.to_bytes(2, "big")


def cases():
    """Group, name, what is sent, what is answered. All that goes well ends with a farewell from either side."""
    for size in (0, 1, 125, 126, 127, 128, 65535, 65536):
        said = b"*" * size
        yield 1, f"text of {size}", [client_frame(TEXT, said)], [(TEXT, said)]
    yield 1, "binary", [client_frame(BINARY, b"\x00\xff")], [closed(1003)]
    yield 1, "binary in pieces", [piece(BINARY, b"\xff"), client_frame(0, b"\xff")], [closed(1003)]
    yield 1, "masked by nothing", [client_frame(TEXT, b"Hi", mask=bytes(4))], [(TEXT, b"Hi")]
    yield 1, "not masked", [b"\x81\x02Hi"], [closed(1002)]
    yield 1, "ping that is not masked", [b"\x89\x00"], [closed(1002)]

    for payload in (b"", b"Hello", b"\x00\xff\xfe\xfd", b"\xfe" * 125):
        yield 2, f"ping of {len(payload)}", [client_frame(PING, payload)], [(PONG, payload)]
    yield 2, "ping of 126", [client_frame(PING, b"*" * 126)], [closed(1002)]
    yield 2, "pong that nobody asked for", [client_frame(PONG, b"*" * 125), client_frame(PONG)], []
    pings = [client_frame(PING, b"%d" % number) for number in range(10)]
    yield 2, "ten pings", pings, [(PONG, b"%d" % number) for number in range(10)]

    for bits in range(1, 8):
        yield 3, f"text with bits {bits}", [client_frame(TEXT, b"Hi", reserved=bits << 4)], [closed(1002)]
    for opcode in (PING, CLOSE, BINARY):
        yield 3, f"kind {opcode} with a bit", [client_frame(opcode, reserved=0x40)], [closed(1002)]
    after = [client_frame(TEXT, b"1"), client_frame(TEXT, b"2", reserved=0x10), client_frame(TEXT, b"3")]
    yield 3, "nothing counts after it", after, [(TEXT, b"1"), closed(1002)]

    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield 4, f"kind {opcode}", [client_frame(opcode)], [closed(1002)]
        yield (
            4,
            f"kind {opcode} after text",
            [client_frame(TEXT, b"1"), client_frame(opcode)],
            [(TEXT, b"1"), closed(1002)],
        )

    for opcode in (PING, PONG, CLOSE):
        yield 5, f"kind {opcode} in pieces", [piece(opcode, b"12"), client_frame(0, b"34")], [closed(1002)]
    two = [piece(TEXT, b"Hello, "), client_frame(CONTINUATION, b"world")]
    yield 5, "two pieces", two, [(TEXT, b"Hello, world")]
    between = [two[0], client_frame(PING, b"now"), two[1]]
    yield 5, "a ping between two pieces", between, [(PONG, b"now"), (TEXT, b"Hello, world")]
    empty = [piece(TEXT), piece(CONTINUATION), client_frame(CONTINUATION)]
    yield 5, "three empty pieces", empty, [(TEXT, b"")]
    yield 5, "empty, full, empty", [piece(TEXT), piece(0, b"full"), client_frame(0)], [(TEXT, b"full")]
    yield 5, "nothing to continue", [client_frame(CONTINUATION, b"?")], [closed(1002)]
    yield 5, "nothing to continue, and more to come", [piece(CONTINUATION, b"?")], [closed(1002)]
    yield 5, "two messages at once", [two[0], client_frame(TEXT, b"world")], [closed(1002)]
    again = [*two, client_frame(CONTINUATION, b"!")]
    yield 5, "one piece too many", again, [(TEXT, b"Hello, world"), closed(1002)]

    for name, said in GOOD_TEXTS.items():
        yield 6, name, [client_frame(TEXT, said)], [(TEXT, said)]
        letters = [piece(TEXT)] + [piece(0, said[at : at + 1]) for at in range(len(said))] + [client_frame(0)]
        yield 6, f"{name}, byte by byte", letters, [(TEXT, said)]
    for name, said in BAD_TEXTS.items():
        yield 6, name, [client_frame(TEXT, said)], [closed(1007)]
        yield 6, f"{name}, in two pieces", [piece(TEXT, said[:1]), client_frame(0, said[1:])], [closed(1007)]
    whole = client_frame(TEXT, "κόσμε".encode() + b"\xed\xa0\x80" + b"edited" * 20)
    yield 6, "found out before the frame is whole", [whole[:20]], [closed(1007)]
    yield 6, "found out before the message is whole", [piece(TEXT, b"\xf4\x90")], [closed(1007)]

    yield 7, "without a code", [client_frame(CLOSE)], [(CLOSE, b"")]
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999):
        yield 7, f"code {code}", [client_frame(CLOSE, code.to_bytes(2, "big") + b"Bye")], [closed(code)]
    for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        yield 7, f"code {code} that may not be sent", [client_frame(CLOSE, code.to_bytes(2, "big"))], [closed(1002)]
    yield 7, "half a code", [client_frame(CLOSE, b"\x03")], [closed(1002)]
    yield 7, "the longest reason", [client_frame(CLOSE, b"\x03\xe8" + b"*" * 123)], [closed(1000)]
    yield 7, "a reason that is too long", [client_frame(CLOSE, b"\x03\xe8" + b"*" * 124)], [closed(1002)]
    yield 7, "a reason that is no text", [client_frame(CLOSE, b"\x03\xe8\xce\xba\xff")], [closed(1007)]
    yield 7, "nothing is heard afterwards", [FAREWELL, client_frame(TEXT, b"?"), client_frame(PING)], [BYE]
    yield 7, "twice", [FAREWELL, FAREWELL], [BYE]
    yield 7, "in the middle of a message", [piece(TEXT, b"Hel"), FAREWELL], [BYE]

    most = b"*" * MOST
    yield 9, "the longest text", [client_frame(TEXT, most)], [(TEXT, most)]
    yield 9, "one byte more", [client_frame(TEXT, most + b"*")], [closed(1009)]
    yield 9, "one byte more, in pieces", [piece(TEXT, most), client_frame(0, b"*")], [closed(1009)]
    yield 9, "told to be too long", [b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"mask"], [closed(1009)]
    yield 9, "longer than lengths are", [b"\x81\xff" + b"\xff" * 8 + b"mask"], [closed(1002)]
    yield 9, "a length of two bytes for 125", [b"\x81\xfe\x00\x7dmask"], [closed(1002)]
    yield 9, "a length of eight bytes for 65535", [b"\x81\xff" + bytes(6) + b"\xff\xffmask"], [closed(1002)]
    small = [piece(TEXT)] + [piece(0, b"*") for _ in range(1000)] + [client_frame(0)]
    yield 9, "a thousand pieces", small, [(TEXT, b"*" * 1000)]


GOOD_TEXTS = {
    "ASCII": b"Hello-world",
    "Greek": "Hello-µ@ßöäüàá-UTF-8!!".encode(),
    "the last of each length": "\x7f\u07ff\uffff\U0010ffff".encode(),
    "beside the surrogates": "\ud7ff\ue000\ufffd".encode(),
    "no characters, but code points": "\ufffe\U0001fffe\U000effff".encode(),
    "a zero": b"\x00",
}
BAD_TEXTS = {
    "a surrogate": b"\xed\xa0\x80",
    "the last surrogate": b"\xed\xbf\xbf",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "longer than needed": b"\xc0\xaf",
    "longer than needed, in three": b"\xe0\x80\xaf",
    "longer than needed, in four": b"\xf0\x80\x80\xaf",
    "a continuation alone": b"\x80\xbf",
    "a start alone": b"\xc0 \xc1 ",
    "cut off": b"\xce\xba\xe1\xbd",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "an impossible byte": b"\xfe\xff",
}
ALL = list(cases())


def as_told(frames):
    """Frames, of those that close only the code."""
    return [
        (kind, int.from_bytes(payload[:2], "big")) if kind == CLOSE and payload else (kind, payload)
        for kind, payload in frames
    ]


async def said_to(live, sent, *, at_once=True):
    """What is answered to this, and to a farewell after it."""
    async with live.socket() as client:
        if at_once:
            client.send(*sent, FAREWELL)
        else:
            for byte in b"".join([*sent, FAREWELL]):
                client.send(bytes((byte,)))
                await client.writer.drain()
                await asyncio.sleep(0)
        return await client.frames()


@pytest.mark.parametrize(("sent", "answered"), [one[2:] for one in ALL], ids=[f"{one[0]}: {one[1]}" for one in ALL])
async def test_the_server_answers_as_the_standard_says(live, sent, answered):
    expected = as_told(answered)
    if not expected or expected[-1][0] != CLOSE:
        expected = [*expected, (CLOSE, 1000)]

    assert as_told(await said_to(live, sent)) == expected


@pytest.mark.parametrize("name", ["text of 128", "ping of 125", "a ping between two pieces", "Greek", "kind 5"])
async def test_bytes_may_come_one_by_one(live, name):
    sent, answered = next(one[2:] for one in ALL if one[1] == name)

    frames = as_told(await said_to(live, sent, at_once=False))

    assert frames[: len(answered)] == as_told(answered)


# --- opening ------------------------------------------------------------------------------------------------------


async def test_the_answer_to_a_handshake_proves_that_it_was_understood(live):
    async with live.client() as client:
        client.send(upgrade(sec_websocket_protocol="a, b", sec_websocket_extensions="permessage-deflate"))
        status, headers = await client.head()

    proof = hashlib.sha1(KEY + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    assert status == 101
    assert headers["sec-websocket-accept"] == base64.b64encode(proof).decode()
    assert headers["sec-websocket-protocol"] == "a"
    assert "sec-websocket-extensions" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_websocket_version": "8"}, 426),
        ({"sec_websocket_version": None}, 426),
        ({"sec_websocket_key": None}, 400),
        ({"sec_websocket_key": "c2hvcnQ="}, 400),
        ({"sec_websocket_key": "not base64 at all!"}, 400),
        ({"sec_websocket_key": f"{KEY.decode()}, {KEY.decode()}"}, 400),
        ({"host": None}, 400),
        ({"method": "POST"}, 400),
        ({"http": "1.0"}, 400),
        ({"path": "/refused"}, 401),
        ({"path": "/nowhere"}, 403),
        ({"path": "/bug"}, 500),
    ],
)
async def test_a_handshake_that_is_not_in_order_is_refused_with_a_reason(live, headers, status):
    async with live.client() as client:
        client.send(upgrade(headers.pop("path", "/"), **headers))
        answered, told = await client.head()
        body = await client.rest()

    assert answered == status
    assert len(body) == int(told["content-length"]) > 0
    assert (told.get("sec-websocket-version") == "13") == (status == 426)


async def test_an_upgrade_to_something_else_is_an_ordinary_request(live):
    async with live.client() as client:
        client.send(upgrade(upgrade="h2c"))

        assert (await client.head())[0] == 200


async def test_a_path_is_read_as_that_of_any_request(live):
    async with live.client() as client:
        client.send(upgrade("/caf%C3%A9?a=b%20c"))
        assert (await client.head())[0] == 101

    async with live.client() as client:
        client.send(upgrade("http://[half"))
        assert (await client.head())[0] == 400


async def test_a_client_that_leaves_during_the_handshake_is_forgotten(live):
    before = len(live.app.echoes)
    async with live.client() as client:
        client.send(upgrade())
    await live.until(lambda: len(live.app.echoes) > before and not live.connections)

    assert live.app.echoes[-1].gone == 1


async def test_the_clients_address_is_what_a_trusted_proxy_says_and_nobody_else():
    for trusted, address in (("127.0.0.1", "192.0.2.7"), ("10.0.0.1", "127.0.0.1")):
        async with serving(trusted_proxies=(trusted,)) as live, live.client() as client:
            client.send(upgrade(x_forwarded_for="192.0.2.7"))
            await client.head()

            assert live.app.clients == [address]


# --- going on -----------------------------------------------------------------------------------------------------


async def test_the_websockets_package_understands_us(live):
    async with connect(f"ws://127.0.0.1:{live.port}/", subprotocols=["token"]) as socket:
        await socket.send("Grüezi")
        assert await socket.recv() == "Grüezi"
        await socket.send(["in ", "three ", "pieces"])
        assert await socket.recv() == "in three pieces"
        assert await (await socket.ping()) < 5
        assert socket.subprotocol == "token"
    assert socket.close_code == 1000


async def test_a_silent_client_is_asked_for_a_sign_of_life_and_then_hung_up_on(live):
    async with live.socket() as client:
        live.tick(12)
        assert (await client.frame())[0] == PING
        client.send(client_frame(PONG, b"pinson"))
        await asyncio.sleep(0.05)
        live.tick(12)
        assert (await client.frame())[0] == PING
        live.tick(12)

        assert await client.frame() is None


async def test_a_client_that_does_not_answer_a_farewell_is_hung_up_on(live):
    async with live.socket() as client:
        live.app.echoes[-1].socket.close(1008, "enough")
        assert as_told([await client.frame()]) == [(CLOSE, 1008)]
        client.send(client_frame(TEXT, b"But"), client_frame(PING))
        await asyncio.sleep(0.05)
        assert live.connections
        live.tick(5)

        assert await client.frames() == []


async def test_nothing_is_said_after_a_farewell(live):
    async with live.socket() as failed, live.socket() as closed_:
        for client, echo in ((failed, live.app.echoes[-2]), (closed_, live.app.echoes[-1])):
            if client is failed:
                client.send(b"\xff")
                await live.until(lambda echo=echo: echo.socket._farewell)
            else:
                echo.socket.close()
            echo.on_text("more")
            echo.socket.close(1008)
            client.send(FAREWELL)

            assert [kind for kind, _ in await client.frames()] == [CLOSE]


async def test_a_farewell_that_is_answered_ends_the_connection(live):
    async with live.socket() as client:
        echo = live.app.echoes[-1]
        echo.socket.close()
        client.send(FAREWELL)

        assert await client.frames() == [BYE]
        await live.until(lambda: echo.gone)


@pytest.mark.parametrize("how", ["half", "reset"])
async def test_a_client_that_leaves_without_a_word_is_noticed(live, how):
    async with live.socket() as client:
        echo = live.app.echoes[-1]
        if how == "half":
            client.writer.write_eof()
        else:
            client.writer.transport.abort()
        await live.until(lambda: echo.gone)

        assert not live.connections


async def test_one_that_pings_and_does_not_read_is_not_read_from_either(live):
    async with live.socket(buffer=4096) as client:
        echo = live.app.echoes[-1]
        pings = client_frame(PING, b"*" * 125) * 500
        for _ in range(200):
            client.send(pings)
            await asyncio.sleep(0)
            if echo.socket.is_full:
                break
        await live.until(lambda: echo.socket.is_full)
        waits = echo.socket._transport.get_write_buffer_size()
        await asyncio.sleep(0.05)
        assert waits <= echo.socket._transport.get_write_buffer_size() < 1 << 20
        live.tick(25)
        await live.until(lambda: echo.gone)


async def test_sockets_end_with_the_server():
    async with serving() as live, live.socket() as client:
        live.server.should_exit = True

        assert as_told(await client.frames()) == [(CLOSE, 1012)]
