"""Statuses for later: https://docs.joinmastodon.org/methods/scheduled_statuses."""

import asyncio
from datetime import timedelta

import pytest

from pinson import publishing, schedule
from pinson.domain import media
from pinson.domain.accounts import commands as accounts
from pinson.domain.posts import Reader, prepare, scheduled
from tests.interfaces.mastodon.test_polls import QUESTION
from tests.interfaces.mastodon.test_status_media import a_picture
from tests.world import NOW

PATH = "/api/v1/scheduled_statuses"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def client(world, alice):
    """Alice's app."""
    return world.client(alice)


async def later(client, status="Good evening", at=LATER, key=None, **form):
    """Schedule; the answer."""
    headers = {"idempotency-key": key} if key else {}
    sent = {"status": status, "scheduled_at": at.isoformat(), **form}
    return await client.post("/api/v1/statuses", json=sent, headers=headers)


async def at(world, moment):
    """Let it be that time, and do what is due then."""
    world.clock.move(moment - world.clock.now())
    await schedule.sweep(world.tools)


async def test_a_status_for_later_is_published_when_its_time_has_come_and_not_before(world, alice, client):
    made = (
        await later(client, "Good evening #night", visibility="unlisted", spoiler_text="Late", language="en")
    ).json()

    assert (made["scheduled_at"], made["media_attachments"]) == ("2026-03-30T14:06:00.000Z", [])
    assert made["params"] == {
        "text": "Good evening #night",
        "media_ids": None,
        "sensitive": True,
        "visibility": "unlisted",
        "spoiler_text": "Late",
        "in_reply_to_id": None,
        "language": "en",
        "poll": None,
        "idempotency": None,
        "application_id": made["params"]["application_id"],
        "allowed_mentions": None,
        "quoted_status_id": None,
        "quote_approval_policy": "public",
        "scheduled_at": None,
        "with_rate_limit": False,
    }
    await at(world, LATER - timedelta(seconds=1))
    assert await world.home(alice) == []
    await at(world, LATER)
    await schedule.sweep(world.tools)
    [post] = await world.home(alice)
    assert (post.text, post.spoiler, post.visibility, post.created_at) == (
        "Good evening #night",
        "Late",
        "unlisted",
        LATER,
    )
    assert (await client.get(PATH)).json() == []
    assert (await client.get(f"{PATH}/{made['id']}")).status_code == 404


async def test_a_date_of_the_past_is_now_and_the_next_minutes_are_refused(world, alice, client):
    past = await later(client, at=NOW - timedelta(days=1))
    soon = await later(client, at=NOW + timedelta(minutes=4, seconds=59))
    unheard = await client.post(
        "/api/v1/statuses", json={"status": "Never", "scheduled_at": "9999-12-31T23:59:59-12:00"}
    )

    assert "content" in past.json()
    assert [(answer.status_code, "at the" in answer.json()["error"]) for answer in (soon, unheard)] == [(422, True)] * 2
    assert len(await world.home(alice)) == 1
    assert (await later(client, at=NOW + timedelta(minutes=5))).json()["scheduled_at"] == "2026-03-30T13:11:00.000Z"
    offset = await client.post("/api/v1/statuses", data={"status": "x", "scheduled_at": "2026-03-30T16:00:00+02:00"})
    assert offset.json()["scheduled_at"] == "2026-03-30T14:00:00.000Z"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"status": " "}, 422),
        ({"status": "x" * 501}, 422),
        ({"poll": QUESTION | {"options": ["tea"]}}, 422),
        ({"media_ids": ["1"]}, 422),
        ({"in_reply_to_id": "1"}, 404),
        ({"quoted_status_id": "1"}, 404),
        ({"status": "@alice", "allowed_mentions": []}, 422),
    ],
)
async def test_what_could_not_be_published_now_cannot_be_scheduled(client, form, code):
    assert (await later(client, **form)).status_code == code
    assert (await client.get(PATH)).json() == []


async def test_its_pictures_are_kept_for_it(world, alice, client):
    picture = (await client.post("/api/v2/media", files={"file": ("x.png", a_picture())})).json()
    made = (await later(client, at=NOW + timedelta(days=3), media_ids=[picture["id"]])).json()

    await at(world, NOW + timedelta(days=2))

    assert [one["id"] for one in made["media_attachments"]] == [picture["id"]]
    assert made["params"]["media_ids"] == [picture["id"]]
    assert (await client.get(f"/api/v1/media/{picture['id']}")).status_code == 404
    taken = await client.post("/api/v1/statuses", json={"media_ids": [picture["id"]]})
    assert taken.status_code == 422
    await at(world, NOW + timedelta(days=3))
    [status] = (await client.get("/api/v1/timelines/home")).json()
    assert [one["id"] for one in status["media_attachments"]] == [picture["id"]]


async def test_a_poll_is_open_from_the_moment_of_publication_on(world, client):
    made = (await later(client, poll=QUESTION)).json()

    await at(world, LATER)

    assert made["params"]["poll"] == QUESTION | {"multiple": False, "hide_totals": False}
    [status] = (await client.get("/api/v1/timelines/home")).json()
    assert status["poll"]["expires_at"] == "2026-03-30T15:06:00.000Z"


async def test_it_can_be_given_another_time_or_deleted(world, alice, client):
    made, other = (await later(client)).json(), await world.person("other")
    picture = (await client.post("/api/v2/media", files={"file": ("x.png", a_picture())})).json()
    gone = (await later(client, "Never", media_ids=[picture["id"]])).json()

    moved = await client.put(f"{PATH}/{made['id']}", json={"scheduled_at": (LATER + timedelta(hours=1)).isoformat()})
    deleted = await client.delete(f"{PATH}/{gone['id']}")

    assert moved.json() == made | {"scheduled_at": "2026-03-30T15:06:00.000Z"}
    assert deleted.json() == {}
    assert (await client.get(f"/api/v1/media/{picture['id']}")).status_code == 200
    assert (await client.put(f"{PATH}/{made['id']}", json={"scheduled_at": NOW.isoformat()})).status_code == 422
    assert (await client.put(f"{PATH}/{made['id']}")).status_code == 400
    for method in ("get", "delete"):
        assert (await getattr(world.client(other), method)(f"{PATH}/{made['id']}")).status_code == 404
    foreign = await world.client(other).put(f"{PATH}/{made['id']}", json={"scheduled_at": LATER.isoformat()})
    assert foreign.status_code == 404
    await at(world, LATER)
    assert await world.home(alice) == []
    await at(world, LATER + timedelta(hours=1))
    assert [post.text for post in await world.home(alice)] == ["Good evening"]


async def test_they_come_in_pages(client):
    ids = [(await later(client, str(number))).json()["id"] for number in range(3)]

    first = await client.get(PATH, params={"limit": 2})
    rest = await client.get(first.links["next"]["url"])
    above = await client.get(PATH, params={"min_id": ids[0], "limit": 1})

    assert [one["id"] for one in first.json()] == ids[:0:-1]
    assert [one["id"] for one in rest.json()] == ids[:1]
    assert [one["id"] for one in above.json()] == ids[1:2]
    assert f"min_id={ids[2]}" in first.links["prev"]["url"]


async def test_there_may_be_twenty_five_a_day_and_three_hundred_in_all(client, monkeypatch):
    for number in range(25):
        assert (await later(client, at=LATER + timedelta(minutes=number))).status_code == 200

    full = await later(client, at=NOW.replace(hour=23, minute=59))
    tomorrow = await later(client, at=LATER + timedelta(days=1))

    assert (full.status_code, "25" in full.json()["error"]) == (422, True)
    one = (await client.get(PATH)).json()[1]
    assert (await client.put(f"{PATH}/{one['id']}", json={"scheduled_at": LATER.isoformat()})).status_code == 200
    back = await client.put(f"{PATH}/{tomorrow.json()['id']}", json={"scheduled_at": LATER.isoformat()})
    assert back.status_code == 422
    monkeypatch.setattr(scheduled.rules, "MOST", 26)
    last = await later(client, at=LATER + timedelta(days=2))
    assert (last.status_code, "26" in last.json()["error"]) == (422, True)


async def test_a_key_leads_to_one_status_scheduled_or_published(world, alice, client):
    first, again = [(await later(client, at=NOW + timedelta(minutes=6), key="k")).json() for _ in range(2)]

    await at(world, NOW + timedelta(minutes=6))
    published = (await later(client, at=NOW + timedelta(minutes=6), key="k")).json()

    assert again == first
    assert first["params"]["idempotency"] == "k"
    [post] = await world.home(alice)
    assert published["id"] == str(post.id)


async def test_one_that_cannot_be_published_is_kept_and_shown_until_its_author_decides(world, alice, client):
    bob = await world.person("bob")
    question = await world.publish(bob, "Who is there?")
    made = (await later(client, "Me", in_reply_to_id=str(question.id))).json()
    await world.client(bob).delete(f"/api/v1/statuses/{question.id}")

    for _ in range(2):
        await at(world, LATER)

    assert made["params"]["in_reply_to_id"] == question.id
    assert (await client.get(PATH)).json() == [made]
    assert await world.home(alice) == []
    again = await client.put(f"{PATH}/{made['id']}", json={"scheduled_at": (LATER + timedelta(hours=1)).isoformat()})
    assert again.status_code == 200
    await at(world, LATER + timedelta(hours=1))
    assert len((await client.get(PATH)).json()) == 1
    assert (await client.delete(f"{PATH}/{made['id']}")).status_code == 200


async def test_a_suspended_account_publishes_nothing_when_its_time_has_come(world, alice, client):
    await later(client)
    await world.write(accounts.suspend, account_id=alice.account_id)
    await at(world, LATER)
    await world.write(accounts.restore, account_id=alice.account_id)

    assert await world.home(alice) == []
    assert len((await client.get(PATH)).json()) == 1


async def test_it_is_published_once_whoever_tries_and_whatever_dies_in_between(world, alice, client):
    made = (await later(client, key="k")).json()
    world.clock.move(timedelta(hours=1))

    async def die(tx, **arguments):
        assert await scheduled.publish(tx, **arguments)
        raise InterruptedError

    async with world.tools.db.read() as tx:
        one = await scheduled.owned(tx, int(made["id"]), account_id=alice.account_id)
    prepared = prepare(one.draft, max_characters=500, local_domain="pinson.example")
    reader = await _reader(world, alice)
    with pytest.raises(InterruptedError):
        await world.write(die, id=one.id, author=reader, prepared=prepared, base_url="https://pinson.example")
    assert await world.home(alice) == []
    now = world.clock.now()
    await asyncio.gather(*(publishing.publish_due(world.tools, now=now) for _ in range(3)))

    assert [post.text for post in await world.home(alice)] == ["Good evening"]
    late = await world.write(
        scheduled.publish, id=one.id, author=reader, prepared=prepared, base_url="https://pinson.example"
    )
    assert late is None


async def test_whoever_closes_their_account_publishes_nothing_more(world, alice, client):
    picture = (await client.post("/api/v2/media", files={"file": ("x.png", a_picture())})).json()
    await later(client, media_ids=[picture["id"]])

    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()

    assert await world.ask(scheduled.due, now=LATER) == []
    assert await world.ask(media.of_posts, [int(picture["id"])]) == {}


async def _reader(world, person):
    async with world.tools.db.read() as tx:
        circle = await world.tools.circles.of(tx, person.account_id, now=world.clock.now())
    return Reader(circle, world.tools.standing)
