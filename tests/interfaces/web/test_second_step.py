"""Signing in with a second step: a code from a phone, or one that was written down."""

from datetime import timedelta

import pytest

from pinson.domain.access import totp
from tests.interfaces.web.visitor import Visitor, visitor_from
from tests.world import PASSWORD


def code_of(secret, world):
    """What a phone shows now."""
    return totp.code_at(secret, int(world.clock.now().timestamp()) // totp.STEP)


async def turned_on(world, visitor):
    """Turn it on; the secret in the phone, and the recovery codes."""
    page = await visitor.open("/settings/second_step")
    secret = page.forms[0].fields["secret"]
    after = await visitor.send(page, code=code_of(secret, world), current=PASSWORD, button=("do", "on"))
    codes = [word for word in after.text.split() if word.count("-") == 3]
    assert len(codes) == totp.RECOVERY_CODES
    world.clock.move(timedelta(seconds=totp.STEP))
    return secret, codes


@pytest.fixture
async def ana(world):
    return await world.person("ana")


@pytest.fixture
async def here(world, ana):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


@pytest.fixture
async def phone(world, here):
    """The secret and the recovery codes, the second step being on."""
    return await turned_on(world, here)


async def is_signed_in(visitor):
    return not (await visitor.client.get("/settings")).is_redirect


# The first six of RFC 6238, appendix B, for SHA-1; eight digits there, of which an app shows the last six.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds, code):
    assert totp.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds // totp.STEP) == code


async def test_a_password_alone_lets_nobody_in(world, here, phone):
    secret, _ = phone
    visitor = Visitor(world)

    page = await visitor.sign_in("ana", at="/auth/sign_in?next=/explore")
    assert "One more step" in page.text
    assert visitor.session is None
    assert not await is_signed_in(visitor)
    answer = await visitor.send(page, code=code_of(secret, world), follow=False)

    assert answer.headers["location"] == "/explore"
    assert await is_signed_in(visitor)


@pytest.mark.parametrize("drift", [-1, 1])
async def test_a_clock_may_be_half_a_minute_wrong(world, here, phone, drift):
    secret, _ = phone
    world.clock.move(timedelta(minutes=5))
    visitor = Visitor(world)
    step = int(world.clock.now().timestamp()) // totp.STEP + drift

    await visitor.send(await visitor.sign_in("ana"), code=totp.code_at(secret, step))

    assert await is_signed_in(visitor)


async def test_each_code_works_once_and_not_for_long(world, here, phone):
    secret, recovery = phone
    old = code_of(secret, world)
    for code in (old, recovery[0].upper().replace("-", " ")):
        first, second = Visitor(world), Visitor(world)
        await first.send(await first.sign_in("ana"), code=code)
        again = await second.send(await second.sign_in("ana"), code=code)
        assert await is_signed_in(first)
        assert (again.status, await is_signed_in(second)) == (422, False)
        assert "not the right one" in again.text
    world.clock.move(timedelta(minutes=2))
    late = Visitor(world)
    page = await late.sign_in("ana")
    assert (await late.send(page, code=old)).status == 422
    assert "9 recovery codes are left" in (await here.open("/settings/second_step")).text


@pytest.mark.parametrize("code", ["", "000000", "abc", "é" * 200, "----"])
async def test_other_codes_do_not_work(world, here, phone, code):
    visitor = Visitor(world)

    again = await visitor.send(await visitor.sign_in("ana"), code=code)

    assert again.status == 422
    assert not await is_signed_in(visitor)


async def test_the_step_ends_after_ten_minutes_and_is_of_one_browser(world, here, phone):
    secret, _ = phone
    late, other = Visitor(world), Visitor(world)
    page = await late.sign_in("ana")
    theirs = await other.open("/auth/sign_in")

    answer = await other.client.post(
        "/auth/second_step", data={"csrf": theirs.forms[0].fields["csrf"], "code": code_of(secret, world)}
    )
    world.clock.move(timedelta(minutes=11))
    again = await late.send(page, code=code_of(secret, world))

    assert "That took too long" in answer.text
    assert "That took too long" in again.text
    assert not await is_signed_in(other)
    assert not await is_signed_in(late)


async def test_whoever_knows_the_password_learns_of_the_step_and_nobody_else(world, here, phone):
    visitor = Visitor(world)

    wrong, unknown = await visitor.sign_in("ana", "wrong"), await visitor.sign_in("nobody")

    assert (wrong.status, wrong.text) == (unknown.status, unknown.text)


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.sign_in_per_5_minutes": 5}])
async def test_codes_cannot_be_tried_out_from_many_addresses(world, ana):
    here = visitor_from(world, "192.0.2.9")
    await here.sign_in("ana")
    secret, _ = await turned_on(world, here)
    world.clock.move(timedelta(minutes=6))
    tries = []
    for last in range(3):
        visitor = visitor_from(world, f"192.0.2.{last}")
        page = await visitor.sign_in("ana")
        tries += [(await visitor.send(page, code="000000")).status for _ in range(2)]

    assert tries == [422] * 5 + [429]
    assert (await visitor.send(page, code=code_of(secret, world))).status == 429


@pytest.mark.parametrize("settings", [{"oauth.password_grant": True}])
async def test_no_app_gets_in_by_the_password(world, here, phone, register):
    app = await register()
    form = {"grant_type": "password", "username": "ana@mail.example", "password": PASSWORD, "scope": "read"}

    answer = await world.client().post(
        "/oauth/token", data={**form, "client_id": app["client_id"], "client_secret": app["client_secret"]}
    )

    assert answer.json()["error"] == "invalid_grant"


async def test_turning_it_on_takes_the_password_and_a_code(world, here):
    page = await here.open("/settings/second_step")
    secret = page.forms[0].fields["secret"]

    wrong = await here.send(page, code="123456", current=PASSWORD, button=("do", "on"))
    unknown = await here.send(wrong, code=code_of(secret, world), current="wrong", button=("do", "on"))
    odd = await here.send(page, secret="<b>", code="000000", current=PASSWORD, button=("do", "on"))

    assert [one.status for one in (wrong, unknown, odd)] == [422, 422, 422]
    assert wrong.forms[0].fields["secret"] == secret  # what the phone has by now
    assert "<b>" not in odd.html
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    assert await is_signed_in(visitor)


async def test_turning_it_off_takes_the_password(world, here, phone):
    page = await here.open("/settings/second_step")

    wrong = await here.send(page, current="wrong", button=("do", "off"))
    assert wrong.status == 422
    await here.send(page, current=PASSWORD, button=("do", "off"))

    visitor = Visitor(world)
    await visitor.sign_in("ana")
    assert await is_signed_in(visitor)


async def test_the_cookie_is_new_when_somebody_signs_in(world, here, phone):
    secret, _ = phone
    visitor = Visitor(world)
    await visitor.open("/auth/sign_in")
    visitor.client.cookies.set("__Host-session", "planted", domain="pinson.example")

    await visitor.send(await visitor.sign_in("ana"), code=code_of(secret, world))

    assert visitor.session != "planted"


async def test_a_letter_says_that_the_second_step_was_turned_on_and_off(world, ana, here):
    await turned_on(world, here)
    await world.settle()
    await here.send(await here.open("/settings/second_step"), current=PASSWORD, button=("do", "off"))
    await here.send(await here.open("/settings/second_step"), current=PASSWORD, button=("do", "off"))
    await world.settle()

    on, off = (letter.get_body(("plain",)).get_content() for letter in world.letters())
    assert "was turned on" in on
    assert "30 March 2026, 15:06" in on
    assert "was turned off" in off
    for letter in (on, off):
        assert "https://pinson.example/settings/second_step" in letter
        assert "https://pinson.example/auth/password" in letter  # if it was not them
