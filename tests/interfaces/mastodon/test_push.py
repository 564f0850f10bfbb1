"""Where browsers and apps want to be woken: stored, one for each token, and gone with it."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pinson.domain import accounts, notifications
from pinson.domain.access import store
from tests.interfaces.mastodon.test_accounts import MISSING
from tests.interfaces.mastodon.test_notifications import left
from tests.world import open_world

PATH = "/api/v1/push/subscription"
ENDPOINT = "https://push.example/to/me"
AUTH = base64.urlsafe_b64encode(bytes(range(16))).decode()
POINT = ec.derive_private_key(5, ec.SECP256R1()).public_key()


def key(form=PublicFormat.UncompressedPoint):
    """A browser's public key."""
    return base64.urlsafe_b64encode(POINT.public_bytes(Encoding.X962, form)).decode()


def sent(endpoint=ENDPOINT, p256dh=None, auth=AUTH, **more):
    """What a browser sends."""
    return {
        "subscription[endpoint]": endpoint,
        "subscription[keys][p256dh]": p256dh or key(),
        "subscription[keys][auth]": auth,
        **more,
    }


async def test_a_subscription_is_kept_for_its_token(world):
    alice, bob = await world.people("alice", "bob")
    client = world.client(alice)
    assert (await client.get(PATH)).json() == MISSING

    form = sent(**{"data[alerts][mention]": "true", "data[alerts][admin.sign_up]": "1", "data[alerts][poll]": "0"})
    made = (await client.post(PATH, data=form)).json()

    assert made == {
        "id": made["id"],
        "endpoint": ENDPOINT,
        "standard": False,
        "alerts": {"mention": True, "admin.sign_up": True, "poll": False},
        "server_key": world.tools.push_key,
        "policy": "all",
    }
    assert isinstance(made["id"], int)
    assert (await client.get(PATH)).json() == made
    assert (await world.client(bob).get(PATH)).status_code == 404


async def test_a_new_subscription_takes_the_place_of_the_old(world):
    alice = await world.person("alice")
    client = world.client(alice)
    await client.post(PATH, data=sent())

    body = {
        "subscription": {
            "endpoint": "https://other.example:8443/x?y=1",
            "keys": {"p256dh": key().rstrip("="), "auth": AUTH.rstrip("=")},
            "standard": True,
        },
        "data": {"policy": "followed", "alerts": {"follow": True}},
    }
    made = (await client.post(PATH, json=body)).json()

    assert (made["endpoint"], made["standard"], made["policy"]) == (
        "https://other.example:8443/x?y=1",
        True,
        "followed",
    )
    assert await left(world, "push_subscriptions") == 1


@pytest.mark.parametrize("body", [{"data": {"policy": "none"}}, {"policy": "none"}])
async def test_a_subscription_is_changed_in_part(world, body):
    alice = await world.person("alice")
    client = world.client(alice)
    assert (await client.put(PATH, json=body)).status_code == 404
    await client.post(PATH, data=sent(**{"data[alerts][mention]": "true"}))

    policy = (await client.put(PATH, json=body)).json()
    alerts = (await client.put(PATH, json={"data": {"alerts": {"poll": "on", "mention": False}}})).json()

    assert (policy["policy"], policy["alerts"]) == ("none", {"mention": True})
    assert (alerts["policy"], alerts["alerts"]) == ("none", {"poll": True, "mention": False})


async def test_a_subscription_ends_when_asked_to(world):
    alice = await world.person("alice")
    client = world.client(alice)
    await client.post(PATH, data=sent())

    assert [(await client.delete(PATH)).json() for _ in range(2)] == [{}, {}]
    assert (await client.get(PATH)).status_code == 404


async def test_it_ends_with_its_token_and_with_its_account(world):
    alice, bob = await world.people("alice", "bob")
    for person in (alice, bob):
        await world.client(person).post(PATH, data=sent())

    principal = await world.tools.tokens.principal(alice.token)
    await world.tools.db.write(store.revoke, id=principal.token_id)
    after_the_token = await left(world, "push_subscriptions")
    await world.write(accounts.delete, account_id=bob.account_id)
    await world.settle()

    assert (after_the_token, await left(world, "push_subscriptions")) == (1, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/"},
        {"endpoint": "ftp://push.example/"},
        {"endpoint": "https://"},
        {"endpoint": "https://localhost/"},
        {"endpoint": "https://user:pass@push.example/"},
        {"endpoint": "https://push.example:99999/"},
        {"endpoint": "https://push.example/" + "x" * 2000},
        {"endpoint": "https://push.example/a b"},
        {"p256dh": base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode()},
        {"p256dh": key(PublicFormat.CompressedPoint)},
        {"p256dh": "é"},
        {"p256dh": "abc"},
        {"auth": AUTH[:8]},
        {"auth": "!" * 22},
    ],
)
async def test_what_nothing_can_be_pushed_to_is_refused(world, wrong):
    alice = await world.person("alice")

    answer = await world.client(alice).post(PATH, data=sent(**wrong))

    assert (answer.status_code, answer.json()["error"].split(":")[0]) == (422, "Validation failed")
    assert await left(world, "push_subscriptions") == 0


@pytest.mark.parametrize("body", [{}, {"subscription": {"endpoint": ENDPOINT}}, {"subscription": "x"}])
async def test_what_is_missing_is_refused(world, body):
    alice = await world.person("alice")

    assert (await world.client(alice).post(PATH, json=body)).status_code in (400, 422)


async def test_only_a_token_that_may_push_subscribes(world):
    app = (
        await world.client().post(
            "/api/v1/apps", data={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
        )
    ).json()
    form = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    token = (await world.client().post("/oauth/token", data=form)).json()["access_token"]

    answer = await world.client().get(PATH, headers={"authorization": f"Bearer {token}"})

    assert answer.status_code in (403, 422)


async def test_the_key_is_a_point_that_is_the_same_for_all_and_after_a_restart(world, tmp_path):
    point = base64.urlsafe_b64decode(world.tools.push_key)
    instance = (await world.client().get("/api/v2/instance")).json()

    async with open_world(tmp_path, {}) as again:
        assert again.tools.push_key == world.tools.push_key

    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    assert (len(point), point[0]) == (65, 4)
    assert instance["configuration"]["vapid"]["public_key"] == world.tools.push_key
    assert await world.tools.db.write(notifications.push.public_key) == world.tools.push_key
