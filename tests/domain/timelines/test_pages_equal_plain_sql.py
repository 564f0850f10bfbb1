"""Whatever happened before, a page of a timeline is what plain SQL says it is."""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import posts
from pinson.lib.paging import Page
from tests.domain.town import NAMES, PLACES, TAGS, Town, a_town, any_post, circles, people, step

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

bound = st.none() | any_post
pages = st.lists(st.tuples(people, bound, bound, bound, st.integers(1, 6)), min_size=1, max_size=6)


class Compared(Town):
    """A town in which every look at a timeline is compared with plain SQL."""

    async def look(self, who, place, whom, limit):
        await self.compare(who, place, whom, Page(None, None, None, limit))

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


async def replay(story, pages, circle, **timelines):
    async with a_town(Compared, **timelines) as town:
        for who, whom in sorted(circle):
            await town.take(("follow", who, whom))
        for step in story:
            await town.take(step)
        for who, *bounds, limit in pages:
            max_id, since_id, min_id = map(town.post, bounds)
            page = Page(max_id, None if min_id else since_id, min_id, limit)
            for place in PLACES:
                await town.compare(who, place, (who + limit - 1) % len(NAMES), page)
            await town.walk(who, "home", 0, limit)


@pytest.mark.parametrize(("depth", "first_topics"), [(40, 16), (3, 2), (2, 1)])
def test_memory_and_tables_give_the_pages_that_plain_sql_gives(depth, first_topics):
    # Only generated, not shrunk: every story opens a database, so shrinking one would take minutes.
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=70), pages, circles)
    def holds(story, asked, circle):
        asyncio.run(replay(story, asked, circle, depth=depth, first_topics=first_topics))

    holds()
