"""A mobile network on this machine that speaks SMPP, as another library reads and writes it (smpplib).

It keeps what it is given, puts long texts together, sends receipts, and misbehaves as it is told.
"""

import asyncio
import contextlib
import itertools
import struct

import smpplib.consts
import smpplib.smpp

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
THROTTLED, QUEUE_FULL = 0x58, 0x14


def read(octets, coding):
    """Characters of a text; septets one an octet, or UCS-2."""
    if coding == 8:
        return octets.decode("utf-16-be")
    assert coding == 0
    chars = iter(octets)
    return "".join(EXTENSION[next(chars)] if code == 0x1B else GSM[code] for code in chars)


def written(text):
    """A text in UCS-2, if it needs that; and its coding."""
    if all(char in GSM and char != "\x1b" for char in text):
        return bytes(GSM.index(char) for char in text), 0
    return text.encode("utf-16-be"), 8


def made(command, number, **fields):
    """A word of that library's."""
    pdu = smpplib.smpp.make_pdu(command, sequence=number, **fields)
    pdu.sequence = number
    return pdu


class Network:
    """See the module.

    answers: statuses of the next answers to submits; 0 once there is none. receipts: what is told of each part that
    was taken: "DELIVRD", "UNDELIV" ..., or None for nothing. drops: which submits, counted from 1, are kept without an
    answer, and the connection ended. mute: nothing is answered at all.
    """

    def __init__(self):
        self.parts = []
        self.texts = []
        self.answers = []
        self.receipts = None
        self.drops = set()
        self.mute = False
        self.bind_status = 0
        self.binds = []
        self.enquiries = 0
        self.most_open = 0  # submits that waited for an answer at the same time
        self.delay = 0.0  # seconds before each answer
        self.unbound = 0
        self.nacks = []
        self._open = 0
        self._submits = 0
        self._long = {}
        self._writers = []
        self._waiting = {}
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._arrived = asyncio.Event()
        self._tasks = set()

    async def take(self, reader, writer):
        """One connection."""
        self._writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(4)
                word = head + await reader.readexactly(struct.unpack(">I", head)[0] - 4)
                if not self.mute:
                    self._read(word, writer)
        self._writers.remove(writer)
        writer.close()

    def _read(self, word, writer):
        pdu = smpplib.smpp.parse_pdu(word, allow_unknown_opt_params=True, sequence=1)
        match pdu.command:
            case "bind_transceiver":
                self.binds.append((pdu.system_id, pdu.password, pdu.interface_version))
                self._say(writer, "bind_transceiver_resp", pdu, status=self.bind_status, system_id="smsc")
            case "submit_sm":
                self._open += 1
                self.most_open = max(self.most_open, self._open)
                self._later(self._submitted(pdu, writer))
            case "enquire_link":
                self.enquiries += 1
                self._say(writer, "enquire_link_resp", pdu)
            case "unbind":
                self.unbound += 1
                self._say(writer, "unbind_resp", pdu)
            case "deliver_sm_resp":
                self._waiting.pop(pdu.sequence).set_result(pdu.status)
            case _:
                self.nacks.append(pdu.command)

    def _later(self, work):
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submitted(self, pdu, writer):
        if self.delay:
            await asyncio.sleep(self.delay)
        self._open -= 1
        status = self.answers.pop(0) if self.answers else 0
        self._submits += 1
        if self._submits in self.drops:
            self._keep(pdu)
            writer.transport.abort()
            return
        if status:
            self._say(writer, "submit_sm_resp", pdu, status=status)
            return
        id = f"{next(self._ids):08X}"
        self._keep(pdu)
        self._say(writer, "submit_sm_resp", pdu, message_id=id)
        if self.receipts and pdu.registered_delivery & 1:
            await self.receipt(id, self.receipts, to=pdu.source_addr.decode(), of=pdu.destination_addr.decode())

    def _keep(self, pdu):
        self.parts.append(pdu)
        source, to, content = pdu.source_addr.decode(), pdu.destination_addr.decode(), pdu.short_message
        if not pdu.esm_class & 0x40:
            assert len(content) <= (140 if pdu.data_coding == 8 else 160)
            self._came(source, to, read(content, pdu.data_coding))
            return
        assert content[:3] == b"\x05\x00\x03", "the header of a part, with eight bits of reference"
        reference, of, number = content[3:6]
        assert len(content) - 6 <= (134 if pdu.data_coding == 8 else 153)
        parts = self._long.setdefault((source, to, reference), {})
        parts[number] = content[6:]
        if len(parts) == of:
            del self._long[source, to, reference]
            self._came(source, to, read(b"".join(parts[number] for number in sorted(parts)), pdu.data_coding))

    def _came(self, source, to, text):
        self.texts.append((source, to, text))
        self._arrived.set()

    def _say(self, writer, command, to, *, status=0, **fields):
        pdu = made(command, to.sequence, status=status, **fields)
        with contextlib.suppress(ConnectionError):
            writer.write(pdu.generate())

    async def arrived(self, count):
        """Until so many texts are here, whole."""
        async with asyncio.timeout(60):
            while len(self.texts) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def deliver(self, *, extra=b"", wait=True, **fields):
        """Hand over a word to whoever is bound; the status of its answer."""
        short = len(fields["destination_addr"]) < 7
        pdu = made("deliver_sm", next(self._numbers), dest_addr_ton=3 if short else 1, **fields)
        word = pdu.generate() + extra
        answer = self._waiting[pdu.sequence] = asyncio.get_running_loop().create_future()
        self._writers[-1].write(struct.pack(">I", len(word)) + word[4:])
        return await asyncio.wait_for(answer, 60) if wait else answer

    async def receipt(self, id, state, *, to, of, error="000"):
        """Tell what became of a part, in a line."""
        line = f"id:{id} sub:001 dlvrd:001 submit date:2603301306 done date:2603301306 stat:{state} err:{error} text:"
        return await self.deliver(source_addr=of, destination_addr=to, esm_class=0x04, short_message=line.encode())

    async def text(self, source, to, text, *, ton=1):
        """A person writes, as many parts as it takes: of which 16 bits are the reference."""
        octets, coding = written(text)
        if len(octets) <= 140:
            return await self.deliver(
                source_addr=source, source_addr_ton=ton, destination_addr=to, data_coding=coding, short_message=octets
            )
        cut = [octets[at : at + 132] for at in range(0, len(octets), 132)]
        for number, part in enumerate(cut, 1):
            head = bytes((6, 8, 4, 0x12, 0x34, len(cut), number))
            status = await self.deliver(
                source_addr=source,
                source_addr_ton=ton,
                destination_addr=to,
                esm_class=0x40,
                data_coding=coding,
                short_message=head + part,
            )
        return status

    def drop(self):
        """End all connections."""
        for writer in list(self._writers):
            writer.transport.abort()

    def leave(self):
        """Say that the session is over, as networks do before they are mended."""
        for writer in self._writers:
            writer.write(struct.pack(">IIII", 16, 6, 0, next(self._numbers)))

    def send_bytes(self, data):
        """Anything."""
        self._writers[-1].write(data)


def a_network():
    """A network on this machine, until the block ends."""
    return serving(Network())


@contextlib.asynccontextmanager
async def serving(network):
    """A network, on this machine until the block ends."""
    server = await asyncio.start_server(network.take, "127.0.0.1", 0)
    network.host, network.port = server.sockets[0].getsockname()
    try:
        yield network
    finally:
        server.close()
        network.drop()
