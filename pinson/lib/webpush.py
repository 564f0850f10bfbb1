"""Web Push: a message that only one browser can read, and the proof of who sends it.

Called by whatever wakes browsers and apps. Pure but for chance: keys and salts are made here unless a test hands over
its own. Written on `cryptography` alone, since the libraries there are bring a client of their own, which would go past
the one door to other servers (`pinson.lib.http`).

Not here: subscriptions, how a message travels, what to do with the answer.

Source: RFC 8188 (records), RFC 8291 (keys of a message), RFC 8292 (who sends, VAPID); for apps that are older, drafts
draft-ietf-httpbis-encryption-encoding-03 and draft-ietf-webpush-encryption-04 (`aesgcm`).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST_BYTES = 3993  # of a message: with what encryption adds, 4096, the least that a push service must take
RECORD_SIZE = 4096
SALT_BYTES, POINT_BYTES = 16, 65
LAST_RECORD = b"\x02"
PROOF_LASTS = timedelta(hours=12)  # RFC 8292 allows 24; clocks differ
_PROOF_HEADER = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"ES256"}').rstrip(b"=")


class TooLong(ValueError):
    """The message would not fit into one record of a push service."""


class Sealed(msgspec.Struct, frozen=True):
    """A message as it is posted. headers: those that belong to its encryption, by name."""

    body: bytes
    headers: Mapping[str, str]


def encrypt(
    message: bytes,
    *,
    p256dh: bytes,
    auth: bytes,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Sealed:
    """Encrypt a message so that only one browser can read it, as RFC 8291 has it.

    Args:
        message: at most 3993 bytes.
        p256dh: the browser's public key, an uncompressed P-256 point: 65 bytes.
        auth: the browser's secret, 16 bytes.
        salt, key: 16 random bytes and a private key, new for each message; tests have theirs.
    Returns:
        One aes128gcm record: salt (16), record size (4), length of the key (1), our key (65), cipher.
    Raises:
        TooLong.
        ValueError: `p256dh` is not a point on the curve.
    """
    salt, shared, ours = _agree(message, p256dh, salt, key)
    secret = _expand(_mac(auth, shared), b"WebPush: info\x00" + p256dh + ours, 32)
    root = _mac(salt, secret)
    cipher = AESGCM(_expand(root, b"Content-Encoding: aes128gcm\x00", 16))
    text = cipher.encrypt(_expand(root, b"Content-Encoding: nonce\x00", 12), message + LAST_RECORD, None)
    head = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([POINT_BYTES]) + ours
    return Sealed(head + text, {"Content-Encoding": "aes128gcm"})


def encrypt_as_before(
    message: bytes,
    *,
    p256dh: bytes,
    auth: bytes,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Sealed:
    """The same as older apps expect it: salt and key in headers, the cipher alone in the body.

    Raises:
        TooLong.
        ValueError: `p256dh` is not a point on the curve.
    """
    salt, shared, ours = _agree(message, p256dh, salt, key)
    secret = _expand(_mac(auth, shared), b"Content-Encoding: auth\x00", 32)
    root = _mac(salt, secret)
    both = b"P-256\x00" + b"".join(len(point).to_bytes(2, "big") + point for point in (p256dh, ours))
    cipher = AESGCM(_expand(root, b"Content-Encoding: aesgcm\x00" + both, 16))
    nonce = _expand(root, b"Content-Encoding: nonce\x00" + both, 12)
    body = cipher.encrypt(nonce, b"\x00\x00" + message, None)  # two bytes say how much padding follows: none
    encryption, crypto_key = f"salt={_text(salt)}", f"dh={_text(ours)}"
    return Sealed(body, {"Content-Encoding": "aesgcm", "Encryption": encryption, "Crypto-Key": crypto_key})


class Signer:
    """Says to push services who sends (VAPID). One proof serves an origin for hours, so it is kept."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, contact: str) -> None:
        """contact: where a push service reaches the operator: `mailto:` or https (RFC 8292, section 2.1)."""
        self._key = key
        self._contact = contact
        self._proofs: dict[str, tuple[str, datetime]] = {}
        self.public = _text(_point(key))

    def headers(self, endpoint: str, sealed: Sealed, *, now: datetime) -> dict[str, str]:
        """All that a message is posted with to `endpoint`, but for how long it is worth keeping."""
        proof = self._proof(endpoint, now)
        headers = {"Content-Type": "application/octet-stream", **sealed.headers}
        if "Crypto-Key" in headers:  # the way before RFC 8292
            headers["Crypto-Key"] += f";p256ecdsa={self.public}"
            headers["Authorization"] = f"WebPush {proof}"
        else:
            headers["Authorization"] = f"vapid t={proof},k={self.public}"
        return headers

    def _proof(self, endpoint: str, now: datetime) -> str:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._proofs.get(origin)
        if known is not None and known[1] - now > PROOF_LASTS / 2:
            return known[0]
        if len(self._proofs) > 1000:  # anybody can name an origin
            self._proofs.clear()
        until = now + PROOF_LASTS
        claims = msgspec.json.encode({"aud": origin, "exp": int(until.timestamp()), "sub": self._contact})
        signed = _PROOF_HEADER + b"." + base64.urlsafe_b64encode(claims).rstrip(b"=")
        r, s = decode_dss_signature(self._key.sign(signed, ec.ECDSA(SHA256())))
        proof = f"{signed.decode()}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        self._proofs[origin] = (proof, until)
        return proof


def _agree(
    message: bytes, p256dh: bytes, salt: bytes | None, key: ec.EllipticCurvePrivateKey | None
) -> tuple[bytes, bytes, bytes]:
    """Salt, the secret that both sides know, and our public point."""
    if len(message) > MOST_BYTES:
        raise TooLong(f"{len(message)} bytes, and {MOST_BYTES} is the most")
    key = key or ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    return salt or os.urandom(SALT_BYTES), key.exchange(ec.ECDH(), theirs), _point(key)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _mac(key: bytes, text: bytes) -> bytes:
    """Also HKDF-Extract with SHA-256 (RFC 5869, section 2.2)."""
    return hmac.digest(key, text, hashlib.sha256)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869, section 2.3) of at most 32 bytes: one round."""
    return _mac(key, info + b"\x01")[:length]


def _text(part: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
