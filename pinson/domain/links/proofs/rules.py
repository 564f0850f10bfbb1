"""What proves a line, and how often its page is looked at. Pure.

Source: rel="me" (https://microformats.org/wiki/rel-me), as Mastodon's profiles use it.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

import msgspec
from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from pinson.domain.links import reading
from pinson.domain.links.proofs.model import Failure, Proof

DAILY = timedelta(days=1)  # a page that proves a line
PATIENCE = timedelta(days=3)  # for which a page may be away, its line proven all the same ...
MOST_ABSENCES = 4  # ... if it was looked for so often
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=7)  # between looks that prove nothing; tripling
MOST_LOOKS = 9  # that prove nothing, over some three weeks; then only when asked
AT_ONCE = timedelta(minutes=1)  # a page is not looked at more often, however often somebody asks
AFTER_CHANGE = timedelta(minutes=10)  # nor because a profile was changed

MOST_LINKS = 2000  # of a page that are looked at

MOST_OF = {"a": 4096, "area": 4096, "link": 4096, "base": 4096} | dict.fromkeys(
    ("!--", "title", "textarea", "script", "style", "template"), 0
)  # characters of one part that counts; what is 0 hides what is in it
_NAME = re.compile(r"<(?:a|area)\b", re.IGNORECASE)


def is_provable(value: str, *, allow_http: bool = False) -> bool:
    """Whether a line is the address of one page that could prove it, and nothing else: what a tick stands beside
    must be what was looked at.

    Args:
        allow_http: for tests: what travels in the open proves nothing.
    """
    if not value.startswith(("https://", "http://") if allow_http else "https://") or any(map(str.isspace, value)):
        return False
    try:
        return bool(URL(value).host)
    except ValueError:
        return False


def leads_to_me(page: bytes, *, content_type: str, url: str, mine: Iterable[str]) -> bool:
    """Whether a page has a link with rel="me" to one of these addresses.

    Args:
        page: HTML, perhaps only its beginning.
        content_type: header of its answer.
        url: where it was found.
        mine: addresses of the profile.
    """
    counting = (
        part for part in reading.parts(reading.decoded(page, content_type), MOST_OF) if _may_count(part.lower())
    )
    # As elements that hold nothing, they nest nowhere; see `reading.parts`.
    links = (_NAME.sub("<link", part, count=1) for part in islice(counting, MOST_LINKS))
    tree = LexborHTMLParser("".join(links))
    wanted = {_plain(address) for address in mine}
    base = tree.css_first("base[href]")
    start = _joined(url, base.attributes.get("href") or "") if base else url
    return any(
        "me" in (link.attributes.get("rel") or "").lower().split()
        and _plain(_joined(start, link.attributes.get("href") or "")) in wanted
        for link in tree.css("link[href]")
    )


def proven(proof: Proof, *, now: datetime) -> Proof:
    """After a look that found the link."""
    return msgspec.structs.replace(
        proof, checked_at=now, failure=Failure.NONE, failures=0, failing_since=None, due_at=now + DAILY
    )


def failed(proof: Proof, failure: Failure, *, was_proven: bool, now: datetime) -> Proof:
    """After a look that found none."""
    failures = proof.failures + 1
    pause = min(FIRST_PAUSE * 3 ** min(failures - 1, 8), DAILY if was_proven else LONGEST_PAUSE)
    due_at = now + pause if was_proven or failures < MOST_LOOKS else None
    since = proof.failing_since or now
    return msgspec.structs.replace(
        proof, checked_at=now, failure=failure, failures=failures, failing_since=since, due_at=due_at
    )


def is_lost(proof: Proof, *, now: datetime) -> bool:
    """Whether a line that was proven is not any more, after a look that found no link."""
    if proof.failure is Failure.NO_LINK:
        return True
    return proof.failures >= MOST_ABSENCES and proof.failing_since is not None and now - proof.failing_since >= PATIENCE


def _may_count(part: str) -> bool:
    return part.startswith("<base") or ("rel" in part and "me" in part)


def _joined(base: str, address: str) -> str:
    try:
        return str(URL(base).join(URL(address.strip())))
    except ValueError:
        return ""


def _plain(address: str) -> str:
    """An address as it counts here: names of people and hosts in any case, with or without a slash at its end."""
    try:
        return str(URL(address).with_fragment(None).with_query(None)).rstrip("/").lower()
    except ValueError:
        return ""
