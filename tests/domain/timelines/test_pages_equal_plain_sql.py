"""Whatever happened before, a page of a timeline is what plain SQL says it is."""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import posts
from pinson.domain.relations import lists
from pinson.lib.clock import to_ms
from pinson.lib.paging import Page
from tests.domain.town import NAMES, PLACES, TAGS, Town, a_town, any_post, circles, people, step

APART = """EXISTS (
    SELECT 1 FROM blocks
    WHERE (account_id = :me AND target_id IN (p.author_id, p.boost_of_author_id))
        OR (target_id = :me AND account_id IN (p.author_id, p.boost_of_author_id)))
"""
MUTED = """EXISTS (
    SELECT 1 FROM mutes
    WHERE account_id = :me AND target_id = p.author_id AND (expires_at IS NULL OR expires_at > :now))
"""
UNWANTED = """(p.author_id <> :me AND EXISTS (
    SELECT 1 FROM (
        SELECT target_id FROM mutes WHERE account_id = :me AND (expires_at IS NULL OR expires_at > :now)
        UNION SELECT target_id FROM blocks WHERE account_id = :me) AS kept_away
    WHERE kept_away.target_id IN (p.author_id, p.boost_of_author_id)
        OR kept_away.target_id IN (SELECT value FROM json_each(p.mentions))))
"""
CHOSEN = """NOT EXISTS (
    SELECT 1 FROM follows
    WHERE account_id = :me AND topic_id = p.author_id AND (
        (p.boost_of_id IS NOT NULL AND NOT boosts)
        OR (languages IS NOT NULL AND p.language IS NOT NULL
            AND p.language NOT IN (SELECT value FROM json_each(languages)))))
"""
EXCLUSIVE = """EXISTS (
    SELECT 1 FROM lists AS l JOIN list_topics AS t ON t.list_id = l.id
    WHERE l.account_id = :me AND l.exclusive AND t.topic_id = p.author_id)
"""
BOOSTED = """(p.boost_of_id IS NULL OR EXISTS (
    SELECT 1 FROM posts AS o JOIN accounts AS by ON by.id = o.author_id
    WHERE o.id = p.boost_of_id AND by.suspended_at IS NULL AND by.deleted_at IS NULL))
"""
HIDDEN = """EXISTS (
    SELECT 1 FROM hidden_posts AS h JOIN posts AS o ON o.id = h.post_id
    WHERE h.post_id IN (p.id, p.boost_of_id) AND o.author_id <> :me)
"""
VISIBLE = f"""
    a.suspended_at IS NULL AND a.deleted_at IS NULL AND NOT {APART} AND NOT {HIDDEN} AND {BOOSTED} AND (
        p.visibility IN ('public', 'unlisted')
        OR p.author_id = :me
        OR EXISTS (SELECT 1 FROM json_each(p.mentions) WHERE value = :me)
        OR (p.visibility = 'private'
            AND EXISTS (SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.author_id)))
"""
IN_REACH = """(a.limited_at IS NULL OR a.id = :me OR EXISTS (
    SELECT 1 FROM follows WHERE account_id = :me AND topic_id = a.id))
"""
HOME = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND NOT {UNWANTED} AND (
        p.author_id = :me
        OR (EXISTS (SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.author_id)
            AND {CHOSEN} AND NOT {EXCLUSIVE}
            AND (p.in_reply_to_author_id IS NULL OR (p.in_reply_to_id IS NOT NULL
                AND (p.in_reply_to_author_id IN (p.author_id, :me) OR EXISTS (
                    SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.in_reply_to_author_id)))))
        OR (p.visibility = 'public' AND {IN_REACH} AND EXISTS (
            SELECT 1 FROM json_each(p.tags) AS named
            JOIN tags ON tags.name = named.value
            JOIN follows ON follows.topic_id = tags.id AND follows.account_id = :me))
        OR (p.visibility = 'public' AND {IN_REACH} AND EXISTS (
            SELECT 1 FROM event_posts AS i
            JOIN follows ON follows.topic_id = i.event_id AND follows.account_id = :me
            WHERE i.post_id = p.id)))
"""
PUBLIC = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND {IN_REACH} AND NOT {MUTED} AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id = p.author_id)
"""
TAG = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND {IN_REACH} AND NOT {MUTED} AND p.visibility = 'public'
        AND EXISTS (SELECT 1 FROM json_each(p.tags) AS named WHERE named.value = :tag)
"""
LINK = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id JOIN links AS l ON l.id = p.link_id
    WHERE {VISIBLE} AND {IN_REACH} AND NOT {MUTED} AND p.visibility = 'public'
"""
EVENT = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND {IN_REACH} AND NOT {MUTED} AND p.visibility = 'public'
        AND EXISTS (SELECT 1 FROM event_posts AS i WHERE i.post_id = p.id AND i.event_id = :event)
"""
TAGGED = "EXISTS (SELECT 1 FROM json_each(p.tags) AS named WHERE named.value = :{name})"
TAG_OR_OTHER = TAG.replace("= :tag", "IN (:tag, :other)")
TAG_AND_OTHER = f"{TAG} AND {TAGGED.format(name='other')}"
TAG_WITHOUT_OTHER = f"{TAG} AND NOT {TAGGED.format(name='other')}"
MEDIA = " AND p.media > 0"
PROFILE = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id
    WHERE {VISIBLE} AND p.author_id = :author
"""
WITHOUT_REPLIES = PROFILE + " AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id = p.author_id)"
WITHOUT_BOOSTS = PROFILE + " AND p.boost_of_id IS NULL"
PROFILE_TAGGED = f"{PROFILE} AND p.visibility = 'public' AND {TAGGED.format(name='tag')}"
LIST = f"""
    SELECT p.id FROM posts AS p JOIN accounts AS a ON a.id = p.author_id JOIN lists AS l ON l.id = :list
    WHERE {VISIBLE} AND NOT {UNWANTED} AND (
        (p.visibility <> 'direct' AND {CHOSEN}
            AND EXISTS (SELECT 1 FROM list_topics WHERE list_id = l.id AND topic_id = p.author_id)
            AND (p.in_reply_to_author_id IS NULL OR p.in_reply_to_author_id IN (p.author_id, :me)
                OR (l.replies = 'followed' AND EXISTS (
                    SELECT 1 FROM follows WHERE account_id = :me AND topic_id = p.in_reply_to_author_id))
                OR (l.replies = 'list' AND EXISTS (
                    SELECT 1 FROM list_topics WHERE list_id = l.id AND topic_id = p.in_reply_to_author_id))))
        OR (p.visibility = 'public' AND {IN_REACH} AND EXISTS (
            SELECT 1 FROM json_each(p.tags) AS named
            JOIN tags ON tags.name = named.value
            JOIN list_topics AS held ON held.topic_id = tags.id AND held.list_id = l.id)))
"""

# A boost shows unless one of the next older entries, of those above, is the same post or another boost of it.
SPACED = """
    WITH placed AS (
        SELECT id, boost_of_id, coalesce(boost_of_id, id) AS said, row_number() OVER (ORDER BY id DESC) AS place
        FROM posts
        WHERE id IN ({admitted})),
    spaced AS (SELECT *, lead(place) OVER (PARTITION BY said ORDER BY id DESC) - place AS distance FROM placed)
    SELECT p.id FROM spaced AS p WHERE (p.boost_of_id IS NULL OR p.distance IS NULL OR p.distance > :apart)
"""

bound = st.none() | any_post
pages = st.lists(st.tuples(people, bound, bound, bound, st.integers(1, 6)), min_size=1, max_size=6)


class Compared(Town):
    """A town in which every look at a timeline is compared with plain SQL."""

    async def look(self, who, place, whom, limit):
        await self.compare(who, place, whom, Page(None, None, None, limit))

    async def compare(self, who, place, whom, page):
        reader = await self.reader(who)
        tag, other = (self.tags[(whom + number) % len(TAGS)] for number in (0, 1))
        match place:
            case "home":
                timeline, sql = self.timelines.home(reader.circle), SPACED.format(admitted=HOME)
            case "public":
                timeline, sql = self.timelines.public(local=True), PUBLIC
            case "public media":
                timeline, sql = self.timelines.public(local=False, media=True), PUBLIC + MEDIA
            case "link":
                timeline, sql = self.timelines.link(self.link), LINK
            case "tag":
                timeline, sql = self.timelines.tag(tag), TAG
            case "tag or other":
                timeline, sql = self.timelines.tag(tag, or_any=[other]), TAG_OR_OTHER
            case "tag and other":
                timeline, sql = self.timelines.tag(tag, and_all=[other]), TAG_AND_OTHER
            case "tag without other":
                timeline, sql = self.timelines.tag(tag, and_none=[other]), TAG_WITHOUT_OTHER
            case "tag media":
                timeline, sql = self.timelines.tag(tag, media=True), TAG + MEDIA
            case "event":
                timeline, sql = self.timelines.event(self.event), EVENT
            case "event media":
                timeline, sql = self.timelines.event(self.event, media=True), EVENT + MEDIA
            case "list":
                async with self.db.read() as tx:
                    shape = await lists.shape(tx, self.people[who], self.lists[who])
                timeline, sql = self.timelines.of_list(shape), SPACED.format(admitted=LIST)
            case "profile":
                timeline, sql = self.timelines.profile(self.people[whom]), PROFILE
            case "without replies":
                timeline, sql = self.timelines.profile(self.people[whom], replies=False), WITHOUT_REPLIES
            case "without boosts":
                timeline, sql = self.timelines.profile(self.people[whom], boosts=False), WITHOUT_BOOSTS
            case "profile media":
                timeline, sql = self.timelines.profile(self.people[whom], media=True), PROFILE + MEDIA
            case "profile tagged":
                timeline, sql = self.timelines.profile(self.people[whom], under=[tag]), PROFILE_TAGGED
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
            "list": self.lists[who],
            "event": self.event,
            "now": to_ms(self.now),
            "tag": posts.tag_name(TAGS[whom % len(TAGS)]),
            "other": posts.tag_name(TAGS[(whom + 1) % len(TAGS)]),
            "before": 2**63 - 1 if page.max_id is None else page.max_id,
            "after": page.min_id or page.since_id or 0,
            "limit": page.limit,
            "apart": self.timelines.home((await self.reader(who)).circle).apart,
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


@pytest.mark.parametrize(("depth", "first_topics", "apart"), [(40, 16, 40), (3, 2, 4), (2, 1, 2)])
def test_memory_and_tables_give_the_pages_that_plain_sql_gives(depth, first_topics, apart):
    # Only generated, not shrunk: every story opens a database, so shrinking one would take minutes.
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=70), pages, circles)
    def holds(story, asked, circle):
        asyncio.run(replay(story, asked, circle, depth=depth, first_topics=first_topics, apart=apart))

    holds()
