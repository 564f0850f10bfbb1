"""The data that a server starts with, made by the program's own commands: people, follows, posts.

Called by `measures.py`, in the process that measures, before any server runs. Not bulk SQL:
commands write what a server would have written (heads, counters and the log included), cannot
fall behind the schema, and cost 50 to 100 µs each, some seconds for all that a measure needs.
Names, texts and who follows whom come from one seed, so two runs measure the same.

What stands on each page is worked out here, by its definition and without the code that is
measured: the load generator compares.
"""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import uvloop

from pinson import app
from pinson.domain import access, accounts, posts, relations, search
from pinson.domain.access import Applicant
from pinson.domain.accounts import AccountId
from pinson.domain.posts import Draft, Post, Reader, Standing
from pinson.lib.clock import SystemClock
from pinson.lib.db import WriteTx
from pinson.lib.db.sqlite import Sqlite

T = TypeVar("T")

HOST = "bench.example"
URL = f"https://{HOST}"  # the server's public address: the same in every run, so that answers are as long
AT_A_TIME = 1000  # commands in one transaction
PAGE = 20
PROFILES, THREADS = 64, 200  # pages of each that are read in turn
SPEAKER = "speaker0"  # the account that an audience follows
CROWD = 100_000  # followers that commands make; more come in bulk
PAST = timedelta(hours=20)  # in which posts were published: the log is kept longer, so it is not trimmed meanwhile
STRANGER = Reader(None, Standing())
WORDS = (
    "le la les un une des de du et ou mais donc pour avec sans sous dans vers chez très plus moins déjà encore bientôt "
    "matin midi soir demain retard départ quai salle laboratoire faisceau anneau mesure photo équipe réunion visite "
    "ouverture horaire ligne travaux concert exposition atelier rendez-vous inscription gratuite complet reprise the "
    "train leaves late tonight doors open again after lunch thank you for waiting with us first results look good more "
    "news follows shortly please bring your ticket room second floor free entrance until nine"
)
TAGS = (
    "LHC physique transport concert expo atelier science météo travaux ligne7 recherche emploi cinéma livre jazz "
    "université ouverture santé environnement énergie"
)


class Voice(msgspec.Struct, frozen=True):
    """An account, and a token that speaks for it."""

    id: int
    token: str


class Home(msgspec.Struct, frozen=True):
    """A reader, and the ids of what must stand on the first page of their home, newest first."""

    token: str
    ids: list[str]


class Shown(msgspec.Struct, frozen=True):
    """A page of the web, and the ids of the posts that must stand on it, in order."""

    path: str
    ids: list[str]


class Town(msgspec.Struct, frozen=True):
    """A server with some thousand accounts and their posts. Ids are as in JSON; pages are newest first.

    profiles: of those who wrote most. threads: pages of posts with all that they answer.
    """

    homes: list[Home]
    wide_homes: list[Home]
    public: list[str]
    posts: list[str]
    posters: list[Voice]
    profiles: list[Shown]
    tags: list[Shown]
    threads: list[Shown]


class Square(msgspec.Struct, frozen=True):
    """One speaker, and listeners who follow them."""

    speaker: Voice
    listeners: list[Voice]


class Stage(msgspec.Struct, frozen=True):
    """A speaker with so many followers, two of whom can read: the first and the last who came."""

    speaker: Voice
    followers: int
    readers: list[Voice]


def town(data: Path, *, authors: int, published: int, follows: int, wide: int) -> Town:
    """Readers who follow `follows` accounts and some who follow `wide`, and 64 who publish.

    Args:
        data: a folder, made if it is missing.
        authors: accounts that wrote the `published` posts, a few of them most.
    """

    async def build(hand: "Hand") -> Town:
        readers = await hand.people("reader", 64)
        wide_readers = await hand.people("wide", 8)
        posters = await hand.people("poster", 64)
        wrote = await hand.accounts("author", authors)
        circles = {one.id: hand.random.sample(wrote, follows) for one in readers}
        circles |= {one.id: hand.random.sample(wrote, wide) for one in wide_readers}
        await hand.follow((reader, author) for reader, circle in circles.items() for author in circle)
        made = await hand.publish(wrote, published)
        return Town(
            homes=[Home(one.token, _home(made, circles[one.id])) for one in readers],
            wide_homes=[Home(one.token, _home(made, circles[one.id])) for one in wide_readers],
            public=_page(post for post in reversed(made) if _is_news(post)),
            posts=[str(post.id) for post in made[-2000:]],
            posters=posters,
            profiles=_profiles(made, wrote),
            tags=[_tag(made, tag) for tag in TAGS.lower().split()[:4]],
            threads=_threads(made, wrote),
        )

    return on_data(data, build)


def square(data: Path, *, listeners: int) -> Square:
    """One speaker, and so many listeners."""

    async def build(hand: "Hand") -> Square:
        [speaker] = await hand.people("speaker", 1)
        crowd = await hand.people("listener", listeners)
        await hand.follow((one.id, speaker.id) for one in crowd)
        return Square(speaker, crowd)

    return on_data(data, build)


def stages(data: Path, sizes: Sequence[int], more: Callable[[int, int], None]) -> list[Stage]:
    """Speakers with so many followers each, on one server.

    Args:
        more: called with the id of a speaker whom `CROWD` follow already, and how many more are to, made in bulk.
    """

    async def build(hand: Hand) -> tuple[list[Voice], list[Voice]]:
        speakers = await hand.people("speaker", len(sizes))
        first, last = await hand.people("reader", 2)
        crowd = await hand.accounts("follower", min(max(sizes), CROWD) - 2)
        for speaker, size in zip(speakers, sizes, strict=True):
            await hand.follow((one, speaker.id) for one in (first.id, *crowd[: size - 2]))
        return speakers, [first, last]

    async def finish(hand: Hand) -> None:
        await hand.follow((readers[1].id, speaker.id) for speaker in speakers)

    speakers, readers = on_data(data, build)
    for speaker, size in zip(speakers, sizes, strict=True):
        if size > CROWD:
            more(speaker.id, size - CROWD)
    on_data(data, finish)
    return [Stage(speaker, size, readers) for speaker, size in zip(speakers, sizes, strict=True)]


class Hand:
    """Makes things, many in one transaction.

    at: when people and follows come about, and the first post is published.
    """

    def __init__(self, db: Sqlite, at: datetime) -> None:
        self.random = random.Random(2010)  # noqa: S311  (invents data; guards nothing)
        self.at = at
        self._words, self._tags = WORDS.split(), TAGS.split()
        self._db = db

    async def people(self, name: str, count: int) -> list[Voice]:
        """Users with an account and a token each."""
        names = [f"{name}{number}" for number in range(count)]
        applicants = [Applicant(one, f"{one}@{HOST}", "none", "fr", "", "", ()) for one in names]
        signed_up = await self.do(
            access.create_person,
            ({"applicant": one, "display_name": self.name(), "note": self.text()} for one in applicants),
        )
        voices = [Voice(one.account.id, f"token-of-{one.account.username}") for one in signed_up]
        tokens = (
            {"user_id": one.user.id, "account_id": one.account.id, "secret": voice.token}
            for one, voice in zip(signed_up, voices, strict=True)
        )
        await self.do(access.operator_token, tokens)
        return voices

    async def accounts(self, name: str, count: int) -> list[int]:
        """Accounts without anybody behind them."""
        calls = (
            {"username": f"{name}{number}", "display_name": self.name(), "note": self.text()} for number in range(count)
        )
        return [int(account.id) for account in await self.do(accounts.create, calls)]

    async def follow(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Each first follows the second."""
        await self.do(relations.follow, ({"account_id": one, "target_id": other} for one, other in pairs))

    async def publish(self, authors: Sequence[int], count: int, *, mentions: bool = True) -> list[Post]:
        """Posts by these authors, a few of whom write most; one in five answers a recent one. Oldest first.

        Args:
            mentions: whether some mention a reader.
        """
        made: list[Post] = []
        step, at_a_time = PAST / (count + 1), min(AT_A_TIME, count // 10 + 1)  # the first answer nothing
        while len(made) < count:
            calls = []
            for number in range(len(made), min(len(made) + at_a_time, count)):
                author = authors[int(len(authors) * self.random.random() ** 2)]
                answered = self.random.choice(made[-200:]).id if made and self.random.random() < 0.2 else None
                draft = Draft(self.text(mentions=mentions), in_reply_to_id=answered, language="fr")
                calls.append(
                    {
                        "author": STRANGER,
                        "author_id": AccountId(author),
                        "prepared": posts.prepare(draft, max_characters=500, local_domain=HOST),
                        "base_url": URL,
                        "now": self.at + step * number,
                    }
                )
            made += await self.do(posts.publish, calls)
        return made

    def text(self, *, mentions: bool = True) -> str:
        """About 150 characters, as people write: some with a hashtag, a mention, a link."""
        words = [self.random.choice(self._words) for _ in range(self.random.randint(12, 40))]
        if self.random.random() < 0.4:
            words.append(f"#{self.random.choice(self._tags)}")
        if mentions and self.random.random() < 0.15:
            words.insert(0, f"@reader{self.random.randrange(64)}")
        if self.random.random() < 0.1:
            words.append(f"https://example.org/{self.random.randrange(10**6)}")
        return " ".join(words)

    def name(self) -> str:
        """Two words."""
        return f"{self.random.choice(self._words)} {self.random.choice(self._words)}".title()

    async def do(self, verb: Callable[..., Awaitable[T]], calls: Iterable[Mapping[str, Any]]) -> list[T]:
        """Call a verb so often."""
        results: list[T] = []
        waiting = [{"now": self.at, **call} for call in calls]
        for start in range(0, len(waiting), AT_A_TIME):
            results += await self._db.write(each, verb=verb, calls=waiting[start : start + AT_A_TIME])
        return results


async def each(tx: WriteTx, *, verb: Callable[..., Awaitable[T]], calls: Iterable[Mapping[str, Any]]) -> list[T]:
    return [await verb(tx, **call) for call in calls]


def on_data(data: Path, build: Callable[[Hand], Awaitable[T]]) -> T:
    """Make things in a folder of data, which is made if it is missing."""
    clock = SystemClock()
    app.prepare_data(data, clock=clock)

    async def in_database() -> T:
        db = Sqlite(data)
        try:
            built = await build(Hand(db, clock.now() - PAST))
            while await search.backfill(db):  # as it is on any server: else it would be done while we measure
                pass
            return built
        finally:
            await db.close()

    return uvloop.run(in_database())


def _home(made: Sequence[Post], circle: Sequence[int]) -> list[str]:
    """By definition: what the followed wrote, unless it answers somebody who is not followed."""
    followed = set(circle)
    return _page(
        post
        for post in reversed(made)
        if post.author_id in followed
        and (post.in_reply_to_author_id is None or post.in_reply_to_author_id in {post.author_id, *followed})
    )


def _profiles(made: Sequence[Post], wrote: Sequence[int]) -> list[Shown]:
    """The profiles with most posts: what each wrote, without its answers to others."""
    by_author: dict[int, list[Post]] = {id: [] for id in wrote}
    for post in reversed(made):
        if _is_news(post):
            by_author[post.author_id].append(post)
    most = sorted(wrote, key=lambda id: len(by_author[id]), reverse=True)[:PROFILES]
    return [Shown(f"/@{_author(wrote, id)}", _page(by_author[id])) for id in most if len(by_author[id]) >= PAGE]


def _tag(made: Sequence[Post], tag: str) -> Shown:
    return Shown(f"/tags/{tag}", _page(post for post in reversed(made) if tag in post.tags))


def _threads(made: Sequence[Post], wrote: Sequence[int]) -> list[Shown]:
    """Pages of posts that nobody answered: what they answer, from the beginning, and they themselves."""
    by_id = {post.id: post for post in made}
    answered = {post.in_reply_to_id for post in made}
    threads = []
    for post in made[-2 * THREADS :]:
        if post.id not in answered:
            line = [post]
            while (above := line[0].in_reply_to_id) is not None:
                line.insert(0, by_id[above])
            threads.append(Shown(f"/@{_author(wrote, post.author_id)}/{post.id}", [str(one.id) for one in line]))
    return threads[:THREADS]


def _author(wrote: Sequence[int], id: int) -> str:
    """The name of an author, as `Hand.accounts` gives them."""
    return f"author{wrote.index(id)}"


def _is_news(post: Post) -> bool:
    """Whether it stands on the public page: answers to others do not."""
    return post.in_reply_to_author_id in (None, post.author_id)


def _page(newest_first: Iterable[Post]) -> list[str]:
    ids: list[str] = []
    for post in newest_first:
        ids.append(str(post.id))
        if len(ids) == PAGE:
            break
    return ids


def count_posts(data: Path) -> int:
    """How many posts there are on disk."""

    async def counted() -> int:
        db = Sqlite(data)
        try:
            async with db.read() as tx:
                return await posts.count(tx)
        finally:
            await db.close()

    return uvloop.run(counted())
