"""Questions: posts by what they say, people by their names, hashtags by the beginning of theirs.

Called by interfaces. Whatever the index says, `can_see` decides in the end, and a page is filled up
with what lies further down.
"""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from pinson.domain import accounts, posts
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Reader, Shape, Shapes, Tag, can_see
from pinson.domain.search import store
from pinson.domain.search.query import LONGEST, Condition, Operator, Query
from pinson.domain.search.words import folded
from pinson.domain.timelines import rules
from pinson.lib.db import Database, ReadTx
from pinson.lib.ids import first_at
from pinson.lib.paging import NEWEST, Page

BATCH = 500  # candidates at a time, at most
DAY = timedelta(days=1)


class Range(msgspec.Struct, frozen=True):
    """The ids between which results lie, both excluded."""

    after: int
    before: int


async def find_posts(
    db: Database,
    shapes: Shapes,
    query: Query,
    *,
    reader: Reader,
    by: AccountId | None = None,
    local_domain: str,
    page: Page,
    offset: int = 0,
) -> list[Shape]:
    """A page of the posts that a query means, newest first; nothing if it says nothing.

    They are the reader's own, mention them, or bear their mark or boost; or they are public, by somebody who agreed
    that these may be found. Posts by those whom the reader mutes are left out, as on public pages.

    Runs in a thread: see `store.found` for its cost.

    Args:
        reader: somebody who signed in.
        by: whose, if only one account's are wanted.
        offset: how many to pass over.
    """
    if not (query.terms or query.conditions) or page.limit == 0:
        return []
    assert reader.id is not None
    async with db.read() as tx:
        asked, within = await _asked(tx, query, reader.id, local_domain)
    if by is not None:
        asked.append(store.Asked(Condition(Operator.FROM, "", negated=False), by))
    ascending = page.min_id is not None
    after = max(within.after, page.min_id or page.since_id or 0)
    before = min(within.before, NEWEST if page.max_id is None else page.max_id)
    found: list[Shape] = []
    wanted = offset + page.limit
    batch = min(2 * wanted, BATCH)
    while len(found) < wanted:
        bounds = {"before": before, "after": after, "limit": batch, "ascending": ascending}
        ids = await db.read_in_thread(store.found, query=query, asked=asked, me=reader.id, **bounds)
        async with db.read() as tx:
            candidates = await shapes.of(tx, ids)
        found += [one for one in candidates if can_see(one, reader) and rules.everything(one, reader)]
        if len(ids) < batch:
            break
        after, before = (ids[-1], before) if ascending else (after, ids[-1])
        batch = BATCH
    shown = found[offset:wanted]
    return shown[::-1] if ascending else shown


async def find_people(
    tx: ReadTx,
    typed: str,
    *,
    reader: Reader,
    local_domain: str,
    following: bool = False,
    limit: int,
    offset: int = 0,
) -> list[AccountId]:
    """Accounts that somebody may mean by the beginning of a username, or by words of a name, best first.

    That very username comes first, then whom the reader follows, then who is followed by most. An address with a
    domain means the account of that address alone. Whom the reader blocks is found by a whole name only, since apps
    look there for whom to unblock. In a thread: it looks at all that begin so.

    Args:
        following: only those whom the reader follows.
    """
    circle = reader.circle
    blocked, without = (set(circle.blocked), set(circle.blocked_by)) if circle else (set(), set())
    bare = typed[:LONGEST].strip().removeprefix("@")
    if "@" in bare:
        account = await accounts.by_acct(tx, bare, local_domain=local_domain)
        if account is None or account.suspended_at is not None or account.id in without:
            return []
        is_meant = not following or (circle is not None and account.id in circle.topics)
        return [account.id][offset : offset + limit] if is_meant else []
    words = folded(bare)
    handle = bare.lower() if bare.isascii() else "".join(words)  # usernames have no accents
    if not handle:
        return []
    if blocked and (named := await accounts.by_acct(tx, handle, local_domain=local_domain)):
        blocked.discard(named.id)
    return await store.people(
        tx,
        handle=handle,
        words=words,
        me=reader.id,
        without=sorted(blocked | without),
        following=following,
        limit=limit,
        offset=offset,
    )


async def find_tags(tx: ReadTx, typed: str, *, that_one: bool = False, limit: int, offset: int = 0) -> list[Tag]:
    """Hashtags that somebody who types the beginning of one may mean.

    What is typed stands first if it could be one, used or not; one that nobody used has the id 0.

    Args:
        that_one: none but the one that is typed.
    """
    typed = typed[:LONGEST]
    try:
        name = posts.tag_name(typed)
    except posts.BadTag:
        return []
    typed_one = await posts.tag(tx, name) or Tag(0, name, typed.lstrip("#＃"))
    found = [typed_one] if typed_one.listable else []
    if not that_one:
        starting = await posts.tags_starting(tx, typed, limit=limit + offset)
        found += [tag for tag in starting if tag.name != name]
    return found[offset : offset + limit]


async def _asked(tx: ReadTx, query: Query, me: AccountId, local_domain: str) -> tuple[list[store.Asked], Range]:
    """The conditions as the tables are asked for them, and the ids between which days let posts lie."""
    asked: list[store.Asked] = []
    after, before = -1, NEWEST
    for one in query.conditions:
        match one.operator:
            case Operator.BEFORE | Operator.AFTER | Operator.DURING if one.negated:
                asked.append(store.Asked(one, *_ids(one)))
            case Operator.BEFORE | Operator.AFTER | Operator.DURING:
                first, beyond = _ids(one)
                after, before = max(after, first - 1), min(before, beyond)
            case Operator.FROM:
                asked.append(store.Asked(one, await _author(tx, one.value, me, local_domain)))
            case _:
                asked.append(store.Asked(one, one.value))
    return asked, Range(after, before)


def _ids(condition: Condition) -> tuple[int, int]:
    """Of the days that a condition names: the first id there could be, and the first beyond."""
    day = datetime.combine(date.fromisoformat(condition.value), time(), UTC)
    first = min(first_at(day), NEWEST)
    beyond = NEWEST if day.date() == date.max else min(first_at(day + DAY), NEWEST)
    match condition.operator:
        case Operator.BEFORE:
            return 0, first
        case Operator.AFTER:
            return beyond, NEWEST
        case _:
            return first, beyond


async def _author(tx: ReadTx, acct: str, me: AccountId, local_domain: str) -> AccountId:
    """Whom `from:` means; an id that nobody has if there is no such account."""
    if acct == "me":
        return me
    account = await accounts.by_acct(tx, acct, local_domain=local_domain)
    return AccountId(0) if account is None else account.id
