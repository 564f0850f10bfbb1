"""Connections to a mail server are kept, cost nobody a message when they end, and say what was refused."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import uvloop
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pinson.lib import smtp
from pinson.lib.clock import ManualClock
from pinson.lib.mail import MailFailed, Message
from pinson.lib.smtp import SmtpMailer
from tests.mail_sink import Post, serving, serving_mail

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


def a_message(number=0, to=None):
    return Message(id=f"alert.{number}", to=to or f"reader{number}@example.org", subject="Bonjour", text=".\nà vous\n")


def a_mailer(port, **given):
    options = {"host": "127.0.0.1", "tls": "none", "username": "", "password": "", "step_seconds": 60, **given}
    return SmtpMailer(port=port, sender="no-reply@ville.example", clock=ManualClock(NOON), **options)


async def failure(mailer, message):
    with pytest.raises(MailFailed) as caught:
        await mailer.send(message)
    return caught.value


@pytest.mark.parametrize("pipelining", [True, False])
async def test_many_messages_share_a_few_connections_and_each_arrives_once(pipelining):
    post = Post(pipelining=pipelining)

    async with serving_mail(post) as port:
        mailer = a_mailer(port, connections=3)
        await asyncio.gather(*(mailer.send(a_message(number)) for number in range(30)))
        await mailer.close()

    assert post.connections <= 3
    assert sorted(to for _, [to], _ in post.taken) == sorted(f"reader{number}@example.org" for number in range(30))
    assert {message.get_content() for message in post.messages} == {".\nà vous\n"}


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_refused_recipient_leaves_the_connection_to_the_next(pipelining):
    post = Post(
        pipelining=pipelining, to_recipient=lambda to: "550 5.1.1 unknown" if to.startswith("reader1@") else "250 OK"
    )

    async with serving_mail(post) as port:
        mailer = a_mailer(port, connections=1)
        await mailer.send(a_message(0))
        refused = await failure(mailer, a_message(1))
        await mailer.send(a_message(2))
        await mailer.close()

    assert (refused.permanent, refused.gone) == (True, True)
    assert [to for _, [to], _ in post.taken] == ["reader0@example.org", "reader2@example.org"]
    assert post.connections == 1


@pytest.mark.parametrize(
    ("answer", "permanent", "gone"),
    [
        ("550 5.1.1 no such mailbox", True, True),
        ("550 no such mailbox", True, True),
        ("550 5.7.1 your server is on a list", True, False),
        ("552 5.2.2 mailbox full", True, False),
        ("452 4.2.2 mailbox full", False, False),
        ("450 greylisted", False, False),
    ],
)
async def test_an_address_is_gone_only_if_the_server_says_that_nobody_has_it(answer, permanent, gone):
    async with serving_mail(Post(to_recipient=answer)) as port:
        refused = await failure(a_mailer(port), a_message())

    assert (refused.permanent, refused.gone, refused.in_doubt) == (permanent, gone, False)


async def test_a_refused_message_says_nothing_of_the_address():
    async with serving_mail(Post(to_content="550 we do not like it")) as port:
        refused = await failure(a_mailer(port), a_message())

    assert (refused.permanent, refused.gone) == (True, False)


async def test_a_connection_that_ended_while_idle_costs_no_attempt():
    post = Post()

    async with serving_mail(post) as port:
        mailer = a_mailer(port, connections=1)
        await mailer.send(a_message(0))
        mailer._idle[0]._wire._transport.abort()
        await mailer.send(a_message(1))
        await mailer.close()

    assert [to for _, [to], _ in post.taken] == ["reader0@example.org", "reader1@example.org"]
    assert post.connections == 2


async def test_a_server_that_restarts_between_two_messages_gets_both():
    class Restarting(Post):
        async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
            self.wire = server.transport
            return await super().handle_EHLO(server, session, envelope, hostname, responses)

    post = Restarting(pipelining=True)

    async with serving_mail(post) as port:
        mailer = a_mailer(port, connections=1)
        await mailer.send(a_message(0))
        post.wire.write(b"421 4.3.2 mx.example restarts\r\n")
        post.wire.close()
        await asyncio.sleep(0.01)
        await mailer.send(a_message(1))
        await mailer.close()

    assert [to for _, [to], _ in post.taken] == ["reader0@example.org", "reader1@example.org"]


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_server_that_dies_with_the_whole_message_leaves_it_in_doubt_under_the_same_id(pipelining):
    post = Post(pipelining=pipelining, hang_up_after=1)

    async with serving_mail(post) as port:
        mailer = a_mailer(port)
        failed = await failure(mailer, a_message())
        await mailer.send(a_message())
        await mailer.close()

    assert (failed.permanent, failed.in_doubt) == (False, True)
    assert [message["Message-ID"] for message in post.messages] == ["<alert.0@ville.example>"] * 2


async def test_connections_that_nobody_uses_are_left(monkeypatch):
    left = asyncio.Event()

    class Watched(Post):
        async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
            left.set()
            return "221 bye"

    monkeypatch.setattr(smtp, "IDLE", 0.01)

    async with serving_mail(Watched()) as port:
        mailer = a_mailer(port)
        await mailer.send(a_message())
        await asyncio.wait_for(left.wait(), 60)

    assert not mailer._idle


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"250 OK\r\n" * 50, b"x" * 100_000])
async def test_what_is_no_mail_server_is_given_up(said):
    class Other(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport
            transport.write(b"220 hello\r\n")

        def data_received(self, data):
            self.transport.write(b"250 hello\r\n" if data.startswith(b"EHLO") else said)

    async with serving(Other) as port:
        failed = await failure(a_mailer(port, step_seconds=0.2), a_message())

    assert not failed.permanent


async def test_bounces_go_where_the_message_says():
    post = Post()
    message = Message(
        id="alert.1", to="lea@example.org", subject="Bonjour", text="", bounces_to="bounce+x1@bounce.ville.example"
    )

    async with serving_mail(post) as port:
        mailer = a_mailer(port)
        await mailer.send(message)
        await mailer.close()

    assert [sender for sender, _, _ in post.taken] == ["bounce+x1@bounce.ville.example"]


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate of "localhost" that this process trusts, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_encrypted_connection_is_kept_too(certificate, tls, loop):
    post = Post(pipelining=True)

    async def send():
        options = {"tls_context": certificate, "require_starttls": True} if tls == "starttls" else {}
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(post, hostname="mx.example", **options),
            "127.0.0.1",
            0,
            ssl=certificate if tls == "tls" else None,
        )
        mailer = a_mailer(server.sockets[0].getsockname()[1], host="localhost", tls=tls, connections=1)
        for number in range(3):
            await mailer.send(a_message(number))
        await mailer.close()
        server.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(send())

    assert [to for _, [to], _ in post.taken] == [f"reader{number}@example.org" for number in range(3)]
    assert post.connections == (2 if tls == "starttls" else 1)  # it is greeted again once all is encrypted
