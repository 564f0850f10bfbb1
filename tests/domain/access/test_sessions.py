from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from pinson.domain import access, accounts
from pinson.domain.access import (
    SESSION_LASTS,
    LinkInvalid,
    PasswordChanged,
    PasswordResetAsked,
    Passwords,
    Purpose,
    SignUpMode,
    State,
    TokensRevoked,
    UserConfirmed,
    UserDisabled,
    WrongPassword,
)
from tests.domain.access.house import PASSWORD


async def signed_in(house, cookie="the cookie"):
    return await house.ask(access.session_user, cookie, now=house.now)


async def link(house, person, purpose, secret="the link"):
    return await house.do(access.new_mail_token, user_id=person.user.id, purpose=purpose, secret=secret)


async def rows(house):
    """How many there are of what expires."""
    async with house.db.read() as tx:
        return {
            table: await tx.one(int, f"SELECT count(*) FROM {table}") for table in ("sessions", "mail_tokens", "codes")
        }


async def newcomer(house):
    applicant = await house.applicant()
    return await house.do(access.sign_up, applicant=applicant, mode=SignUpMode.OPEN, confirm_email=True)


@pytest.mark.parametrize("login", ["alice", "Alice", "@alice", " alice@mail.example ", "ALICE@MAIL.EXAMPLE"])
async def test_one_signs_in_by_name_or_by_address(house, alice, login):
    user = await house.sign_in(login)

    assert user == alice.user
    assert await signed_in(house) == user


@pytest.mark.parametrize(
    ("login", "password"),
    [("alice", "wrong horse"), ("alice", ""), ("nobody", PASSWORD), ("nobody@mail.example", PASSWORD), ("", PASSWORD)],
)
async def test_a_wrong_name_and_a_wrong_password_look_the_same(house, alice, login, password):
    with pytest.raises(WrongPassword) as refused:
        await house.sign_in(login, password)

    assert refused.value.facts == {}


async def test_the_name_of_a_shared_account_signs_in_its_first_owner(house, alice, bob):
    for role, person in ((access.MemberRole.OWNER, bob), (access.MemberRole.EDITOR, alice)):
        await house.do(access.set_member, account_id=bob.account.id, user_id=person.user.id, role=role)

    proof = await access.prove(house.db, house.passwords, login="bob", password=PASSWORD)

    assert (proof.user_id, proof.account_id) == (bob.user.id, bob.account.id)


async def test_the_name_of_a_deleted_account_signs_nobody_in(house, alice):
    await house.do(accounts.delete, account_id=alice.account.id)

    with pytest.raises(WrongPassword):
        await house.sign_in("alice")


async def test_a_disabled_user_is_signed_out_and_cannot_sign_in(house, alice):
    await house.sign_in("alice")

    await house.do(access.disable, user_id=alice.user.id)

    assert await signed_in(house) is None
    with pytest.raises(UserDisabled):
        await house.sign_in("alice")
    await house.do(access.enable, user_id=alice.user.id)
    assert await signed_in(house) is None  # the old cookie does not come back to life


async def test_who_waits_for_something_may_sign_in_and_see_it(house):
    await newcomer(house)

    user = await house.sign_in("newcomer")

    assert user.state is State.UNCONFIRMED


async def test_a_session_lasts_thirty_days(house, alice):
    await house.sign_in("alice")

    house.now += SESSION_LASTS - timedelta(seconds=1)
    assert await signed_in(house) == alice.user
    house.wait(seconds=1)
    assert await signed_in(house) is None


async def test_what_has_expired_is_forgotten_and_what_lasts_is_not(house, alice, bob):
    app = await house.app()
    for person in (alice, bob):
        await house.sign_in(person.account.username, cookie=f"cookie of {person.account.username}")
        await link(house, person, Purpose.RESET, f"link of {person.account.username}")
        await house.authorize(app, person, code=f"code of {person.account.username}")
        if person is alice:
            house.now += SESSION_LASTS

    await house.do(access.forget_expired)

    assert await rows(house) == {"sessions": 1, "mail_tokens": 1, "codes": 1}
    assert await signed_in(house, "cookie of bob") == bob.user


async def test_a_used_code_is_remembered_for_a_day_so_that_its_theft_shows(house, alice):
    app = await house.app()
    await house.authorize(app, alice)
    await house.exchange(app)

    house.wait(hours=24)
    await house.do(access.forget_expired)

    assert isinstance(await house.exchange(app, token="another"), access.InvalidGrant)


async def test_signing_out_ends_one_session(house, alice):
    await house.sign_in("alice", cookie="at home")
    await house.sign_in("alice", cookie="at work")

    for _ in range(2):
        await house.db.write(access.sign_out, secret="at home")

    assert await signed_in(house, "at home") is None
    assert await signed_in(house, "at work") == alice.user


async def test_a_changed_password_gives_a_new_cookie_and_ends_the_old_ones(house, alice):
    await house.token(alice)
    for cookie in ("before", "elsewhere"):
        await house.sign_in("alice", cookie=cookie)
    await link(house, alice, Purpose.RESET)
    proof = await access.prove(house.db, house.passwords, login="alice", password=PASSWORD)

    kept = await house.passwords.hash("battery staple")
    await house.do(access.change_password, proof=proof, password_hash=kept, secret="after", user_agent="A browser")

    assert [await signed_in(house, cookie) for cookie in ("before", "elsewhere")] == [None, None]
    assert await signed_in(house, "after") == alice.user
    assert await house.tokens.principal("the token") is not None
    with pytest.raises(WrongPassword):
        await house.sign_in("alice")
    assert await house.sign_in("alice", "battery staple") == alice.user
    with pytest.raises(LinkInvalid):
        await house.do(access.reset_password, secret="the link", password_hash=kept)
    assert [fact.user_id for fact in await house.facts(PasswordChanged)] == [alice.user.id]


async def test_a_reset_password_ends_everything_the_old_one_opened(house, alice, bob):
    token = await house.token(alice)
    await house.token(bob, token="of bob")
    await house.sign_in("alice", cookie="of alice")
    await house.sign_in("bob", cookie="of bob")
    app = await house.app()
    await house.authorize(app, alice, code="pending")
    await house.tokens.principal("the token")

    await link(house, alice, Purpose.RESET)
    await house.do(access.reset_password, secret="the link", password_hash=await house.passwords.hash("battery staple"))

    assert await house.tokens.principal("the token") is None
    assert await signed_in(house, "of alice") is None
    with pytest.raises(access.InvalidGrant):
        await house.exchange(app, code="pending")
    assert await house.sign_in("alice", "battery staple") == alice.user
    assert await house.tokens.principal("of bob") is not None
    assert await signed_in(house, "of bob") == bob.user
    assert [fact.token_ids for fact in await house.facts(TokensRevoked)] == [(token.id,)]


async def test_asking_for_a_new_password_looks_the_same_whether_one_is_here_or_not(house, alice):
    answers = [
        await house.do(access.ask_password_reset, email=email)
        for email in ("Alice@mail.example", "nobody@mail.example")
    ]

    assert answers == [None, None]
    assert [fact.user_id for fact in await house.facts(PasswordResetAsked)] == [alice.user.id]


async def test_a_confirmed_address_is_confirmed_once(house):
    new = await newcomer(house)
    assert (await link(house, new, Purpose.CONFIRM)).email == new.user.email

    user = await house.do(access.confirm, secret="the link")

    assert user.state is State.OK
    assert await house.user(new) == user
    with pytest.raises(LinkInvalid):
        await house.do(access.confirm, secret="the link")
    assert [fact.user_id for fact in await house.facts(UserConfirmed)] == [new.user.id]


async def test_there_is_nothing_to_send_to_who_is_confirmed_or_gone(house, alice):
    assert await link(house, alice, Purpose.CONFIRM) is None
    assert await house.do(access.new_mail_token, user_id=7, purpose=Purpose.RESET, secret="the link") is None


@pytest.mark.parametrize(
    ("purpose", "lasts"), [(Purpose.CONFIRM, timedelta(days=2)), (Purpose.RESET, timedelta(hours=1))]
)
async def test_a_link_ends(house, purpose, lasts):
    new = await newcomer(house)
    verb, more = (
        (access.confirm, {})
        if purpose is Purpose.CONFIRM
        else (access.reset_password, {"password_hash": await house.passwords.hash("battery staple")})
    )
    await link(house, new, purpose)

    house.now += lasts
    with pytest.raises(LinkInvalid):
        await house.do(verb, secret="the link", **more)

    await link(house, new, purpose)
    house.now += lasts - timedelta(seconds=1)
    await house.do(verb, secret="the link", **more)


async def test_a_newer_link_ends_the_older_one_of_its_kind_only(house):
    new = await newcomer(house)
    await link(house, new, Purpose.CONFIRM, "first")
    await link(house, new, Purpose.RESET, "for the password")
    await link(house, new, Purpose.CONFIRM, "second")

    with pytest.raises(LinkInvalid):
        await house.do(access.confirm, secret="first")
    with pytest.raises(LinkInvalid):
        await house.do(access.confirm, secret="for the password")
    await house.do(access.confirm, secret="second")


async def test_a_password_kept_with_older_parameters_is_kept_anew_at_sign_in(house, alice):
    house.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stale = await access.prove(house.db, house.passwords, login="alice", password=PASSWORD)
    await house.sign_in("alice")

    proof = await access.prove(house.db, house.passwords, login="alice", password=PASSWORD)

    assert stale.new_hash is not None
    assert proof.new_hash is None
    assert proof.password_hash != stale.password_hash
