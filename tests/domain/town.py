"""A small town of accounts, to which random things happen: for properties of timelines and streams."""

import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

import pinson
from pinson.domain import accounts, posts, relations
from pinson.domain.accounts import Standing
from pinson.domain.posts import Draft, Reader, Shapes, Visibility
from pinson.domain.relations import Circles
from pinson.domain.streams import Hub
from pinson.domain.timelines import Timelines
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Follower, Kinds

MIGRATIONS = Path(pinson.__file__).parent / "migrations"
BASE = "https://pinson.example"
START = datetime(2026, 3, 30, 8, 40, tzinfo=UTC)
NAMES = ("ana", "ben", "cleo", "dan")
TAGS = ("lhc", "météo")
PLACES = ("home", "public", "tag", "profile", "without replies")
FACTS = (
    accounts.AccountCreated,
    accounts.AccountSuspended,
    accounts.AccountRestored,
    posts.PostPublished,
    posts.PostDeleted,
    relations.Followed,
    relations.Unfollowed,
)

people = st.integers(0, len(NAMES) - 1)
tags = st.integers(0, len(TAGS) - 1)
any_post = st.integers(0, 1000)
publish = st.tuples(
    st.just("publish"),
    people,
    st.sampled_from([Visibility.PUBLIC] * 4 + [Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT]),
    st.sets(tags, max_size=2),
    st.sets(people, max_size=2),
    st.none() | any_post,
)
step = st.one_of(
    publish,
    publish,
    st.tuples(st.just("burst"), people, st.integers(2, 9)),
    st.tuples(st.just("delete"), any_post),
    st.tuples(st.just("follow"), people, people),
    st.tuples(st.just("unfollow"), people, people),
    st.tuples(st.just("follow tag"), people, tags),
    st.tuples(st.just("unfollow tag"), people, tags),
    st.tuples(st.just("suspend"), people),
    st.tuples(st.just("restore"), people),
    st.tuples(st.just("look"), people, st.sampled_from(PLACES), people, st.integers(1, 6)),
    st.tuples(st.just("look"), people, st.just("home"), people, st.integers(1, 6)),
)
circles = st.sets(st.tuples(people, people), min_size=3)


@dataclass
class Town:
    """A database, the views that follow it, and what was done so far."""

    db: Sqlite
    timelines: Timelines
    hub: Hub
    circles: Circles
    standing: Standing
    people: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    now: datetime = START

    async def populate(self):
        for name in NAMES:
            account = await self.db.write(accounts.create, username=name, now=self.now)
            self.people.append(account.id)
        for name in TAGS:
            self.tags.append((await self.db.write(posts.tag_named, name=name, now=self.now)).id)

    async def reader(self, who):
        async with self.db.read() as tx:
            return Reader(await self.circles.of(tx, self.people[who]), self.standing.hidden)

    async def take(self, step):
        self.now += timedelta(milliseconds=1)
        match step:
            case ("publish", who, visibility, under, mentioned, answered):
                words = [f"@{NAMES[one]}" for one in mentioned] + [f"#{TAGS[one]}" for one in under]
                await self.publish(who, "Bonjour " + " ".join(words), visibility, self.post(answered))
            case ("burst", who, count):
                for number in range(count):
                    await self.publish(who, f"{number} #{TAGS[0]}", Visibility.PUBLIC, None)
            case ("delete", which):
                if (id := self.post(which)) is not None:
                    async with self.db.read() as tx:
                        author = (await posts.post(tx, id)).author_id
                    await self.db.write(posts.delete, id=id, author_id=author, now=self.now)
                    self.posts.remove(id)
            case ("follow", who, whom) if who != whom:
                await self.tolerant(relations.follow, account_id=self.people[who], target_id=self.people[whom])
            case ("unfollow", who, whom):
                await self.tolerant(relations.unfollow, account_id=self.people[who], topic_id=self.people[whom])
            case ("follow tag", who, tag):
                await self.tolerant(relations.follow_tag, account_id=self.people[who], tag_id=self.tags[tag])
            case ("unfollow tag", who, tag):
                await self.tolerant(relations.unfollow, account_id=self.people[who], topic_id=self.tags[tag])
            case ("suspend", who):
                await self.db.write(accounts.suspend, account_id=self.people[who], now=self.now)
            case ("restore", who):
                await self.db.write(accounts.restore, account_id=self.people[who], now=self.now)
            case ("look", who, place, whom, limit):
                await self.look(who, place, whom, limit)

    async def tolerant(self, verb, **arguments):
        """What a suspended account is not allowed changes nothing, which is what we want to see."""
        with suppress(accounts.AccountNotFound):
            await self.db.write(verb, now=self.now, **arguments)

    async def publish(self, who, text, visibility, answered):
        prepared = posts.prepare(Draft(text, visibility, answered), max_characters=500, local_domain="pinson.example")
        try:
            post = await self.db.write(
                posts.publish,
                author=await self.reader(who),
                author_id=self.people[who],
                prepared=prepared,
                base_url=BASE,
                now=self.now,
            )
        except (accounts.AccountNotFound, posts.PostNotFound):
            return  # suspended, or answering what they may not see
        self.posts.append(post.id)

    def post(self, which):
        return self.posts[which % len(self.posts)] if which is not None and self.posts else None

    async def look(self, who, place, whom, limit):
        """What a story does in passing, so that memory fills; tests say what they want to see."""


@asynccontextmanager
async def a_town(kind=Town, **timelines):
    """An empty town of this kind, with views that follow its database. `timelines`: see `Timelines`."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(Path(folder), steps=steps(MIGRATIONS), now=START)
        db = Sqlite(Path(folder))
        shapes = Shapes()
        views = Timelines(shapes, **timelines)
        circles, standing, hub = Circles(), Standing(), Hub(views)
        await Follower(db, Kinds(FACTS), (standing, circles, shapes, views, hub)).start()
        town = kind(db, views, hub, circles, standing)
        try:
            await town.populate()
            yield town
        finally:
            await db.close()
