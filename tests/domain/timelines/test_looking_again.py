"""Who looks at a timeline again is shown what is new there, wherever it takes its place."""

from pinson.domain.posts import Visibility
from pinson.lib.paging import Page
from tests.domain.town import a_town

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
