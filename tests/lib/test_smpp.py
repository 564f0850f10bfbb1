"""Texts go to a network and come from one, over SMPP, and of each part it is known what is known."""

import asyncio
import struct
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from pinson.lib import smpp, sms
from pinson.lib.clock import ManualClock
from pinson.lib.smpp import Address, Client, Incoming, InDoubt, NotTaken, Receipt, Rejected, pdus, receipts, texts
from pinson.lib.smpp.pdus import Command, Malformed, Tag, Text
from tests.smsc import QUEUE_FULL, THROTTLED, a_network
from tests.world import NOW

US, THEM = Address(5, 0, "Pinson"), Address(1, 1, "33639981234")
LONG = "Arrêt imprévu : l’anneau est vide. " * 6  # 210 characters, outside the alphabet


class Ears:
    """Keeps what is heard, unless it is told to fail so many times."""

    def __init__(self):
        self.heard = []
        self.fails = 0

    async def __call__(self, heard):
        if self.fails:
            self.fails -= 1
            raise OSError("disk full")
        self.heard += heard


@pytest_asyncio.fixture
async def network():
    """A network on this machine."""
    async with a_network() as network:
        yield network


@asynccontextmanager
async def a_client(network, ears=None, *, clock=None, **agreed):
    account = smpp.Account(
        host=network.host,
        port=network.port,
        system_id="pinson",
        password="secret",
        **({"per_second": 1000, "patience": 2} | agreed),
    )
    client = Client(account, ears or Ears(), clock=clock or ManualClock(NOW), chance=lambda: 0)
    running = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  (what is waited for is on the other side of a socket)
            await asyncio.sleep(0.005)


async def bound(client):
    await until(lambda: client.bound)
    return client


def part(text="Bonjour", **fields):
    return Text(source=US, to=THEM, payload=sms.to_gsm(text), receipt=True, **fields)


async def sent(client, text):
    """All parts of a text, in turn; the network's ids."""
    return [
        await client.submit(Text(source=US, to=THEM, esm_class=esm_class, coding=coding, payload=payload, receipt=True))
        for esm_class, coding, payload in texts.payloads(text, reference=0x1FF)
    ]


async def test_a_session_is_opened_and_left_in_order(network):
    async with a_client(network) as client:
        await bound(client)

    assert network.binds == [(b"pinson", b"secret", 0x34)]
    assert network.unbound == 1


def test_it_works_in_the_loop_that_servers_run_in():
    async def send():
        async with a_network() as network, a_client(network) as client:
            await sent(await bound(client), LONG)
            return network.texts

    assert uvloop.run(send()) == [("Pinson", "33639981234", LONG)]


@pytest.mark.parametrize(
    ("text", "coding", "parts"),
    [
        ("Où ? Là-bas, à l'été : 5 € [midi] ~ {ici} ^ \\ |", 0, 1),
        ("@£$¥ΔΦΓ", 0, 1),
        ("a" * 160, 0, 1),
        ("a" * 152 + "€€" + "b" * 20, 0, 2),
        ("Fête", 8, 1),
        (LONG, 8, 4),
        ("ê" * 66 + "\U0001f600" * 3, 8, 2),
    ],
)
async def test_a_text_arrives_as_it_was_written(network, text, coding, parts):
    async with a_client(network) as client:
        ids = await sent(await bound(client), text)

    assert network.texts == [("Pinson", "33639981234", text)]
    assert [one.data_coding for one in network.parts] == [coding] * parts == [coding] * sms.measure(text).parts
    assert len(set(ids)) == parts
    first = network.parts[0]
    assert (first.source_addr_ton, first.dest_addr_ton, first.dest_addr_npi) == (5, 1, 1)
    assert first.registered_delivery == 1


@settings(max_examples=60)
@given(
    st.text(st.sampled_from(sorted(sms.BASIC | sms.EXTENDED)), max_size=400)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
)
def test_what_is_cut_and_put_together_is_what_it_was(text):
    pieces, whole = texts.Pieces(), None
    for esm_class, coding, payload in texts.payloads(text, reference=7):
        assert len(payload) <= (160 if coding == 0 else 140)
        whole = pieces.add(Text(source=THEM, to=US, esm_class=esm_class, coding=coding, payload=payload), now=NOW)
    assert (whole or "") == text


async def test_no_more_parts_are_open_than_was_agreed(network):
    network.delay = 0.01
    async with a_client(network, window=5) as client:
        await bound(client)
        await asyncio.gather(*(client.submit(part()) for _ in range(30)))

    assert network.most_open == 5
    assert len(network.parts) == 30


async def test_parts_leave_at_the_pace_that_was_agreed(network):
    async with a_client(network, per_second=100) as client:
        await bound(client)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(client.submit(part()) for _ in range(40)))
        took = asyncio.get_running_loop().time() - began

    assert took >= 0.3  # 0.4 seconds, less what may be made up for


@pytest.mark.parametrize("status", [THROTTLED, QUEUE_FULL])
async def test_a_network_that_wants_less_is_given_a_rest_and_nothing_is_lost(network, status):
    network.answers = [status] * 3
    async with a_client(network) as client:
        await bound(client)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(client.submit(part(str(number))) for number in range(6)))
        took = asyncio.get_running_loop().time() - began

    assert sorted(text for _, _, text in network.texts) == list("012345")
    assert took >= 0.25


async def test_one_that_goes_on_wanting_less_has_not_taken_it(network):
    network.answers = [THROTTLED] * 50
    async with a_client(network, patience=0.3) as client:
        await bound(client)
        with pytest.raises(NotTaken):
            await client.submit(part())

    assert network.texts == []


@pytest.mark.parametrize(
    ("status", "failure"), [(0x0B, Rejected), (0x0A, Rejected), (0x08, NotTaken), (0x45, NotTaken)]
)
async def test_a_refusal_says_whether_to_try_again(network, status, failure):
    network.answers = [status]
    async with a_client(network) as client:
        await bound(client)
        with pytest.raises(failure):
            await client.submit(part())


async def test_what_left_before_the_connection_broke_is_in_doubt_and_sent_once(network):
    network.drops = {1}
    async with a_client(network) as client:
        await bound(client)
        with pytest.raises(InDoubt):
            await client.submit(part("Une fois"))
        await bound(client)  # it comes back by itself
        await client.submit(part("Ensuite"))

    assert [text for _, _, text in network.texts] == ["Une fois", "Ensuite"]


async def test_who_leaves_waits_for_what_is_under_way(network):
    network.delay = 0.2
    async with a_client(network) as client:
        await bound(client)
        sending = asyncio.create_task(client.submit(part()))
        async with asyncio.timeout(60):
            while not network._open:  # noqa: ASYNC110  (beyond a socket)
                await asyncio.sleep(0.005)

    assert await sending == "00000001"
    assert network.unbound == 1


async def test_what_never_left_is_not_in_doubt(network):
    async with a_client(network) as client:
        await bound(client)
        network.drop()
        await until(lambda: not client.bound)
        with pytest.raises(NotTaken):
            await client.submit(part())

    assert network.parts == []


async def test_a_network_that_falls_silent_leaves_what_is_open_in_doubt(network):
    async with a_client(network, patience=0.2, quiet=0.1) as client:
        await bound(client)
        network.mute = True
        with pytest.raises(InDoubt):
            await client.submit(part())


async def test_it_asks_whether_anybody_is_there_and_comes_back_if_not(network):
    async with a_client(network, patience=0.2, quiet=0.05) as client:
        await bound(client)
        await until(lambda: network.enquiries >= 2)
        network.mute = True
        await until(lambda: not client.bound)
        network.mute = False
        await bound(client)

    assert len(network.binds) == 2


async def test_a_session_that_the_network_ends_is_opened_again(network):
    async with a_client(network) as client:
        await bound(client)
        network.leave()
        await until(lambda: not client.bound)
        await bound(client)

    assert len(network.binds) == 2


async def test_one_that_is_not_let_in_says_why_and_tries_again(network):
    network.bind_status = 0x0E
    async with a_client(network) as client:
        await until(lambda: "0xe" in client.trouble)
        with pytest.raises(NotTaken):
            await client.submit(part())
        network.bind_status = 0
        await bound(client)


async def test_texts_of_people_come_whole_and_once(network):
    ears = Ears()
    async with a_client(network, ears) as client:
        await bound(client)
        assert await network.text("33639981234", "38000", "STOP svp") == 0
        assert await network.text("33639981234", "38000", LONG) == 0

    assert ears.heard == [
        Incoming(Address(1, 0, "33639981234"), "38000", "STOP svp"),
        Incoming(Address(1, 0, "33639981234"), "38000", LONG),
    ]


async def test_a_text_that_could_not_be_kept_is_handed_over_again(network):
    ears = Ears()
    async with a_client(network, ears) as client:
        await bound(client)
        ears.fails = 2
        assert await network.text("33639981234", "38000", "STOP") == 0x64
        ears.fails = 2
        assert await network.text("33639981234", "38000", LONG) == 0x64
        last = bytes((6, 8, 4, 0x12, 0x34, 4, 4)) + LONG.encode("utf-16-be")[3 * 132 :]
        await network.deliver(
            source_addr="33639981234",
            source_addr_ton=1,
            destination_addr="38000",
            esm_class=0x40,
            data_coding=8,
            short_message=last,
        )

    assert [one.text for one in ears.heard] == [LONG]


async def test_a_text_that_does_not_come_whole_is_read_as_far_as_it_came():
    pieces = texts.Pieces()
    [first, *_] = texts.payloads(LONG, reference=1)
    half = Text(source=THEM, to=US, esm_class=first[0], coding=first[1], payload=first[2])

    assert pieces.add(half, now=NOW) is None
    assert pieces.late(now=NOW + timedelta(minutes=4)) == []
    assert pieces.late(now=NOW + timedelta(minutes=5)) == [(THEM, "Pinson", LONG[:67])]
    assert pieces.late(now=NOW + timedelta(minutes=6)) == []


async def test_parts_may_say_their_place_in_parameters():
    pieces = texts.Pieces()
    halves = [
        Text(
            source=THEM,
            to=US,
            payload=content,
            extra={Tag.SAR_REFERENCE: b"\x01\x02", Tag.SAR_TOTAL: b"\x02", Tag.SAR_NUMBER: bytes((number,))},
        )
        for number, content in ((2, b"jour"), (1, b"Bon"))
    ]

    assert [pieces.add(half, now=NOW) for half in halves] == [None, "Bonjour"]


async def test_receipts_come_with_what_became_of_a_part(network):
    ears = Ears()
    network.receipts = "DELIVRD"
    async with a_client(network, ears) as client:
        await bound(client)
        id = await client.submit(part())
        await until(lambda: ears.heard)
        await network.receipt("ABC", "UNDELIV", to="38000", of="33639981234", error="027")

    assert ears.heard == [Receipt(id, "DELIVRD", ""), Receipt("ABC", "UNDELIV", "027")]


@pytest.mark.parametrize(
    ("payload", "extra", "receipt"),
    [
        (b"id:7 sub:001 dlvrd:001 stat:EXPIRED err:012 Text:id:9", {}, Receipt("7", "EXPIRED", "012")),
        (b"Id: a-b.c Stat:Rejectd", {}, Receipt("a-b.c", "REJECTD", "")),
        (b"", {0x1E: b"77\0", 0x427: b"\x02"}, Receipt("77", "DELIVRD", "")),
        (b"id:1 stat:UNDELIV", {0x1E: b"77\0", 0x427: b"\x05", 0x423: b"\x03\x00\x1b"}, Receipt("77", "UNDELIV", "27")),
        (b"id:1", {}, Receipt("1", "UNKNOWN", "")),
        (b"nothing of use", {}, None),
    ],
)
def test_a_receipt_is_read_in_either_form(payload, extra, receipt):
    assert receipts.receipt_of(Text(source=THEM, to=US, esm_class=4, payload=payload, extra=extra)) == receipt


def test_a_receipt_that_is_not_marked_is_known_by_what_it_names():
    assert receipts.is_receipt(Text(source=THEM, to=US, extra={Tag.RECEIPTED_MESSAGE_ID: b"1\0"}))
    assert not receipts.is_receipt(Text(source=THEM, to=US, payload=b"id:1 stat:DELIVRD"))


async def test_what_does_not_add_up_ends_the_session_and_not_the_server(network):
    async with a_client(network) as client:
        await bound(client)
        network.send_bytes(struct.pack(">IIII", 0x7FFFFFFF, 5, 0, 1))
        await until(lambda: not client.bound)
        await bound(client)
        network.send_bytes(struct.pack(">IIII", 20, Command.DELIVER_SM, 0, 9) + b"abcd")
        network._waiting[9] = asyncio.get_running_loop().create_future()

        assert await network._waiting[9] == 2
        assert client.bound


@settings(max_examples=300)
@given(st.binary(max_size=120), st.sampled_from([Command.DELIVER_SM, Command.DATA_SM, Command.SUBMIT_SM]))
def test_any_bytes_are_a_text_or_malformed(body, command):
    try:
        text = pdus.text_of(command, body)
    except Malformed:
        return
    texts.part_of(text)
    texts.Pieces().add(text, now=NOW)
    receipts.receipt_of(text)


@given(st.binary(max_size=300), st.integers(0, 255))
def test_any_octets_can_be_read(octets, coding):
    assert isinstance(texts.read(octets, coding), str)


@given(st.binary(max_size=160))
def test_a_header_of_any_kind_leaves_a_text(payload):
    part = texts.part_of(Text(source=THEM, to=US, esm_class=0x40, payload=payload))

    assert 1 <= part.number <= part.of


def test_a_text_reads_back_as_it_was_said():
    text = Text(source=US, to=THEM, payload=b"Bonjour", receipt=True, minutes=2880)
    body = pdus.submit_body(text)

    assert pdus.text_of(Command.SUBMIT_SM, body) == Text(source=US, to=THEM, payload=b"Bonjour", receipt=True)
    assert b"000002000000000R\0" in body
