"""Apps sign people up, as far as the server takes new members."""

import re

import pytest

from pinson.domain import access
from tests.world import PASSWORD

FORM = {
    "username": "newcomer",
    "email": "newcomer@mail.example",
    "password": PASSWORD,
    "agreement": "true",
    "locale": "fr",
}


async def app_client(world, scopes="read write"):
    """A client with an app's own token."""
    client = world.client()
    form = {"client_name": "Toot", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": scopes}
    app = (await client.post("/api/v1/apps", data=form)).json()
    credentials = {name: app[name] for name in ("client_id", "client_secret")}
    form = {**credentials, "grant_type": "client_credentials", "scope": scopes}
    token = (await client.post("/oauth/token", data=form)).json()["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    return client


def signed_in(world, answer):
    """A client with the token that a sign-up gave."""
    client = world.client()
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


async def test_an_app_signs_somebody_up_who_can_act_at_once(world):
    client = await app_client(world)

    answer = await client.post("/api/v1/accounts", data=FORM)

    assert answer.status_code == 200
    assert answer.json()["scope"] == "read write"
    me = await signed_in(world, answer).get("/api/v1/accounts/verify_credentials")
    assert me.json()["username"] == "newcomer"


async def test_everything_wrong_is_told_at_once_by_field(world):
    await world.person("alice")
    client = await app_client(world)
    form = {"username": "Alice", "email": "none", "password": "short", "agreement": "0"}

    answer = await client.post("/api/v1/accounts", json=form)

    details = answer.json()["details"]
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed: ")
    assert {field: [flaw["error"] for flaw in flaws] for field, flaws in details.items()} == {
        "username": ["ERR_TAKEN"],
        "email": ["ERR_INVALID"],
        "password": ["ERR_TOO_SHORT"],
        "agreement": ["ERR_ACCEPTED"],
    }
    assert all(flaw["description"] for flaws in details.values() for flaw in flaws)


@pytest.mark.parametrize("settings", [{"registration.mode": "closed"}])
async def test_a_closed_server_takes_nobody(world, settings):
    answer = await (await app_client(world)).post("/api/v1/accounts", data=FORM)

    assert answer.status_code == 403


@pytest.mark.parametrize("settings", [{"registration.mode": "approval"}])
async def test_who_waits_for_approval_has_a_token_that_waits_too(world, settings):
    client = await app_client(world)
    without_reason = await client.post("/api/v1/accounts", data=FORM)
    answer = await client.post("/api/v1/accounts", data={**FORM, "reason": "I like birds"})
    newcomer = signed_in(world, answer)

    before = await newcomer.get("/api/v1/timelines/home")
    user = (await world.ask(access.people))[0]
    await world.write(access.approve, user_id=user.user_id)
    after = await newcomer.get("/api/v1/timelines/home")

    assert list(without_reason.json()["details"]) == ["reason"]
    assert (before.status_code, before.json()) == (403, {"error": "Your login is currently pending approval"})
    assert after.status_code == 200


@pytest.mark.parametrize("settings", [{"registration.mode": "invitation"}])
async def test_an_invitation_opens_the_door(world, settings):
    alice = await world.person("alice")
    await world.write(access.invite, user_id=alice.user_id, code="welcome", expires_at=None, max_uses=1)
    client = await app_client(world)

    without = await client.post("/api/v1/accounts", data=FORM)
    with_it = await client.post("/api/v1/accounts", data={**FORM, "invite_code": "welcome"})

    assert (without.status_code, list(without.json()["details"])) == (422, ["invite_code"])
    assert with_it.status_code == 200


@pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])
async def test_an_address_is_confirmed_before_anything_else(world, settings):
    newcomer = signed_in(world, await (await app_client(world)).post("/api/v1/accounts", data=FORM))

    home = await newcomer.get("/api/v1/timelines/home")
    confirmed = await newcomer.get("/api/v1/emails/check_confirmation")
    again = await newcomer.post("/api/v1/emails/confirmations")
    await world.settle()

    assert (home.status_code, "confirmed e-mail" in home.json()["error"]) == (403, True)
    assert confirmed.json() is False
    assert (again.status_code, again.json()) == (200, {})
    assert [letter["to"] for letter in world.letters()] == ["newcomer@mail.example"] * 2


@pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])
async def test_an_address_that_was_mistyped_is_mended(world, settings):
    await world.person("alice")
    newcomer = signed_in(world, await (await app_client(world)).post("/api/v1/accounts", data=FORM))
    await world.settle()
    [first] = [re.search(r"token=(\S+)", letter.get_body(["plain"]).get_content())[1] for letter in world.letters()]

    taken = await newcomer.post("/api/v1/emails/confirmations", data={"email": "Alice@mail.example"})
    invalid = await newcomer.post("/api/v1/emails/confirmations", data={"email": "nowhere"})
    mended = await newcomer.post("/api/v1/emails/confirmations", data={"email": "right@mail.example"})
    with pytest.raises(access.LinkInvalid):
        await world.write(access.confirm, secret=first)
    await world.settle()

    assert [answer.json()["details"]["email"][0]["error"] for answer in (taken, invalid)] == [
        "ERR_TAKEN",
        "ERR_INVALID",
    ]
    assert mended.status_code == 200
    assert [letter["to"] for letter in world.letters()] == ["newcomer@mail.example", "right@mail.example"]


async def test_who_is_confirmed_needs_no_second_letter(world):
    newcomer = signed_in(world, await (await app_client(world)).post("/api/v1/accounts", data=FORM))

    answer = await newcomer.post("/api/v1/emails/confirmations")

    assert (answer.status_code, "awaiting confirmation" in answer.json()["error"]) == (403, True)
    assert (await newcomer.get("/api/v1/emails/check_confirmation")).json() is True


@pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])
async def test_only_the_app_of_the_sign_up_asks_for_a_second_letter(world, settings):
    await (await app_client(world)).post("/api/v1/accounts", data=FORM)
    [newcomer] = await world.ask(access.people)
    await world.write(
        access.operator_token, user_id=newcomer.user_id, account_id=newcomer.account_id, secret="another app's"
    )
    other = world.client()
    other.headers["authorization"] = "Bearer another app's"

    answer = await other.post("/api/v1/emails/confirmations")

    assert (answer.status_code, "originally signed-up with" in answer.json()["error"]) == (403, True)


async def test_only_an_app_signs_people_up(world):
    alice = await world.person("alice")
    reading = await app_client(world, scopes="read")

    answers = [await client.post("/api/v1/accounts", data=FORM) for client in (world.client(), world.client(alice))]
    answers.append(await reading.post("/api/v1/accounts", data=FORM))

    assert [answer.status_code for answer in answers] == [401, 403, 403]


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.sign_up_per_30_minutes": 1}])
async def test_an_address_opens_so_many_accounts(world, settings):
    client = await app_client(world)

    answers = [await client.post("/api/v1/accounts", data={**FORM, "username": name}) for name in ("one", "two")]

    assert [answer.status_code for answer in answers] == [200, 429]
