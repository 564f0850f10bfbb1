"""What a code looks like, where a link may lead, and what the target is told. Pure but for the drawing of codes.

Codes have seven of 28 signs: digits and small letters without those that are taken for others (0 O, 1 l I) and without
vowels, so that no word comes about, rude or the name of a page; and at least one is a digit, which no page here has
alone in seven characters (a test holds the pages to that). Capitals count as small letters: a code can be read out,
typed from a poster, and drawn as a smaller QR code. That leaves 12 thousand million.
"""

import ipaddress
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from yarl import URL

from pinson.domain import servers
from pinson.domain.shortlinks.model import Channel, Checked, FromCountry, Origins, Utm, Wish
from pinson.lib.errors import Kind, Refusal
from pinson.lib.http import is_public

SIGNS = "23456789bcdfghjkmnpqrstvwxyz"
LENGTH = 7
MOST_CHARACTERS = 2048  # of a target
LONGEST_TITLE, LONGEST_UTM, LONGEST_REASON = 120, 60, 300
MOST_CLICKS = 10**9
MOST_AT_ONCE = 200
LEAST_TOLD = 5  # people from one country, for it to be told: fewer could point at somebody

_CODE = re.compile(rf"(?=[a-z]*[0-9])[{SIGNS}]{{{LENGTH}}}")
_LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")


class ShortLinkNotFound(Refusal):
    """There is no such link, or it is another account's."""

    kind, code = Kind.MISSING, "short_link_not_found"
    text = "There is no such short link."


class NotAWebAddress(Refusal):
    """Browsers would not know where to go, or it is no address of the web."""

    kind, code = Kind.INVALID, "not_a_web_address"
    text = "This is no address of a web page: it begins with https:// or http:// and has no spaces."


class TargetTooLong(Refusal):
    """Some browsers would cut it."""

    kind, code = Kind.INVALID, "target_too_long"
    text = "This address is too long: at most {limit} characters."


class TargetHoldsPassword(Refusal):
    """Whoever follows the link would sign in with it, and see it."""

    kind, code = Kind.INVALID, "target_holds_password"
    text = "This address holds a name or a password before the @. Take it out: everybody would see it."


class TargetIsPrivate(Refusal):
    """Nobody outside a network could open it, or something of theirs would be opened."""

    kind, code = Kind.INVALID, "target_is_private"
    text = "This address is inside a private network: people elsewhere cannot open it."


class TargetIsShort(Refusal):
    """It could go round in circles, and counts would be wrong."""

    kind, code = Kind.INVALID, "target_is_short"
    text = "This is a short link of this server already. Give the address that it leads to."


class TargetClosed(Refusal):
    """Moderators keep short links from leading to this site."""

    kind, code = Kind.INVALID, "target_closed"
    text = "Short links do not lead to {host} from here: {reason}"


class TitleTooLong(Refusal):
    """It is a line of a list."""

    kind, code = Kind.INVALID, "short_link_title_too_long"
    text = "The name is too long: at most {limit} characters."


class UtmTooLong(Refusal):
    """It stands in an address."""

    kind, code = Kind.INVALID, "utm_too_long"
    text = "What the target is told is too long: at most {limit} characters each."


class BadLimit(Refusal):
    """It is no number of people."""

    kind, code = Kind.INVALID, "bad_click_limit"
    text = "Write for how many people the link works as a whole number from 1."


class ExpiresInThePast(Refusal):
    """It would never have worked."""

    kind, code = Kind.INVALID, "expires_in_the_past"
    text = "The link would be over already: choose a moment to come."


class TooManyAtOnce(Refusal):
    """One form makes so many."""

    kind, code = Kind.INVALID, "too_many_short_links"
    text = "At most {limit} links are made at once: send the others afterwards."


class ReasonMissing(Refusal):
    """Whoever comes by reads it."""

    kind, code = Kind.INVALID, "closing_reason_missing"
    text = "Say in a few words why: people who follow a link read it. At most {limit} characters."


def new_code() -> str:
    """A code drawn by chance; somebody may have it already."""
    while True:
        code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
        if _CODE.fullmatch(code):
            return code


def code_in(path: str) -> str | None:
    """The code that a path is, in the form in which it is kept; None if it cannot be one."""
    code = path[1:].lower()
    return code if len(code) == LENGTH and _CODE.fullmatch(code) else None


def codes_in(urls: Iterable[str], *, bases: Collection[str]) -> dict[str, str]:
    """Those of these addresses that can be short links of ours -> their codes.

    Args:
        bases: where ours are, like "https://host", lower case: see `Settings.short_bases`.
    """
    found = {}
    for url in urls:
        base, path = url[: -LENGTH - 1], url[-LENGTH - 1 :]
        if path.startswith("/") and base.lower() in bases and (code := code_in(path)):
            found[url] = code
    return found


def checked(wish: Wish, *, bases: Collection[str], closed: Mapping[str, str], now: datetime) -> Checked:
    """A wish that keeps the rules.

    Args:
        bases, closed: as for `checked_target`.
    Raises:
        What `checked_target` raises, TitleTooLong, ExpiresInThePast, BadLimit, UtmTooLong.
    """
    title = " ".join(wish.title.split())
    if len(title) > LONGEST_TITLE:
        raise TitleTooLong(limit=LONGEST_TITLE)
    if wish.expires_at is not None and wish.expires_at <= now:
        raise ExpiresInThePast
    if wish.max_clicks is not None and not 1 <= wish.max_clicks <= MOST_CLICKS:
        raise BadLimit
    return Checked(
        target=checked_target(wish.target, bases=bases, closed=closed),
        title=title,
        expires_at=wish.expires_at,
        max_clicks=wish.max_clicks,
        utm=check_utm(wish.utm),
    )


def checked_target(typed: str, *, bases: Collection[str], closed: Mapping[str, str]) -> str:
    """An address that a link may lead to, as it is kept: with its fragment, which may say what to do there.

    Args:
        bases: where our own short links are.
        closed: sites that moderators closed -> why.
    Raises:
        NotAWebAddress, TargetTooLong, TargetHoldsPassword, TargetIsPrivate, TargetIsShort, TargetClosed.
    """
    typed = typed.strip()
    if len(typed) > MOST_CHARACTERS:
        raise TargetTooLong(limit=MOST_CHARACTERS)
    if not typed.isprintable() or any(sign.isspace() or sign in '\\"<>' for sign in typed):
        raise NotAWebAddress
    try:
        url = URL(typed)
        host, port = url.host, url.explicit_port
    except ValueError:  # UnicodeError is one: a name that IDNA cannot write
        raise NotAWebAddress from None
    if url.scheme not in ("http", "https") or not host or port == 0:
        raise NotAWebAddress
    if url.user is not None or url.password is not None:
        raise TargetHoldsPassword
    if _is_private(host):
        raise TargetIsPrivate
    target = str(url)
    if len(target) > MOST_CHARACTERS:
        raise TargetTooLong(limit=MOST_CHARACTERS)
    ours = f"{url.scheme}://{url.raw_authority}".lower()
    schemeless = {base.partition("://")[2] for base in bases}
    if ours.partition("://")[2] in schemeless and code_in(url.path.rstrip("/")):
        raise TargetIsShort
    if found := closed_by(host, closed):
        raise TargetClosed(host=found, reason=closed[found])
    return target


def closed_by(host: str, closed: Mapping[str, str]) -> str | None:
    """Which of the closed sites a host belongs to, if it does."""
    if not closed:
        return None
    labels = host.lower().rstrip(".").split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    return next((domain for domain in above if domain in closed), None)


def checked_site(typed: str) -> str:
    """A site that is to be closed, as it is kept: as hosts of targets are written, in ASCII.

    Raises:
        DomainInvalid.
    """
    host = servers.host(typed).partition(":")[0]
    try:
        return URL.build(scheme="https", host=host).raw_host or host
    except ValueError:
        raise servers.DomainInvalid from None


def location(target: str, utm: Utm | None) -> str:
    """Where a browser is sent: the target, which is told where the visit comes from unless it says so itself."""
    url = URL(target)
    if utm is not None:
        said = {f"utm_{name}": getattr(utm, name) for name in ("source", "medium", "campaign")}
        told = {name: value for name, value in said.items() if value and name not in url.query}
        url = url.extend_query(told) if told else url
    return str(url)


def check_utm(utm: Mapping[Channel, Utm]) -> dict[Channel, Utm]:
    """What targets are told, without what says nothing.

    Raises:
        UtmTooLong.
    """
    kept = {channel: Utm(one.source.strip(), one.medium.strip(), one.campaign.strip()) for channel, one in utm.items()}
    if any(len(part) > LONGEST_UTM for one in kept.values() for part in (one.source, one.medium, one.campaign)):
        raise UtmTooLong(limit=LONGEST_UTM)
    return {channel: one for channel, one in kept.items() if one != Utm()}


def origins(found: Sequence[FromCountry], *, people: int) -> Origins:
    """What is told of where people came from: of countries with fewer than `LEAST_TOLD`, only the sum.

    Args:
        people: how many there were; those that `found` does not hold came while no country was looked up.
    """
    named = sorted((one for one in found if one.country), key=lambda one: (-one.clicks, one.country))
    told = {one.country: one.clicks for one in named if one.clicks >= LEAST_TOLD}
    others = sum(one.clicks for one in named if one.clicks < LEAST_TOLD)
    return Origins(told, others, unknown=max(0, people - sum(told.values()) - others))


def _is_private(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        name = host.lower().rstrip(".")
        # A name without a dot is looked up in one's own network; digits alone are an address written another way.
        return "." not in name or name.endswith(tuple(f".{one}" for one in _LOCAL_NAMES)) or _is_number(name)


def _is_number(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.isdecimal() or bool(re.fullmatch(r"0x[0-9a-f]*", last))  # WHATWG URL, "ends in a number"
