"""Which address a text shares, and when two are the same. Pure.

Called by posts when one is prepared, by interfaces that are given an address, and by the commands here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from yarl import URL

from pinson.domain.links.model import Link, Publisher
from pinson.lib.errors import Kind, Refusal

MOST_CHARACTERS = 2048  # of an address; in a post, one of any length counts for 23
FRESH = timedelta(days=1)  # a page is read at most so often, however often it is shared


class LinkNotFound(Refusal):
    """Nobody has shared this address here, or there is no such link."""

    kind, code = Kind.MISSING, "link_not_found"
    text = "Record not found"


class PublisherNotFound(Refusal):
    """There is no such site."""

    kind, code = Kind.MISSING, "publisher_not_found"
    text = "Record not found"


def shared(urls: Iterable[str], *, local_domain: str) -> str | None:
    """The address, in normal form, of which a text with these addresses shows a card: the first that is not ours.

    Args:
        local_domain: ours, lower case, with the port if it has one.
    """
    for url in urls:
        normalised = normal(url)
        if normalised is not None and _host(URL(normalised)) != local_domain:
            return normalised
    return None


def normal(url: str) -> str | None:
    """An address in its normal form: two are the same link if these are equal. None for what is no web address.

    Scheme and host in lower case, international names in ASCII (RFC 5891), no default port, no fragment; the query
    stays, since it may be what tells two pages apart.
    """
    try:
        parsed = URL(url).with_fragment(None)
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.user or parsed.password:
            return None
        if parsed.raw_path == "/":
            parsed = parsed.with_path("/", keep_query=True)
    except ValueError:  # UnicodeError is one: a name that IDNA cannot write
        return None
    text = str(parsed)
    return text if len(text) <= MOST_CHARACTERS else None


def publisher_of(url: str) -> str:
    """The site that an address in its normal form belongs to."""
    return (URL(url).host or "").removeprefix("www.")


def is_within(url: str, domains: Iterable[str]) -> bool:
    """Whether the page at an address belongs to one of these domains, or to a part of one."""
    host = (URL(url).host or "").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def is_fresh(link: Link, now: datetime) -> bool:
    """Whether its page need not be read again yet."""
    return now - link.asked_at < FRESH


def may_trend(link: Link, publisher: Publisher | None) -> bool:
    """Whether moderators let a link be seen among what rises; what they said of the link outranks its site."""
    if link.trendable is not None:
        return link.trendable
    return publisher is None or publisher.trendable is not False


def _host(url: URL) -> str:
    return f"{url.host}:{url.explicit_port}" if url.explicit_port else str(url.host)
