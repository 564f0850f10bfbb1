"""Tokens are given, used and handed back as OAuth says."""

import base64
import hashlib

import pytest

from pinson.domain import access
from tests.world import PASSWORD

CALLBACK = "https://app.example/callback"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

with_passwords = pytest.mark.parametrize("settings", [{"oauth.password_grant": True}])


async def registered(world, scopes="read write follow push profile"):
    """An app: its client_id and client_secret."""
    form = {"client_name": "Toot", "redirect_uris": CALLBACK, "scopes": scopes}
    app = (await world.client().post("/api/v1/apps", data=form)).json()
    return {"client_id": app["client_id"], "client_secret": app["client_secret"]}


async def code_for(world, app, person, *, scope="read write", challenge=""):
    """What the consent page would hand to the app."""
    code = access.new_secret()
    await world.write(
        access.authorize,
        client_id=app["client_id"],
        redirect_uri=CALLBACK,
        scope=scope,
        challenge=challenge,
        challenge_method="S256" if challenge else "",
        user_id=person.user_id,
        account_id=person.account_id,
        secret=code,
    )
    return code


async def exchanged(world, app, code, **more):
    """The answer to the exchange of a code."""
    form = {**app, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **more}
    return await world.client().post("/oauth/token", data=form)


def bearing(world, token):
    """A client with this token."""
    client = world.client()
    client.headers["authorization"] = f"Bearer {token}"
    return client


def basic(app):
    """The app's credentials as a header, encoded as RFC 6749 section 2.3.1 has it."""
    encoded = ["".join(f"%{byte:02x}" for byte in app[name].encode()) for name in ("client_id", "client_secret")]
    return {"authorization": f"Basic {base64.b64encode(':'.join(encoded).encode()).decode()}"}


async def test_a_code_becomes_a_token_that_works(world):
    alice = await world.person("alice")
    app = await registered(world)
    code = await code_for(world, app, alice, scope="write read")

    answer = await exchanged(world, app, code)

    token = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
    assert token["created_at"] == int(world.clock.now().timestamp())
    me = await bearing(world, token["access_token"]).get("/api/v1/accounts/verify_credentials")
    assert me.json()["username"] == "alice"


async def test_a_code_with_a_challenge_takes_its_verifier(world):
    alice = await world.person("alice")
    app = await registered(world)
    code = await code_for(world, app, alice, challenge=CHALLENGE)

    without = await exchanged(world, app, code)
    wrong = await exchanged(world, app, code, code_verifier="w" * 50)
    right = await exchanged(world, app, code, code_verifier=VERIFIER)

    assert [without.status_code, wrong.status_code, right.status_code] == [400, 400, 200]
    assert without.json()["error"] == wrong.json()["error"] == "invalid_grant"


async def test_a_code_that_comes_twice_ends_what_it_gave(world):
    alice = await world.person("alice")
    app = await registered(world)
    code = await code_for(world, app, alice)
    token = (await exchanged(world, app, code)).json()["access_token"]

    again = await exchanged(world, app, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    me = await bearing(world, token).get("/api/v1/accounts/verify_credentials")
    assert me.status_code == 401


async def test_an_app_may_name_itself_in_the_header_and_send_json(world):
    alice = await world.person("alice")
    app = await registered(world)
    code = await code_for(world, app, alice)
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}

    answer = await world.client().post("/oauth/token", json=body, headers=basic(app))

    assert answer.status_code == 200


async def test_an_app_gets_a_token_for_itself(world):
    app = await registered(world)

    answer = await world.client().post("/oauth/token", data={**app, "grant_type": "client_credentials"})

    assert answer.json()["scope"] == "read"
    client = bearing(world, answer.json()["access_token"])
    assert (await client.get("/api/v1/timelines/public")).status_code == 200
    me = await client.get("/api/v1/accounts/verify_credentials")
    assert (me.status_code, me.json()) == (422, {"error": "This method requires an authenticated user"})


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "c", "redirect_uri": "u"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "read admin:read"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "client_secret": "guess"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": ""}, 401, "invalid_client"),
        ({"grant_type": {"deep": 1}}, 400, "invalid_request"),
    ],
)
async def test_a_refusal_is_put_as_oauth_says(world, form, status, error):
    app = await registered(world)

    answer = await world.client().post("/oauth/token", json={**app, **form})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers.get("www-authenticate") == ('Basic realm="pinson"' if status == 401 else None)


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic aGVsbG8=", "Basic /////w=="])
async def test_credentials_that_cannot_be_read_are_nobodys(world, header):
    form = {"grant_type": "client_credentials"}

    answer = await world.client().post("/oauth/token", data=form, headers={"authorization": header})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_stale_token_is_no_hindrance_to_a_new_one(world):
    app = await registered(world)

    answer = await bearing(world, "stale").post("/oauth/token", data={**app, "grant_type": "client_credentials"})

    assert answer.status_code == 200


async def test_a_body_that_cannot_be_read_is_an_invalid_request(world):
    headers = {"content-type": "application/json"}

    answer = await world.client().post("/oauth/token", content=b"{", headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@with_passwords
async def test_a_test_server_takes_a_password(world, settings):
    await world.person("alice")
    app = await registered(world)
    form = {**app, "grant_type": "password", "username": "alice@mail.example", "scope": "read"}

    wrong = await world.client().post("/oauth/token", data={**form, "password": "a guess"})
    right = await world.client().post("/oauth/token", data={**form, "password": PASSWORD})

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (right.status_code, right.json()["scope"]) == (200, "read")


@pytest.mark.parametrize(
    "settings",
    [{"oauth.password_grant": True, "limits.enabled": True, "limits.sign_in_per_5_minutes": 2}],
)
@pytest.mark.parametrize(
    "tries",
    [
        [("alice", "192.0.2.1"), ("bob", "192.0.2.1"), ("carol", "192.0.2.1")],
        [("alice", "192.0.2.1"), ("@Alice", "192.0.2.2"), ("alice ", "192.0.2.3")],
    ],
    ids=["from one address", "for one person"],
)
async def test_passwords_cannot_be_tried_for_ever(world, settings, tries):
    app = await registered(world)

    answers = []
    for username, address in tries:
        form = {**app, "grant_type": "password", "username": username, "password": "a guess"}
        answers.append(await world.client(address=address).post("/oauth/token", data=form))

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert answers[2].headers["x-ratelimit-remaining"] == "0"


async def test_a_revoked_token_is_good_for_nothing(world):
    alice = await world.person("alice")
    app = await registered(world)
    token = (await exchanged(world, app, await code_for(world, app, alice))).json()["access_token"]

    answers = [await world.client().post("/oauth/revoke", data={**app, "token": token}) for _ in range(2)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {}), (200, {})]
    me = await bearing(world, token).get("/api/v1/accounts/verify_credentials")
    assert (me.status_code, me.json()) == (401, {"error": "The access token is invalid"})
    assert me.headers["www-authenticate"].startswith("Bearer ")


async def test_an_app_revokes_its_own_tokens_only(world):
    alice = await world.person("alice")
    app, other = await registered(world), await registered(world)
    token = (await exchanged(world, app, await code_for(world, app, alice))).json()["access_token"]

    foreign = await world.client().post("/oauth/revoke", data={**other, "token": token})
    nobody = await world.client().post("/oauth/revoke", data={"token": token})
    nothing = await world.client().post("/oauth/revoke", data=app)

    assert (foreign.status_code, foreign.json()["error"]) == (403, "unauthorized_client")
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_claims_of_openid_name_the_account(world, method):
    alice = await world.person("alice", display_name="Alice Martin")

    answer = await world.client(alice).request(method, "/oauth/userinfo")

    assert answer.json() == {
        "iss": "https://pinson.example/",
        "sub": "https://pinson.example/users/alice",
        "name": "Alice Martin",
        "preferred_username": "alice",
        "profile": "https://pinson.example/@alice",
        "picture": "https://pinson.example/static/avatar.png",
    }


async def test_a_token_for_the_profile_opens_that_and_no_more(world):
    alice = await world.person("alice")
    app = await registered(world)
    code = await code_for(world, app, alice, scope="profile")
    client = bearing(world, (await exchanged(world, app, code)).json()["access_token"])

    answers = [
        await client.get(path)
        for path in ("/oauth/userinfo", "/api/v1/accounts/verify_credentials", "/api/v1/timelines/home")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[2].json() == {"error": "This action is outside the authorized scopes"}


async def test_the_metadata_lead_to_the_endpoints(world):
    answer = await world.client().get("/.well-known/oauth-authorization-server")

    found = answer.json()
    assert found["issuer"] == "https://pinson.example/"
    assert found["authorization_endpoint"] == "https://pinson.example/oauth/authorize"
    assert found["token_endpoint"] == "https://pinson.example/oauth/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"read", "write:statuses", "push", "profile"} <= set(found["scopes_supported"])
