"""When somebody may be reached, whether a message is for them, and the refusals. Pure, but for `new_secrets`."""

import hashlib
import hmac
import re
import secrets
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from pinson.domain.alerts.model import AddressId, Failing, ReaderId, Reason, Rhythm, Standing
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.lib.errors import Kind, Refusal

QUIET_FROM, QUIET_UNTIL = 22 * 60, 7 * 60  # unless a reader says otherwise
DIGEST_HOUR = 18
CODE_LASTS = timedelta(minutes=30)
LINK_LASTS = timedelta(hours=48)  # letters are read late
TRIES = 5
CODES_AN_HOUR = 3  # to one address, whoever asks
MOST_ALERTS = 500  # of one address
MOST_PER_WEEK = 50
MOST_HELD_AT = 4  # addresses of one reader at which the same message may be held
FRESH = timedelta(hours=24)  # what is older reaches nobody any more
ASLEEP_AFTER, ASLEEP_LETTERS = timedelta(days=14), 5
STALE = timedelta(days=8)  # without a letter that failed: what failed before does not count; weekly letters do
RINGS = frozenset({Channel.SMS, Channel.BROWSER})  # these wake people up


def falls_asleep(failing: Failing, *, now: datetime) -> bool:
    """Whether a mailbox has failed so long, and so many letters, that it gets none any more."""
    return failing.failures >= ASLEEP_LETTERS and now - failing.since >= ASLEEP_AFTER


class WrongCode(Refusal):
    """Mistyped, or of another request."""

    kind, code = Kind.INVALID, "wrong_code"
    text = "This code is not right. Please look again at the message that you received."


class CodeExpired(Refusal):
    """Too late, too often, or used."""

    kind, code = Kind.MISSING, "code_expired"
    text = "This code or link no longer works. Ask for a new one."


class TooManyCodes(Refusal):
    """Somebody may be asking for an address that is not theirs."""

    kind, code = Kind.TOO_MANY, "too_many_codes"
    text = "Several codes were sent there already. Please wait an hour."


class TooManyAlerts(Refusal):
    """More than anybody reads."""

    kind, code = Kind.INVALID, "too_many_alerts"
    text = "You follow as much as one can."


class AlertNotFound(Refusal):
    """Not there, or somebody else's."""

    kind, code = Kind.MISSING, "alert_not_found"
    text = "Record not found"


class BadWish(Refusal):
    """A number that is not allowed."""

    kind, code = Kind.INVALID, "bad_wish"
    text = "Choose at most {most} messages a week, and an hour from 0 to 23."


class Secrets(msgspec.Struct, frozen=True):
    """What proves that an address is somebody's: six digits to type, and a link to follow."""

    code: str
    link: str


def new_secrets() -> Secrets:
    """Fresh ones."""
    return Secrets(code=f"{secrets.randbelow(10**6):06}", link=secrets.token_urlsafe(18))


def digest_of(secret: str) -> bytes:
    """How codes and links are kept."""
    return hashlib.sha256(secret.encode()).digest()


def fingerprint(secret: bytes, channel: Channel, value: str) -> bytes:
    """By which an address is found in the register when it is not kept itself."""
    return hmac.digest(secret, f"{channel}:{value}".encode(), hashlib.sha256)[:16]


def masked(channel: Channel, value: str) -> str:
    """An address as proofs show it: to be recognised by whose it is, and of no use to others."""
    if channel is Channel.SMS:
        return f"{value[:3]}…{value[-2:]}"
    if channel is Channel.EMAIL:
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}…@{domain}"
    return "…"


def key_of(secret: bytes, address_id: AddressId) -> str:
    """What stands in the links of letters and texts to an address: whoever has it may change what is wanted there."""
    proof = hmac.digest(secret, b"manage:%d" % address_id, hashlib.sha256)[:9]
    return f"{address_id:x}-{proof.hex()}"


def address_of(secret: bytes, key: str) -> AddressId | None:
    """Whose key it is; None if it is nobody's."""
    try:
        address_id = AddressId(int(key.partition("-")[0], 16))
    except ValueError:
        return None
    if address_id >= 1 << 63 or not hmac.compare_digest(key_of(secret, address_id).encode(), key.encode()):
        return None
    return address_id


def feed_key_of(secret: bytes, reader_id: ReaderId, seed: int) -> str:
    """What stands in the address of a reader's feed: whoever has it may read what was held for them, and no more."""
    proof = hmac.digest(secret, b"feed:%d:%d" % (reader_id, seed), hashlib.sha256)[:16]
    return f"{reader_id:x}-{proof.hex()}"


def reader_of_feed(key: str) -> ReaderId | None:
    """Whose feed a key says that it opens; whether it does is still to be seen."""
    try:
        reader_id = ReaderId(int(key.partition("-")[0], 16))
    except ValueError:
        return None
    return reader_id if 0 < reader_id < 1 << 63 else None


def is_feed_key(key: str) -> bool:
    """Whether it looks like what opens, or opened, the feed of a reader."""
    return re.fullmatch(r"[0-9a-f]{1,16}-[0-9a-f]{32}", key) is not None


def week(moment: datetime, zone: str) -> int:
    """Which week it is there, Mondays first, counted from one before 1970."""
    return (moment.astimezone(ZoneInfo(zone)).date() - date(1969, 12, 29)).days // 7


def first_rhythm(kind: TopicKind) -> Rhythm:
    """What somebody gets who does not say how much: who follows a live day wants all of it."""
    return Rhythm.ALL if kind is TopicKind.EVENT else Rhythm.KEY


def verdict(alert: Standing, *, is_live: bool, is_key: bool, now: datetime) -> Reason | bool:
    """Whether a message is sent now, never, or held and why.

    Args:
        is_live: it is part of a live event. is_key: it is a key moment of it.
    """
    if alert.rhythm is Rhythm.KEY and is_live and not is_key:
        return False
    if alert.paused_until > now:
        return Reason.PAUSED
    if alert.rhythm is Rhythm.DIGEST:
        return Reason.DIGEST
    if alert.per_week is not None and sent_this_week(alert, now) >= alert.per_week:
        return Reason.CAP
    return True


def sent_this_week(alert: Standing, now: datetime) -> int:
    """How many were sent by it in the week that it is for them."""
    return alert.week_sent if alert.week == week(now, alert.zone) else 0


def first_moment(alert: Standing, now: datetime) -> datetime:
    """From when they may be reached: at once, or when their quiet hours are over."""
    if alert.channel not in RINGS or alert.quiet_from == alert.quiet_until:
        return now
    there = now.astimezone(ZoneInfo(alert.zone))
    minute = there.hour * 60 + there.minute
    start, end = alert.quiet_from, alert.quiet_until
    is_quiet = start <= minute < end if start < end else minute >= start or minute < end
    if not is_quiet:
        return now
    at_end = there.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
    if at_end <= there:
        at_end += timedelta(days=1)
    return at_end.astimezone(now.tzinfo)


def digest_moment(alert: Standing, reason: Reason, now: datetime) -> datetime:
    """When what is held is sent: at their hour, or when their pause is over."""
    if reason is Reason.PAUSED:
        return alert.paused_until
    there = now.astimezone(ZoneInfo(alert.zone))
    then = there.replace(hour=alert.digest_hour, minute=0, second=0, microsecond=0)
    if then <= there:
        then += timedelta(days=1)
    return then.astimezone(now.tzinfo)
