"""The other side of Web Push: a browser that reads what was encrypted for it, and a push service that takes it."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def public_point(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Keys of one subscription, and how a browser reads with them (RFC 8291, section 3.4; before it, aesgcm)."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.p256dh = public_point(self._key)

    @property
    def subscription(self):
        """The keys as a browser hands them to a page."""
        return {
            "p256dh": base64.urlsafe_b64encode(self.p256dh).decode(),
            "auth": base64.urlsafe_b64encode(self.auth).decode(),
        }

    def read(self, headers, body):
        """The message inside; raises if it was not for this browser, or was altered."""
        if headers["Content-Encoding"] == "aes128gcm":
            salt, length = body[:16], body[20]
            point, text = body[21 : 21 + length], body[21 + length :]
            secret = self._derived(self.auth, self._shared(point), b"WebPush: info\0" + self.p256dh + point, 32)
            key = self._derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
            nonce = self._derived(salt, secret, b"Content-Encoding: nonce\0", 12)
            plain = AESGCM(key).decrypt(nonce, text, None)
            assert plain.rstrip(b"\0").endswith(b"\x02")
            return plain.rstrip(b"\0")[:-1]
        salt = unpacked(headers["Encryption"].partition("salt=")[2])
        named = dict(part.split("=", 1) for part in headers["Crypto-Key"].split(";"))
        point = unpacked(named["dh"])
        secret = self._derived(self.auth, self._shared(point), b"Content-Encoding: auth\0", 32)
        both = b"P-256\0" + b"\0\x41" + self.p256dh + b"\0\x41" + point
        key = self._derived(salt, secret, b"Content-Encoding: aesgcm\0" + both, 16)
        nonce = self._derived(salt, secret, b"Content-Encoding: nonce\0" + both, 12)
        plain = AESGCM(key).decrypt(nonce, body, None)
        return plain[2 + int.from_bytes(plain[:2], "big") :]

    def _shared(self, point):
        return self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))

    @staticmethod
    def _derived(salt, secret, info, length):
        root = hmac.digest(salt, secret, hashlib.sha256)
        return hmac.digest(root, info + b"\x01", hashlib.sha256)[:length]


class PushService:
    """Takes pushes over HTTP, keeps them, and answers as it is told.

    answers: statuses of the next answers; 201 once there is none. headers: sent with each of them.
    """

    def __init__(self):
        self.pushes = []
        self.answers = []
        self.headers = ""

    async def take(self, reader, writer):
        """One connection, as many pushes as come by it."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.title(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers["Content-Length"]))
                self.pushes.append((head[0].split()[1], headers, body))
                status = self.answers.pop(0) if self.answers else 201
                writer.write(f"HTTP/1.1 {status} So\r\n{self.headers}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def a_push_service():
    """A push service on this machine, until the block ends."""
    service = PushService()
    server = await asyncio.start_server(service.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    service.url = f"http://{host}:{port}"
    try:
        yield service
    finally:
        server.close()
