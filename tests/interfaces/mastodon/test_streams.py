"""Which streams there are, and who may listen to which. What a stream shows is tested in tests/domain/streams."""

import asyncio
import json

import msgspec
import pytest

from pinson.domain import posts
from pinson.domain.access.scopes import expand
from pinson.domain.streams import HeardKind
from pinson.domain.streams import hub as hubs
from pinson.interfaces.mastodon.streaming import Wanted, subscribe
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_query_counts import counted
from tests.wires import Wire, client_frame

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
        assert not world.tools.hub._under


# --- over a socket ------------------------------------------------------------------------------------------------


@pytest.fixture
async def hub(world):
    work = asyncio.create_task(world.tools.hub.run())
    yield world.tools.hub
    work.cancel()


async def opened(world, who, stream="user"):
    """A socket of theirs that listens."""
    wire, before = Wire(world.machine.application), len(world.tools.hub)
    wire.upgrade(f"/api/v1/streaming?access_token={who.token}&stream={stream}")
    assert (await wire.head())[0] == 101
    while len(world.tools.hub) == before:  # noqa: ASYNC110  (nothing tells that it listens)
        await asyncio.sleep(0)
    return wire


def say(wire, **wanted):
    wire.say(client_frame(1, json.dumps(wanted).encode()))


async def test_everybody_hears_a_new_post_as_they_would_read_it(world, hub):
    ana, ben, cleo = await world.people("ana", "ben", "cleo")
    for reader in (ben, cleo):
        await world.follow(reader, ana)
    fields = {"title": "Rain", "context": ["home"], "keywords_attributes": [{"keyword": "rain"}]}
    assert (await world.client(cleo).post("/api/v2/filters", json=fields)).status_code == 200
    wires = [(who, await opened(world, who)) for who in (ben, cleo, ana, ben)]

    for text in ("Sun", "Rain", "Sun and rain"):
        post = await world.publish(ana, text)
        for who, wire in wires:
            event, payload = await wire.told()
            there = (await world.client(who).get(f"/api/v1/statuses/{post.id}")).json()
            assert (event, json.loads(payload)) == ("update", there)
            assert bool(there["filtered"]) == (who is cleo and "ain" in text)


async def test_the_first_message_is_told_to_many_with_as_few_questions_as_to_one(world, hub):
    ana = await world.person("ana")
    readers = await world.people(*(f"reader{number}" for number in range(5)))
    for reader in readers:
        await world.follow(reader, ana)
    wires = [await opened(world, reader) for reader in readers]

    with counted(world) as statements:
        await world.publish(ana, "Hello")
        for wire in wires:
            await wire.told()

    assert max(statements.values()) == 1


async def test_news_comes_in_the_order_in_which_it_happened(world, hub):
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)
    wire = await opened(world, ben)
    for number in range(3):
        post = await world.publish(ana, f"{number}")
        await world.client(ana).put(f"/api/v1/statuses/{post.id}", data={"status": f"{number}!"})
        await world.client(ana).delete(f"/api/v1/statuses/{post.id}")

    assert [(await wire.told())[0] for _ in range(9)] == ["update", "status.update", "delete"] * 3


async def test_who_is_slow_costs_a_full_mailbox_at_most_and_is_told_to_refresh(world, hub, monkeypatch):
    monkeypatch.setattr(hubs, "MAILBOX", 3)
    ana, ben, cleo = await world.people("ana", "ben", "cleo")
    for reader in (ben, cleo):
        await world.follow(reader, ana)
    slow, quick = await opened(world, ben), await opened(world, cleo)
    slow.fill()
    for number in range(2):
        await world.publish(ana, f"{number}")
        await quick.told()
    assert not slow.sent
    slow.drain()
    assert [json.loads((await slow.told())[1])["content"] for _ in range(2)] == ["<p>0</p>", "<p>1</p>"]

    slow.fill()
    for number in range(5):
        await world.publish(ana, f"{number}")
        await quick.told()

    assert await slow.frame() == (8, (1013).to_bytes(2, "big") + b"refresh")
    slow.tick(5)
    await asyncio.sleep(0)
    assert len(hub) == 1


async def test_a_mistake_of_ours_ends_one_stream_and_no_other(world, hub, monkeypatch):
    ana, ben, cleo = await world.people("ana", "ben", "cleo")
    for reader in (ben, cleo):
        await world.follow(reader, ana)
    wires = [await opened(world, who) for who in (ben, cleo)]
    first = next(iter(hub._all))
    monkeypatch.setattr(type(first.ear), "at_hand", lambda self, _: 1 / 0 if self is first.ear else None)

    await world.publish(ana, "One")

    assert await wires[0].frame() == (8, (1013).to_bytes(2, "big") + b"refresh")
    assert (await wires[1].told())[0] == "update"
    await world.publish(ana, "Two")
    assert (await wires[1].told())[0] == "update"


async def test_one_socket_may_listen_to_many_streams_and_stop(world, hub):
    ana = await world.person("ana")
    wire = await opened(world, ana)
    for wanted in ({"stream": "public"}, {"stream": "hashtag", "tag": "sun"}, {"stream": "public"}):
        say(wire, type="subscribe", **wanted)
    say(wire, type="unsubscribe", stream="user")
    say(wire, type="subscribe", stream="nothing")
    assert json.loads((await wire.frame())[1]) == {"error": "Unknown stream type", "status": 400}
    assert len(hub) == 2

    await world.publish(ana, "Out #sun")

    heard = [json.loads((await wire.frame())[1])["stream"] for _ in range(2)]
    assert sorted(heard) == [["hashtag", "sun"], ["public"]]
    wire.hang_up()
    await asyncio.sleep(0)
    assert len(hub) == 0


@pytest.mark.parametrize(
    "said", ["", "null", "[]", "{", '{"type":3}', "[" * 60_000, '{"type":"subscribe","stream":"\x00"}']
)
async def test_nonsense_over_a_socket_is_ignored(world, hub, said):
    ana = await world.person("ana")
    wire = await opened(world, ana)
    wire.say(client_frame(1, said.encode()))
    say(wire, type="subscribe", stream="list", list="99999999999999999999")

    told = json.loads((await wire.frame())[1])
    if told["error"] == "Unknown stream type":
        told = json.loads((await wire.frame())[1])
    assert told == {"error": "Not authorized to stream this list", "status": 401}


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.token_requests_per_5_minutes": 5}])
async def test_what_is_asked_for_over_a_socket_counts_as_requests_do(world, hub):
    ana = await world.person("ana")
    wire = await opened(world, ana)
    for number in range(6):
        say(wire, type="subscribe", stream="hashtag", tag=f"sun{number}")
        say(wire, type="unsubscribe", stream="hashtag", tag=f"sun{number}")

    for _ in range(2):
        assert json.loads((await wire.frame())[1]) == {"error": "Too many requests", "status": 429}
    assert len(hub) == 1
    async with world.tools.db.read() as tx:
        assert [await posts.tag(tx, f"sun{number}") is None for number in range(6)] == [False] * 4 + [True] * 2


async def test_a_stream_of_a_hashtag_that_there_is_writes_nothing(world, hub):
    ana = await world.person("ana")
    await world.publish(ana, "Out #sun")
    before = world.tools.db.committed
    wire = await opened(world, ana, "hashtag&tag=SUN")

    post = await world.publish(ana, "Again #Sun")

    assert json.loads((await wire.told())[1])["id"] == str(post.id)
    assert world.tools.db.committed == before + 1
