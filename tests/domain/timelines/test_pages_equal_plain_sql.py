"""Whatever happened before, a page of a timeline is what plain SQL says it is."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import pinson
from pinson.domain import accounts, posts, relations
from pinson.domain.accounts import Standing
from pinson.domain.posts import Draft, Reader, Shapes, Visibility
from pinson.domain.relations import Circles
from pinson.domain.timelines import Timelines
from pinson.lib.db.migrate import migrate, steps
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Follower, Kinds
from pinson.lib.paging import Page

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

VISIBLE = """
    a.suspended_at IS NULL AND a.deleted_at IS NULL AND (
        p.visibility IN ('public', 'unlisted')
        OR p.author_id = :me
        OR EXISTS (SELECT 1 FROM json_each(p.mentions) WHERE value = :me)
        OR (p.visibility = 'private'
            AND EXISTS (SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.author_id)))
"""
HOME = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND (
        p.author_id = :me
        OR (EXISTS (SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.author_id)
            AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id IN (p.author_id, :me)
                OR EXISTS (
                    SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.in_reply_to_author_id)))
        OR (p.visibility = 'public' AND EXISTS (
            SELECT 1 FROM json_each(p.tags) AS named
            JOIN tags ON tags.name = named.value
            JOIN follows ON follows.topic_id = tags.id AND follows.account_id = :me)))
"""
PUBLIC = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND p.visibility = 'public'
        AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id = p.author_id)
"""
TAG = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND p.visibility = 'public'
        AND EXISTS (SELECT 1 FROM json_each(p.tags) AS named WHERE named.value = :tag)
"""
PROFILE = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND p.author_id = :author
"""
WITHOUT_REPLIES = PROFILE + " AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id = p.author_id)"

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
bound = st.none() | any_post
pages = st.lists(st.tuples(people, bound, bound, bound, st.integers(1, 6)), min_size=1, max_size=6)
circles = st.sets(st.tuples(people, people), min_size=3)


@dataclass
class Town:
    """A database, the views that follow it, and what was done so far."""

    db: Sqlite
    timelines: Timelines
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
                await self.compare(who, place, whom, Page(None, None, None, limit))

    async def tolerant(self, verb, **arguments):
        """What a suspended account is not allowed changes nothing, which is what we want to see."""
        try:
            await self.db.write(verb, now=self.now, **arguments)
        except accounts.AccountNotFound:
            pass

    async def publish(self, who, text, visibility, answered):
        prepared = posts.prepare(
            Draft(text, visibility, answered), max_characters=500, local_domain="pinson.example"
        )
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

    async def compare(self, who, place, whom, page):
        reader = await self.reader(who)
        match place:
            case "home":
                timeline, sql = self.timelines.home(reader.circle), HOME
            case "public":
                timeline, sql = self.timelines.public(local=True), PUBLIC
            case "tag":
                timeline, sql = self.timelines.tag(self.tags[whom % len(TAGS)]), TAG
            case "profile":
                timeline, sql = self.timelines.profile(self.people[whom]), PROFILE
            case "without replies":
                timeline, sql = self.timelines.profile(self.people[whom], replies=False), WITHOUT_REPLIES
        found = [shape.id for shape in await self.timelines.page(self.db, timeline, reader=reader, page=page)]
        assert found == await self.plain(sql, who, whom, page), (place, page)
        return found

    async def walk(self, who, place, whom, limit):
        """Page down to the oldest and up again, comparing every page."""
        page = Page(None, None, None, limit)
        while found := await self.compare(who, place, whom, page):
            page = Page(found[-1], None, None, limit)
        page = Page(None, None, 1, limit)
        while found := await self.compare(who, place, whom, page):
            page = Page(None, None, found[0], limit)

    async def plain(self, sql, who, whom, page):
        order = "p.id" if page.min_id is not None else "p.id DESC"
        sql += f" AND p.id < :before AND p.id > :after ORDER BY {order} LIMIT :limit"
        parameters = {
            "me": self.people[who],
            "author": self.people[whom],
            "tag": posts.tag_name(TAGS[whom % len(TAGS)]),
            "before": 2**63 - 1 if page.max_id is None else page.max_id,
            "after": page.min_id or page.since_id or 0,
            "limit": page.limit,
        }
        async with self.db.read() as tx:
            ids = await tx.all(int, sql, **{name: value for name, value in parameters.items() if f":{name}" in sql})
        return sorted(ids, reverse=True)


async def replay(story, pages, circle, *, depth, first_topics):
    with tempfile.TemporaryDirectory() as folder:
        migrate(Path(folder), steps=steps(MIGRATIONS), now=START)
        db = Sqlite(Path(folder))
        shapes = Shapes()
        timelines = Timelines(shapes, depth=depth, first_topics=first_topics)
        circles, standing = Circles(), Standing()
        await Follower(db, Kinds(FACTS), (standing, circles, shapes, timelines)).start()
        town = Town(db, timelines, circles, standing)
        try:
            await town.populate()
            for who, whom in sorted(circle):
                await town.take(("follow", who, whom))
            for step in story:
                await town.take(step)
            for who, *bounds, limit in pages:
                max_id, since_id, min_id = map(town.post, bounds)
                page = Page(max_id, None if min_id else since_id, min_id, limit)
                for place in PLACES:
                    await town.compare(who, place, who + limit - 1 & 3, page)
                await town.walk(who, "home", 0, limit)
        finally:
            await db.close()


@pytest.mark.parametrize(("depth", "first_topics"), [(40, 16), (3, 2), (2, 1)])
def test_memory_and_tables_give_the_pages_that_plain_sql_gives(depth, first_topics):
    # Only generated, not shrunk: every story opens a database, so shrinking one would take minutes.
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=70), pages, circles)
    def holds(story, asked, circle):
        asyncio.run(replay(story, asked, circle, depth=depth, first_topics=first_topics))

    holds()
