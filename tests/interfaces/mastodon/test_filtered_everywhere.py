"""Whatever happened before, a status on a page or a stream carries exactly the filters that it matches."""

import asyncio
import json
import re
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import filters as kept
from pinson.domain import media
from pinson.domain import posts as written
from pinson.domain.filters import FilteredPosts
from pinson.domain.instance import Emojis
from pinson.domain.posts import Shapes
from pinson.interfaces.mastodon import Renderings
from pinson.lib.paging import Page
from tests.domain.town import BASE, NAMES, Town, a_town, circles, step


def plain(wholes, post, described, now):
    """What a plain reading of the filters says that a post carries: filter, keyword matches, status matches."""
    text = "\n".join([post.spoiler, post.text, *described])
    found = []
    for whole in wholes:
        if whole.filter.expires_at is not None and whole.filter.expires_at <= now:
            continue
        patterns = [
            rf"(?<!\w){re.escape(one.keyword)}"
            if one.whole_word and one.keyword[0].isalnum()
            else re.escape(one.keyword)
            for one in whole.keywords
        ]
        patterns = [
            rf"{pattern}(?!\w)" if one.whole_word and one.keyword[-1].isalnum() else pattern
            for pattern, one in zip(patterns, whole.keywords, strict=True)
        ]
        said = re.search("|".join(patterns), text, re.IGNORECASE) if patterns else None
        named = post.id in [one.post_id for one in whole.posts]
        if said or named:
            found.append((str(whole.filter.id), [said[0]] if said else None, [str(post.id)] if named else None))
    return found


class Filtering(Town):
    """A town in which whatever somebody is shown is compared with a plain reading of their filters."""

    def views(self):
        self.met = 0
        shapes = Shapes()
        emojis, filtered = Emojis(), FilteredPosts()
        self.renderings = Renderings(BASE, shapes, emojis, filtered, clock=SimpleNamespace(now=lambda: self.now))
        return shapes, emojis, filtered, self.renderings

    async def look(self, who, place, whom, limit):
        """A page of home or of everything public."""
        reader = await self.reader(who)
        timeline = self.timelines.home(reader.circle) if place == "home" else self.timelines.public(local=True)
        shapes = await self.timelines.page(self.db, timeline, reader=reader, page=Page(None, None, None, limit))
        async with self.db.read() as tx:
            page = await self.renderings.page(tx, shapes, reader=reader)
        await self.compare(who, json.loads(page))

    async def publish(self, *arguments, **options):
        before = len(self.posts)
        await super().publish(*arguments, **options)
        if len(self.posts) > before:
            await self.streamed(self.posts[-1], is_new=True)

    async def boost(self, who, id, visibility):
        await super().boost(who, id, visibility)
        await self.streamed(id)

    async def edit(self, id, text, media=0):
        await super().edit(id, text, media)
        await self.streamed(id)

    async def streamed(self, id, is_new=False):
        """What a stream tells each who listens, of something that just happened."""
        async with self.db.read() as tx:
            found = await written.posts(tx, [id])
        for who in range(len(NAMES)):
            reader = await self.reader(who)
            async with self.db.read() as tx:
                shapes = [post.shape for post in found.values()]
                told = await self.renderings.statuses(tx, shapes, reader=reader, is_new=is_new)
            await self.compare(who, [json.loads(status) for status in told])

    async def compare(self, who, statuses):
        async with self.db.read() as tx:
            wholes = await kept.of_account(tx, self.people[who])
            shown = {int((status["reblog"] or status)["id"]) for status in statuses}
            found = await written.posts(tx, list(shown))
            pictures = await media.of_posts(tx, list(shown))
        for status in statuses:
            original = status["reblog"] or status
            id = int(original["id"])
            expected = plain(wholes, found[id], [one.description for one in pictures.get(id, ())], self.now)
            for carrying in (status, original):
                assert [
                    (one["filter"]["id"], one["keyword_matches"], one["status_matches"]) for one in carrying["filtered"]
                ] == expected
            self.met += len(expected)


async def replay(story, circle):
    async with a_town(Filtering) as town:
        for who, whom in sorted(circle):
            await town.take(("follow", who, whom))
        for who in range(len(NAMES)):
            await town.take(("filter", who, ["bon", "1"] if who % 2 else ["cadre"], who > 1, 0))
        for step in story:
            await town.take(step)
        for who in range(len(NAMES)):
            await town.look(who, "home", 0, 20)
        return town.met


def test_every_status_carries_exactly_what_a_plain_reading_of_the_filters_says():
    met = []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=60), circles)
    def holds(story, circle):
        met.append(asyncio.run(replay(story, circle)))

    holds()
    assert sum(met) > 100  # else nothing was asked
