"""Operators look alike: a text is taken, not now, never, or nobody knows; and what comes is heard."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from pinson.lib import gateways, smpp
from pinson.lib.clock import ManualClock
from pinson.lib.gateways import (
    BadHook,
    HttpGateway,
    Incoming,
    InDoubt,
    NotNow,
    Receipt,
    Refused,
    Request,
    SmppGateway,
    State,
    Taken,
    Text,
)
from pinson.lib.http import Outgoing
from tests.smsc import THROTTLED, a_network
from tests.world import NOW

LONG = "Fête " * 30  # three parts
KANNEL = (
    "/cgi-bin/sendsms?username=u&password=p&from={from}&to={to}&text={text}&coding={coding}&charset=UTF-8"
    "&dlr-mask=31&dlr-url={receipts}%26state%3D%25d"
)


@pytest_asyncio.fixture
async def network():
    """A network on this machine."""
    async with a_network() as network:
        yield network


@asynccontextmanager
async def by_smpp(network, *, ready=True, **more):
    heard = []

    async def hear(news):
        heard.extend(news)

    account = smpp.Account(
        host=network.host, port=network.port, system_id="pinson", password="secret", per_second=1000, patience=2
    )
    gateway = SmppGateway(account, hear, region="FR", clock=ManualClock(NOW), chance=lambda: 0, **more)
    gateway.heard = heard
    running = asyncio.create_task(gateway.run())
    try:
        async with asyncio.timeout(60):
            while ready and gateway.trouble:  # noqa: ASYNC110  (beyond a socket)
                await asyncio.sleep(0.005)
        yield gateway
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def a_text(body="Bonjour", *, sender="Pinson"):
    return Text(7, "+33639981234", sender, body)


async def test_a_text_is_handed_over_in_parts_with_an_id_for_each(network):
    async with by_smpp(network) as gateway:
        taken = await gateway.send(a_text(LONG))

    assert network.texts == [("Pinson", "33639981234", LONG)]
    assert taken == Taken(("00000001", "00000002", "00000003"))


@pytest.mark.parametrize(
    ("sender", "kind"),
    [("Pinson", (5, 0, b"Pinson")), ("38123", (3, 0, b"38123")), ("+33612345678", (1, 1, b"33612345678"))],
)
async def test_a_sender_is_of_the_kind_that_it_looks_like(network, sender, kind):
    async with by_smpp(network) as gateway:
        await gateway.send(a_text(sender=sender))

    [part] = network.parts
    assert (part.source_addr_ton, part.source_addr_npi, part.source_addr) == kind


async def test_a_text_of_which_nothing_was_taken_may_be_tried_again(network):
    network.answers = [0x08]
    async with by_smpp(network) as gateway:
        with pytest.raises(NotNow):
            await gateway.send(a_text(LONG))


async def test_a_text_of_which_a_part_was_taken_is_finished(network):
    network.answers = [0, 0x08, THROTTLED, 0x08]
    async with by_smpp(network) as gateway:
        taken = await gateway.send(a_text(LONG))

    assert len(taken.remote_ids) == 3
    assert network.texts[-1][2] == LONG


async def test_a_text_that_broke_off_is_in_doubt_with_what_was_taken(network):
    network.drops = {2}
    async with by_smpp(network) as gateway:
        with pytest.raises(InDoubt) as caught:
            await gateway.send(a_text(LONG))

    assert caught.value.remote_ids == ("00000001",)
    assert len(network.parts) == 2


async def test_a_number_that_does_not_exist_is_refused_for_ever(network):
    network.answers = [0x0B]
    async with by_smpp(network) as gateway:
        with pytest.raises(Refused):
            await gateway.send(a_text())


async def test_nothing_is_sent_while_there_is_no_session(network):
    network.bind_status = 0x0E
    async with by_smpp(network, ready=False) as gateway:
        with pytest.raises(NotNow):
            await gateway.send(a_text())

        assert gateway.trouble


async def test_texts_and_receipts_are_heard_in_our_words(network):
    async with by_smpp(network) as gateway:
        await network.text("33639981234", "38000", "Arrêt")
        await network.text("0639981234", "38000", "STOP", ton=2)
        await network.receipt("AB", "UNDELIV", to="38000", of="33639981234", error="027")
        await network.receipt("AC", "ACCEPTD", to="38000", of="33639981234")

    assert gateway.heard == [
        Incoming("+33639981234", "38000", "Arrêt", NOW),
        Incoming("+33639981234", "38000", "STOP", NOW),
        Receipt("AB", State.FAILED, "UNDELIV 027", NOW),
        Receipt("AC", State.UNDER_WAY, "", NOW),
    ]


async def test_ids_that_change_their_base_are_the_same_ids(network):
    async with by_smpp(network, receipt_ids_are_decimal=True) as gateway:
        network._ids = iter([0x1F])
        taken = await gateway.send(a_text())

    assert taken == Taken(("31",))


class Operator:
    """Takes requests over HTTP, and answers as it is told."""

    def __init__(self):
        self.asked = []
        self.answers = []
        self.hangs = False

    async def take(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        body = await reader.readexactly(int(length[0])) if length else b""
        self.asked.append((head, body.decode()))
        if self.hangs:
            writer.transport.abort()
            return
        status, said = self.answers.pop(0) if self.answers else (202, b"0: Accepted for delivery")
        writer.write(b"HTTP/1.1 %d So\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (status, len(said), said))
        await writer.drain()
        writer.close()

    @property
    def queries(self):
        """What was asked in the addresses, by name."""
        paths = [head.split()[1] for head, _ in self.asked]
        return [{name: values[0] for name, values in parse_qs(urlsplit(path).query).items()} for path in paths]


@pytest_asyncio.fixture
async def operator():
    """An operator on this machine."""
    operator = Operator()
    server = await asyncio.start_server(operator.take, "127.0.0.1", 0)
    operator.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield operator
    server.close()


@asynccontextmanager
async def by_http(url, *, names=(), **request):
    async with Outgoing(allow_loopback=False, anywhere=True, user_agent="Pinson") as outgoing:
        yield HttpGateway(
            outgoing,
            Request(url, **request),
            per_second=1000,
            hooks="https://pinson.example/texts",
            secret="a&b",
            names=names,
            region="FR",
        )


async def test_an_address_is_filled_in(operator):
    async with by_http(operator.url + KANNEL) as gateway:
        taken = await gateway.send(a_text("Fête & co : 100 % ?"))
        await gateway.send(a_text("Vide"))

    [asked, plain] = operator.queries
    assert (asked["to"], asked["from"], asked["text"]) == ("+33639981234", "Pinson", "Fête & co : 100 % ?")
    assert (asked["coding"], plain["coding"]) == ("2", "0")
    assert asked["dlr-url"] == "https://pinson.example/texts/receipt?key=a%26b&id=7&state=%d"
    assert taken == Taken(("7",))


async def test_a_form_and_json_are_filled_in_as_they_want_it(operator):
    async with by_http(operator.url, body="to={to}&m={text}", authorization="Bearer x") as gateway:
        await gateway.send(a_text("a&b=c"))
    operator.answers = [(200, b'{"messages":[{"id":42}]}')]
    async with by_http(operator.url, body='{"to":"{to}","m":"{text}"}', answer_id="messages.0.id") as gateway:
        taken = await gateway.send(a_text('Il dit "oui"\n{to}'))

    [(form_head, form), (_, said)] = operator.asked
    assert "Authorization: Bearer x" in form_head
    assert form == "to=%2B33639981234&m=a%26b%3Dc"
    assert json.loads(said) == {"to": "+33639981234", "m": 'Il dit "oui"\n{to}'}
    assert taken == Taken(("42",))


@pytest.mark.parametrize(
    ("status", "failure"), [(429, NotNow), (503, NotNow), (401, NotNow), (400, Refused), (422, Refused), (500, InDoubt)]
)
async def test_an_answer_says_whether_to_try_again(operator, status, failure):
    operator.answers = [(status, b"")]
    async with by_http(operator.url) as gateway:
        with pytest.raises(failure):
            await gateway.send(a_text())

        assert bool(gateway.trouble) == (status == 401)


async def test_what_never_left_is_not_in_doubt_and_what_was_cut_off_is(operator):
    async with by_http("http://127.0.0.1:1") as gateway:
        with pytest.raises(NotNow):
            await gateway.send(a_text())
    operator.hangs = True
    async with by_http(operator.url) as gateway:
        with pytest.raises(InDoubt):
            await gateway.send(a_text())


async def test_hooks_are_read_by_the_names_that_operators_use():
    async with by_http("http://x", names=["text=inhalt"]) as gateway:
        text = gateway.incoming("a&b", {"MSISDN": "33639981234", "inhalt": "STOP", "to": "38000"}, now=NOW)
        receipt = gateway.receipt(
            "a&b", {"MessageSid": "7", "MessageStatus": "undelivered", "ErrorCode": "30003"}, now=NOW
        )

    assert text == Incoming("+33639981234", "38000", "STOP", NOW)
    assert receipt == Receipt("7", State.FAILED, "undelivered 30003", NOW)


@pytest.mark.parametrize(
    ("secret", "fields"),
    [("", {"from": "1", "text": "a"}), ("a&bc", {"from": "1", "text": "a"}), ("a&b", {"from": "1"})],
)
async def test_a_hook_without_the_secret_or_what_matters_is_refused(secret, fields):
    async with by_http("http://x") as gateway:
        with pytest.raises(BadHook):
            gateway.incoming(secret, fields, now=NOW)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DELIVRD", State.DELIVERED),
        ("1", State.DELIVERED),
        ("delivered", State.DELIVERED),
        ("2", State.FAILED),
        ("16", State.FAILED),
        ("REJECTD", State.FAILED),
        ("8", State.UNDER_WAY),
        ("ENROUTE", State.UNDER_WAY),
        ("who knows", State.UNDER_WAY),
    ],
)
def test_words_of_operators_mean_one_of_three_things(word, state):
    assert gateways.state_of(word) is state
