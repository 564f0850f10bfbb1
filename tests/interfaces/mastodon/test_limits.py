"""How much one may do in a while: https://docs.joinmastodon.org/api/rate-limits. See also test_requests.py."""

from datetime import timedelta

import pytest

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def limited(**limits):
    return pytest.mark.parametrize(
        "settings", [{"limits.enabled": True} | {f"limits.{k}": v for k, v in limits.items()}]
    )


def told(answer):
    """What an answer tells of its tightest limit."""
    return tuple(answer.headers.get(name) for name in HEADERS)


@limited(token_requests_per_5_minutes=2, user_requests_per_5_minutes=3)
async def test_each_app_of_a_user_has_a_share_of_what_the_user_may_ask(world):
    alice = await world.person("alice")
    other_app = await world.limited(alice, "read")

    answers = [
        await world.client(person).get("/api/v1/timelines/home")
        for person in (alice, alice, alice, other_app, other_app)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 429]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["2", "2", "2", "3", "3"]


@limited(pages_per_15_minutes=2)
async def test_further_pages_are_counted_apart(world):
    alice = await world.person("alice")
    home = "/api/v1/timelines/home"
    paths = [home, f"{home}?max_id=5", f"{home}?min_id=5&limit=1", f"{home}?since_id=5", home]

    answers = [await world.client(alice).get(path) for path in paths]
    world.clock.move(timedelta(minutes=15))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 200]
    assert told(answers[2]) == ("2", "0", "2026-03-30T13:21:00.000000Z")
    assert (await world.client(alice).get(paths[3])).status_code == 200


@limited(deletions_per_30_minutes=2)
async def test_posts_deleted_and_boosts_taken_back_are_counted_together(world):
    alice = await world.person("alice")
    one, two, three = [await world.publish(alice, text) for text in ("One", "Two", "Three")]
    client = world.client(alice)
    await client.post(f"/api/v1/statuses/{three.id}/reblog")

    answers = [
        await client.delete(f"/api/v1/statuses/{one.id}"),
        await client.post(f"/api/v1/statuses/{three.id}/unreblog"),
        await client.delete(f"/api/v1/statuses/{two.id}"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert told(answers[2]) == ("2", "0", "2026-03-30T13:36:00.000000Z")
    assert (await client.get(f"/api/v1/statuses/{two.id}")).status_code == 200


@limited(follows_per_24_hours=2)
async def test_nobody_follows_a_whole_town_in_a_day(world):
    alice, *others = await world.people("alice", "bob", "carol", "dave")
    client = world.client(alice)

    answers = [await client.post(f"/api/v1/accounts/{one.id}/follow") for one in others]
    undone = await client.post(f"/api/v1/accounts/{others[0].id}/unfollow")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert told(answers[2]) == ("2", "0", "2026-03-31T13:06:00.000000Z")
    assert undone.status_code == 200


@limited(apps_per_10_minutes=1, sign_up_per_30_minutes=1)
async def test_apps_and_sign_ups_are_counted_by_address(world):
    form = {"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"}

    answers = [
        await world.client(address=address).post("/api/v1/apps", data=form)
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]

    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].json() == {"error": "Too many requests"}
    assert told(answers[1]) == ("1", "0", "2026-03-30T13:16:00.000000Z")


@limited()
async def test_all_three_headers_are_told_or_none(world):
    alice = await world.person("alice")
    paths = [
        "/api/v1/timelines/home",
        "/api/v2/instance",
        "/api/v1/no/such/thing",
        "/api/v1/accounts/1",
        "/oauth/token",
    ]

    for path in paths:
        for person in (alice, None):
            answer = await world.client(person).get(path)
            assert len([one for one in told(answer) if one is None]) in (0, 3), path


async def test_without_limits_none_are_told(world):
    assert told(await world.client().get("/api/v2/instance")) == (None, None, None)


@pytest.mark.parametrize(
    ("method", "path", "since"),
    [
        ("GET", "/api/v1/suggestions", "@1621123200"),
        ("POST", "/api/v1/media", "@1586044800"),
        ("POST", "/api/v1/accounts/{id}/pin", "@1751932800"),
        ("GET", "/api/v2/suggestions", None),
    ],
)
async def test_what_apps_should_not_use_any_more_says_since_when(world, method, path, since):
    alice = await world.person("alice")

    answer = await world.client(alice).request(method, path.replace("{id}", alice.id))

    assert answer.headers.get("deprecation") == since
