"""Who looks at a timeline again is shown what is new there, wherever it takes its place."""

import asyncio

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain.posts import Reader, Visibility
from pinson.domain.timelines import Timelines
from pinson.lib.paging import NEWEST, Page
from tests.domain.town import a_town, step

ANA, BEN, CLEO = range(3)
LHC = 0


async def home(town, who):
    reader = await town.reader(who)
    timeline = town.timelines.home(reader.circle)
    return [
        shape.id for shape in await town.timelines.page(town.db, timeline, reader=reader, page=Page(*[None] * 3, 20))
    ]


async def test_what_was_published_since_is_at_home():
    async with a_town() as town:
        await town.take(("follow", ANA, BEN))
        await town.publish(BEN, "Bonjour", Visibility.PUBLIC, None)
        before = await home(town, ANA)

        await town.publish(BEN, "Bonsoir", Visibility.PUBLIC, None)

        assert before == town.posts[:1]
        assert await home(town, ANA) == town.posts[::-1]


async def test_an_older_post_that_gets_a_followed_hashtag_takes_its_place_at_home():
    async with a_town() as town:
        await town.take(("follow", ANA, BEN))
        await town.take(("follow tag", ANA, LHC))
        await town.publish(CLEO, "Bonjour", Visibility.PUBLIC, None)
        await town.publish(BEN, "Bonsoir", Visibility.PUBLIC, None)
        older, newer = town.posts
        before = await home(town, ANA)

        await town.edit(older, "Bonjour #LHC")

        assert before == [newer]
        assert await home(town, ANA) == [newer, older]


async def test_the_public_page_follows_too():
    async with a_town() as town:
        stranger = await town.reader(ANA)
        public = town.timelines.public(local=True)
        page = Page(*[None] * 3, 20)
        await town.publish(BEN, "Bonjour", Visibility.PUBLIC, None)
        before = await town.timelines.page(town.db, public, reader=stranger, page=page)

        await town.take(("delete", 0))
        await town.publish(CLEO, "Bonsoir", Visibility.PUBLIC, None)

        after = await town.timelines.page(town.db, public, reader=stranger, page=page)
        assert [shape.id for shape in before] == town.deleted
        assert [shape.id for shape in after] == town.posts


async def replay(story, limit, deeper):
    """After each step of a story, look at first pages again, and compare them with what a new view gives."""
    async with a_town() as town:
        for one in story:
            await town.take(one)
            anew = Timelines(town.shapes)
            async with town.db.read() as tx:
                await anew.load(tx)
            ana, ben, stranger = await town.reader(ANA), await town.reader(BEN), Reader(None, town.standing)
            for reader, seen, true in (
                (ana, town.timelines.home(ana.circle), anew.home(ana.circle)),
                (ben, town.timelines.home(ben.circle), anew.home(ben.circle)),
                (stranger, town.timelines.public(local=True), anew.public(local=True)),
                (ana, town.timelines.tag(town.tags[LHC]), anew.tag(town.tags[LHC])),
                (stranger, town.timelines.profile(town.people[CLEO]), anew.profile(town.people[CLEO])),
            ):
                page = Page(None, None, None, limit)
                if deeper:
                    await town.timelines.page(town.db, seen, reader=reader, page=Page(NEWEST, None, None, limit))
                again = await town.timelines.page(town.db, seen, reader=reader, page=page)
                assert again == await anew.page(town.db, true, reader=reader, page=page), one


def test_first_pages_that_are_remembered_are_those_of_a_view_that_remembers_nothing():
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=60), st.sampled_from([3, 20]), st.booleans())
    def holds(story, limit, deeper):
        asyncio.run(replay(story, limit, deeper))

    holds()
