"""What is counted of a featured hashtag is what there is, whatever happens to posts."""

import asyncio

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import posts
from pinson.domain.posts.model import Used
from tests.domain.town import NAMES, TAGS, a_town, any_post, people, publish, tags

COUNTED = """
    SELECT count(*) AS posts, coalesce(max(p.id), 0) AS last_post_id
    FROM posts AS p
    WHERE p.author_id = :who AND p.visibility = 'public' AND EXISTS (
        SELECT 1 FROM json_each(p.topics) WHERE value = :tag)
"""
step = st.one_of(
    publish,
    publish,
    st.tuples(st.just("delete"), any_post),
    st.tuples(st.just("edit"), any_post, st.sets(tags, max_size=2), st.just(set())),
    st.tuples(st.just("feature"), people, tags),
    st.tuples(st.just("unfeature"), people, tags),
)


async def replay(story):
    async with a_town() as town:
        for one in story:
            match one:
                case ("feature", who, tag):
                    await town.tolerant(posts.feature, name=TAGS[tag], account_id=town.people[who])
                case ("unfeature", who, tag):
                    await town.tolerant(posts.unfeature_tag, name=TAGS[tag], account_id=town.people[who])
                case _:
                    await town.take(one)
        async with town.db.read() as tx:
            for who in town.people:
                for shown in await posts.featured(tx, who):
                    plain = await tx.one(Used, COUNTED, who=who, tag=shown.tag_id)
                    assert (shown.posts, shown.last_post_id) == (plain.posts, plain.last_post_id)


def test_counters_are_what_plain_sql_counts():
    begin = [("feature", who, tag) for who in range(len(NAMES)) for tag in range(len(TAGS))]

    # Only generated, not shrunk: every story opens a database.
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
    @given(st.lists(step, min_size=20, max_size=50))
    def holds(story):
        asyncio.run(replay(begin + story))

    holds()
