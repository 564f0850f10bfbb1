"""SQL of search: words of posts and of names, by FTS5. The one package whose SQL is SQLite's alone.

The index proposes rows by their words; whatever else is asked of a post is asked of the tables that
know it, so that nothing else can be out of date in the index.

Source: https://www.sqlite.org/fts5.html
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from pinson.domain.accounts import AccountId
from pinson.domain.posts import PostId
from pinson.domain.search.query import Condition, Operator, Query, Term
from pinson.domain.search.words import Indexed
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("post_words", "account_words", "search_backfill")

Backfilled = Literal["posts", "accounts"]

# A join that SQLite may not turn round: it would ask the index anew for each post.
WITH_WORDS = """
    SELECT p.id
    FROM post_words AS w
    CROSS JOIN posts AS p ON p.id = w.rowid
    CROSS JOIN accounts AS a ON a.id = p.author_id
    WHERE w.post_words MATCH :match AND w.rowid < :before AND w.rowid > :after AND {conditions}
    ORDER BY w.rowid {order}
    LIMIT :limit
"""
WITHOUT_WORDS = """
    SELECT p.id
    FROM posts AS p
    JOIN accounts AS a ON a.id = p.author_id
    WHERE p.boost_of_id IS NULL AND p.id < :before AND p.id > :after AND {conditions}
    ORDER BY p.id {order}
    LIMIT :limit
"""
WITHOUT_UNWANTED = "p.id NOT IN (SELECT rowid FROM post_words WHERE post_words MATCH :unwanted)"
PUBLIC = "(p.visibility = 'public' AND a.indexable = 1)"
LIBRARY = """(p.author_id = :me
        OR (p.mentions <> '[]' AND EXISTS (SELECT 1 FROM json_each(p.mentions) WHERE value = :me))
        OR EXISTS (
            SELECT 1 FROM marks AS m
            WHERE m.account_id = :me AND m.post_id = p.id AND m.mark IN ('favourite', 'bookmark'))
        OR EXISTS (SELECT 1 FROM posts AS b WHERE b.author_id = :me AND b.boost_of_id = p.id))"""
IN = {"library": LIBRARY, "public": PUBLIC, "all": "1 = 1"}
# What only earlier versions of a post showed has a place below 0.
OF_KIND = "EXISTS (SELECT 1 FROM media AS m WHERE m.post_id = p.id AND m.position >= 0 AND m.kind IN ({kinds}))"
HAS = {
    "media": "p.media > 0",
    "image": OF_KIND.format(kinds="'image'"),
    "video": OF_KIND.format(kinds="'video', 'gifv'"),
    "audio": OF_KIND.format(kinds="'audio'"),
    "poll": "p.poll = 1",
    # What only links are rendered with; nobody can write it, since what is typed is escaped.
    "link": """instr(p.html, '<span class="invisible">') > 0""",
    "embed": "1 = 0",  # pages are not shown inside of posts
}
IS = {"reply": "p.in_reply_to_author_id IS NOT NULL", "sensitive": "p.sensitive = 1"}

PUT_POST = "INSERT OR REPLACE INTO post_words (rowid, words, stems) VALUES (:id, :words, :stems)"
DROP_POST = "DELETE FROM post_words WHERE rowid = :id"
PUT_ACCOUNT = "INSERT OR REPLACE INTO account_words (rowid, words) VALUES (:id, :words)"
DROP_ACCOUNT = "DELETE FROM account_words WHERE rowid = :id"
BACKFILLED = "SELECT below FROM search_backfill WHERE kind = :kind"
KEEP_BACKFILLED = "UPDATE search_backfill SET below = :below WHERE kind = :kind"
OLDER = {
    "posts": "SELECT id FROM posts WHERE id < :below ORDER BY id DESC LIMIT :limit",
    "accounts": "SELECT id FROM accounts WHERE id < :below ORDER BY id DESC LIMIT :limit",
}
# Handles are looked for where they are; the index adds those whose names have such words.
PEOPLE = """
    WITH found (id) AS (
        SELECT id FROM accounts WHERE handle >= :handle AND handle < :beyond
        UNION
        SELECT rowid FROM account_words WHERE account_words MATCH :match)
    SELECT a.id
    FROM found
    JOIN accounts AS a ON a.id = found.id
    JOIN account_counts AS c ON c.account_id = a.id
    LEFT JOIN follows AS f ON f.account_id = :me AND f.topic_id = a.id
    WHERE a.suspended_at IS NULL AND a.deleted_at IS NULL
        AND a.id NOT IN (SELECT value FROM json_each(:without))
        AND (f.id IS NOT NULL OR NOT :following)
    ORDER BY a.handle = :handle DESC, f.id IS NULL, c.followers DESC, a.handle, a.id
    LIMIT :limit OFFSET :offset
"""


class Asked(msgspec.Struct, frozen=True):
    """A condition, and what the tables are asked for: a value, or the ids from `value` on and before `beyond`."""

    condition: Condition
    value: int | str
    beyond: int = 0


async def found(
    tx: ReadTx,
    query: Query,
    asked: Sequence[Asked],
    *,
    me: AccountId,
    before: int,
    after: int,
    limit: int,
    ascending: bool,
) -> list[PostId]:
    """Posts that are as asked for, between two ids, newest first or the other way.

    Only those that are somehow the reader's, or that may be found by everyone: whether they may be seen is for others
    to say. O(posts with all of the words, until there are enough), 3 µs each; without words, of all posts of the
    author, if one is asked for, or of all there are.
    """
    parameters: dict[str, Any] = {"me": me, "before": before, "after": after, "limit": limit}
    conditions = [f"({PUBLIC} OR {LIBRARY})"]
    for number, one in enumerate(asked):
        conditions.append(_condition(one.condition, number))
        parameters |= {f"value_{number}": one.value, f"beyond_{number}": one.beyond}
    wanted = [_term(term) for term in query.terms if not term.negated]
    unwanted = " OR ".join(_term(term) for term in query.terms if term.negated)
    if wanted:
        sql, match = WITH_WORDS, f"({' AND '.join(wanted)})"
        parameters["match"] = f"{match} NOT ({unwanted})" if unwanted else match
    else:
        sql = WITHOUT_WORDS
        if unwanted:
            conditions.append(WITHOUT_UNWANTED)
            parameters["unwanted"] = unwanted
    statement = sql.format(conditions=" AND ".join(conditions), order="" if ascending else "DESC")
    used = {name: value for name, value in parameters.items() if f":{name}" in statement}
    return [PostId(id) for id in await tx.all(int, statement, **used)]


def _term(term: Term) -> str:
    """A term in the language of FTS5. Words hold letters, digits and "_": nothing that means something there."""
    if term.any_of:
        return "(" + " OR ".join(f'"{form}"' for form in term.any_of) + ")"
    return '(words : "' + " ".join(term.in_order) + '")'


def _condition(condition: Condition, number: int) -> str:
    """A condition in SQL, about the post p."""
    match condition.operator:
        case Operator.FROM:
            sql = f"p.author_id = :value_{number}"
        case Operator.LANGUAGE:
            sql = f"coalesce(p.language, '') = :value_{number}"
        case Operator.HAS:
            sql = HAS[condition.value]
        case Operator.IS:
            sql = IS[condition.value]
        case Operator.IN:
            sql = IN[condition.value]
        case Operator.BEFORE | Operator.AFTER | Operator.DURING:
            sql = f"p.id >= :value_{number} AND p.id < :beyond_{number}"
    return f"NOT ({sql})" if condition.negated else sql


async def people(
    tx: ReadTx,
    *,
    handle: str,
    words: Sequence[str],
    me: AccountId | None,
    without: Sequence[AccountId],
    following: bool,
    limit: int,
    offset: int,
) -> list[AccountId]:
    """Accounts whose handle begins so, or whose name has words that begin so: that very handle, then those followed.

    O(all that are found), 5 µs each: in a thread.
    """
    match = " AND ".join(f'"{word}" *' for word in words) or '""'
    found = await tx.all(
        int,
        PEOPLE,
        handle=handle,
        beyond=f"{handle}\uffff",
        match=match,
        me=me,
        without=list(without),
        following=following,
        limit=limit,
        offset=offset,
    )
    return [AccountId(id) for id in found]


async def put_posts(tx: WriteTx, words: dict[PostId, Indexed]) -> None:
    """Keep by what posts are found; nothing of those that have no words. 50 µs each, and 300 µs for the first."""
    put = [{"id": id, "words": one.words, "stems": one.stems} for id, one in words.items() if one.words]
    await tx.run_many(PUT_POST, put)
    await drop_posts(tx, [id for id, one in words.items() if not one.words])


async def drop_posts(tx: WriteTx, ids: Sequence[PostId]) -> None:
    """Find these no more."""
    await tx.run_many(DROP_POST, [{"id": id} for id in ids])


async def put_accounts(tx: WriteTx, words: dict[AccountId, str]) -> None:
    """Keep by what words accounts are found; nothing of those that have none."""
    await tx.run_many(PUT_ACCOUNT, [{"id": id, "words": one} for id, one in words.items() if one])
    await tx.run_many(DROP_ACCOUNT, [{"id": id} for id, one in words.items() if not one])


async def backfilled(tx: ReadTx, kind: Backfilled) -> int:
    """The id below which nothing was looked at since the index was begun; 0: all was."""
    return await tx.one(int, BACKFILLED, kind=kind) or 0


async def keep_backfilled(tx: WriteTx, kind: Backfilled, below: int) -> None:
    """Keep how far it was looked at."""
    await tx.run(KEEP_BACKFILLED, kind=kind, below=below)


async def older(tx: ReadTx, kind: Backfilled, *, below: int, limit: int) -> list[int]:
    """The newest ids of a kind below one. O(limit) on the primary key."""
    return await tx.all(int, OLDER[kind], below=below, limit=limit)
