"""What can be asked of the hub. Pure."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from pinson.domain.hub.model import Wish
from pinson.lib.errors import Kind, Refusal

SHORTEST, USUAL, LONGEST = timedelta(hours=1), timedelta(days=10), timedelta(days=30)  # leases
MOST_LETTERS = 2000  # of a callback
MOST_OCTETS = 199  # of a secret: WebSub, section 5.1
MOST_OF_HOST = 10_000  # subscriptions of one host: a news reader that serves many people has one callback for each feed


class BadCallback(Refusal):
    """What is sent could not be sent there."""

    kind, code = Kind.INVALID, "bad_callback"
    text = (
        "hub.callback is not the address of a web page: http or https, without a user or a fragment, of at most "
        "{limit} characters."
    )


class BadSecret(Refusal):
    """It is too long."""

    kind, code = Kind.INVALID, "bad_secret"
    text = "hub.secret must be shorter than 200 bytes."


class BadLease(Refusal):
    """It is no number of seconds."""

    kind, code = Kind.INVALID, "bad_lease"
    text = "hub.lease_seconds is not a number of seconds."


class TooManyOfHost(Refusal):
    """This host has subscribed to more than anybody needs."""

    kind, code = Kind.TOO_MANY, "too_many_of_host"
    text = "This host already has {limit} subscriptions here."


class HubIsBusy(Refusal):
    """More is being verified than we can hold."""

    kind, code = Kind.UNAVAILABLE, "hub_is_busy"
    text = "Too many subscriptions are being verified. Please ask again in a minute."


def check_callback(callback: str) -> str:
    """The host of an address to which something can be sent; whether it may be is seen when it is.

    Raises:
        BadCallback.
    """
    try:
        parts = urlsplit(callback)
        host = parts.hostname
        is_plain = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        host, is_plain = None, False
    printable = callback.isascii() and callback.isprintable() and " " not in callback
    if (
        host is None
        or not is_plain
        or not printable
        or parts.scheme not in ("http", "https")
        or "#" in callback
        or len(callback) > MOST_LETTERS
    ):
        raise BadCallback(limit=MOST_LETTERS)
    return host.lower()


def check_secret(secret: str) -> str:
    """What can be signed with.

    Raises:
        BadSecret.
    """
    if len(secret.encode()) > MOST_OCTETS:
        raise BadSecret
    return secret


def lease(seconds: str) -> timedelta:
    """For how long a subscription lasts, of what was asked: between an hour and a month, ten days if nothing was.

    Raises:
        BadLease.
    """
    if not seconds:
        return USUAL
    if not seconds.isascii() or not seconds.isdigit():
        raise BadLease
    asked = timedelta(seconds=int(seconds)) if len(seconds) < 10 else LONGEST
    return min(max(asked, SHORTEST), LONGEST)


def question(wish: Wish, challenge: str) -> str:
    """Where a callback is asked whether it meant it (WebSub, section 5.3): what its address asks for stays."""
    asked = {"hub.mode": wish.mode.value, "hub.topic": wish.topic.address, "hub.challenge": challenge}
    if wish.lasts:
        asked["hub.lease_seconds"] = str(int(wish.lasts.total_seconds()))
    return f"{wish.callback}{'&' if '?' in wish.callback else '?'}{urlencode(asked)}"
