"""A hub tells at once when a site has something new (W3C WebSub); without one, or if it fails, we look."""

import asyncio
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from pinson.domain import sources
from pinson.domain.sources import Rules, hubs
from tests.newspaper import articles, atom, json_feed, rss
from tests.site import Site

DAY = timedelta(days=1)
CHALLENGE = "kQ3/=&x"


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


class Hub:
    """A hub of somebody else, for one program that subscribes. wishes: what it was asked, in order."""

    def __init__(self, world, site):
        self.world, self.site, self.wishes = world, site, []
        self.status = "202 Accepted"

    @property
    def url(self):
        return f"{self.site.url}/hub"

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.site.asked.append(head)
        if path == "/hub":
            length = int(next(line for line in head.split("\r\n") if line.lower().startswith("content-length"))[15:])
            body = parse_qs((await reader.readexactly(length)).decode())
            self.wishes.append({name: values[0] for name, values in body.items()})
            writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        else:
            writer.write(self.site.pages.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        writer.close()

    @property
    def callback(self):
        return urlsplit(self.wishes[-1]["hub.callback"]).path

    async def verify(self, **more):
        """Ask whether that is wanted, as the standard says."""
        asked = {name: value for name, value in self.wishes[-1].items() if name in ("hub.mode", "hub.topic")}
        asked |= {"hub.challenge": CHALLENGE, "hub.lease_seconds": str(10 * 86400)} | more
        return await self.world.client().get(self.callback, params=asked)

    async def bring(self, body, *, method="sha256", secret=None, type="application/rss+xml", signed=True):
        """Bring what is new."""
        key = (secret or self.wishes[-1].get("hub.secret", "")).encode()
        digest = hmac.new(key, body, getattr(hashlib, method)).hexdigest() if signed else ""
        headers = {"content-type": type} | ({"x-hub-signature": f"{method}={digest}"} if signed else {})
        return await self.world.client().post(self.callback, content=body, headers=headers)


@pytest.fixture
async def hub(world):
    site = Site()
    hub = Hub(world, site)
    server = await asyncio.start_server(hub.answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    site.url = f"http://{host}:{port}"
    yield hub
    server.close()


@pytest.fixture
async def town(world):
    return await world.person("portelune")


def feed(hub, *numbers, write=rss):
    """What the site shows, with the hub that it names."""
    head = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{hub.site.url}/feed"/>'
    return write(articles(*numbers), head=head)


async def follow(world, hub, town, body=None, *, headers="", **rules):
    hub.site.put("/feed", feed(hub, 1) if body is None else body, type="application/rss+xml", headers=headers)
    tools = world.tools
    found = await sources.look_at(hub.site.url + "/feed", outgoing=tools.outgoing, reader=tools.news)
    given = {"account_id": town.account_id, "kind": found.kind, "look": found.look, "wanted": Rules(**rules)}
    source = await world.write(sources.add, fresh=hubs.Fresh("token-1", "secret-1"), **given)
    await world.settle()
    return source


async def titles(world, town):
    answer = await world.client().get(f"/api/v1/accounts/{town.id}/statuses")
    return [one["content"].partition("<a ")[0].strip("<p> ").strip() for one in reversed(answer.json())]


async def source_of(world, town):
    [source] = await world.ask(sources.of_account, town.account_id)
    return source


async def test_what_a_hub_brings_is_a_message_at_once_and_the_next_look_makes_no_second(world, hub, town):
    source = await follow(world, hub, town)
    [wish] = hub.wishes
    assert wish == {
        "hub.mode": "subscribe",
        "hub.topic": f"{hub.site.url}/feed",
        "hub.callback": "https://pinson.example/websub/token-1",
        "hub.lease_seconds": "864000",
        "hub.secret": "secret-1",
    }
    answer = await hub.verify()
    assert (answer.status_code, answer.text) == (200, CHALLENGE)
    assert answer.headers["content-type"].startswith("text/plain")
    assert source.id in await world.ask(sources.told_at_once, town.account_id, now=world.clock.now())

    assert (await hub.bring(feed(hub, 1, 2))).status_code == 202
    assert await titles(world, town) == ["Article 2"]

    hub.site.put("/feed", feed(hub, 1, 2), type="application/rss+xml")
    world.clock.move(timedelta(hours=7))
    await world.settle()
    assert await titles(world, town) == ["Article 2"]


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_method_of_signing_is_known(world, hub, town, method):
    await follow(world, hub, town)
    await hub.verify()
    await hub.bring(feed(hub, 2), method=method)

    assert await titles(world, town) == ["Article 2"]


@pytest.mark.parametrize("how", [{"secret": "guessed"}, {"signed": False}, {"method": "md5"}, {"method": "blake2b"}])
async def test_what_is_not_signed_is_ignored_and_answered_like_any_other(world, hub, town, how):
    await follow(world, hub, town)
    await hub.verify()
    asked = len(hub.site.asked)
    answer = await hub.bring(feed(hub, 2), **how)
    await world.settle()

    assert answer.status_code == 202
    assert await titles(world, town) == []
    assert len(hub.site.asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        {"hub.topic": "https://other.example/feed"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "publish"},
        {"hub.mode": ""},
    ],
)
async def test_a_question_about_what_we_did_not_ask_is_answered_with_no(world, hub, town, asked):
    await follow(world, hub, town)
    answer = await hub.verify(**asked)

    assert answer.status_code == 404
    assert CHALLENGE not in answer.text
    assert await world.ask(sources.told_at_once, town.account_id, now=world.clock.now()) == set()


async def test_nobody_can_guess_where_hubs_call(world, hub, town):
    await follow(world, hub, town)
    client = world.client()

    assert (await client.get("/websub/other", params={"hub.mode": "subscribe"})).status_code == 404
    assert (await client.post("/websub/other", content=b"x")).status_code == 410


async def test_a_lease_is_renewed_before_it_ends(world, hub, town):
    await follow(world, hub, town)
    await hub.verify(**{"hub.lease_seconds": str(86400)})
    world.clock.move(timedelta(hours=19))
    await world.settle()
    assert len(hub.wishes) == 1

    world.clock.move(timedelta(hours=1))
    await world.settle()
    assert [wish["hub.mode"] for wish in hub.wishes] == ["subscribe", "subscribe"]

    await hub.verify()
    world.clock.move(DAY)
    assert await world.ask(sources.told_at_once, town.account_id, now=world.clock.now())


async def test_a_site_that_tells_is_looked_at_rarely_and_often_again_when_its_hub_is_silent(world, hub, town):
    await follow(world, hub, town)
    await hub.verify()
    world.clock.move(timedelta(minutes=40))
    await world.settle()
    source = await source_of(world, town)
    assert source.next_at - world.clock.now() >= timedelta(hours=3)

    hub.status = "500 Oops"
    world.clock.move(timedelta(days=11))
    await world.settle()
    assert await world.ask(sources.told_at_once, town.account_id, now=world.clock.now()) == set()
    hub.site.put("/feed", feed(hub, 1, 2), type="application/rss+xml")
    world.clock.move(timedelta(hours=7))
    await world.settle()
    assert await titles(world, town) == ["Article 2"]


@pytest.mark.parametrize("status", ["400 Bad Request", "500 Oops", "302 Found"])
async def test_a_hub_that_does_not_want_us_is_asked_again_ever_later(world, hub, town, status):
    hub.status = status
    await follow(world, hub, town)
    for _ in range(48):
        world.clock.move(timedelta(hours=1))
        await world.settle()

    assert 4 <= len(hub.wishes) <= 8


async def test_a_hub_that_denies_is_not_asked_again_that_day_and_its_site_is_looked_at_as_any_other(world, hub, town):
    await follow(world, hub, town)
    await hub.verify()
    world.clock.move(timedelta(minutes=40))
    await world.settle()
    assert (await source_of(world, town)).next_at - world.clock.now() >= timedelta(hours=3)
    assert await world.ask(sources.untold, town.account_id, now=world.clock.now()) == {}

    denied = {"hub.mode": "denied", "hub.reason": "<b>Over\u202e quota</b>\n"}
    assert (await hub.verify(**denied)).status_code == 200
    source = await source_of(world, town)
    assert source.next_at - world.clock.now() <= timedelta(hours=1)
    untold = await world.ask(sources.untold, town.account_id, now=world.clock.now())
    assert {id: (one.host, one.reason) for id, one in untold.items()} == {source.id: ("127.0.0.1", "<b>Over quota</b>")}
    world.clock.move(timedelta(hours=20))
    await world.settle()
    assert len(hub.wishes) == 1


async def test_a_feed_is_asked_for_by_the_name_that_it_gives_itself(world, hub, town):
    itself = "https://news.example/feed?all"
    links = f'Link: <{hub.url}>; rel="hub", <{itself}>; rel="self"\r\n'
    await follow(world, hub, town, json_feed(articles(1)), headers=links)
    assert hub.wishes[-1]["hub.topic"] == itself
    assert (await hub.verify(**{"hub.topic": f"{hub.site.url}/feed"})).status_code == 404
    assert (await hub.verify()).text == CHALLENGE


async def test_removing_a_site_lets_its_hub_go(world, hub, town):
    source = await follow(world, hub, town)
    await hub.verify()
    account = {"account_id": town.account_id}
    await world.write(sources.remove, id=source.id, **account, removed=True)
    await world.settle()
    assert hub.wishes[-1]["hub.mode"] == "unsubscribe"
    assert (await hub.bring(feed(hub, 2), secret="secret-1")).status_code == 410

    assert (await hub.verify()).text == CHALLENGE
    assert (await hub.verify()).status_code == 404
    await world.write(sources.remove, id=source.id, **account, removed=False)
    await world.settle()
    assert hub.wishes[-1]["hub.mode"] == "subscribe"
    assert hub.wishes[-1]["hub.callback"] != "https://pinson.example/websub/token-1"


async def test_a_hub_in_a_header_is_found_too_and_one_that_is_named_no_more_is_let_go(world, hub, town):
    links = f'Link: <{hub.url}>; rel="hub", </feed>; rel=self\r\n'
    await follow(world, hub, town, json_feed(articles(1)), headers=links)
    assert hub.wishes[-1]["hub.topic"] == f"{hub.site.url}/feed"
    await hub.verify()

    await hub.bring(json_feed(articles(1, 2)), type="application/feed+json")
    assert await titles(world, town) == ["Article 2"]

    hub.site.put("/feed", json_feed(articles(1, 2, 3)), type="application/feed+json")
    world.clock.move(timedelta(hours=7))
    await world.settle()
    await world.settle()
    assert hub.wishes[-1]["hub.mode"] == "unsubscribe"


async def test_what_a_hub_brings_that_cannot_be_read_is_fetched(world, hub, town):
    await follow(world, hub, town)
    await hub.verify()
    hub.site.put("/feed", feed(hub, 1, 2), type="application/rss+xml")
    world.clock.move(timedelta(minutes=2))
    for body in (b"", b"\0\0not a feed"):
        assert (await hub.bring(body)).status_code == 202
    await world.settle()

    assert await titles(world, town) == ["Article 2"]


async def test_what_is_too_long_is_not_taken(world, hub, town):
    await follow(world, hub, town)
    await hub.verify()

    assert (await hub.bring(b" " * (sources.MOST_BYTES + 1))).status_code == 413


async def test_rules_hold_for_what_a_hub_brings(world, hub, town):
    await follow(world, hub, town, per_day=1)
    await hub.verify()
    await hub.bring(feed(hub, 1, 2, 3))
    await hub.bring(feed(hub, 4))

    assert await titles(world, town) == ["Article 3"]


async def test_atom_is_brought_as_well(world, hub, town):
    await follow(world, hub, town, feed(hub, 1, write=_atom))
    await hub.verify()
    await hub.bring(feed(hub, 1, 2, write=_atom), type="application/atom+xml")

    assert await titles(world, town) == ["Article 2"]


def _atom(shown, *, head):
    return atom(shown, head=head.replace("atom:link", "link"))
