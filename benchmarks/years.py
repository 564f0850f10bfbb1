"""A server that has been there for two years: a hundred thousand accounts, five million posts, ten thousand who read.

Called by `measures.py`. The program's own commands make all accounts, and the posts, boosts and favourites of the last
hours; the years before are rows like these, written by the million: each post says what one of the posts of the last
hours says, and is by somebody else, of another time, in another thread. So they cannot fall behind the schema, and
`differences` compares a row of either kind, column by column. What a server counts, indexes and trims is counted,
indexed and trimmed. Alerts about what happened so long ago are left out.

What must stand on each page is worked out from the plan of who wrote what, without the code that is measured.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import msgspec
import numpy as np
import uvloop
from numpy.typing import NDArray

from benchmarks.world import PAGE, PAST, TAGS, Hand, Home, count_posts, on_data
from pinson.domain import posts
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Post, PostId, Reader, Standing, Visibility
from pinson.domain.relations import Circle
from pinson.domain.search.words import indexed
from pinson.lib import ids, log
from pinson.lib.clock import SystemClock, to_ms
from pinson.lib.db.sqlite import Sqlite

YEARS = timedelta(days=730)
LAST_POSTS = 20_000  # of the last hours, by the program's own commands
LAST_BOOSTS, LAST_FAVOURITES = 200, 2000
AT_A_TIME = 50_000  # rows between two looks at the clock
REPLIES, BOOSTS, FAVOURITES = 0.2, 0.05, 0.2  # a post
NARROW, WIDE = 1 << 20, 1 << 28  # bytes of words that are sorted at once: of FTS5 as it comes, and here
APART = 40  # see `spacing.py`
CHECKED = 64  # readers whose homes are compared with what must stand there
EVERYTHING, LOCAL = 1, 2

Ids = NDArray[np.int64]
Tell = Callable[[str], None]


class Years(msgspec.Struct, frozen=True):
    """What is in it. homes: of some readers. readers: tokens of all. The rest are pages: what to ask for, and ids."""

    homes: list[Home]
    readers: list[str]
    public: list[str]
    tag: tuple[str, list[str]]
    posts: list[str]
    profiles: list[tuple[str, list[str]]]
    threads: list[tuple[str, list[str]]]


class History(msgspec.Struct, frozen=True):
    """The years before: one place for each post, oldest first. Columns of what a post is, by place.

    by, at, ids: its author, milliseconds, its id. like: the post of the last hours that says the same.
    to: the place of what it answers, or -1. of: the place of what it passes on, or -1.
    """

    by: Ids
    at: Ids
    ids: Ids
    like: Ids
    to: Ids
    of: Ids


def years(data: Path, *, accounts: int, published: int, readers: int, follows: int, tell: Tell) -> Years:
    """Make it, in some minutes.

    Args:
        data: a folder, made if it is missing.
        readers: those of the accounts who sign in, and follow `follows` others each.
        tell: told what is being done.
    """
    now = SystemClock().now()
    chance = np.random.default_rng(2010)

    async def recent(hand: Hand) -> tuple[list[str], list[int], list[int], list[Post], list[Post]]:
        hand.at = now - YEARS
        tell(f"{accounts:,} accounts")
        people = await hand.people("reader", readers)
        wrote = await hand.accounts("author", accounts - readers)
        hand.at = now - PAST
        tell("posts of the last hours")
        made = await hand.publish(wrote, min(LAST_POSTS, published // 2), mentions=False)
        boosts = await _react(hand, [one.id for one in people], made)
        return [one.token for one in people], [one.id for one in people], wrote, made, boosts

    tokens, people, wrote, made, boosts = on_data(data, recent)
    followed = _circles(chance, np.array(wrote), readers, follows)
    history = _history(chance, np.array(wrote), published - len(made), len(made), now)
    database = _opened(data)
    with database:
        _write_follows(database, np.array(people), followed, now - YEARS, tell)
        _write_history(database, history, made, chance, np.array(people), tell)
    _close(database)
    uvloop.run(_trim(data, now))
    assert count_posts(data) >= published
    return _years(tokens, people, followed, made, boosts, history)


def more_followers(data: Path, account_id: int, count: int) -> None:
    """So many new accounts follow this one, as the last that does: what it is, they are, but for its name."""
    database = _opened(data)
    last = "SELECT account_id FROM follows WHERE topic_id = ? ORDER BY id DESC LIMIT 1"
    like = database.execute(last, (account_id,)).get
    stamp = _one(database, "SELECT id FROM last_id") >> ids.SLOT_BITS
    new = [stamp + number + 1 << ids.SLOT_BITS | (stamp + number) & 4095 for number in range(count)]
    with database:
        columns = [name for _, name, *_ in database.execute("PRAGMA table_info(accounts)")]
        own = {"id": "?1", "username": "'more' || ?2", "handle": "'more' || ?2"}
        values = ", ".join(own.get(name, name) for name in columns)
        account = f"INSERT INTO accounts ({', '.join(columns)}) SELECT {values} FROM accounts WHERE id = {like}"  # noqa: S608
        database.executemany(account, ((id, number) for number, id in enumerate(new)))
        counts = "INSERT INTO account_counts (account_id, following) VALUES (?, 1)"
        database.executemany(counts, ((id,) for id in new))
        follow = "INSERT INTO follows (id, account_id, topic_id, kind) VALUES (?, ?, ?, 'account')"
        after = count << ids.SLOT_BITS
        database.executemany(follow, ((id + after, id, account_id) for id in new))
        counted = "UPDATE account_counts SET followers = followers + ? WHERE account_id = ?"
        database.execute(counted, (count, account_id))
        database.execute("UPDATE last_id SET id = ?", (new[-1] + after,))
    _close(database)


def _opened(data: Path) -> apsw.Connection:
    """The database, to write it fast: a fall would leave nothing of it."""
    database = apsw.Connection(str(data / "pinson.db"))
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000", "temp_store = MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _close(database: apsw.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


async def _react(hand: Hand, people: Sequence[int], made: Sequence[Post]) -> list[Post]:
    """Some of the posts are liked, and some passed on: by boosts that are handed back."""
    standing = Standing()

    def reader() -> Reader:
        return Reader(Circle(AccountId(hand.random.choice(people)), frozenset()), standing)

    def some(count: int) -> list[PostId]:
        return [one.id for one in hand.random.sample(made, min(count, len(made)))]

    await hand.do(posts.favourite, ({"reader": reader(), "id": id} for id in some(LAST_FAVOURITES)))
    calls = [
        {"booster": reader(), "id": id, "visibility": Visibility.PUBLIC, "app_id": None} for id in some(LAST_BOOSTS)
    ]
    return await hand.do(posts.boost, calls)


def _circles(chance: np.random.Generator, wrote: Ids, readers: int, follows: int) -> list[Ids]:
    """Whom each reader follows: half of them at random, half among those whom many follow."""
    circles = []
    for _ in range(readers):
        known = wrote[(len(wrote) * chance.random(follows) ** 3).astype(np.int64)]
        circle = np.unique(np.concatenate([known[: follows // 2], chance.choice(wrote, follows)]))
        circles.append(chance.permutation(circle)[:follows])
    return circles


def _history(chance: np.random.Generator, wrote: Ids, count: int, likes: int, now: datetime) -> History:
    """Who wrote when, answering or passing on what. A few write most, most write little."""
    ranks = 1 / (np.arange(len(wrote)) + 20) ** 0.8
    rank = np.searchsorted(np.cumsum(ranks) / ranks.sum(), chance.random(count))
    by = wrote[rank]
    first, last = to_ms(now - YEARS) + 3_600_000, to_ms(now - PAST) - 60_000
    at = first + (np.arange(count) * ((last - first) / count)).astype(np.int64)
    stamps = (at - ids.START_MS) << ids.SEQUENCE_BITS
    stamps += np.arange(count) - np.searchsorted(stamps, stamps)  # several in one millisecond come one after the other
    place = np.arange(count)
    of = np.where(chance.random(count) < BOOSTS, place - chance.integers(1, 5000, count), -1).clip(-1)
    of[of[of] >= 0] = -1  # what passes on is not passed on itself
    boosts = np.flatnonzero(of >= 0)
    _, once = np.unique(rank[boosts] * count + of[boosts], return_index=True)
    of[np.delete(boosts, once)] = -1  # nor twice by the same
    to = np.where(chance.random(count) < REPLIES, place - chance.integers(1, 200, count), -1).clip(-1)
    to[(of >= 0) | (of[to] >= 0)] = -1
    return History(by, at, (stamps << ids.SLOT_BITS) | (by & 4095), chance.integers(0, likes, count), to, of)


def _write_follows(database: apsw.Connection, people: Ids, followed: Sequence[Ids], at: datetime, tell: Tell) -> None:
    """As `relations.follow` leaves them."""
    stamp: int = ids.following(_one(database, "SELECT max(id) FROM accounts"), now=at, owner=None) >> ids.SLOT_BITS

    def rows() -> Iterator[tuple[int, int, int]]:
        nonlocal stamp
        for reader, circle in zip(people.tolist(), followed, strict=True):
            for account in circle.tolist():
                stamp += 1
                yield stamp << ids.SLOT_BITS | reader & 4095, reader, account

    sql = "INSERT INTO follows (id, account_id, topic_id, kind) VALUES (?, ?, ?, 'account')"
    _put(database, sql, rows(), sum(map(len, followed)), "follows", tell)
    accounts, followers = np.unique(np.concatenate(followed), return_counts=True)
    count = "UPDATE account_counts SET followers = followers + ?, following = following + ? WHERE account_id = ?"
    database.executemany(count, ((many, 0, one) for one, many in zip(accounts.tolist(), followers.tolist())))  # noqa: B905
    database.executemany(count, ((0, len(circle), one) for one, circle in zip(people.tolist(), followed)))  # noqa: B905


def _write_history(
    database: apsw.Connection,
    history: History,
    made: Sequence[Post],
    chance: np.random.Generator,
    people: Ids,
    tell: Tell,
) -> None:
    """As `posts.publish`, `posts.boost`, `posts.favourite` and the index of search leave it."""
    count = len(history.ids)
    liked = (count * (1 - chance.random(int(FAVOURITES * count)) ** 2)).astype(np.int64)  # the newer, the more
    liked = liked[history.of[liked] < 0]
    likers = chance.choice(people, len(liked))
    _, once = np.unique(liked * len(people) + np.searchsorted(people, likers), return_index=True)
    liked, likers = liked[once], likers[once]
    index = _one(database, "SELECT sql FROM sqlite_master WHERE name = 'posts_author'")
    database.execute("DROP INDEX posts_author")  # filled at once it takes a tenth of the time
    _write_posts(database, history, made, np.bincount(liked, minlength=count), tell)
    tell("the index of authors")
    database.execute(index)
    _write_marks(database, history, liked, likers, tell)
    _write_entries(database, history, made, tell)
    _write_words(database, history, made, tell)
    authors, places, written = np.unique(history.by[::-1], return_index=True, return_counts=True)
    last = history.at[::-1][places]
    database.executemany(
        "UPDATE account_counts SET posts = posts + ?, last_post_at = max(coalesce(last_post_at, 0), ?)"
        " WHERE account_id = ?",
        zip(written.tolist(), last.tolist(), authors.tolist()),  # noqa: B905
    )


def _write_posts(
    database: apsw.Connection, history: History, made: Sequence[Post], favourites: Ids, tell: Tell
) -> None:
    """Rows of posts: what makes each its own is given, the rest is as in the post that it is like."""
    count = len(history.ids)
    conversation = history.ids.tolist()
    for place in np.flatnonzero(history.to >= 0).tolist():  # oldest first: what it answers has its own already
        conversation[place] = conversation[history.to[place]]
    own: dict[str, Any] = {
        "id": history.ids,
        "author_id": history.by,
        "created_at": history.at,
        "in_reply_to_id": _of(history.ids, history.to),
        "in_reply_to_author_id": _of(history.by, history.to),
        "replies": np.bincount(history.to[history.to >= 0], minlength=count),
        "conversation_id": conversation,
        "boost_of_id": _of(history.ids, history.of),
        "boost_of_author_id": _of(history.by, history.of),
        "boosts": np.bincount(history.of[history.of >= 0], minlength=count),
        "favourites": favourites,
    }
    database.execute("CREATE TEMP TABLE said AS SELECT 0 AS place, p.* FROM posts AS p LIMIT 0")
    database.execute("CREATE UNIQUE INDEX temp.said_place ON said (place)")
    one_boost = database.execute("SELECT max(id) FROM posts WHERE boost_of_id IS NOT NULL").get
    put = "INSERT INTO said SELECT ?, * FROM posts WHERE id = ?"
    database.executemany(put, [(place, post.id) for place, post in enumerate(made)] + [(-1, one_boost)])
    database.executemany("UPDATE said SET topics = ? WHERE place = ?", [(_besides(p), n) for n, p in enumerate(made)])
    database.execute("UPDATE said SET topics = '' WHERE place = -1")
    columns = [name for _, name, *_ in database.execute("PRAGMA table_info(posts)")]
    topics = "'[' || :author_id || topics || CASE WHEN :is_news THEN ',1,2' ELSE '' END || ']'"
    values = [f":{name}" if name in own else topics if name == "topics" else name for name in columns]
    sql = f"INSERT INTO posts ({', '.join(columns)}) SELECT {', '.join(values)} FROM said WHERE place = :place"  # noqa: S608
    numbers = {name: f"?{number}" for number, name in enumerate((*own, "is_news", "place"), 1)}
    sql = re.sub(r":(\w+)", lambda found: numbers[found[1]], sql)
    shown: list[Any] = [*own.values(), _is_news(history), np.where(history.of >= 0, -1, history.like)]
    _put(database, sql, _rows(shown), count, "posts", tell)
    database.execute("DROP TABLE said")


def _write_marks(database: apsw.Connection, history: History, liked: Ids, likers: Ids, tell: Tell) -> None:
    after = np.arange(len(liked)) - np.searchsorted(liked, liked) + 1  # one post is liked again and again
    marks = (history.ids[liked] >> ids.SLOT_BITS) + after << ids.SLOT_BITS | likers & 4095
    sql = "INSERT INTO marks (id, account_id, post_id, mark) VALUES (?, ?, ?, 'favourite')"
    _put(database, sql, _rows([marks, likers, history.ids[liked]]), len(marks), "favourites", tell)


def _write_entries(database: apsw.Connection, history: History, made: Sequence[Post], tell: Tell) -> None:
    """Under which topics each stands, in the order of the table, and the newest under each."""
    put = "INSERT INTO entries (topic_id, id, media) "
    news = [np.full(int(_is_news(history).sum()), EVERYTHING), history.ids[_is_news(history)]]
    _put(database, f"{put} VALUES (?, ?, 0)", _rows(news), len(news[0]), "entries of everything", tell)
    tell("entries of authors")
    span = int(history.ids[0]), int(history.ids[-1])
    local = "SELECT ?, id, 0 FROM entries WHERE topic_id = ? AND id <= ?"
    database.execute(put + local, (LOCAL, EVERYTHING, span[1]))
    authors = "SELECT author_id, id, 0 FROM posts WHERE id BETWEEN ? AND ? ORDER BY author_id, id"
    database.execute(put + authors, span)
    besides = [[topic for topic in post.topics if topic not in (post.author_id, EVERYTHING, LOCAL)] for post in made]
    under: list[Ids] = []
    for number in range(max(map(len, besides))):
        topic = np.array([each[number] if len(each) > number else 0 for each in besides])[history.like]
        there = (history.of < 0) & (topic > 0)
        under.append(np.stack([topic[there], history.ids[there]]))
    topic, id = np.concatenate(under, axis=1)
    order = np.lexsort((id, topic))
    rows = [topic[order], id[order]]
    _put(database, f"{put} VALUES (?, ?, 0)", _rows(rows), len(id), "entries of hashtags and links", tell)
    raise_head = (
        "INSERT INTO topics (id, head) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET head = max(head, excluded.head)"
    )
    newest = np.append(rows[0][1:] != rows[0][:-1], True)
    writers, last = np.unique(history.by[::-1], return_index=True)
    heads = [[rows[0][newest], rows[1][newest]], [writers, history.ids[::-1][last]]]
    for topics in (*heads, [np.array([EVERYTHING, LOCAL]), news[1][[-1, -1]]]):
        database.executemany(raise_head, _rows(topics))


def _write_words(database: apsw.Connection, history: History, made: Sequence[Post], tell: Tell) -> None:
    words = [indexed([post.text], language=post.language) for post in made]
    own = history.of < 0
    rows = (
        (id, words[like].words, words[like].stems)
        for id, like in zip(history.ids[own].tolist(), history.like[own].tolist())  # noqa: B905
    )
    sql = "INSERT INTO post_words (rowid, words, stems) VALUES (?, ?, ?)"
    room = "INSERT INTO post_words (post_words, rank) VALUES ('hashsize', ?)"
    database.execute(room, (WIDE,))
    _put(database, sql, rows, int(own.sum()), "posts in the index of search", tell)
    database.execute(room, (NARROW,))


async def _trim(data: Path, now: datetime) -> None:
    """Forget what a server forgets after a day."""
    db = Sqlite(data)
    try:
        await db.write(_trim_log, now=now)
    finally:
        await db.close()


async def _trim_log(tx: Any, *, now: datetime) -> None:
    await log.trim(tx, through=await log.last(tx), now=now, limit=1 << 40)


def _put(database: apsw.Connection, sql: str, rows: Iterator[Any], count: int, what: str, tell: Tell) -> None:
    def told() -> Iterator[Any]:
        for number, row in enumerate(rows):
            if number % AT_A_TIME == 0:
                tell(f"{number:,} of {count:,} {what}")
            yield row

    database.executemany(sql, told())


def _rows(columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Columns as rows, as Python's own numbers."""
    for start in range(0, len(columns[0]), AT_A_TIME):
        yield from zip(  # noqa: B905
            *(
                part.tolist() if isinstance(part := column[start : start + AT_A_TIME], np.ndarray) else part
                for column in columns
            )
        )


def _of(values: Ids, places: Ids) -> list[int | None]:
    """What stands at these places; None for -1."""
    return [None if place < 0 else value for place, value in zip(places.tolist(), values[places].tolist(), strict=True)]


def _is_news(history: History) -> NDArray[np.bool_]:
    """Whether it is under everything public: boosts and answers to others are not."""
    news: NDArray[np.bool_] = (history.of < 0) & ((history.to < 0) | (history.by[history.to] == history.by))
    return news


def _besides(post: Post) -> str:
    """The topics of a post besides its author and everything, as they stand between these two."""
    return "".join(f",{topic}" for topic in post.topics if topic not in (post.author_id, EVERYTHING, LOCAL))


def _one(database: apsw.Connection, sql: str) -> Any:
    return database.execute(sql).get


# --- what must stand where --------------------------------------------------------------------------------------------


class Entry(msgspec.Struct, frozen=True):
    """A post, as far as it decides where it stands. All of them, newest first, are the plan of everything."""

    id: int
    by: int
    to: int | None
    of: int | None


def _years(
    tokens: list[str],
    people: Sequence[int],
    followed: Sequence[Ids],
    made: Sequence[Post],
    boosts: Sequence[Post],
    history: History,
) -> Years:
    last = [
        Entry(post.id, post.author_id, post.in_reply_to_author_id, post.boost_of_id)
        for post in sorted([*made, *boosts], key=lambda post: post.id, reverse=True)
    ]
    step = max(1, len(people) // CHECKED)
    homes = [
        Home(tokens[place], _home(people[place], followed[place], last, history))
        for place in range(0, len(people), step)[:CHECKED]
    ]
    news = [one for one in last if one.of is None and one.to in (None, one.by)]
    under = {tag: [post for post in made if tag in post.tags] for tag in TAGS.lower().split()}
    tag = max(under, key=lambda tag: len(under[tag]))
    return Years(
        homes=homes,
        readers=tokens,
        public=_page(news),
        tag=(tag, [str(post.id) for post in reversed(under[tag][-PAGE:])]),
        posts=[str(id) for id in np.random.default_rng(1).choice(history.ids[history.of < 0], 2000).tolist()],
        profiles=_profiles(news, history),
        threads=_threads(history),
    )


def _home(reader: int, circle: Ids, last: Sequence[Entry], history: History) -> list[str]:
    """By definition: what the followed wrote and passed on, but what answers others, or was passed on just before."""
    followed = {reader, *circle.tolist()}
    admitted = [one for one in last if _is_at_home(one, followed)]
    start = len(history.ids)
    while len(admitted) < PAGE + APART and start > 0:
        end, start = start, max(0, start - 200_000)
        for place in (start + np.flatnonzero(np.isin(history.by[start:end], circle)))[::-1].tolist():
            to, of = int(history.to[place]), int(history.of[place])
            one = Entry(
                int(history.ids[place]),
                int(history.by[place]),
                None if to < 0 else int(history.by[to]),
                None if of < 0 else int(history.ids[of]),
            )
            if _is_at_home(one, followed):
                admitted.append(one)
    shown = []
    for place, one in enumerate(admitted):
        before = admitted[place + 1 : place + 1 + APART]
        if one.of is None or all(one.of not in (other.id, other.of) for other in before):
            shown.append(one)
    return _page(shown)


def _is_at_home(one: Entry, followed: set[int]) -> bool:
    return one.by in followed and (one.to is None or one.to == one.by or one.to in followed)


def _profiles(news: Sequence[Entry], history: History) -> list[tuple[str, list[str]]]:
    """Of some authors who wrote enough, what they wrote, without their answers to others."""
    profiles = []
    for author in dict.fromkeys(np.random.default_rng(2).choice(history.by, CHECKED).tolist()):
        there = np.flatnonzero(_is_news(history) & (history.by == author))[::-1][:PAGE]
        ids = [str(one.id) for one in news if one.by == author] + [str(id) for id in history.ids[there].tolist()]
        if len(ids) >= PAGE:
            profiles.append((str(author), ids[:PAGE]))
    return profiles


def _threads(history: History) -> list[tuple[str, list[str]]]:
    """Posts of the years before with what they answer, from the beginning on."""
    threads = []
    answers = np.flatnonzero(history.to >= 0)
    for place in answers[:: max(1, len(answers) // (4 * CHECKED))].tolist()[: 4 * CHECKED]:
        line = [place]
        while history.to[line[0]] >= 0:
            line.insert(0, int(history.to[line[0]]))
        threads.append((str(history.ids[place]), [str(history.ids[one]) for one in line[:-1]]))
    return threads


def _page(newest_first: Sequence[Entry]) -> list[str]:
    return [str(one.id) for one in newest_first[:PAGE]]


def differences(data: Path) -> list[str]:
    """How rows of the years before differ from those that the program's own commands made, by the kinds of values."""
    database = apsw.Connection(str(data / "pinson.db"), flags=apsw.SQLITE_OPEN_READONLY)
    last, found = ids.first_at(SystemClock().now() - timedelta(days=2)), list[str]()
    for table, of in (("posts", "boost_of_id IS NULL"), ("posts", "boost_of_id > 0"), ("marks", "1"), ("entries", "1")):
        for column in [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]:
            old, new = (
                {kind for (kind,) in database.execute(KINDS.format(column=column, table=table, of=of, on=on), (last,))}
                for on in "<>"
            )
            if not old <= new | {"null"} or not new <= old | {"null"}:
                found.append(f"{table}.{column}: {', '.join(sorted(old))}, not {', '.join(sorted(new))}")
    database.close()
    return found


def counted_wrongly(data: Path) -> list[str]:
    """Of each kind of derived row, how many plain SQL finds to be different."""
    database = apsw.Connection(str(data / "pinson.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = [f"{what}: {wrong}" for what, sql in COUNTED.items() if (wrong := _one(database, sql))]
    database.close()
    return found


KINDS = "SELECT DISTINCT typeof({column}) FROM (SELECT * FROM {table} WHERE {of} AND id {on} ? LIMIT 5000)"
COUNTED = {
    "posts that are not under one of their topics": """
        SELECT count(*) FROM posts AS p, json_each(p.topics) AS t
        LEFT JOIN entries AS e ON e.topic_id = t.value AND e.id = p.id WHERE e.id IS NULL""",
    "entries that no post names": """
        SELECT (SELECT count(*) FROM entries) - (SELECT count(*) FROM posts AS p, json_each(p.topics))""",
    "heads": """
        SELECT count(*) FROM topics AS t WHERE head <> (SELECT max(id) FROM entries WHERE topic_id = t.id)""",
    "topics without a head": """
        SELECT (SELECT count(DISTINCT topic_id) FROM entries) - (SELECT count(*) FROM topics)""",
    "posts of accounts": """
        SELECT count(*) FROM account_counts AS a
        WHERE posts <> (SELECT count(*) FROM posts WHERE author_id = a.account_id)
            OR last_post_at <> (SELECT max(created_at) FROM posts WHERE author_id = a.account_id)""",
    "follows of accounts": """
        SELECT count(*) FROM account_counts AS a
        WHERE followers <> (SELECT count(*) FROM follows WHERE topic_id = a.account_id)
            OR following <> (SELECT count(*) FROM follows WHERE account_id = a.account_id)""",
    "reactions to posts": """
        SELECT count(*) FROM posts AS p
        WHERE boosts <> (SELECT count(*) FROM posts AS b WHERE b.boost_of_id = p.id)
            OR replies <> (SELECT count(*) FROM posts AS r WHERE r.in_reply_to_id = p.id)
            OR favourites <> (SELECT count(*) FROM marks AS m WHERE m.post_id = p.id)""",
    "conversations": """
        SELECT count(*) FROM posts AS p JOIN posts AS above ON above.id = p.in_reply_to_id
        WHERE p.conversation_id <> above.conversation_id OR p.in_reply_to_author_id <> above.author_id""",
    "posts that search does not know": """
        SELECT (SELECT count(*) FROM posts WHERE boost_of_id IS NULL) - (SELECT count(*) FROM post_words_docsize)""",
}
