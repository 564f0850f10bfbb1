"""Programs subscribe to feeds: what may be asked, and who has to confirm it."""

from datetime import timedelta
from io import BytesIO

import feedparser
import pytest
import pytest_asyncio

from pinson.domain import hub
from tests.subscriber import a_subscriber
from tests.world import URL

HUB = "/hub"


@pytest.fixture
def settings():
    """A program on this machine may be reached."""
    return {"outgoing.allow_loopback": True}


@pytest_asyncio.fixture
async def subscriber():
    async with a_subscriber() as subscriber:
        yield subscriber


@pytest.fixture
async def ana(world):
    return await world.person("ana")


async def asked(world, topic, callback, mode="subscribe", **said):
    """What the hub answers, once it has asked the callback."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    form |= {f"hub.{name}": value for name, value in said.items()}
    answer = await world.client().post(HUB, data=form)
    await world.tools.verifications.settle()
    return answer


async def is_subscribed(world, path, callback):
    return await world.ask(hub.is_subscribed, path, callback)


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
@pytest.mark.parametrize("path", ["/@ana/feed", "/@ana/2026-03-30/feed", "/tags/lhc/feed", "/e/journee/feed"])
async def test_every_feed_says_where_one_subscribes_and_to_what(world, ana, kind, path):
    starts = world.clock.now().isoformat()
    event = {"title": "Journée", "starts_at": starts, "ends_at": starts.replace("T13", "T18")}
    assert (await world.client(ana).post("/api/pinson/v1/events", json=event)).status_code == 200
    await world.publish(ana, "Feu vert #LHC")

    answer = await world.client().get(f"{path}.{kind}")

    assert answer.headers["link"] == f'<{URL}{path}.{kind}>; rel="self", <{URL}/hub>; rel="hub"'
    if kind == "json":
        assert answer.json()["hubs"] == [{"type": "WebSub", "url": f"{URL}/hub"}]
    else:
        links = {link.rel: link.href for link in feedparser.parse(BytesIO(answer.content)).feed.links}
        assert (links["hub"], links["self"]) == (f"{URL}/hub", f"{URL}{path}.{kind}")
    known = await world.client().get(f"{path}.{kind}", headers={"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.headers["link"]) == (304, answer.headers["link"])


async def test_an_older_page_of_a_feed_is_nothing_to_subscribe_to(world, ana):
    post = await world.publish(ana, "Feu vert")
    answer = await world.client().get(f"/@ana/feed.atom?max_id={post.id}")

    assert "hub" not in answer.headers["link"]
    assert b'rel="hub"' not in answer.content


async def test_a_callback_is_asked_before_anything_is_sent_there(world, ana, subscriber):
    topic, callback = f"{URL}/@ana/feed.atom", f"{subscriber.url}/back?of=ana"

    answer = await asked(world, topic, callback, lease_seconds="86400")

    assert (answer.status_code, answer.content) == (202, b"")
    ((path, question),) = subscriber.questions
    assert (path, question.pop("of")) == ("/back", "ana")
    assert len(question.pop("hub.challenge")) >= 32
    assert question == {"hub.mode": "subscribe", "hub.topic": topic, "hub.lease_seconds": "86400"}
    assert await is_subscribed(world, "/@ana/feed.atom", callback)


@pytest.mark.parametrize("says", ["no", "{} ", "", "{0}{0}" * 20])
async def test_whoever_does_not_give_the_word_back_is_not_subscribed(world, ana, subscriber, says):
    subscriber.says = says
    await asked(world, f"{URL}/@ana/feed.atom", f"{subscriber.url}/back")

    assert subscriber.questions
    assert not await is_subscribed(world, "/@ana/feed.atom", f"{subscriber.url}/back")


async def test_only_who_is_subscribed_confirms_that_they_want_it_no_longer(world, ana, subscriber):
    topic, callback = f"{URL}/@ana/feed.atom", f"{subscriber.url}/back"
    await asked(world, topic, callback)
    subscriber.wants = set()
    assert (await asked(world, topic, callback, "unsubscribe")).status_code == 202
    assert await is_subscribed(world, "/@ana/feed.atom", callback)

    subscriber.wants = {"unsubscribe"}
    assert (await asked(world, topic, callback, "unsubscribe")).status_code == 202
    assert not await is_subscribed(world, "/@ana/feed.atom", callback)
    _, question = subscriber.questions[-1]
    assert set(question) == {"hub.mode", "hub.topic", "hub.challenge"}

    before = len(subscriber.questions)
    assert (await asked(world, topic, callback, "unsubscribe")).status_code == 202
    assert len(subscriber.questions) == before


@pytest.mark.parametrize(
    ("given", "lasts"), [("", 864_000), ("1", 3_600), ("7200", 7_200), ("999999999", 2_592_000), ("9" * 40, 2_592_000)]
)
async def test_a_lease_is_no_shorter_than_an_hour_and_no_longer_than_a_month(world, ana, subscriber, given, lasts):
    callback = f"{subscriber.url}/back"
    await asked(world, f"{URL}/@ana/feed.atom", callback, lease_seconds=given)

    assert subscriber.questions[0][1]["hub.lease_seconds"] == str(lasts)
    world.clock.move(timedelta(seconds=lasts - 1))
    await world.write(hub.forget_old)
    assert await is_subscribed(world, "/@ana/feed.atom", callback)
    world.clock.move(timedelta(seconds=1))
    await world.write(hub.forget_old)
    assert not await is_subscribed(world, "/@ana/feed.atom", callback)


@pytest.mark.parametrize(
    "topic",
    [
        "https://elsewhere.example/@ana/feed.atom",
        f"{URL}.evil.example/@ana/feed.atom",
        f"{URL}/@ana",
        f"{URL}/@nobody/feed.atom",
        f"{URL}/@ANA/feed.atom",
        f"{URL}/@ana/feed.xml",
        f"{URL}/@ana/feed.atom?max_id=5",
        f"{URL}/@ana/2026-02-30/feed.atom",
        f"{URL}/tags/1984/feed.atom",
        f"{URL}/tags/%ff/feed.atom",
        f"{URL}/e/nothing/feed.atom",
        f"{URL}/@ana/@ana/feed.atom",
        "x",
    ],
)
async def test_what_is_no_feed_of_ours_is_no_topic(world, ana, subscriber, topic):
    answer = await asked(world, topic, f"{subscriber.url}/back")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert subscriber.questions == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.mode": ""},
        {"hub.mode": "publish"},
        {"hub.topic": ""},
        {"hub.callback": ""},
        {"hub.callback": "ftp://reader.example/x"},
        {"hub.callback": "javascript:alert(1)"},
        {"hub.callback": "//reader.example/x"},
        {"hub.callback": "https://user@reader.example/"},
        {"hub.callback": "https://user:secret@reader.example/"},
        {"hub.callback": "https://reader.example/#part"},
        {"hub.callback": "https://reader.example/a b"},
        {"hub.callback": "https://reader.example/\r\nx"},
        {"hub.callback": "https://[::1/x"},
        {"hub.callback": "https://reader.example:99999/"},
        {"hub.callback": "https://reader.example/" + "x" * 2000},
        {"hub.secret": "é" * 100},
        {"hub.lease_seconds": "soon"},
        {"hub.lease_seconds": "-5"},
        {"hub.lease_seconds": "²"},
    ],
)
async def test_what_is_asked_wrongly_is_refused_with_a_reason(world, ana, wrong):
    right = {"hub.mode": "subscribe", "hub.topic": f"{URL}/@ana/feed.atom", "hub.callback": "https://reader.example/x"}
    answer = await world.client().post(HUB, data=right | wrong)

    assert answer.status_code == 400
    assert answer.text.startswith("hub.")


@pytest.mark.parametrize("callback", ["http://10.0.0.5/x", "http://169.254.169.254/latest", "http://[fd00::1]/x"])
async def test_nothing_is_asked_of_a_private_network(world, ana, callback):
    answer = await asked(world, f"{URL}/@ana/feed.atom", callback)

    assert answer.status_code == 202  # whoever asks learns nothing of what is there
    assert not await is_subscribed(world, "/@ana/feed.atom", callback)


@pytest.mark.parametrize("settings", [{"outgoing.allow_loopback": True, "limits.enabled": True}])
async def test_nobody_can_have_us_ask_without_end(world, ana):
    form = {"hub.mode": "subscribe", "hub.topic": f"{URL}/@nobody/feed.atom", "hub.callback": "http://127.0.0.1:1/"}
    client = world.client()
    answers = [(await client.post(HUB, data=form)).status_code for _ in range(601)]

    assert answers == [404] * 600 + [429]
    last = await client.post(HUB, data=form)
    assert 0 < int(last.headers["retry-after"]) <= 300
    assert (await world.client(address="198.51.100.7").post(HUB, data=form)).status_code == 404


async def test_a_host_has_only_so_many_subscriptions(world, ana, subscriber, monkeypatch):
    monkeypatch.setattr("pinson.domain.hub.commands.MOST_OF_HOST", 2)
    for number in range(3):
        await asked(world, f"{URL}/@ana/feed.atom", f"{subscriber.url}/{number}")

    there = [await is_subscribed(world, "/@ana/feed.atom", f"{subscriber.url}/{number}") for number in range(3)]
    assert there == [True, True, False]
    world.clock.move(timedelta(days=9))
    await asked(world, f"{URL}/@ana/feed.atom", f"{subscriber.url}/1")  # a renewal is none more
    world.clock.move(timedelta(days=2))
    await world.write(hub.forget_old)
    there = [await is_subscribed(world, "/@ana/feed.atom", f"{subscriber.url}/{number}") for number in range(3)]
    assert there == [False, True, False]


async def test_whoever_looks_at_the_hub_is_told_what_it_is(world):
    answer = await world.client().get(HUB)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "WebSub" in answer.text
    assert (await world.client().put(HUB)).status_code == 405
    assert (await world.client().post(HUB, content=b"x" * 20_000)).status_code == 413
