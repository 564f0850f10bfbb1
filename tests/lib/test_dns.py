"""The texts of a name are found as the resolver of the machine gives them, whatever their length."""

import asyncio
import contextlib

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from pinson.lib.dns import NoAnswer, resolver, texts

LONG = "v=DKIM1; k=rsa; p=" + "A" * 400
ZONE = {
    "a.example.": ['"v=spf1 -all"', '"another"'],
    "long.example.": [f'"{LONG[:255]}" "{LONG[255:]}"'],
    "none.example.": [],
    "_dmarc.a.example.": ["v=DMARC1"],
}


class Resolver(asyncio.DatagramProtocol):
    """Answers from ZONE (with dnspython); `says` may bend an answer."""

    def __init__(self, says=None):
        self._says = says

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, address):
        answer = self.answer(data)
        if self._says == "cut off":
            answer.answer.clear()
            answer.flags |= dns.flags.TC
        wire = answer.to_wire()
        if self._says == "nonsense":
            wire = wire[:2] + b"\x80\x00" + b"\xc0" * 38
        if self._says == "another id":
            wire = bytes([wire[0] ^ 1]) + wire[1:]
        self._transport.sendto(wire, address)

    @staticmethod
    def answer(data):
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name = query.question[0].name
        found = ZONE.get(name.to_text())
        if found is None:
            answer.set_rcode(3)
        elif found:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *found))
        return answer


@contextlib.asynccontextmanager
async def resolving(says=None):
    """A resolver on loopback; gives its port."""

    async def at_length(reader, writer):
        length = int.from_bytes(await reader.readexactly(2))
        wire = Resolver.answer(await reader.readexactly(length)).to_wire()
        writer.write(len(wire).to_bytes(2) + wire)
        writer.close()

    server = await asyncio.start_server(at_length, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Resolver(says), local_addr=("127.0.0.1", port))
    try:
        yield port
    finally:
        transport.close()
        server.close()


@pytest.mark.parametrize("says", [None, "cut off"])
async def test_texts_are_found_whole(says):
    async with resolving(says) as port:
        assert sorted(await texts("a.example", server="127.0.0.1", port=port)) == ["another", "v=spf1 -all"]
        assert await texts("long.example", server="127.0.0.1", port=port) == [LONG]
        assert await texts("_dmarc.a.example", server="127.0.0.1", port=port) == ["v=DMARC1"]
        assert await texts("none.example", server="127.0.0.1", port=port) == []
        assert await texts("nobody.example", server="127.0.0.1", port=port) == []


@pytest.mark.parametrize("says", ["nonsense", "another id"])
async def test_an_answer_that_is_none_is_told_from_no_record(says):
    async with resolving(says) as port:
        with pytest.raises(NoAnswer):
            await texts("a.example", server="127.0.0.1", port=port)


def test_the_resolver_is_the_machines_first(tmp_path):
    file = tmp_path / "resolv.conf"
    file.write_text("# mine\nsearch example\nnameserver nonsense\nnameserver fe80::1%eth0\nnameserver 192.0.2.1\n")

    assert resolver(file) == "fe80::1"
    assert resolver(tmp_path / "none") is None
