"""A mail server on loopback that decides for itself (aiosmtpd), and what it took."""

import asyncio
import contextlib
import email
import email.policy

from aiosmtpd.smtp import SMTP


class Post:
    """A mail server's own decisions, for aiosmtpd: what it answers to each step, and what it took.

    connections: how many were greeted; commands: of all of them, in order.
    """

    def __init__(self, *, to_recipient="250 OK", to_content="250 OK", pipelining=False, hang_up_after=None):
        self.to_recipient, self.to_content, self.pipelining = to_recipient, to_content, pipelining
        self.hang_up_after = hang_up_after
        self.taken, self.connections = [], 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self.pipelining else []), responses[-1]]

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        answer = self.to_recipient(address) if callable(self.to_recipient) else self.to_recipient
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.to_content.startswith("2"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.hang_up_after is not None and len(self.taken) >= self.hang_up_after:
            self.hang_up_after = None
            server.transport.abort()
        return self.to_content

    @property
    def messages(self):
        """What was taken, as a mail program reads it."""
        return [
            email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)
            for _, _, content in self.taken
        ]


@contextlib.asynccontextmanager
async def serving(make_protocol, port=0):
    """A server on loopback; gives its port."""
    server = await asyncio.get_running_loop().create_server(make_protocol, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def serving_mail(post, *, port=0, **options):
    """`post` on a port."""
    return serving(lambda: SMTP(post, hostname="mx.example", enable_SMTPUTF8=True, **options), port)
