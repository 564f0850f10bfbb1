"""The only door to other servers: a client that cannot be talked into knocking at our own.

Called by whatever fetches an address that came from outside, and by `pinson doctor`, which asks
the public address whether it answers. One address a person types must not make this server read
what only it can reach: its database, its cloud's metadata, the printer next door.

Why it holds: the check stands where the socket is made, on the very address that is dialled
next. Names, their changing answers (DNS rebinding), numbers written oddly (http://127.1), and
every step of a redirect all end there; nothing is looked up a second time.

Not here: what the answer means, retries, signatures, caches.
"""

import asyncio
import socket
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType, TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from yarl import URL

MOST_REDIRECTS = 3
LONGEST_WAIT = timedelta(hours=6)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_NOT_PUBLIC = "this address is not on the public internet"

# IANA's IPv4 special-purpose registry (RFC 6890 and later), less what it calls globally
# reachable. Our own table: what the standard library calls global differs between its versions.
_SPECIAL_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # carriers' own, RFC 6598
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local: metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols'
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# IPv6 is the other way round: only this much was ever given out (RFC 4291), and not these of it.
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols', with Teredo, which hides an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 that is not of a public IPv4 address, see _plain
        "3fff::/20",  # documentation, RFC 9637
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")


class OutgoingFailed(Exception):
    """We have no answer from there. The text is for the log and for operators; it names no path or query."""


class ForbiddenAddress(OutgoingFailed):
    """Not http or https, or it leads to this machine or a private network."""


class TooLarge(OutgoingFailed):
    """The answer is longer than we wish to read."""


class TooSlow(OutgoingFailed):
    """The whole answer did not arrive in time."""


class Unreachable(OutgoingFailed):
    """No such name, no connection, no valid certificate, too many redirects, or not HTTP."""


class NoConnection(Unreachable):
    """No such name, or nobody there, or no valid certificate: nothing of what we wanted to say has left."""


class Answer(msgspec.Struct, frozen=True):
    """What the other server said, whatever its status. `url` is where the redirects ended.

    headers: names in lower case; one that came several times is joined by commas (RFC 9110, 5.3).
    moved: where what was asked for is from now on, if the first redirects said that they are for good.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: str = ""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether `address` is one that anyone on the internet may reach.

    An IPv6 address that carries an IPv4 one, to which some network on the way would turn it
    (mapped, NAT64, 6to4), is as public as the one inside.
    """
    address = _plain(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    return address in _GLOBAL_6 and not any(address in network for network in _SPECIAL_6)


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What Retry-After says: six hours at most."""
    asked = wait_of(headers.get("retry-after", ""), now)
    return min(max(asked, timedelta()), LONGEST_WAIT) if asked is not None else None


def wait_of(said: str, now: datetime) -> timedelta | None:
    """How long Retry-After asks to wait, in seconds or until a date (RFC 9110, section 10.2.3); None if not at all."""
    said = said.strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return timedelta(seconds=int(said))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now


class Outgoing:
    """Fetches from other servers: `async with Outgoing(…) as outgoing`, once for the life of the process.

    Sends no cookie, no credentials and nothing of the environment's (proxies, .netrc).
    """

    def __init__(self, *, allow_loopback: bool, user_agent: str, anywhere: bool = False) -> None:
        """
        Args:
            allow_loopback: also reach this very machine, for test servers. Private networks stay shut.
            user_agent: who we are, with an address where we can be reached.
            anywhere: also reach private networks: only for addresses from the settings, never from a person.
        """
        self._allow_loopback = allow_loopback
        self._anywhere = anywhere
        self._user_agent = user_agent

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=aiohttp.ThreadedResolver(), use_dns_cache=False, socket_factory=self._socket
            ),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=None),  # `get` has one clock over all its steps
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        cut: bool = False,
        accept: str = "*/*",
        seconds: float = 10,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """Ask for `url` and follow at most 3 redirects.

        Args:
            max_bytes: most we read of the body.
            cut: of a longer body, take so much of its beginning instead of refusing it.
            accept: value of the Accept header.
            seconds: for everything together: names, connections, redirects, the body.
            headers: besides that, such as what we have already (RFC 9110, section 13.1).
        Raises:
            ForbiddenAddress, TooLarge, TooSlow, Unreachable: all of them OutgoingFailed.
        """
        asked = {"Accept": accept, **headers}
        return await self._within(seconds, self._follow(_web_address(url), asked, max_bytes=max_bytes, cut=cut))

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int = 64 << 10, seconds: float = 10
    ) -> Answer:
        """Hand something to `url`, which leads nowhere else: a redirect is an answer like any other.

        Args:
            max_bytes: of the answer we read so much, and leave the rest.
        Raises:
            ForbiddenAddress, TooSlow, Unreachable: all of them OutgoingFailed. It may have arrived all the same.
        """
        return await self._within(seconds, self._hand_over(_web_address(url), body, headers, max_bytes))

    async def _hand_over(self, url: URL, body: bytes, headers: Mapping[str, str], max_bytes: int) -> Answer:
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            return Answer(response.status, _headers(response), await _read(response, max_bytes, cut=True), str(url))

    async def _within(self, seconds: float, asking: Coroutine[Any, Any, Answer]) -> Answer:
        """An answer in time; or what kept us from it, in our words."""
        try:
            async with asyncio.timeout(seconds):
                return await asking
        except TimeoutError as error:
            raise TooSlow(f"no whole answer within {seconds:g} seconds") from error
        except aiohttp.InvalidURL as error:
            raise ForbiddenAddress("this is not the address of a web page") from error
        except aiohttp.ClientConnectorError as error:
            if str(error.os_error) == _NOT_PUBLIC:
                raise ForbiddenAddress(f"{error.host}: {_NOT_PUBLIC}") from error
            raise NoConnection(f"{error.host}: {error.os_error}") from error
        except (aiohttp.ClientError, OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA cannot write
            raise Unreachable(f"{type(error).__name__}") from error

    async def _follow(self, url: URL, headers: Mapping[str, str], *, max_bytes: int, cut: bool) -> Answer:
        moved, for_good = "", True
        for _ in range(1 + MOST_REDIRECTS):
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or target is None:
                    body = await _read(response, max_bytes, cut=cut)
                    return Answer(response.status, _headers(response), body, str(url), moved)
            url = _web_address(target, base=url)
            for_good = for_good and response.status in _FOR_GOOD
            moved = str(url) if for_good else moved
        raise Unreachable(f"{url.host}: more than {MOST_REDIRECTS} redirects")

    def _socket(self, dialled: tuple[Any, ...]) -> socket.socket:
        """Make the socket that connects to `dialled` next, or refuse: the one check that everything passes.

        Raises:
            OSError: it is none of ours to reach. When a name has several addresses, the client
                goes on to the next, so one that is public still answers.
        """
        family, kind, protocol, _, endpoint = dialled
        address = ip_address(endpoint[0])
        allowed = self._anywhere or (self._allow_loopback and _plain(address).is_loopback)
        if not allowed and not is_public(address):
            raise OSError(_NOT_PUBLIC)
        return socket.socket(family, kind, protocol)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, if a network on the way would unwrap it; otherwise `address`.

    Source: RFC 4291 2.5.5.2 (mapped), RFC 6052 2.1 (NAT64), RFC 3056 2 (6to4).
    """
    if isinstance(address, IPv4Address):
        return address
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4 and is_public(inside := IPv4Address(int(address) >> 80 & 0xFFFFFFFF)):
        return inside
    return address


def _web_address(text: str, *, base: URL | None = None) -> URL:
    """Raises ForbiddenAddress unless `text` is http or https, has a host and no password in it."""
    try:
        url = base.join(URL(text)) if base else URL(text)
    except ValueError as error:
        raise ForbiddenAddress("this is not the address of a web page") from error
    if url.scheme not in ("http", "https") or not url.host or url.user is not None or url.password is not None:
        raise ForbiddenAddress("only http and https addresses are fetched, without a user or password in them")
    return url


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    names = {name.lower() for name in response.headers}
    return {name: ", ".join(response.headers.getall(name)) for name in names}


async def _read(response: aiohttp.ClientResponse, max_bytes: int, *, cut: bool) -> bytes:
    """The body, no more of it in memory than `max_bytes` and one buffer, whatever it says its length is."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # We asked for plain bytes. Unpacking what a stranger packed is how 10 KB become 10 GB.
        raise Unreachable(f"{response.url.host}: the answer is compressed, which we did not ask for")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise TooLarge(f"{response.url.host}: the answer is longer than {max_bytes} bytes")
    return bytes(body)
