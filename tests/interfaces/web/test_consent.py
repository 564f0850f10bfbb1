"""A person lets an app act for them, or does not."""

import base64
import hashlib
import re

import pytest

from pinson.domain import access, accounts
from pinson.domain.access import MemberRole
from tests.interfaces.web.visitor import CALLBACK, OUT_OF_BAND, Visitor, query_of

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ALLOW, DENY = ("decision", "allow"), ("decision", "deny")


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def signed_in(alice, visitor):
    """Alice's browser."""
    await visitor.sign_in("alice")
    return visitor


async def token_for(world, app, code, *, redirect_uri=CALLBACK, **more):
    """The answer to the app's exchange of a code."""
    form = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": redirect_uri}
    return await world.client().post(
        "/oauth/token", data={**form, "grant_type": "authorization_code", "code": code, **more}
    )


async def other_account(world, person, username, role=MemberRole.EDITOR):
    """Another account that the person is a member of."""
    other = await world.person(username, display_name=f"The {username}")
    await world.write(access.set_member, account_id=other.account_id, user_id=person.user_id, role=role)
    return other


async def test_allowing_sends_a_code_and_the_state_back(world, signed_in, app, request_of):
    back = await signed_in.send(await signed_in.open(request_of(app)), button=ALLOW)

    assert back.status_code == 302
    assert back.headers["location"].startswith(f"{CALLBACK}&code=")
    assert query_of(back)["state"] == "xyz & co"
    assert (await token_for(world, app, query_of(back)["code"])).json()["scope"] == "read write"


async def test_denying_tells_the_app(signed_in, app, request_of):
    back = await signed_in.send(await signed_in.open(request_of(app)), button=DENY)

    assert back.headers["location"].startswith(CALLBACK)
    assert query_of(back)["error"] == "access_denied"
    assert query_of(back)["state"] == "xyz & co"
    assert "code" not in query_of(back)


async def test_a_form_without_a_decision_allows_nothing(signed_in, app, request_of):
    back = await signed_in.send(await signed_in.open(request_of(app)))

    assert query_of(back)["error"] == "access_denied"


async def test_a_challenge_takes_its_verifier(world, signed_in, app, request_of):
    asked = request_of(app, code_challenge=CHALLENGE, code_challenge_method="S256")
    codes = [query_of(await signed_in.send(await signed_in.open(asked), button=ALLOW))["code"] for _ in range(2)]

    assert (await token_for(world, app, codes[0])).status_code == 400
    assert (await token_for(world, app, codes[1], code_verifier=VERIFIER)).status_code == 200


async def test_a_stranger_signs_in_and_comes_back_with_the_whole_question(world, alice, visitor, app, request_of):
    asked = request_of(app, code_challenge=CHALLENGE, code_challenge_method="S256")

    consent = await visitor.sign_in("alice", at=asked)
    back = await visitor.send(consent, button=ALLOW)

    assert "Elk" in consent.text
    assert query_of(back)["state"] == "xyz & co"
    assert (await token_for(world, app, query_of(back)["code"], code_verifier=VERIFIER)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": "nobody"}, "the app is unknown"),
        ({"client_id": ""}, "the app is unknown"),
        ({"redirect_uri": "https://evil.example/"}, "not one that the app registered"),
        ({"redirect_uri": f"{CALLBACK}&more"}, "not one that the app registered"),
        ({"redirect_uri": ""}, "not one that the app registered"),
    ],
)
@pytest.mark.parametrize("stranger", [True, False])
async def test_a_wrong_app_or_address_is_shown_and_never_redirected(
    world, signed_in, app, request_of, changed, said, stranger
):
    client = Visitor(world).client if stranger else signed_in.client

    answer = await client.get(request_of(app, **changed))

    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "read admin:read"}, "invalid_scope"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
    ],
)
async def test_a_wrong_request_is_told_to_the_app_once_somebody_signed_in(
    world, signed_in, app, request_of, changed, error
):
    stranger = await Visitor(world).open(request_of(app, **changed))
    told = await signed_in.open(request_of(app, **changed))

    assert stranger.forms[0].action.startswith("/auth/sign_in?next=%2Foauth%2Fauthorize%3F")
    assert told.headers["location"].startswith(CALLBACK)
    assert query_of(told)["error"] == error
    assert query_of(told)["error_description"]
    assert query_of(told)["state"] == "xyz & co"


async def test_a_form_that_was_tampered_with_gets_no_more_than_was_asked(signed_in, app, request_of):
    page = await signed_in.open(request_of(app))
    wider = page.forms[0].action.replace("scope=read+write", "scope=admin%3Awrite")
    page.forms[0] = page.forms[0]._replace(action=wider)

    back = await signed_in.send(page, button=ALLOW)

    assert query_of(back)["error"] == "invalid_scope"


async def test_the_page_names_the_app_its_site_its_wishes_and_where_it_leads(signed_in, register, request_of):
    app = await register(name="Elk", website="https://elk.example/", scopes="read write:statuses push")

    page = await signed_in.open(request_of(app, scope="read write:statuses push"))

    for words in (
        "Allow Elk to act for you?",
        "https://elk.example/",
        "read all that you can read here, private messages included",
        "publish, change and delete messages in your name",
        "send your notifications to your device",
        "You will then go to app.example.",
        "You are signed in as alice@mail.example.",
    ):
        assert words in page.text


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_every_scope_is_said_in_plain_words(world, signed_in, register, request_of, lang):
    app = await register(scopes=" ".join(access.ALL_SCOPES))
    said = []
    for scope in access.ALL_SCOPES:
        page = await signed_in.open(request_of(app, scope=scope, lang=lang))
        said += re.findall(
            r"<li[^>]*>([^<]+)</li>", page.html.partition('<ul class="scopes">')[2].partition("</ul>")[0]
        )

    assert len(said) == len(set(said)) == len(access.ALL_SCOPES)
    assert not [words for words in said if re.search(r"scope|token|API|OAuth|admin:", words)]


async def test_a_scope_that_another_covers_is_not_said_twice(signed_in, app, request_of):
    page = await signed_in.open(request_of(app, scope="read read:statuses write"))

    assert "read all that you can read here" in page.text
    assert "read the messages" not in page.text


async def test_the_person_picks_the_account(world, alice, signed_in, app, request_of):
    town = await other_account(world, alice, "town")
    page = await signed_in.open(request_of(app))

    back = await signed_in.send(page, button=ALLOW, account_id=town.id)
    token = (await token_for(world, app, query_of(back)["code"])).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    me = await world.client().get("/api/v1/accounts/verify_credentials", headers=headers)

    assert page.forms[0].fields["account_id"] == alice.id
    assert "The town @town" in page.text
    assert me.json()["username"] == "town"


async def test_nobody_picks_an_account_that_is_not_theirs(world, signed_in, app, request_of):
    bob = await world.person("bob")
    page = await signed_in.open(request_of(app))

    answers = [await signed_in.send(page, button=ALLOW, account_id=wrong) for wrong in (bob.id, "1", "")]

    assert [answer.status for answer in answers] == [403, 403, 403]
    assert "You are not a member of this account." in answers[0].text
    assert answers[0].forms[0].action == page.forms[0].action


async def test_a_suspended_account_cannot_be_picked(world, alice, signed_in, app, request_of):
    await world.write(accounts.suspend, account_id=alice.account_id)

    page = await signed_in.open(request_of(app))

    assert page.status == 403
    assert page.forms == []


async def granted(world, signed_in, app, asked, redirect_uri=CALLBACK, **picked):
    """Allow once, and let the app take its token."""
    back = await signed_in.send(await signed_in.open(asked), button=ALLOW, **picked)
    location = back.headers["location"] if hasattr(back, "status_code") else ""
    code = query_of(back)["code"] if location else re.search(r'id="code" value="([^"]+)"', back.html)[1]
    assert (await token_for(world, app, code, redirect_uri=redirect_uri)).status_code == 200


async def test_what_was_allowed_to_a_web_site_is_not_asked_again(world, signed_in, app, request_of):
    await granted(world, signed_in, app, request_of(app))

    again = await signed_in.open(request_of(app, scope="write read"))

    assert again.status_code == 302
    assert (await token_for(world, app, query_of(again)["code"])).status_code == 200


@pytest.mark.parametrize("redirect_uri", ["elk://back", OUT_OF_BAND])
async def test_a_program_that_could_be_another_is_asked_about_each_time(
    world, signed_in, app, request_of, redirect_uri
):
    asked = request_of(app, redirect_uri=redirect_uri)
    await granted(world, signed_in, app, asked, redirect_uri)

    again = await signed_in.open(asked)

    assert again.status == 200
    assert ALLOW in again.forms[0].buttons


async def test_more_than_was_allowed_is_asked(world, signed_in, app, request_of):
    await granted(world, signed_in, app, request_of(app))

    again = await signed_in.open(request_of(app, scope="read write push"))

    assert ALLOW in again.forms[0].buttons


async def test_a_member_of_several_accounts_is_asked_each_time(world, alice, signed_in, app, request_of):
    await other_account(world, alice, "town")
    await granted(world, signed_in, app, request_of(app))

    again = await signed_in.open(request_of(app))

    assert ALLOW in again.forms[0].buttons


async def test_the_account_that_was_picked_last_time_is_picked_already(world, alice, signed_in, app, request_of):
    town = await other_account(world, alice, "town")
    await granted(world, signed_in, app, request_of(app), account_id=town.id)

    again = await signed_in.open(request_of(app))

    assert again.forms[0].fields["account_id"] == town.id


async def test_an_app_can_have_the_person_sign_in_again(world, signed_in, app, request_of):
    page = await signed_in.open(request_of(app, force_login="true"))
    bob = await world.person("bob")
    consent = await signed_in.send(page, login="bob", password="correct horse")

    assert page.forms[0].action.startswith("/auth/sign_in?next=%2Foauth%2Fauthorize%3F")
    assert consent.forms[0].fields["account_id"] == bob.id


async def test_an_app_without_address_gets_its_code_by_hand(world, signed_in, app, request_of):
    page = await signed_in.open(request_of(app, redirect_uri=OUT_OF_BAND))
    answer = await signed_in.send(page, button=ALLOW, follow=False)
    shown = await signed_in.open(answer.headers["location"])
    [code] = re.findall(r'id="code" value="([^"]+)"', shown.html)

    assert answer.status_code == 302
    assert answer.headers["location"] == f"/oauth/authorize/native?code={code}"
    assert shown.headers["cache-control"] == "no-store"
    assert (await token_for(world, app, code, redirect_uri=OUT_OF_BAND)).status_code == 200


async def test_denying_an_app_without_address_ends_here(signed_in, app, request_of):
    page = await signed_in.open(request_of(app, redirect_uri=OUT_OF_BAND))

    assert "The app was refused" in (await signed_in.send(page, button=DENY)).text


async def test_a_wrong_request_of_an_app_without_address_is_shown(signed_in, app, request_of):
    page = await signed_in.open(request_of(app, redirect_uri=OUT_OF_BAND, scope="nonsense"))

    assert page.status == 400
    assert "The requested scope is unknown" in page.text


@pytest.mark.parametrize("code", ["", "call+01+23+45+67+89", "<script>", "x" * 42, "x" * 44])
async def test_the_page_for_codes_shows_no_words_of_strangers(visitor, code):
    page = await visitor.open(f"/oauth/authorize/native?code={code}")

    assert page.status == 404
    assert "01 23" not in page.text


async def test_a_session_that_ended_meanwhile_leads_to_sign_in_and_back(world, alice, signed_in, app, request_of):
    page = await signed_in.open(request_of(app))
    world.clock.move(access.SESSION_LASTS)

    asked = await signed_in.send(page, button=ALLOW)
    consent = await signed_in.send(asked, login="alice", password="correct horse")

    assert asked.forms[0].action.startswith("/auth/sign_in?next=%2Foauth%2Fauthorize%3F")
    assert ALLOW in consent.forms[0].buttons


async def test_the_page_works_with_a_slash_at_the_end(signed_in, app, request_of):
    page = await signed_in.open(request_of(app).replace("/oauth/authorize?", "/oauth/authorize/?"))

    assert ALLOW in page.forms[0].buttons
