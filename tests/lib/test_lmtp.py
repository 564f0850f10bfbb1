"""The mail server beside us hands over what comes back; nobody else's mail is taken, and nothing grows without end."""

import asyncio
import contextlib
import smtplib

import pytest

from pinson.lib import lmtp
from pinson.lib.lmtp import Door
from tests.ports import a_free_port

OURS = "bounce+x1@ville.example"


class Box:
    def __init__(self):
        self.taken, self.fails = [], False

    async def knows(self, address):
        return address.startswith("bounce+")

    async def take(self, address, content):
        if self.fails:
            raise RuntimeError("the disk is full")
        self.taken.append((address, content))


@pytest.fixture
def box():
    return Box()


@contextlib.asynccontextmanager
async def opened(box):
    """A door, and what calls a function with a client of the standard library in a thread."""
    port = a_free_port()
    task = asyncio.create_task(Door(box, host="127.0.0.1", port=port, name="mx.ville.example").run())
    await asyncio.sleep(0.01)  # it listens after one turn

    async def called(work):
        def with_client():
            with smtplib.LMTP("127.0.0.1", port, timeout=60) as client:
                return work(client)

        return await asyncio.to_thread(with_client)

    try:
        yield called
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_message_arrives_as_it_was_sent(box):
    async with opened(box) as called:
        await called(lambda client: client.sendmail("", [OURS], b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"))

    assert box.taken == [(OURS, b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n")]


async def test_nobody_elses_mail_is_taken(box):
    def send(client):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("me@example.org", ["you@example.org"], b"Subject: x\r\n\r\nBuy!\r\n")
        return refused.value.recipients["you@example.org"]

    async with opened(box) as called:
        code, text = await called(send)

    assert (code, text[:5]) == (550, b"5.1.1")
    assert not box.taken


async def test_several_messages_come_over_one_connection(box):
    def send(client):
        for number in range(5):
            client.sendmail("", [f"bounce+{number}@ville.example"], b"Subject: x\r\n\r\n")

    async with opened(box) as called:
        await called(send)

    assert [address for address, _ in box.taken] == [f"bounce+{number}@ville.example" for number in range(5)]


async def test_what_could_not_be_kept_comes_again(box):
    box.fails = True

    def send(client):
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("", [OURS], b"Subject: x\r\n\r\n")
        return refused.value.smtp_code

    async with opened(box) as called:
        assert await called(send) == 451


async def test_a_message_that_is_too_long_is_dropped_and_the_next_one_taken(box, monkeypatch):
    monkeypatch.setattr(lmtp, "LONGEST_MESSAGE", 1000)

    def send(client):
        client.ehlo()  # smtplib says LHLO here
        client.esmtp_features.pop("size")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("", [OURS], b"x" * 300_000)
        client.sendmail("", [OURS], b"Subject: short\r\n\r\n")
        return refused.value.smtp_code

    async with opened(box) as called:
        assert await called(send) == 552

    assert [content for _, content in box.taken] == [b"Subject: short\r\n\r\n"]


async def test_a_message_without_end_is_hung_up_on(box, monkeypatch):
    monkeypatch.setattr(lmtp, "MOST_READ", 1 << 20)

    def send(client):
        client.ehlo()
        client.mail("")
        client.rcpt(OURS)
        client.putcmd("data")
        client.getreply()
        with contextlib.suppress(OSError):
            for _ in range(100):
                client.sock.sendall(b"x" * (64 << 10))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.getreply()
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.close()

    async with opened(box) as called:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            await called(send)

    assert not box.taken


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ([b"HELO x"], [b"500"]),
        ([b"MAIL FROM:<>"], [b"503"]),
        ([b"LHLO x", b"RCPT TO:<bounce+1@v.example>"], [b"250", b"503"]),
        ([b"LHLO x", b"MAIL FROM:<>", b"DATA"], [b"250", b"250", b"503"]),
        ([b"LHLO x", b"MAIL nobody"], [b"250", b"501"]),
        ([b"LHLO x", b"MAIL FROM:<> SIZE=99999999999"], [b"250", b"552"]),
        ([b"LHLO x", b"MAIL FROM:<>", b"RCPT TO:<bounce+1@v>", b"RCPT TO:<bounce+2@v>"], [b"250"] * 3 + [b"452"]),
        ([b"x" * 3000], [b"500"]),
        ([b"\xff\xfe\x00"], [b"500"]),
        ([b""], [b"500"]),
    ],
)
async def test_steps_out_of_order_and_nonsense_are_answered(box, said, codes):
    def send(client):
        answers = []
        for line in said:
            client.sock.sendall(line + b"\r\n")
            answers.append(str(client.getreply()[0]).encode())
        return answers

    async with opened(box) as called:
        assert await called(send) == codes
