"""Servers, e-mail addresses and networks are blocked, and what is blocked cannot come in."""

import hashlib
from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import access, moderation
from pinson.lib.paging import Page
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_sign_up import app_client
from tests.interfaces.web.visitor import visitor_from
from tests.world import PASSWORD, open_world

SHA = hashlib.sha256(b"troll@evil.example").hexdigest()
HERE = "192.0.2.1"  # where all clients of these tests are, unless they say otherwise


async def signing_up(world, **changed):
    """How the form of sign-up is answered, through an app."""
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "true"}
    return await (await app_client(world)).post("/api/v1/accounts", data=form | changed)


async def signing_up_on_the_web(world, *, address=HERE, **changed):
    """The page that answers it there."""
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "1"}
    visitor = visitor_from(world, address)
    return await visitor.send(await visitor.open("/auth/sign_up"), **form | changed)


# --- all of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "forms", "field"),
    [
        ("domain_blocks", [{"domain": f"{n}.example"} for n in range(4)], "domain"),
        ("domain_allows", [{"domain": f"{n}.example"} for n in range(4)], "domain"),
        ("email_domain_blocks", [{"domain": f"{n}.example"} for n in range(4)], "domain"),
        ("ip_blocks", [{"ip": f"10.0.0.{n}", "severity": "sign_up_block"} for n in range(4)], "ip"),
        ("canonical_email_blocks", [{"email": f"{n}@example.org"} for n in range(4)], "canonical_email_hash"),
    ],
)
async def test_what_is_blocked_is_listed_shown_and_ended(world, admin, path, forms, field):
    client, path = world.client(admin), f"/api/v1/admin/{path}"
    made = [(await client.post(path, json=form)).json() for form in forms]
    assert [one[field] for one in made] == [one[field] for one in (await client.get(path)).json()][::-1]

    newest = await client.get(f"{path}?limit=2")
    assert newest.json() == [made[3], made[2]]
    assert cursors(newest) == {"next": f"max_id={made[2]['id']}", "prev": f"min_id={made[3]['id']}"}
    assert (await client.get(f"{path}?limit=2&max_id={made[2]['id']}")).json() == [made[1], made[0]]
    assert (await client.get(f"{path}?limit=2&min_id={made[0]['id']}")).json() == [made[2], made[1]]
    assert (await client.get(f"{path}?limit=1&since_id={made[0]['id']}")).json() == [made[3]]
    assert "next" not in cursors(await client.get(path))

    assert (await client.get(f"{path}/{made[0]['id']}")).json() == made[0]
    assert (await client.delete(f"{path}/{made[0]['id']}")).json() == {}
    for answer in (
        await client.get(f"{path}/{made[0]['id']}"),
        await client.delete(f"{path}/{made[0]['id']}"),
        await client.delete(f"{path}/none"),
    ):
        assert (answer.status_code, answer.json()) == (404, MISSING)
    assert len((await client.get(path)).json()) == 3


async def test_every_decision_is_registered(world, admin):
    client = world.client(admin)
    block = (await client.post("/api/v1/admin/domain_blocks", data={"domain": "evil.example"})).json()
    await client.put(f"/api/v1/admin/domain_blocks/{block['id']}", data={"severity": "suspend"})
    await client.delete(f"/api/v1/admin/domain_blocks/{block['id']}")
    await client.post("/api/v1/admin/ip_blocks", data={"ip": "10.1.2.3/8", "severity": "sign_up_block"})
    await client.post("/api/v1/admin/canonical_email_blocks", data={"email": "troll@evil.example"})
    await client.post("/api/v1/admin/email_domain_blocks", data={"domain": "evil.example"})
    await client.post("/api/v1/admin/domain_allows", data={"domain": "Good.example"})
    await client.post("/api/v1/admin/domain_blocks", data={"domain": "not a domain"})  # which is no decision

    deeds = await world.ask(moderation.deeds, Page(None, None, None, 100))

    assert {deed.by_id for deed in deeds} == {admin.account_id}
    assert [(deed.verb, deed.label) for deed in reversed(deeds)] == [
        ("block_server", "evil.example"),
        ("change_server_block", "evil.example"),
        ("unblock_server", "evil.example"),
        ("block_network", "10.0.0.0/8"),
        ("block_email", SHA),
        ("block_email_domain", "evil.example"),
        ("allow_server", "good.example"),
    ]


# --- servers ------------------------------------------------------------------------------------------------------


async def test_a_server_is_blocked_and_the_terms_are_changed(world, admin):
    client = world.client(admin)
    form = {"domain": "https://Evil.example/about", "private_comment": "spam", "reject_media": "true"}

    made = (await client.post("/api/v1/admin/domain_blocks", data=form)).json()
    changed = await client.put(
        f"/api/v1/admin/domain_blocks/{made['id']}",
        json={"severity": "suspend", "private_comment": "", "public_comment": "Spam"},
    )

    assert made == {
        "id": made["id"],
        "domain": "evil.example",
        "digest": hashlib.sha256(b"evil.example").hexdigest(),
        "created_at": "2026-03-30T13:06:00.000Z",
        "severity": "silence",
        "reject_media": True,
        "reject_reports": False,
        "private_comment": "spam",
        "public_comment": None,
        "obfuscate": False,
    }
    assert changed.json() == made | {"severity": "suspend", "private_comment": None, "public_comment": "Spam"}


@pytest.mark.parametrize(
    ("first", "second", "conflicts"),
    [
        ({"domain": "evil.example"}, {"domain": "EVIL.example", "severity": "suspend"}, True),
        ({"domain": "evil.example"}, {"domain": "a.evil.example"}, False),  # as strict, and of its own
        ({"domain": "evil.example", "severity": "suspend"}, {"domain": "a.evil.example"}, True),
        ({"domain": "evil.example", "reject_media": True}, {"domain": "a.evil.example"}, True),
        ({"domain": "evil.example"}, {"domain": "a.evil.example", "severity": "noop"}, True),
        ({"domain": "evil.example", "severity": "noop"}, {"domain": "a.b.evil.example"}, False),
        ({"domain": "a.evil.example", "severity": "suspend"}, {"domain": "evil.example"}, False),
        ({"domain": "evil.example", "severity": "suspend"}, {"domain": "notevil.example"}, False),
    ],
)
async def test_a_block_that_another_makes_needless_is_refused_and_told_which(world, admin, first, second, conflicts):
    client = world.client(admin)
    made = (await client.post("/api/v1/admin/domain_blocks", json=first)).json()

    answer = await client.post("/api/v1/admin/domain_blocks", json=second)

    if not conflicts:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "You have already imposed stricter limits on evil.example.",
        "existing_domain_block": made,
    }


@pytest.mark.parametrize("domain", ["", "no domain", "a..b", "x" * 254, "-"])
@pytest.mark.parametrize("path", ["domain_blocks", "domain_allows", "email_domain_blocks"])
async def test_what_is_no_domain_is_refused(world, admin, path, domain):
    answer = await world.client(admin).post(f"/api/v1/admin/{path}", json={"domain": domain})

    assert (answer.status_code == 200) is (domain == "-")
    if domain != "-":
        assert answer.json() == {"error": "Validation failed: Domain is not a valid domain name"}


async def test_everyone_may_know_which_servers_are_limited_but_not_all_about_them(world, admin):
    client = world.client(admin)
    for form in (
        {"domain": "zoo.example", "severity": "suspend", "public_comment": "Spam", "private_comment": "Bob said so"},
        {"domain": "hidden.example", "obfuscate": True},
        {"domain": "pictures.example", "severity": "noop", "reject_media": True},
    ):
        await client.post("/api/v1/admin/domain_blocks", json=form)

    told = (await world.client().get("/api/v1/instance/domain_blocks")).json()

    assert [(one["domain"], one["severity"], one["comment"]) for one in told] == [
        ("hidd**.****ple", "silence", None),
        ("zoo.example", "suspend", "Spam"),
    ]
    assert told[0]["digest"] == hashlib.sha256(b"hidden.example").hexdigest()


async def test_allowing_a_server_twice_is_allowing_it_once(world, admin):
    client = world.client(admin)

    made = [(await client.post("/api/v1/admin/domain_allows", data={"domain": "good.example"})).json() for _ in "12"]

    assert made[0] == made[1]


# --- e-mail -------------------------------------------------------------------------------------------------------


async def test_nobody_signs_up_with_a_blocked_domain_nor_below_it(world, admin):
    client = world.client(admin)
    path = "/api/v1/admin/email_domain_blocks"
    block = (await client.post(path, data={"domain": "@Mail.example"})).json()

    answers = [await signing_up(world, email=email) for email in ("ana@mail.example", "ana@a.MAIL.example")]
    page = await signing_up_on_the_web(world)
    free = await signing_up(world, email="ana@email.example")

    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["details"]["email"] == [
            {"error": "ERR_BLOCKED", "description": "This e-mail address cannot be used here."}
        ]
    assert (page.status, "This e-mail address cannot be used here." in page.text) == (422, True)
    assert free.status_code == 200
    world.clock.move(timedelta(days=1))
    await signing_up(world)
    history = (await client.get(f"{path}/{block['id']}")).json()["history"]
    assert [day["uses"] for day in history] == ["1", "3", "0", "0", "0", "0", "0"]
    assert history[0] == {"day": "1774915200", "accounts": "1", "uses": "1"}
    assert [day["uses"] for day in block["history"]] == ["0"] * 7


async def test_a_blocked_domain_may_be_let_in_by_a_moderator(world, admin):
    form = {"domain": "mail.example", "allow_with_approval": "true"}
    block = (await world.client(admin).post("/api/v1/admin/email_domain_blocks", data=form)).json()

    token = (await signing_up(world)).json()["access_token"]
    answer = await world.client().get("/api/v1/timelines/home", headers={"authorization": f"Bearer {token}"})
    page = await signing_up_on_the_web(world, username="ben", email="ben@mail.example")

    assert (block["allow_with_approval"], answer.status_code) == (True, 403)
    assert answer.json()["error"] == "Your login is currently pending approval"
    assert "A moderator" in page.text


@pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])
async def test_whoever_mistyped_their_address_cannot_choose_a_blocked_one(world, admin, settings):
    await world.client(admin).post("/api/v1/admin/email_domain_blocks", data={"domain": "evil.example"})
    app = await app_client(world)
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "true"}
    token = (await app.post("/api/v1/accounts", data=form)).json()["access_token"]

    answer = await world.client().post(
        "/api/v1/emails/confirmations",
        data={"email": "ana@evil.example"},
        headers={"authorization": f"Bearer {token}"},
    )

    assert (answer.status_code, "details" in answer.json()) == (422, True)


async def test_a_blocked_address_is_refused_however_it_is_spelt(world, admin):
    client, path = world.client(admin), "/api/v1/admin/canonical_email_blocks"
    made = (await client.post(path, data={"email": "Troll@evil.example"})).json()

    assert made == {"id": made["id"], "canonical_email_hash": SHA}
    assert (await client.post(path, data={"canonical_email_hash": SHA.upper()})).json() == made
    for spelling in ("t.r.o.l.l@evil.example", "TROLL+new@Evil.example"):
        assert (await client.post(f"{path}/test", data={"email": spelling})).json() == [made]
        assert (await signing_up(world, email=spelling)).status_code == 422
        assert (await signing_up_on_the_web(world, email=spelling)).status == 422
    assert (await client.post(f"{path}/test", data={"email": "trolls@evil.example"})).json() == []
    assert (await signing_up(world, email="trolls@evil.example")).status_code == 200


@pytest.mark.parametrize("form", [{}, {"canonical_email_hash": "x"}, {"canonical_email_hash": SHA[:-1]}])
async def test_what_is_no_address_and_no_hash_of_one_is_refused(world, admin, form):
    answer = await world.client(admin).post("/api/v1/admin/canonical_email_blocks", data=form)

    assert answer.status_code == 422


# --- networks -----------------------------------------------------------------------------------------------------


async def test_a_network_is_blocked_and_the_terms_are_changed(world, admin):
    client, path = world.client(admin), "/api/v1/admin/ip_blocks"
    form = {"ip": "203.0.113.77/24", "severity": "sign_up_block", "comment": "Bots", "expires_in": "3600"}

    made = (await client.post(path, data=form)).json()
    changed = await client.put(f"{path}/{made['id']}", json={"severity": "no_access", "expires_in": None})

    assert made == {
        "id": made["id"],
        "ip": "203.0.113.0/24",
        "severity": "sign_up_block",
        "comment": "Bots",
        "created_at": "2026-03-30T13:06:00.000Z",
        "expires_at": "2026-03-30T14:06:00.000Z",
    }
    assert changed.json() == made | {"severity": "no_access", "expires_at": None}
    assert (await client.post(path, data=form)).json() == {"error": "Validation failed: IP has already been taken"}


@pytest.mark.parametrize(
    "form",
    [
        {"severity": "sign_up_block"},
        {"ip": "10.0.0.0/8"},
        {"ip": "10.0.0.0/8", "severity": "none"},
        {"ip": "somewhere", "severity": "sign_up_block"},
        {"ip": "10.0.0.0/33", "severity": "sign_up_block"},
        {"ip": "192.0.0.0/8", "severity": "no_access"},  # where the admin is
        {"ip": "::ffff:192.0.2.1", "severity": "no_access"},
    ],
)
async def test_what_is_no_network_or_ones_own_is_refused(world, admin, form):
    answer = await world.client(admin).post("/api/v1/admin/ip_blocks", data=form)

    assert answer.status_code in (400, 422)
    assert (await world.client(admin).get("/api/v1/admin/ip_blocks")).json() == []


async def test_nothing_is_answered_where_there_is_no_access_until_the_block_ends(world, admin):
    alice = await world.person("alice")
    form = {"ip": "198.51.100.0/24", "severity": "no_access", "expires_in": 60}
    await world.client(admin).post("/api/v1/admin/ip_blocks", json=form)

    async def statuses(address):
        client = world.client(alice, address=address)
        paths = ("/api/v1/timelines/home", "/api/v2/instance", "/", "/media/x", "/health")
        return {(await client.get(path)).status_code for path in paths}

    assert await statuses("198.51.100.7") == await statuses("::ffff:198.51.100.255") == {403}
    assert 403 not in await statuses("198.51.101.7")
    page = await visitor_from(world, "198.51.100.7").open("/")
    assert "your network" in page.text
    world.clock.move(timedelta(seconds=60))
    assert 403 not in await statuses("198.51.100.7")

    await schedule.sweep(world.tools)
    assert (await world.client(admin).get("/api/v1/admin/ip_blocks")).json() == []


@pytest.mark.parametrize("network", ["2001:db8::/32", "0.0.0.0/0"])
async def test_nobody_signs_up_from_a_blocked_network(world, admin, network):
    await world.client(admin).post("/api/v1/admin/ip_blocks", json={"ip": network, "severity": "sign_up_block"})
    address = "2001:db8:1::1" if ":" in network else HERE

    page = await signing_up_on_the_web(world, address=address)

    assert (page.status, "Nobody can sign up from your network" in page.text) == (403, True)
    assert (await signing_up(world)).status_code == (200 if ":" in network else 403)


async def test_who_comes_from_some_networks_waits_for_a_moderator(world, admin):
    form = {"ip": HERE, "severity": "sign_up_requires_approval"}
    await world.client(admin).post("/api/v1/admin/ip_blocks", json=form)

    token = (await signing_up(world)).json()["access_token"]
    page = await signing_up_on_the_web(world, username="ben", email="ben@mail.example")

    answer = await world.client().get("/api/v1/timelines/home", headers={"authorization": f"Bearer {token}"})
    assert answer.json()["error"] == "Your login is currently pending approval"
    assert "A moderator" in page.text


async def test_another_process_shuts_a_network_out_too(world, admin, tmp_path):
    async with open_world(tmp_path, {}) as other:
        assert (await other.client(address="198.51.100.7").get("/api/v2/instance")).status_code == 200
        await world.client(admin).post("/api/v1/admin/ip_blocks", json={"ip": "198.51.100.7", "severity": "no_access"})

        assert (await other.client(address="198.51.100.7").get("/api/v2/instance")).status_code == 403


async def test_whose_invitation_somebody_brought_is_kept(world, admin):
    code = access.new_invitation_code()
    await world.write(access.invite, user_id=admin.user_id, code=code, expires_at=None, max_uses=None)

    await signing_up(world, invite_code=code)
    people = await world.ask(access.people)

    new = next(one for one in people if one.username == "ana")
    assert (await world.ask(access.user, new.user_id)).invited_by == admin.user_id
