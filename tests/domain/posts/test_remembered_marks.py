"""What is remembered of a reader's marks is what the tables say."""

import asyncio

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson.domain import posts
from pinson.domain.posts import RememberedMarks
from tests.world import open_world

DONE = st.sampled_from(
    ["favourite", "unfavourite", "bookmark", "unbookmark", "reblog", "unreblog", "mute", "unmute", "look"]
)


async def replay(story, folder):
    async with open_world(folder, {}) as world:
        alice, bob = await world.people("alice", "bob")
        sent = [await world.publish(alice, f"{number}") for number in range(3)]
        client, ids = world.client(bob), [post.id for post in sent]
        for verb, which in story:
            if verb == "look":
                await client.get("/api/v1/timelines/public")
            else:
                answer = await client.post(f"/api/v1/statuses/{ids[which]}/{verb}")
                assert answer.status_code == 200, answer.text
            shown = {one["id"]: one for one in (await client.get("/api/v1/timelines/public")).json()}
            true = await world.ask(posts.marks, bob.account_id, ids)
            for id in ids:
                status, marks = shown[str(id)], {mark.value for mark in true.get(id, ())}
                said = {
                    "favourite": status["favourited"],
                    "bookmark": status["bookmarked"],
                    "boost": status["reblogged"],
                    "mute": status["muted"],
                }
                assert {name for name, is_so in said.items() if is_so} == marks - {"pin"}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(st.lists(st.tuples(DONE, st.integers(0, 2)), min_size=5, max_size=25))
def test_pages_show_what_the_reader_did(tmp_path_factory, story):
    asyncio.run(replay(story, tmp_path_factory.mktemp("world")))


async def test_a_reader_of_many_posts_does_not_fill_memory():
    remembered = RememberedMarks()

    for start in range(0, 4000, 100):
        await remembered.of(_Nothing(), 1, list(range(start, start + 100)))

    assert len(remembered._readers[1]) <= 500


class _Nothing:
    """A database in which nobody did anything."""

    async def all(self, *_question, **_parameters):
        return []
