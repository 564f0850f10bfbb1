"""Apps register themselves, in every encoding that they use."""

import pytest

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CALLBACK = "https://app.example/callback"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"redirect_uris": f"{OUT_OF_BAND}\n{CALLBACK}", "scopes": "read write"}},
        {"data": {"redirect_uris[]": [OUT_OF_BAND, CALLBACK], "scopes": "write read"}},
        {"json": {"redirect_uris": [OUT_OF_BAND, CALLBACK], "scopes": "read write"}},
        {"json": {"redirect_uris": f"{OUT_OF_BAND} {CALLBACK}", "scopes": ["read", "write"]}},
        {"files": {"redirect_uris": (None, f"{OUT_OF_BAND}\n{CALLBACK}"), "scopes": (None, "read write")}},
    ],
)
async def test_an_app_registers_in_any_encoding(world, sent):
    answer = await world.client().post("/api/v1/apps?client_name=Toot&website=https://toot.example", **sent)

    app = answer.json()
    assert answer.status_code == 200
    assert app["redirect_uris"] == [OUT_OF_BAND, CALLBACK]
    assert app["redirect_uri"] == f"{OUT_OF_BAND}\n{CALLBACK}"
    assert app["scopes"] == ["read", "write"]
    assert (app["name"], app["website"]) == ("Toot", "https://toot.example")
    assert app["client_secret_expires_at"] == 0
    assert app["vapid_key"] == world.tools.push_key
    assert len({app["id"], app["client_id"], app["client_secret"]}) == 3


async def test_an_app_that_asks_for_no_scope_may_read(world):
    answer = await world.client().post("/api/v1/apps", data={"client_name": "Toot", "redirect_uris": CALLBACK})

    assert answer.json()["scopes"] == ["read"]
    assert answer.json()["website"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"client_name": ""}, "client_name"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
        ({"redirect_uris": "/relative"}, "redirect_uris"),
        ({"website": "ftp://x"}, "website"),
    ],
)
async def test_what_is_wrong_with_an_app_is_said_by_field(world, wrong, field):
    form = {"client_name": "Toot", "redirect_uris": CALLBACK} | wrong

    answer = await world.client().post("/api/v1/apps", data=form)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed: ")
    assert list(answer.json()["details"]) == [field]


async def test_a_scope_that_does_not_exist_is_refused(world):
    form = {"client_name": "Toot", "redirect_uris": CALLBACK, "scopes": "read sing"}

    answer = await world.client().post("/api/v1/apps", data=form)

    assert answer.status_code == 422
    assert "sing" in answer.json()["error"]


async def test_a_token_knows_its_app_and_tells_no_secret(world):
    alice = await world.person("alice")

    answer = await world.client(alice).get("/api/v1/apps/verify_credentials")

    assert answer.json()["name"] == "Pinson command line"
    assert "client_secret" not in answer.json()


async def test_whose_app_it_is_takes_a_token(world):
    answer = await world.client().get("/api/v1/apps/verify_credentials")

    assert answer.status_code == 401


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.apps_per_10_minutes": 2}])
async def test_an_address_registers_so_many_apps_and_then_waits(world, settings):
    client = world.client()
    form = {"client_name": "Toot", "redirect_uris": CALLBACK}

    answers = [await client.post("/api/v1/apps", data=form) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["x-ratelimit-reset"] == "2026-03-30T13:16:00.000000Z"
    assert answers[2].json() == {"error": "Too many requests"}
