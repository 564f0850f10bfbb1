"""A push subscription."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from pinson.domain.access import TokenId
from pinson.domain.accounts import AccountId


class PushPolicy(StrEnum):
    """From whom a subscription wants to hear. The values are Mastodon's."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


class Keys(msgspec.Struct, frozen=True):
    """Where to send, and with which keys, once it was checked.

    p256dh: the browser's public key, an uncompressed point on P-256: 65 bytes. auth: its secret, 16 bytes.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes


class Subscription(msgspec.Struct, frozen=True):
    """Where a browser or an app wants to be woken, and for what.

    standard: whether it takes RFC 8291, and not only the draft before it.
    alerts: by kind of notification, as it was sent: whether it wants them.
    """

    id: int
    token_id: TokenId
    account_id: AccountId
    endpoint: str
    p256dh: bytes
    auth: bytes
    standard: bool
    alerts: Mapping[str, bool]
    policy: PushPolicy


class Holder(msgspec.Struct, frozen=True):
    """What it takes to reach a subscription, and in which language; None if its token is nobody's."""

    id: int
    account_id: AccountId
    endpoint: str
    p256dh: bytes
    auth: bytes
    standard: bool
    locale: str | None
