"""Which streams there are, and who may listen to which. What a stream shows is tested in tests/domain/streams."""

import msgspec
import pytest

from pinson.domain.access.scopes import expand
from pinson.domain.streams import HeardKind
from pinson.interfaces.mastodon.streaming import Wanted, subscribe
from tests.interfaces.mastodon.test_boosts import listening

NOTIFICATIONS = {HeardKind.NOTIFIED, HeardKind.MERGED}
ANNOUNCEMENTS = {HeardKind.ANNOUNCED, HeardKind.REACTED, HeardKind.WITHDRAWN}


async def principal(world, person, scopes):
    """Somebody's app, with no more scopes than these."""
    return msgspec.structs.replace(await world.tools.tokens.principal(person.token), scopes=expand(scopes))


@pytest.mark.parametrize(
    ("stream", "posts", "media"),
    [
        ("public", 2, False),
        ("public:local", 2, False),
        ("public:remote", 0, False),
        ("public:media", 0, True),
        ("public:local:media", 0, True),
        ("public:remote:media", 0, False),
    ],
)
async def test_a_public_stream_shows_what_its_name_says(world, stream, posts, media):
    alice = await world.person("alice")
    subscription = await subscribe(
        world.tools, await principal(world, alice, "read:statuses"), Wanted("subscribe", stream)
    )
    reader, timeline = subscription.listener.reader, subscription.listener.timeline

    shapes = [(await world.publish(alice, text)).shape for text in ("One", "Two")]

    assert sum(timeline.admits(shape, reader) for shape in shapes if {*timeline.topics} & {*shape.topics}) == posts
    assert media == (timeline is world.tools.timelines.public(local="local" in stream, media=True))


@pytest.mark.parametrize(
    ("scopes", "stream", "news"),
    [
        ("read", "user", NOTIFICATIONS | ANNOUNCEMENTS),
        ("read:statuses", "user", ANNOUNCEMENTS),
        ("read:statuses read:notifications", "user", NOTIFICATIONS | ANNOUNCEMENTS),
        ("read:notifications", "user:notification", NOTIFICATIONS),
        ("read:statuses", "direct", {HeardKind.CONVERSED}),
        ("read", "public", set()),
    ],
)
async def test_notifications_are_told_to_those_who_may_read_them(world, scopes, stream, news):
    alice = await world.person("alice")

    subscription = await subscribe(world.tools, await principal(world, alice, scopes), Wanted("subscribe", stream))

    assert subscription.listener.news == news


@pytest.mark.parametrize("path", ["federated", "public/media", "user/other"])
async def test_there_are_no_other_channels(world, path):
    alice = await world.person("alice")

    answer = await world.client(alice).get(f"/api/v1/streaming/{path}")

    assert answer.status_code in (400, 404)


async def test_the_stream_of_notifications_tells_of_no_posts(world):
    alice = await world.person("alice")

    async with listening(world, alice, "user:notification"):
        assert world.tools.hub._under == {}
