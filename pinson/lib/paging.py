"""Pages of lists that are ordered by id, newest first, and the `Link` header that leads on from one.

Called by interfaces, which read a `Page` from a request, and by queries, which read one from a
table. A cursor is only ever compared with ids, never looked up: it works when its row is gone,
and when it lies beyond the newest or the oldest.

Not here: the statement by which a page is found. Search is paged by offset too, and says nothing of it.

Source: https://docs.joinmastodon.org/api/guidelines/#pagination, the header RFC 8288.
"""

import functools
import re
from collections.abc import Sequence
from typing import Literal, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal

T = TypeVar("T")

NEWEST = 2**63 - 1  # no id is above it

KNOWN, SHORT = 2048, 200  # addresses that are remembered, if they have fewer characters than that
CURSORS = ("max_id", "since_id", "min_id")
_NUMBER = re.compile(r"-?[0-9]+")
_DIGITS = 19  # of NEWEST


class BadCursor(Refusal):
    """A cursor is not a number, so there is nothing to compare."""

    kind, code = Kind.MALFORMED, "bad_cursor"
    text = "{name} must be the id of an entry, a whole number"


class Page(msgspec.Struct, frozen=True):
    """Which part of a list is asked for. All bounds leave out the id they name.

    max_id: only older ones; with either of the others, only what lies between.
    since_id: the newest ones, cut off there: there may be more between it and the page.
    min_id: the ones right above it. Ask in ascending order, then reverse: the answer is newest
        first too. Never together with since_id.
    limit: at most so many; 0 asks for none.
    """

    max_id: int | None
    since_id: int | None
    min_id: int | None
    limit: int

    @classmethod
    def of(
        cls,
        *,
        max_id: str | None = None,
        since_id: str | None = None,
        min_id: str | None = None,
        limit: int | None = None,
        default: int,
        maximum: int,
    ) -> "Page":
        """The page that a client asks for; "" is the same as not given.

        A cursor out of range is a question with a clear answer, so it is brought into range; one
        that is no number is refused. (Mastodon reads it as 0, and the client sees an empty list
        or the same page for ever.) A limit counts without its sign and is capped, as there. min_id
        wins over since_id.

        Args:
            default: the limit if none is given.
            maximum: the highest limit.
        Raises:
            BadCursor: a cursor is not a whole number.
        """
        above = _cursor("min_id", min_id)
        cutoff = _cursor("since_id", since_id)
        return cls(
            max_id=_cursor("max_id", max_id),
            since_id=None if above is not None else cutoff,
            min_id=above,
            limit=default if limit is None else min(abs(limit), maximum),
        )


async def rows(tx: ReadTx, type: type[T], sql: str, page: Page, **parameters: object) -> list[T]:
    """A page of a table, newest first. One statement.

    Args:
        sql: a statement that compares an id with `:before` and `:after`, orders by it `{way}` and takes `:limit`.
    """
    upwards = page.min_id is not None
    found = await tx.all(
        type,
        sql.format(way="ASC" if upwards else "DESC"),
        before=NEWEST if page.max_id is None else page.max_id,
        after=page.min_id if page.min_id is not None else page.since_id or 0,
        limit=page.limit,
        **parameters,
    )
    return found[::-1] if upwards else found


def link_header(
    base_url: str,
    path: str,
    query: Sequence[tuple[str, str]],
    *,
    first: int | None,
    last: int | None,
    prev: Literal["min_id", "since_id"] = "min_id",
) -> str | None:
    """The value of the `Link` header of a page: where older and newer entries are. None if neither is given.

    Args:
        base_url: scheme and host, as clients reach us.
        path: of the list that was asked for, decoded.
        query: its parameters, decoded, in order. All but the cursors are kept.
        first: cursor of the newest entry of the page; None: no `prev`.
        last: cursor of the oldest; None: no `next`, as for a list known to end here.
        prev: the cursor's name on the way to newer entries: `min_id` goes on where the page
            stops, `since_id` gives the newest. Lists of accounts have `since_id`.
    """
    is_short = len(path) + sum(len(name) + len(value) for name, value in query) < SHORT
    address = (_known_address if is_short else _address)(base_url, path, tuple(query))
    links = [
        f'<{address}{name}={cursor}>; rel="{way}"'
        for way, name, cursor in (("next", "max_id", last), ("prev", prev, first))
        if cursor is not None
    ]
    return ", ".join(links) or None


def _address(base_url: str, path: str, query: tuple[tuple[str, str], ...]) -> str:
    """Of a list, to which its cursors are added."""
    kept = urlencode([(name, value) for name, value in query if name not in CURSORS])
    return f"{base_url}{quote(path)}?{kept}&" if kept else f"{base_url}{quote(path)}?"


# Of those that were asked for lately: finding it takes as long as joining half of a page.
_known_address = functools.lru_cache(maxsize=KNOWN)(_address)


def offset_link_header(
    base_url: str, path: str, query: Sequence[tuple[str, str]], *, offset: int, limit: int, is_full: bool
) -> str | None:
    """The same for a list that has no order but its ranking, which is paged by offset.

    Args:
        is_full: whether the page holds as many as were asked for: only then is there a `next`.
    """
    kept = [(name, value) for name, value in query if name != "offset"]
    offsets = [("next", offset + limit)] if is_full and limit else []
    offsets += [("prev", max(0, offset - limit))] if offset else []
    links = [
        f'<{base_url}{quote(path)}?{urlencode([*kept, ("offset", str(place))])}>; rel="{way}"' for way, place in offsets
    ]
    return ", ".join(links) or None


def _cursor(name: str, value: str | None) -> int | None:
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise BadCursor(name=name)
    if value.startswith("-"):
        return 0
    digits = value.lstrip("0")
    return NEWEST if len(digits) > _DIGITS else min(int(digits or "0"), NEWEST)
