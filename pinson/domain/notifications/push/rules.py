"""What a push subscription must be, and the key we sign with. Pure but for chance.

Source: RFC 8030 section 3, RFC 8291 section 3.1, RFC 8292 section 2.
"""

import base64
import binascii
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from pinson.domain.notifications.push.model import Keys, PushPolicy, Subscription
from pinson.lib.errors import Kind, Refusal

MOST_ENDPOINT = 2000  # characters
AUTH_BYTES = 16


class BadEndpoint(Refusal):
    """Nothing can be pushed there."""

    kind, code = Kind.INVALID, "bad_endpoint"
    text = "Validation failed: Endpoint must be an https URL"


class BadKeys(Refusal):
    """Nothing can be encrypted for these keys."""

    kind, code = Kind.INVALID, "bad_keys"
    text = "Validation failed: {name} is invalid"


class NotSubscribed(Refusal):
    """The token has no push subscription."""

    kind, code = Kind.MISSING, "not_subscribed"
    text = "Record not found"


def prepare(*, endpoint: str, p256dh: str, auth: str) -> Keys:
    """What a browser sent, checked. Whether the endpoint may be reached is found out when it is.

    Args:
        p256dh, auth: base64url, with or without padding.
    Raises:
        BadEndpoint: it is no https address of some host's.
        BadKeys: p256dh is no point on the curve, or auth is not 16 bytes.
    """
    point, secret = _decoded("P256dh", p256dh), _decoded("Auth", auth)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadKeys(name="P256dh") from None
    if point[:1] != b"\x04":  # it could be compressed, but no browser sends it so, and RFC 8291 says it is not
        raise BadKeys(name="P256dh")
    if len(secret) != AUTH_BYTES:
        raise BadKeys(name="Auth")
    return Keys(_checked(endpoint), point, secret)


def _checked(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadEndpoint from None
    is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint and len(endpoint) <= MOST_ENDPOINT
    if parts.scheme != "https" or not host or "." not in host or "@" in parts.netloc or not is_plain:
        raise BadEndpoint
    return endpoint


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys(name=name) from None


def new_secret_key() -> bytes:
    """A key to sign with (PKCS #8, DER)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that `new_secret_key` wrote."""
    key = load_der_private_key(secret, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def wants(subscription: Subscription, kind: str, *, follows: bool, followed_by: bool) -> bool:
    """Whether a subscription is to be woken for a notification of a kind.

    follows, followed_by: how its account stands to whose doing it was.
    """
    if not subscription.alerts.get(kind, False):
        return False
    match subscription.policy:
        case PushPolicy.ALL:
            return True
        case PushPolicy.FOLLOWED:
            return follows
        case PushPolicy.FOLLOWER:
            return followed_by
        case PushPolicy.NONE:
            return False


def public_part(secret: bytes) -> str:
    """The public part of a key, as apps want it: an uncompressed point in base64url, with padding."""
    point = private_key(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode()
