"""Fetching from strangers: real servers on loopback, reached through names and a network of our making.

The client is whole; only the two calls below it are ours: the name server (`getaddrinfo`) and
the wire (`sock_connect`), which leads public addresses to servers on this machine.
"""

import asyncio
import contextlib
import gzip
import ipaddress
import socket

import pytest

from pinson.lib.http import ForbiddenAddress, Outgoing, OutgoingFailed, TooLarge, TooSlow, Unreachable, is_public

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "93.184.216.35"


class Network:
    """Names, and where public addresses lead; remembers every address that was dialled."""

    def __init__(self, loop):
        self._connect = loop.sock_connect
        self.names, self.servers, self.dialled = {}, {}, []

    async def getaddrinfo(self, host, port, **_):
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if isinstance(found[0], list):  # another answer at each question
            found = found.pop(0)
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        versions = [(address, ipaddress.ip_address(address).version) for address in found]
        return [(family[v], socket.SOCK_STREAM, 6, "", (a, port) + (0, 0) * (v == 6)) for a, v in versions]

    async def sock_connect(self, sock, address):
        self.dialled.append(address[0])
        if address[0] in self.servers:
            address = ("127.0.0.1", self.servers[address[0]])
        elif not ipaddress.ip_address(address[0]).is_loopback:
            raise ConnectionRefusedError(111, "nobody there")
        await self._connect(sock, address)


@pytest.fixture
async def network(monkeypatch):
    loop = asyncio.get_running_loop()
    network = Network(loop)
    monkeypatch.setattr(loop, "getaddrinfo", network.getaddrinfo)
    monkeypatch.setattr(loop, "sock_connect", network.sock_connect)
    return network


@pytest.fixture
async def outgoing():
    async with Outgoing(allow_loopback=False, user_agent="Pinson-tests (+http://localhost)") as outgoing:
        yield outgoing


@pytest.fixture
async def serve():
    """`await serve(answer)`: a server that sends `answer` (bytes, or an async function) to each request; its port."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(answer):
            async def talk(reader, writer):
                with contextlib.closing(writer):
                    requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                    if isinstance(answer, bytes):
                        writer.write(answer)
                    else:
                        await answer(writer)

            requests = []
            server = await asyncio.start_server(talk, "127.0.0.1", 0)
            stack.callback(server.close)
            return server.sockets[0].getsockname()[1], requests

        yield start


def a_page(body=b"hello", *, status="200 OK", headers=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}Connection: close\r\n\r\n".encode() + body


def a_redirect(to, *, status="302 Found"):
    return a_page(b"", status=status, headers=f"Location: {to}\r\n")


async def failure(outgoing, url, *, expected, max_bytes=1000, **limits):
    with pytest.raises(expected) as caught:
        await outgoing.get(url, max_bytes=max_bytes, **limits)
    assert isinstance(caught.value, OutgoingFailed)
    return caught.value


async def test_a_public_page_is_fetched_with_our_name_and_nothing_of_ours_besides(
    network, outgoing, serve, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    port, requests = await serve(a_page(headers="Content-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"))
    network.names["news.example"], network.servers[PUBLIC] = [PUBLIC], port

    answer = await outgoing.get("http://news.example/today?x=1", max_bytes=5, accept="text/plain")
    await outgoing.get("http://news.example/", max_bytes=5)

    assert (answer.status, answer.body, answer.url) == (200, b"hello", "http://news.example/today?x=1")
    assert (answer.headers["content-type"], answer.headers["set-cookie"]) == ("text/plain", "a=1, b=2")
    assert requests[0].startswith("GET /today?x=1 HTTP/1.1\r\nHost: news.example\r\n")
    assert "User-Agent: Pinson-tests (+http://localhost)\r\n" in requests[0]
    assert "Accept: text/plain\r\n" in requests[0]
    assert "cookie" not in requests[1].lower()
    assert network.dialled == [PUBLIC, PUBLIC]


async def test_any_status_is_an_answer(network, outgoing, serve):
    network.servers[PUBLIC], _ = await serve(a_page(b"gone", status="410 Gone"))

    assert (await outgoing.get(f"http://{PUBLIC}/", max_bytes=100)).status == 410


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.5", "224.0.0.251", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "3fff::1", "::7f00:1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808"),
        *("2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::"),
    ],
)
async def test_no_address_of_ours_is_dialled_by_number_or_by_name(network, outgoing, address):
    network.names["trap.example"] = [address]
    literal = f"[{address}]" if ":" in address else address

    await failure(outgoing, f"http://{literal}/", expected=ForbiddenAddress)
    await failure(outgoing, "http://trap.example/", expected=ForbiddenAddress)

    assert not network.dialled


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_an_address_is_public_when_the_one_it_leads_to_is(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "0177.0.0.1", "localhost", "[fe80::1%25lo]"])
async def test_loopback_written_oddly_is_still_loopback(outgoing, host):
    await failure(outgoing, f"http://{host}:9/", expected=(ForbiddenAddress, Unreachable))


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://news.example/", "gopher://news.example/", "//news.example/", "news.example", ""),
        *("http://", "http:///x", "http://[::1", "http://news.example:99999/"),
        *("http://lea@news.example/", "http://lea:pw@news.example/", "http://:@news.example/"),
    ],
)
async def test_only_plain_web_addresses_are_fetched(network, outgoing, url):
    network.names["news.example"] = [PUBLIC]

    await failure(outgoing, url, expected=ForbiddenAddress)

    assert not network.dialled


async def test_a_name_that_turns_private_after_a_public_answer_is_not_dialled(network, outgoing, serve):
    port, _ = await serve(a_page())
    network.names["rebind.example"], network.servers[PUBLIC] = [[PUBLIC], ["127.0.0.1"]], port

    first = await outgoing.get("http://rebind.example/", max_bytes=100)
    await failure(outgoing, f"http://rebind.example:{port}/", expected=ForbiddenAddress)

    assert first.status == 200
    assert network.dialled == [PUBLIC]


async def test_one_fetch_asks_for_a_name_once_and_dials_that_answer(network, outgoing, serve):
    network.servers[PUBLIC], _ = await serve(a_page())
    network.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]

    await outgoing.get("http://rebind.example/", max_bytes=100)

    assert network.names["rebind.example"] == [["127.0.0.1"]]
    assert network.dialled == [PUBLIC]


async def test_of_a_name_with_private_and_public_addresses_only_the_public_one_is_dialled(network, outgoing, serve):
    network.servers[PUBLIC], _ = await serve(a_page())
    network.names["mixed.example"] = ["10.0.0.1", "::1", PUBLIC]

    answer = await outgoing.get("http://mixed.example/", max_bytes=100)

    assert answer.status == 200
    assert network.dialled == [PUBLIC]


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/", "http://[::1]/", "http://inside.example/", "file:///etc/passwd"])
async def test_a_redirect_to_ourselves_is_refused(network, outgoing, serve, to):
    network.servers[PUBLIC], _ = await serve(a_redirect(to))
    network.names["inside.example"] = ["192.168.0.1"]

    await failure(outgoing, f"http://{PUBLIC}/", expected=ForbiddenAddress)

    assert network.dialled == [PUBLIC]


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
async def test_a_redirect_to_another_public_server_is_followed(network, outgoing, serve, status):
    network.servers[PUBLIC], _ = await serve(a_redirect("http://other.example/page", status=status))
    network.servers[OTHER_PUBLIC], requests = await serve(a_page())
    network.names["other.example"] = [OTHER_PUBLIC]

    answer = await outgoing.get(f"http://{PUBLIC}/", max_bytes=100)

    assert (answer.status, answer.url) == (200, "http://other.example/page")
    assert "Host: other.example\r\n" in requests[0]


async def test_a_redirect_may_be_relative_and_three_are_the_limit(network, outgoing, serve):
    network.servers[PUBLIC], requests = await serve(a_redirect("again"))

    failed = await failure(outgoing, f"http://{PUBLIC}/a/b", expected=Unreachable)

    assert "more than 3 redirects" in str(failed)
    assert [request.split()[1] for request in requests] == ["/a/b", "/a/again", "/a/again", "/a/again"]


async def drip(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)


async def flood(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            await writer.drain()


async def silence(writer):
    await asyncio.sleep(5)


async def test_an_answer_without_end_is_cut_off(network, outgoing, serve):
    network.servers[PUBLIC], _ = await serve(flood)

    await failure(outgoing, f"http://{PUBLIC}/", expected=TooLarge, max_bytes=1_000_000)


async def test_an_answer_may_be_as_long_as_allowed_and_not_a_byte_more(network, outgoing, serve):
    network.servers[PUBLIC], _ = await serve(a_page(b"x" * 1000))

    assert len((await outgoing.get(f"http://{PUBLIC}/", max_bytes=1000)).body) == 1000
    await failure(outgoing, f"http://{PUBLIC}/", expected=TooLarge, max_bytes=999)


async def test_an_answer_that_is_packed_is_not_unpacked(network, outgoing, serve):
    network.servers[PUBLIC], requests = await serve(
        a_page(gzip.compress(bytes(10_000_000)), headers="Content-Encoding: gzip\r\n")
    )

    failed = await failure(outgoing, f"http://{PUBLIC}/", expected=Unreachable, max_bytes=100_000)

    assert "compressed" in str(failed)
    assert "Accept-Encoding: identity\r\n" in requests[0]


@pytest.mark.parametrize("slow", [drip, silence])
async def test_the_clock_runs_over_the_whole_answer(network, outgoing, serve, slow):
    network.servers[PUBLIC], _ = await serve(slow)

    await failure(outgoing, f"http://{PUBLIC}/", expected=TooSlow, seconds=0.1)


async def test_the_clock_runs_over_all_redirects_together(network, outgoing, serve):
    async def slow_redirect(writer):
        await asyncio.sleep(0.06)
        writer.write(a_redirect("again"))

    network.servers[PUBLIC], _ = await serve(slow_redirect)

    await failure(outgoing, f"http://{PUBLIC}/", expected=TooSlow, seconds=0.1)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"]
)
async def test_what_is_not_an_http_answer_is_no_answer(network, outgoing, serve, answer):
    network.servers[PUBLIC], _ = await serve(answer)

    await failure(outgoing, f"http://{PUBLIC}/", expected=Unreachable)


@pytest.mark.parametrize("host", ["nowhere.example", PUBLIC, "a" * 64 + ".example", "a..example", "a b"])
async def test_a_server_that_is_not_there_is_unreachable(network, outgoing, host):
    await failure(outgoing, f"http://{host}/", expected=Unreachable)


async def test_a_failure_tells_the_host_but_no_secret_of_the_address(network, outgoing):
    network.names["inside.example"] = ["10.0.0.1"]

    failed = await failure(outgoing, "http://inside.example/reset?token=s3cret", expected=ForbiddenAddress)

    assert "inside.example" in str(failed)
    assert "s3cret" not in str(failed)


async def test_a_test_server_may_reach_itself_but_not_its_neighbours(network, serve):
    port, _ = await serve(a_page())
    network.names["pinson.test"] = ["127.0.0.1"]

    async with Outgoing(allow_loopback=True, user_agent="Pinson-tests") as outgoing:
        by_name = await outgoing.get(f"http://pinson.test:{port}/", max_bytes=100)
        by_number = await outgoing.get(f"http://127.0.0.1:{port}/", max_bytes=100)
        await failure(outgoing, "http://192.168.0.1/", expected=ForbiddenAddress)
        await failure(outgoing, "http://169.254.169.254/", expected=ForbiddenAddress)

    assert by_name.status == by_number.status == 200
