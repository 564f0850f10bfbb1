"""One message to everybody who allowed their browser to ring: encrypted, posted, counted, on the whole way.

Called by `measures.py`. A server has confirmed alerts of one account, each with keys and an endpoint of its own. The
account publishes; meanwhile homes are read at a pace of their own. The push service is in a process of its own. What is
missing there or came twice is a mistake, as is a push that says something else or cannot be read with the keys that it
is for, and a ledger that counts otherwise.
"""

import asyncio
import base64
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from hashlib import sha256
from hmac import digest
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import msgspec
import uvloop
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks import pace
from benchmarks.handing import Receiver
from benchmarks.load import Reading
from pinson.domain import alerts, deliveries
from pinson.domain.accounts import AccountId
from pinson.domain.alerts import Reach, Source, Topic, Wish, Wording
from pinson.domain.deliveries import Channel, What
from pinson.domain.relations.model import TopicKind
from pinson.lib.clock import SystemClock
from pinson.lib.db import WriteTx
from pinson.lib.db.sqlite import Sqlite

SETTINGS = {"PINSON_OUTGOING_ALLOW_LOOPBACK": "true"}  # of a server that reaches a push service on this machine
READS = 200  # homes a second, meanwhile
READERS = 16  # connections
LEAD = 0.3  # seconds of reading before the message is published
CHECKED = 97  # one in so many pushes is read
AT_A_TIME = 500  # alerts made in one transaction
PATIENCE = 60.0  # seconds to wait for the last push
LOOK = 0.005  # seconds between looks at how many came
EXTRA = 0.3  # seconds to wait for a push too many
TEXT = "Le pont de Lune est fermé jusqu'à 18 h : prenez la rocade, tour {}."

_HEAD = re.compile(rb"POST /p/([0-9]+) HTTP/1\.1\r\n.*?\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE | re.DOTALL)
_TAKEN = b"HTTP/1.1 201 Created\r\nLocation: /m/1\r\nContent-Length: 0\r\n\r\n"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the points of P-256


class Job(msgspec.Struct, frozen=True):
    """Publish this once, and read homes for so many seconds. token: of who publishes."""

    port: int
    token: str
    text: str
    homes: Reading
    seconds: float


class Published(msgspec.Struct, frozen=True):
    """When it was published, and how homes were read meanwhile. at: by the clock that all processes share."""

    post_id: int
    at: float
    reads: pace.Result


class Round(msgspec.Struct, frozen=True):
    """What came of one message. seconds: from its publishing to the last push."""

    post_id: int
    sent: int
    seconds: float
    reads: pace.Result
    wrong: dict[str, int]

    @property
    def rate(self) -> float:
        return self.sent / self.seconds


def subscribe(data: Path, account_id: int, *, port: int, holders: int) -> None:
    """Make confirmed alerts of an account, each for a browser of its own."""
    clock = SystemClock()

    async def build() -> None:
        db = Sqlite(data)
        try:
            for first in range(0, holders, AT_A_TIME):
                numbers = range(first, min(first + AT_A_TIME, holders))
                reaches = [
                    Reach(
                        Channel.BROWSER,
                        f"http://127.0.0.1:{port}/p/{number}",
                        {"p256dh": _text(_point(number)), "auth": _text(_auth(number))},
                    )
                    for number in numbers
                ]
                await db.write(_ask, account_id=AccountId(account_id), reaches=reaches, now=clock.now())
        finally:
            await db.close()

    uvloop.run(build())


async def _ask(tx: WriteTx, *, account_id: AccountId, reaches: Sequence[Reach], now: datetime) -> None:
    topic = Topic(TopicKind.ACCOUNT, account_id, account_id)
    for reach in reaches:
        asked = await alerts.ask(
            tx,
            reach=reach,
            topic=topic,
            wish=Wish(),
            wording=Wording("fr", "Je veux recevoir ces messages."),
            source=Source.PAGE,
            topic_name="Ville",
            zone="Europe/Paris",
            reader_id=None,
            secrets=alerts.new_secrets(),
            now=now,
        )
        reader = await alerts.reader(tx, asked.reader_id)
        assert reader is not None
        awake = msgspec.structs.replace(reader, quiet_from=0, quiet_until=0)  # it is measured at night too
        await alerts.set_up(tx, reader=awake, now=now)


def publish(job: Job) -> Published:
    """Do it, in this process."""
    return uvloop.run(_publish(job))


async def _publish(job: Job) -> Published:
    flow = pace.Flow("reads", job.homes, ((LEAD + job.seconds, READS),), READERS)
    reading = asyncio.create_task(pace.measure(pace.Job(job.port, (flow,))))
    await asyncio.sleep(LEAD)
    at = time.perf_counter()
    post_id = await asyncio.to_thread(_post, job)
    [reads] = await reading
    return Published(post_id, at, reads)


def _post(job: Job) -> int:
    connection = HTTPConnection("127.0.0.1", job.port, timeout=PATIENCE)
    try:
        body = msgspec.json.encode({"status": job.text, "language": "fr"})
        headers = {"Authorization": f"Bearer {job.token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/statuses", body, headers)
        return int(msgspec.json.decode(connection.getresponse().read())["id"])
    finally:
        connection.close()


def measure(receiver: Receiver, publishing: Callable[[], Published], *, holders: int, text: str) -> Round:
    """What comes of a message. publishing: `publish`, in another process."""
    until = time.perf_counter() + PATIENCE
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(publishing)
        while receiver.count() < holders and time.perf_counter() < until:
            time.sleep(LOOK)
        ended = time.perf_counter()
        published = waiting.result()
    time.sleep(EXTRA)
    seen = receiver.seen()
    wrong = faults(seen, holders=holders, text=text)
    return Round(published.post_id, len(seen), ended - published.at, published.reads, wrong)


def read(number: int, body: bytes) -> str:
    """What a push says to the browser that it is for.

    Raises:
        ValueError: it is not for that browser, or was altered.

    Source: RFC 8188, section 2; RFC 8291, section 3.4.
    """
    salt, point, text = body[:16], body[21:86], body[86:]
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    shared = _key(number).exchange(ec.ECDH(), theirs)
    secret = _derived(_auth(number), shared, b"WebPush: info\0" + _point(number) + point, 32)
    cipher = AESGCM(_derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16))
    try:
        plain = cipher.decrypt(_derived(salt, secret, b"Content-Encoding: nonce\0", 12), text, None)
    except InvalidTag as error:
        raise ValueError("it is for somebody else") from error
    return str(msgspec.json.decode(plain.rstrip(b"\0")[:-1])["notification"]["body"])


def faults(seen: Sequence[bytes], *, holders: int, text: str) -> dict[str, int]:
    """What is wrong with what came, and how often."""
    pushes: Counter[int] = Counter()
    unread = 0
    for one in seen:
        number, _, body = one.partition(b" ")
        pushes[int(number)] += 1
        try:
            unread += bool(body) and read(int(number), body) != text
        except (ValueError, LookupError):
            unread += 1
    doubled = sum(count - 1 for count in pushes.values())
    found = {"missing": holders - len(pushes), "came twice": doubled, "says something else": unread}
    return {what: count for what, count in found.items() if count}


def miscounted(data: Path, post_ids: Sequence[int], *, holders: int) -> int:
    """In how many respects the ledger of these posts counts otherwise than it should, once the server has stopped."""

    async def lines() -> Counter[tuple[int, What]]:
        db = Sqlite(data)
        try:
            async with db.read() as tx:
                found = await deliveries.lines(tx, post_ids)
            counts: Counter[tuple[int, What]] = Counter()
            for line in found:
                counts[line.post_id, line.what] += line.deliveries
            return counts
        finally:
            await db.close()

    expected = Counter({(id, what): holders for id in post_ids for what in (What.ASKED, What.SENT)})
    counts = uvloop.run(lines())
    return sum(counts[key] != expected[key] for key in counts.keys() | expected.keys())


class Taking(asyncio.Protocol):
    """A push service that takes everything. It sees for whom each push is, and of some the body too."""

    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = _HEAD.match(self._buffer, 0, end + 2)
            if head is None:
                self._transport.abort()
                return
            size = end + 4 + int(head[2])
            if len(self._buffer) < size:
                return
            body = self._buffer[end + 4 : size] if int(head[1]) % CHECKED == 0 else b""
            self._seen.append(head[1] + b" " + body)
            self._buffer = self._buffer[size:]
            self._transport.write(_TAKEN)


@cache
def _key(number: int) -> ec.EllipticCurvePrivateKey:
    """The private key of a browser, the same in every process."""
    seed = int.from_bytes(sha256(b"key %d" % number).digest(), "big")
    return ec.derive_private_key(1 + seed % (_ORDER - 1), ec.SECP256R1())


def _point(number: int) -> bytes:
    return _key(number).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _auth(number: int) -> bytes:
    return sha256(b"auth %d" % number).digest()[:16]


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869) of at most 32 bytes."""
    return digest(digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:length]


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
