"""Moderators find accounts, decide about them, and their owners are told why."""

import asyncio
from datetime import timedelta

import pytest

from pinson.domain import access, accounts, moderation
from pinson.domain.access import UserRole
from pinson.lib.paging import Page
from pinson.lib.serving.frames import Opcode
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_relations import texts
from tests.interfaces.mastodon.test_reports import report
from tests.interfaces.mastodon.test_sign_up import app_client
from tests.interfaces.web.visitor import Visitor
from tests.wires import Wire
from tests.world import PASSWORD

PATH, V2 = "/api/v1/admin/accounts", "/api/v2/admin/accounts"
NOT_ALLOWED = (403, {"error": "This action is not allowed"})
approving = pytest.mark.parametrize("settings", [{"registration.mode": "approval"}])


async def act(world, who, whom, type, **form):
    """A moderator decides."""
    return await world.client(who).post(f"{PATH}/{whom.id}/action", json={"type": type, **form})


async def applied(world, username="ana"):
    """Somebody signs up through an app, and waits; the client with their token, and their account's id."""
    app = await app_client(world)
    form = {"username": username, "email": f"{username}@mail.example", "password": PASSWORD, "agreement": "true"}
    token = (await app.post("/api/v1/accounts", data=form | {"reason": "Birds"})).json()["access_token"]
    client = world.client()
    client.headers["authorization"] = f"Bearer {token}"
    people = await world.ask(access.people)
    return client, next(one.account_id for one in people if one.username == username)


async def usernames(world, who, path):
    """Whom a list names."""
    answer = await world.client(who).get(path)
    assert answer.status_code == 200, answer.text
    return [one["username"] for one in answer.json()]


async def test_an_account_is_shown_with_all_that_is_known_of_its_owner(world, moderator):
    alice = await world.person("alice")

    one = (await world.client(moderator).get(f"{PATH}/{alice.id}")).json()

    assert one == {
        "id": alice.id,
        "username": "alice",
        "domain": None,
        "created_at": "2026-03-30T13:06:00.000Z",
        "email": "alice@mail.example",
        "ip": None,
        "confirmed": True,
        "suspended": False,
        "silenced": False,
        "sensitized": False,
        "disabled": False,
        "approved": True,
        "locale": "en",
        "invite_request": None,
        "ips": [],
        "account": (await world.client(moderator).get(f"/api/v1/accounts/{alice.id}")).json(),
        "role": one["role"],
    }
    assert one["role"]["id"] == "-99"
    mine = (await world.client(moderator).get(f"{PATH}/{moderator.id}")).json()
    assert mine["role"] == (await world.client(moderator).get("/api/v1/accounts/verify_credentials")).json()["role"]
    for id in ("1", "none"):
        assert (await world.client(moderator).get(f"{PATH}/{id}")).json() == MISSING


async def test_accounts_are_found_by_how_they_stand_and_by_what_they_are_called(world, moderator, admin):
    people = {name: await world.person(name, display_name=f"{name.title()} 100%") for name in ("alice", "al_x", "bob")}
    await world.write(accounts.suspend, account_id=people["alice"].account_id)
    await world.write(accounts.limit, account_id=people["al_x"].account_id)
    await world.write(accounts.sensitize, account_id=people["bob"].account_id)
    await world.write(access.disable, user_id=people["bob"].user_id)
    everyone = ["bob", "al_x", "alice", "admin", "moderator"]

    for query, found in {
        "": everyone,
        "local=true": everyone,
        "remote=true": [],
        "active=true": ["bob", "al_x", "admin", "moderator"],
        "suspended=1": ["alice"],
        "silenced=1": ["al_x"],
        "sensitized=1": ["bob"],
        "disabled=1": ["bob"],
        "pending=1": [],
        "staff=1": ["admin", "moderator"],
        "username=AL": ["al_x", "alice"],
        "username=al_": ["al_x"],
        "username=lice": [],
        "display_name=ob+100%25": ["bob"],
        "display_name=%25": ["bob", "al_x", "alice"],
        "email=Bob@mail": ["bob"],
        "by_domain=other.example": [],
        "ip=192.0.2.1": [],
        "username=al&suspended=true": ["alice"],
    }.items():
        assert await usernames(world, moderator, f"{PATH}?{query}") == found, query
    for query, found in {
        "": everyone,
        "origin=remote": [],
        "origin=local&status=suspended": ["alice"],
        "status=silenced": ["al_x"],
        "status=disabled": ["bob"],
        "status=active&username=al": ["al_x"],
        "status=pending": [],
        "permissions=staff": ["admin", "moderator"],
        "role_ids[]=2": ["admin"],
        "role_ids[]=-99&role_ids[]=1": ["bob", "al_x", "alice", "moderator"],
        "role_ids[]=-99&permissions=staff": [],
        "role_ids[]=7": [],
        f"invited_by={admin.id}": [],
    }.items():
        assert await usernames(world, moderator, f"{V2}?{query}") == found, query
    assert (await world.client(moderator).get(f"{V2}?status=lost")).status_code == 422


@pytest.mark.parametrize("path", [PATH, V2])
async def test_lists_of_accounts_come_in_pages(world, moderator, path):
    alice, bob = await world.people("alice", "bob")

    page = await world.client(moderator).get(f"{path}?limit=2")

    assert [one["username"] for one in page.json()] == ["bob", "alice"]
    assert cursors(page) == {"next": f"max_id={alice.id}", "prev": f"min_id={bob.id}"}
    assert await usernames(world, moderator, f"{path}?limit=2&max_id={alice.id}") == ["moderator"]
    assert await usernames(world, moderator, f"{path}?limit=1&min_id={moderator.id}") == ["alice"]
    assert await usernames(world, moderator, f"{path}?limit=1&since_id={moderator.id}") == ["bob"]


async def test_a_suspended_account_is_hidden_with_all_it_posted_until_it_is_restored(world, moderator):
    mallory, bob = await world.people("mallory", "bob")
    await world.follow(bob, mallory)
    await world.publish(mallory, "Hello")

    assert (await act(world, moderator, mallory, "suspend", text="Spam")).json() == {}

    assert await texts(world, bob) == await texts(world, None, "/api/v1/timelines/public") == []
    assert (await world.client(mallory).get("/api/v1/timelines/home")).status_code == 403
    shown = (await world.client(moderator).post(f"{PATH}/{mallory.id}/unsuspend")).json()
    assert shown["suspended"] is False
    assert len(await texts(world, bob)) == 1
    assert (await world.client(mallory).get("/api/v1/timelines/home")).status_code == 200


async def test_nobody_comes_back_with_the_address_of_a_suspended_account_while_it_is(world, moderator, admin):
    mallory = await world.person("mallory")
    path = "/api/v1/admin/canonical_email_blocks/test"

    async def blocked():
        return len((await world.client(admin).post(path, data={"email": "mal.lory+2@mail.example"})).json())

    await act(world, moderator, mallory, "suspend")
    assert await blocked() == 1
    await world.client(moderator).post(f"{PATH}/{mallory.id}/unsuspend")
    assert await blocked() == 0
    await act(world, moderator, mallory, "suspend")
    assert (await world.client(moderator).delete(f"{PATH}/{mallory.id}")).json() == {}
    await world.settle()
    assert await blocked() == 1
    assert (await world.client(moderator).get(f"{PATH}/{mallory.id}")).json() == MISSING
    assert (await world.client().get("/api/v1/accounts/lookup?acct=mallory")).status_code == 404


async def test_only_what_is_suspended_can_be_deleted(world, moderator):
    mallory = await world.person("mallory")

    answer = await world.client(moderator).delete(f"{PATH}/{mallory.id}")

    assert (answer.status_code, answer.json()) == NOT_ALLOWED


async def test_a_silenced_account_leaves_the_public_pages_but_not_its_followers(world, moderator):
    mallory, fan, bob = await world.people("mallory", "fan", "bob")
    await world.follow(fan, mallory)
    await world.publish(mallory, "Hello")

    await act(world, moderator, mallory, "silence")

    assert await texts(world, bob, "/api/v1/timelines/public") == []
    assert len(await texts(world, fan)) == 1
    shown = (await world.client(moderator).post(f"{PATH}/{mallory.id}/unsilence")).json()
    assert (shown["silenced"], len(await texts(world, bob, "/api/v1/timelines/public"))) == (False, 1)


async def test_a_disabled_users_token_and_streams_end_until_they_are_enabled(world, moderator):
    mallory, bob = await world.people("mallory", "bob")
    post = await world.publish(mallory, "Hello")
    visitor = Visitor(world)
    await visitor.sign_in("mallory")

    hub = asyncio.create_task(world.tools.hub.run())
    wire = Wire(world.machine.application)
    wire.upgrade(f"/api/v1/streaming?stream=user&access_token={mallory.token}")
    assert (await wire.head())[0] == 101
    await act(world, moderator, mallory, "disable")
    assert (await wire.frame())[0] == Opcode.CLOSE
    wire.tick(10)  # a client that does not answer is hung up on
    await asyncio.sleep(0)
    assert (wire.is_over, len(world.tools.hub)) == (True, 0)
    hub.cancel()

    answer = await world.client(mallory).get("/api/v1/timelines/home")
    assert (answer.status_code, answer.json()) == (403, {"error": "Your login is currently disabled"})
    assert "@mallory" not in (await visitor.open("/")).text
    assert (await world.client(bob).get(f"/api/v1/statuses/{post.id}")).status_code == 200
    shown = (await world.client(moderator).post(f"{PATH}/{mallory.id}/enable")).json()
    assert (shown["disabled"], (await world.client(mallory).get("/api/v1/timelines/home")).status_code) == (False, 200)


async def test_a_sensitized_account_is_marked_and_unmarked(world, moderator):
    mallory = await world.person("mallory")

    await act(world, moderator, mallory, "sensitive")

    assert (await world.client(moderator).get(f"{PATH}/{mallory.id}")).json()["sensitized"] is True
    shown = (await world.client(moderator).post(f"{PATH}/{mallory.id}/unsensitive")).json()
    assert shown["sensitized"] is False


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"type": "banish"}, 422),
        ({"type": "none", "text": "x" * 5001}, 422),
        ({"type": "none", "report_id": "1"}, 404),
    ],
)
async def test_a_decision_that_cannot_be_taken_changes_nothing(world, moderator, form, status):
    mallory = await world.person("mallory")

    answer = await world.client(moderator).post(f"{PATH}/{mallory.id}/action", json=form)

    assert answer.status_code == status
    assert await world.ask(moderation.deeds, Page(None, None, None, 9)) == []


VERBS = ("action", "approve", "reject", "enable", "unsilence", "unsuspend", "unsensitive")


@pytest.mark.parametrize("whom", ["oneself", "an equal", "a superior"])
@pytest.mark.parametrize("verb", [*VERBS, "delete"])
async def test_nobody_decides_about_themselves_or_their_equals(world, moderator, whom, verb):
    role = {"an equal": UserRole.MODERATOR, "a superior": UserRole.ADMIN}.get(whom)
    target = moderator if role is None else await world.person("other", role=role)
    client = world.client(moderator)

    if verb == "delete":
        answer = await client.delete(f"{PATH}/{target.id}")
    else:
        answer = await client.post(f"{PATH}/{target.id}/{verb}", data={"type": "suspend"})

    assert (answer.status_code, answer.json()) == NOT_ALLOWED


async def test_an_administrator_decides_about_moderators_and_nobody_about_the_last_administrator(
    world, admin, moderator
):
    assert (await act(world, admin, moderator, "silence")).status_code == 200
    assert (await act(world, admin, admin, "suspend")).status_code == 403
    assert (await act(world, moderator, admin, "suspend")).status_code == 403


async def test_the_accounts_of_an_organisation_are_out_of_reach_if_one_of_its_members_is(world, moderator, admin):
    town = await world.person("town")
    assert (await act(world, moderator, town, "none")).status_code == 200
    await world.write(
        access.set_member, account_id=town.account_id, user_id=admin.user_id, role=access.MemberRole.ANALYST
    )

    assert (await act(world, moderator, town, "suspend")).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
async def test_what_is_not_there_cannot_be_decided_about(world, moderator, verb):
    answer = await world.client(moderator).post(f"{PATH}/1/{verb}", data={"type": "none"})

    assert (answer.status_code, answer.json()) == (404, MISSING)


# --- who waits ----------------------------------------------------------------------------------------------------


@approving
async def test_who_waits_is_found_and_let_in(world, moderator, settings):
    client, id = await applied(world)
    assert await usernames(world, moderator, f"{PATH}?pending=true") == ["ana"]
    shown = (await world.client(moderator).get(f"{V2}?status=pending")).json()[0]
    assert (shown["approved"], shown["invite_request"]) == (False, "Birds")
    assert shown["created_by_application_id"].isdigit()

    shown = (await world.client(moderator).post(f"{PATH}/{id}/approve")).json()

    assert shown["approved"] is True
    assert (await client.get("/api/v1/timelines/home")).status_code == 200
    for verb in ("approve", "reject"):
        answer = await world.client(moderator).post(f"{PATH}/{id}/{verb}")
        assert (answer.status_code, answer.json()) == NOT_ALLOWED


@approving
async def test_who_is_not_let_in_is_gone(world, moderator, settings):
    client, id = await applied(world)

    assert (await world.client(moderator).post(f"{PATH}/{id}/reject")).json() == {}
    await world.settle()

    assert (await client.get("/api/v1/timelines/home")).status_code == 401
    assert await usernames(world, moderator, f"{PATH}?pending=true") == []


async def test_whom_somebody_invited_is_found(world, moderator):
    alice = await world.person("alice")
    code = access.new_invitation_code()
    await world.write(access.invite, user_id=alice.user_id, code=code, expires_at=None, max_uses=None)
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "1"}
    await (await app_client(world)).post("/api/v1/accounts", data=form | {"invite_code": code})

    found = (await world.client(moderator).get(f"{V2}?invited_by={alice.id}")).json()

    assert [(one["username"], one["invited_by_account_id"]) for one in found] == [("ana", alice.id)]


# --- reasons ------------------------------------------------------------------------------------------------------


async def test_a_decision_about_a_report_resolves_all_that_are_open_and_a_word_only_its_own(world, moderator):
    alice, bob, mallory = await world.people("alice", "bob", "mallory")
    post = await world.publish(mallory, "Buy this")
    first = (await report(world, alice, mallory, status_ids=[str(post.id)])).json()["id"]
    await report(world, bob, mallory)
    other = (await report(world, bob, alice)).json()["id"]

    async def still_open():
        return [one["id"] for one in (await world.client(moderator).get("/api/v1/admin/reports")).json()]

    assert (await act(world, moderator, mallory, "none", report_id=other)).status_code == 404
    await act(world, moderator, mallory, "none", report_id=first, text="Please stop")
    assert len(await still_open()) == 2
    await act(world, moderator, mallory, "silence", text="You did not")
    assert await still_open() == [other]

    deeds = await world.ask(moderation.deeds, Page(None, None, None, 100))
    assert [(deed.verb, deed.label) for deed in reversed(deeds)] == [
        ("act_none", "mallory"),
        ("resolve_report", mallory.id),
        ("act_silence", "mallory"),
        ("resolve_report", mallory.id),
    ]


@pytest.mark.parametrize("settings", [{"instance.contact_email": "town@pinson.example"}])
@pytest.mark.parametrize(
    ("locale", "subject", "said"),
    [
        ("en", "About your account on Pinson (pinson.example)", "reaches only those who follow it"),
        (
            "fr",
            "À propos de votre compte sur Pinson (pinson.example)",
            "n’atteint plus que celles et ceux qui le suivent",
        ),
    ],
)
async def test_the_owner_is_told_in_their_language_what_was_decided_why_and_by_what_right_to_object(
    world, moderator, settings, locale, subject, said
):
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "1", "locale": locale}
    await (await app_client(world)).post("/api/v1/accounts", data=form)
    ana = next(one for one in await world.ask(access.people) if one.username == "ana")

    await world.client(moderator).post(
        f"{PATH}/{ana.account_id}/action", json={"type": "silence", "text": "Trois fois la même publicité."}
    )
    await world.settle()

    [letter] = [one for one in world.letters() if one["subject"] == subject]
    text = letter.get_body(("plain",)).get_content().replace("\n", " ")
    assert letter["to"] == "ana@mail.example"
    for part in (
        said,
        "@ana",
        "Trois fois la même publicité.",
        "town@pinson.example",
        "https://pinson.example/appeals/",
    ):
        assert part in text


@pytest.mark.parametrize("type", ["none", "sensitive", "disable", "silence", "suspend"])
async def test_a_letter_goes_only_if_it_is_wanted(world, moderator, type):
    mallory, eve = await world.people("mallory", "eve")

    await act(world, moderator, mallory, type, send_email_notification=False)
    await act(world, moderator, eve, type)
    await world.settle()

    assert [letter["to"] for letter in world.letters()] == ["eve@mail.example"]


async def test_letters_that_come_late_find_their_account_gone(world, moderator):
    mallory = await world.person("mallory")
    await act(world, moderator, mallory, "suspend")
    await world.client(moderator).delete(f"{PATH}/{mallory.id}")
    world.clock.move(timedelta(seconds=1))
    await world.settle()

    assert world.letters() == []
