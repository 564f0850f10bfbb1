"""Programs that subscribed to a feed are sent it whenever it says something else, by the hub, over loopback."""

import hashlib
import hmac
from datetime import timedelta
from io import BytesIO

import feedparser
import pytest
import pytest_asyncio

from pinson import syndicating
from pinson.domain import deliveries, hub
from pinson.domain.posts import PostPublished
from tests.subscriber import a_subscriber
from tests.world import URL


@pytest.fixture
def settings():
    """A program on this machine may be reached."""
    return {"outgoing.allow_loopback": True}


@pytest_asyncio.fixture
async def reader():
    async with a_subscriber() as subscriber:
        yield subscriber


@pytest.fixture
async def ana(world):
    return await world.person("ana")


async def subscribed(world, reader, path, *, at="/back", **said):
    form = {"hub.mode": "subscribe", "hub.topic": f"{URL}{path}", "hub.callback": f"{reader.url}{at}"}
    form |= {f"hub.{name}": value for name, value in said.items()}
    answer = await world.client().post("/hub", data=form)
    assert answer.status_code == 202, answer.text
    await world.tools.verifications.settle()
    assert await world.ask(hub.is_subscribed, path, f"{reader.url}{at}")


def told(sent):
    """What a feed reader finds in what it was sent."""
    _, headers, body = sent
    found = feedparser.parse(BytesIO(body), response_headers={"content-type": headers["content-type"]})
    assert not found.bozo, found.bozo_exception
    return [entry.get("title") or entry.description for entry in found.entries]


async def outcomes(world):
    counts = await world.ask(deliveries.counts, since=world.clock.now() - timedelta(days=3))
    return {count.outcome.value: count.deliveries for count in counts if count.channel == "websub"}


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
async def test_a_new_post_is_sent_with_the_whole_feed_signed(world, ana, reader, kind):
    path = f"/@ana/feed.{kind}"
    await world.publish(ana, "Un")
    await subscribed(world, reader, path, secret="sésame")

    await world.publish(ana, "Deux #LHC")
    await world.settle()

    ((at, headers, body),) = reader.sent
    asked = await world.client().get(path)
    assert (at, body) == ("/back", asked.content)
    assert headers["content-type"] == asked.headers["content-type"]
    assert headers["link"] == asked.headers["link"]
    assert headers["x-hub-signature"] == "sha256=" + hmac.digest("sésame".encode(), body, hashlib.sha256).hex()
    if kind != "json":
        assert len(told(reader.sent[0])) == 2
    assert await outcomes(world) == {"sent": 1}


async def test_what_is_edited_corrected_or_deleted_is_sent_too(world, ana, reader):
    first = await world.publish(ana, "Arrêt du cryostat")
    await subscribed(world, reader, "/@ana/feed.atom")

    await world.client(ana).put(f"/api/v1/statuses/{first.id}", json={"status": "Arrêt : un aimant"})
    await world.settle()
    world.clock.move(timedelta(minutes=1))
    correction = await world.client(ana).post(
        f"/api/pinson/v1/messages/{first.id}/corrections", json={"status": "C’était une coupure de courant"}
    )
    assert correction.status_code == 200, correction.text
    await world.settle()
    await world.client(ana).delete(f"/api/v1/statuses/{first.id}")
    await world.settle()

    assert [told(one) for one in reader.sent][:1] == [["Arrêt : un aimant"]]
    assert told(reader.sent[1]) == ["C’était une coupure de courant", "Arrêt : un aimant"]
    assert b'rel="related"' in reader.sent[1][2]
    assert told(reader.sent[-1]) == ["C’était une coupure de courant"]
    assert "x-hub-signature" not in reader.sent[0][1]


async def test_a_post_is_sent_by_each_feed_that_it_stands_in_and_by_no_other(world, ana, reader):
    ben = await world.person("ben")
    event = {"title": "Journée", "starts_at": "2026-03-30T08:00:00Z", "ends_at": "2026-03-30T18:00:00Z"}
    made = (await world.client(ana).post("/api/pinson/v1/events", json=event)).json()
    paths = {
        "/account": "/@ana/feed.atom",
        "/day": "/@ana/2026-03-30/feed.rss",
        "/range": "/@ana/2026-03-29..2026-03-31/feed.json",
        "/tag": "/tags/lhc/feed.atom",  # before anybody used it
        "/event": f"/e/{made['slug']}/feed.rss",
        "/other": "/@ben/feed.atom",
        "/other-day": "/@ana/2026-03-29/feed.atom",
        "/other-tag": "/tags/cern/feed.atom",
    }
    for at, path in paths.items():
        await subscribed(world, reader, path, at=at)

    await world.client(ana).post(
        f"/api/pinson/v1/events/{made['id']}/messages", json={"status": "Feu vert #LHC", "language": "fr"}
    )
    await world.settle()

    assert sorted(at for at, _, _ in reader.sent) == ["/account", "/day", "/event", "/range", "/tag"]
    reader.sent.clear()
    await world.publish(ben, "Bravo")
    await world.settle()
    assert [at for at, _, _ in reader.sent] == ["/other"]


async def test_what_changes_nothing_in_a_feed_is_not_sent(world, ana, reader):
    ben = await world.person("ben")
    asked = await world.publish(ben, "Alors ?")
    await world.publish(ana, "Un")
    await subscribed(world, reader, "/@ana/feed.atom")
    await world.publish(ana, "Deux")
    await world.settle()
    reader.sent.clear()

    await world.publish(ana, "Entre nous", visibility="private")
    await world.publish(ana, "@ben Toi", visibility="direct")
    await world.publish(ana, "@ben Bientôt", in_reply_to_id=str(asked.id))
    await world.client(ana).post(f"/api/v1/statuses/{asked.id}/reblog")
    await world.settle()

    assert reader.sent == []


async def test_a_feed_is_written_once_for_all_who_get_it(world, ana, reader, monkeypatch):
    monkeypatch.setattr("pinson.domain.hub.commands.STEP", 7)
    for number in range(20):
        await subscribed(world, reader, "/@ana/feed.atom", at=f"/{number}", secret=str(number))
    written, write = [], syndicating._write

    async def counted(tools, path):
        written.append(path)
        return await write(tools, path)

    monkeypatch.setattr(syndicating, "_write", counted)
    await world.publish(ana, "Un")
    await world.settle()

    assert sorted(at for at, _, _ in reader.sent) == sorted(f"/{number}" for number in range(20))
    assert len({body for _, _, body in reader.sent}) == 1
    assert len(written) == 2  # to see that it changed, and to send it
    assert await outcomes(world) == {"sent": 20}


async def test_what_is_done_twice_is_sent_once(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom")
    await world.publish(ana, "Un")
    await world.settle()
    (update,) = (await world.ask(hub.updates, [1])).values()

    await subscribed(world, reader, "/@ana/feed.atom", at="/later")
    version = hashlib.blake2b(reader.sent[0][2], digest_size=16).hexdigest()
    assert not await world.write(hub.publish, path=update.path, version=version)
    await world.settle()

    assert len(reader.sent) == 1


@pytest.mark.parametrize("status", [500, 404, 429, 302])
async def test_a_callback_that_is_not_well_is_tried_again_and_then_gets_the_newest_only(world, ana, reader, status):
    await subscribed(world, reader, "/@ana/feed.atom")
    reader.answers = [status, status]
    await world.publish(ana, "Un")
    await world.settle()
    await world.publish(ana, "Deux")
    await world.settle()
    assert [told(one) for one in reader.sent] == [["Un"], ["Deux", "Un"]]

    world.clock.move(timedelta(seconds=9))
    await world.settle()
    assert len(reader.sent) == 2
    world.clock.move(timedelta(seconds=2))
    await world.settle()

    assert [told(one) for one in reader.sent[2:]] == [["Deux", "Un"]]
    assert await outcomes(world) == {"sent": 1, "needless": 1}


async def test_a_callback_says_itself_when_it_is_well_again(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom")
    reader.answers, reader.headers = [503], {"retry-after": "3600"}
    await world.publish(ana, "Un")
    await world.settle()
    world.clock.move(timedelta(minutes=59))
    await world.settle()
    assert len(reader.sent) == 1
    world.clock.move(timedelta(minutes=2))
    await world.settle()

    assert len(reader.sent) == 2


async def test_a_callback_that_is_gone_is_sent_nothing_more(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom")
    reader.answers = [410]
    await world.publish(ana, "Un")
    await world.settle()
    await world.publish(ana, "Deux")
    await world.settle()

    assert len(reader.sent) == 1
    assert not await world.ask(hub.is_subscribed, "/@ana/feed.atom", f"{reader.url}/back")
    assert await outcomes(world) == {"failed": 1}


async def test_a_dead_callback_is_tried_eight_times_and_forgotten_when_its_lease_ends(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom", lease_seconds="259200")
    reader.answers = [500] * 100
    await world.publish(ana, "Un")
    for _ in range(60):
        await world.settle()
        world.clock.move(timedelta(hours=1))
    assert len(reader.sent) == 8
    assert await outcomes(world) == {"failed": 1}

    world.clock.move(timedelta(hours=13))
    await world.publish(ana, "Deux")
    await world.settle()
    assert len(reader.sent) == 8
    await world.write(hub.forget_old)
    assert not await world.ask(hub.is_subscribed, "/@ana/feed.atom", f"{reader.url}/back")


async def test_nothing_is_sent_once_the_lease_has_ended(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom", lease_seconds="3600")
    reader.answers, reader.headers = [503], {"retry-after": "3600"}
    await world.publish(ana, "Un")
    await world.settle()
    world.clock.move(timedelta(hours=1, seconds=1))
    await world.settle()

    assert len(reader.sent) == 1
    assert await outcomes(world) == {"needless": 1}


async def test_a_feed_that_is_gone_is_not_sent(world, ana, reader):
    await subscribed(world, reader, "/@ana/feed.atom")
    await world.publish(ana, "Un")
    await world.machine.reactor.settle()
    admin = await world.person("mod", role="admin")
    answer = await world.client(admin).post(f"/api/v1/admin/accounts/{ana.id}/action", json={"type": "suspend"})
    assert answer.status_code == 200, answer.text
    await world.settle()

    assert reader.sent == []
    assert await outcomes(world) == {"needless": 1}


async def test_without_subscribers_posts_cost_one_look_together(world, ana, reader):
    bob = await world.person("bob")
    await subscribed(world, reader, "/@bob/feed.atom")
    post = await world.publish(ana, "Un #LHC")
    await world.settle()
    facts = [PostPublished(at=world.clock.now(), post=one.shape) for one in (post, await world.publish(bob, "Deux"))]

    assert await syndicating.sift(world.tools, facts) == facts[1:]
    await world.settle()

    assert await world.ask(hub.paths, list(post.topics), at=world.clock.now(), now=world.clock.now()) == []
    assert await world.ask(deliveries.waiting) == []
