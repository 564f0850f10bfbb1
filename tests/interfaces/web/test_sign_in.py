"""Signing in and out of a browser."""

import pytest

from pinson.domain import access
from pinson.interfaces.web.site import local
from tests.interfaces.web.visitor import Visitor, visitor_from

with_limits = pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.sign_in_per_5_minutes": 3}])
WRONG = "There is no user with this name or e-mail address and this password."


@pytest.mark.parametrize("login", ["alice", "@Alice", "alice@mail.example", " ALICE@mail.example "])
async def test_one_signs_in_by_username_or_address(world, visitor, login):
    await world.person("alice")

    page = await visitor.sign_in(login)

    assert page.status == 200
    assert "Sign out" in page.text
    assert "@alice@pinson.example" in page.html


async def test_an_unknown_name_and_a_wrong_password_look_the_same(world):
    await world.person("alice")
    pages = [await Visitor(world).sign_in(login, "wrong password") for login in ("alice", "nobody")]
    known, unknown = (page.html.replace("alice", "nobody") for page in pages)

    tokens = [page.forms[0].fields["csrf"] for page in pages]
    assert pages[0].status == pages[1].status == 400
    assert WRONG in pages[0].text
    assert known.replace(tokens[0], "") == unknown.replace(tokens[1], "")


async def test_the_cookie_is_new_at_each_sign_in(world, visitor):
    await world.person("alice")
    visitor.client.cookies.set("__Host-session", "planted", domain="pinson.example", path="/")
    await visitor.sign_in("alice")
    first = visitor.session
    await visitor.sign_in("alice")

    assert first not in (None, "planted")
    assert visitor.session not in (None, "planted", first)


async def test_signing_in_again_ends_the_session_before(world, visitor):
    await world.person("alice")
    await visitor.sign_in("alice")
    first = visitor.session
    await visitor.sign_in("alice")

    assert await world.ask(access.session_user, first, now=world.clock.now()) is None
    assert await world.ask(access.session_user, visitor.session, now=world.clock.now())


async def test_the_cookie_stays_out_of_reach(world, visitor):
    await world.person("alice")
    page = await visitor.open("/auth/sign_in")
    answer = await visitor.send(page, follow=False, login="alice", password="correct horse")

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("settings", [{"url": "http://127.0.0.1:8080"}])
async def test_without_https_the_cookie_has_a_plain_name(world, visitor):
    await world.person("alice")
    await visitor.sign_in("alice")

    assert visitor.client.cookies.get("session")
    assert "Sign out" in (await visitor.open("/")).text


@pytest.mark.parametrize(
    "astray",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "",
    ],
)
async def test_nobody_is_led_astray(world, visitor, astray):
    await world.person("alice")
    page = await visitor.open("/auth/sign_in")

    answer = await visitor.send(page, follow=False, login="alice", password="correct horse", next=astray)

    assert answer.headers["location"] == local(astray) == "/"


async def test_one_is_led_back_to_where_one_came_from(world, visitor):
    await world.person("alice")
    page = await visitor.open("/auth/sign_in?next=/auth/confirmation?a=1%26b=2")

    answer = await visitor.send(page, follow=False, login="alice", password="correct horse")

    assert answer.headers["location"] == "/auth/confirmation?a=1&b=2"


async def test_signing_out_ends_the_session_here_and_in_the_database(world, visitor):
    await world.person("alice")
    await visitor.sign_in("alice")
    held = visitor.session

    page = await visitor.send(await visitor.open("/auth/sign_out"))

    assert visitor.session is None
    assert "Sign out" not in page.text
    assert await world.ask(access.session_user, held, now=world.clock.now()) is None


async def test_opening_the_sign_out_page_signs_nobody_out(world, visitor):
    await world.person("alice")
    await visitor.sign_in("alice")

    await visitor.open("/auth/sign_out")

    assert "Sign out" in (await visitor.open("/")).text


async def test_a_disabled_user_is_told_so_after_the_right_password_only(world, visitor):
    alice = await world.person("alice")
    await world.write(access.disable, user_id=alice.user_id)

    wrong = await visitor.sign_in("alice", "wrong password")
    right = await visitor.sign_in("alice")

    assert WRONG in wrong.text
    assert "Your login is currently disabled" in right.text
    assert visitor.session is None


async def test_a_session_ends_by_itself(world, visitor):
    await world.person("alice")
    await visitor.sign_in("alice")

    world.clock.move(access.SESSION_LASTS)

    assert "Sign out" not in (await visitor.open("/")).text


@with_limits
async def test_attempts_from_one_address_are_limited(world, visitor):
    await world.person("alice")
    for number in range(3):
        assert (await visitor.sign_in(f"nobody{number}", "wrong password")).status == 400

    stopped = await visitor.sign_in("alice")

    assert stopped.status == 429
    assert "Please try again in 5 min." in stopped.text
    assert stopped.headers["retry-after"] == "300"
    assert visitor.session is None


@with_limits
async def test_attempts_on_one_name_are_limited_wherever_they_come_from(world, visitor):
    await world.person("alice")
    visitors = [visitor_from(world, f"192.0.2.{number}") for number in range(4)]
    answers = [await one.sign_in(" @ALICE ", "wrong password") for one in visitors]

    assert [answer.status for answer in answers] == [400, 400, 400, 429]


async def test_the_language_that_one_chose_comes_along_to_a_new_browser(world):
    await world.person("alice")
    first = Visitor(world)
    await first.sign_in("alice")
    await first.send(await first.open("/settings/preferences"), language="fr")

    new, other = Visitor(world, lang="en"), Visitor(world, lang="en")
    await new.sign_in("alice")
    await other.open("/?lang=en")  # said in that browser: it stays
    await other.sign_in("alice")

    assert "Réglages" in (await new.open("/settings")).text
    assert "Settings" in (await other.open("/settings")).text


async def test_who_never_chose_a_language_keeps_that_of_the_browser(world):
    await world.person("alice")
    visitor = Visitor(world, lang="fr")

    await visitor.sign_in("alice")

    assert "Réglages" in (await visitor.open("/settings")).text
