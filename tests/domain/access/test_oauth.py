from datetime import timedelta

import pytest

from pinson.domain import access, accounts
from pinson.domain.access import (
    ApprovalPending,
    EmailUnconfirmed,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    MemberRole,
    NotAMember,
    SignUpMode,
    State,
    TokensRevoked,
    UnknownScope,
    UnregisteredRedirect,
    UnsupportedGrantType,
    UserDisabled,
    UserRole,
    WrongPassword,
)
from pinson.domain.access.rules import UnauthorizedClient, UnsupportedResponseType, check_request
from pinson.domain.accounts import FieldRefused, Flaw
from tests.domain.access.house import CALLBACK, PASSWORD, VERIFIER, challenge_of

S256 = {"challenge": challenge_of(VERIFIER), "challenge_method": "S256"}


async def stored(db):
    """Every text in every table of ours, to look for what should not be there."""
    async with db.read() as tx:
        names = await tx.all(str, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        columns = [
            (table, column)
            for table in names
            for column in await tx.all(str, "SELECT name FROM pragma_table_info(:table)", table=table)
        ]
        return " ".join(
            [
                content.decode(errors="replace")
                for table, column in columns
                for content in await tx.all(
                    bytes, f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL"
                )
            ]
        )


async def test_an_app_is_registered_with_what_it_may_ask(house):
    app = await house.app(name=" Tusky ", website="https://tusky.example", scopes="write read", client_id="c")

    assert await house.ask(access.apps, [app.id, 7]) == {app.id: app}
    assert (app.name, app.website, app.redirect_uris) == ("Tusky", "https://tusky.example", (CALLBACK,))
    assert (app.client_id, app.scopes) == ("c", "read write")


@pytest.mark.parametrize(
    ("options", "field", "flaw"),
    [
        ({"name": " "}, "client_name", Flaw.BLANK),
        ({"name": "x" * 61}, "client_name", Flaw.TOO_LONG),
        ({"website": "not a site"}, "website", Flaw.INVALID),
        ({"redirect_uris": []}, "redirect_uris", Flaw.BLANK),
        ({"redirect_uris": [CALLBACK, "/relative"]}, "redirect_uris", Flaw.INVALID),
    ],
)
async def test_an_app_that_breaks_a_rule_is_told_which(house, options, field, flaw):
    with pytest.raises(FieldRefused) as refused:
        await house.app(**options)

    assert (refused.value.field, refused.value.flaw) == (field, flaw)


async def test_an_app_cannot_register_for_a_scope_that_does_not_exist(house):
    with pytest.raises(UnknownScope):
        await house.app(scopes="read write:everything")


async def test_nobody_is_sent_to_an_address_the_app_did_not_register(house):
    app = await house.app()

    with pytest.raises(InvalidClient):
        await house.ask(access.requesting_app, client_id="unknown", redirect_uri=CALLBACK)
    for address in (f"{CALLBACK}&more", CALLBACK.upper(), "https://app.example/callback", "https://evil.example/", ""):
        with pytest.raises(UnregisteredRedirect):
            await house.ask(access.requesting_app, client_id=app.client_id, redirect_uri=address)
    assert await house.ask(access.requesting_app, client_id=app.client_id, redirect_uri=CALLBACK) == app


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ({"response_type": "token"}, UnsupportedResponseType),
        ({"scope": "read write:everything"}, InvalidScope),
        ({"scope": "push"}, InvalidScope),
        ({"challenge": challenge_of(VERIFIER), "challenge_method": "plain"}, InvalidRequest),
        ({"challenge": challenge_of(VERIFIER), "challenge_method": ""}, InvalidRequest),
        ({"challenge": "short", "challenge_method": "S256"}, InvalidRequest),
    ],
)
async def test_a_request_that_cannot_be_put_to_a_person_is_refused(house, request_, refusal):
    app = await house.app(scopes="read write")
    usual = {"response_type": "code", "scope": "read", "challenge": "", "challenge_method": ""}

    with pytest.raises(refusal):
        check_request(app, **usual | request_)


async def test_a_request_may_ask_for_less_than_the_app_registered(house):
    app = await house.app(scopes="read write")

    asked = check_request(app, response_type="code", scope="write:statuses read:accounts", **S256)

    assert asked == "read:accounts write:statuses"


async def test_a_code_becomes_a_token_for_the_account_that_was_picked(house, alice):
    shop = await house.do(accounts.create, username="shop")
    await house.do(access.set_member, account_id=shop.id, user_id=alice.user.id, role=MemberRole.EDITOR)
    app = await house.app()
    await house.authorize(app, alice, account=shop, scope="read write")

    token = await house.exchange(app)
    principal = await house.tokens.principal("the token")

    assert (token.scopes, token.created_at) == ("read write", house.now)
    assert (principal.app_id, principal.user_id, principal.account_id) == (app.id, alice.user.id, shop.id)
    assert (principal.member_role, principal.user_role, principal.state) == (MemberRole.EDITOR, UserRole.USER, State.OK)
    assert "write:statuses" in principal.scopes
    assert "write:accounts" not in principal.scopes  # editors do not change the account itself
    assert "push" not in principal.scopes  # was not asked for


async def test_with_a_challenge_only_its_verifier_gets_the_token(house, alice):
    app = await house.app()
    await house.authorize(app, alice, **S256)

    for wrong in ("", "w" * 50, challenge_of(VERIFIER)):
        with pytest.raises(InvalidGrant):
            await house.exchange(app, verifier=wrong)

    assert (await house.exchange(app, verifier=VERIFIER)).user_id == alice.user.id


async def test_a_verifier_for_a_request_that_lost_its_challenge_is_refused(house, alice):
    app = await house.app()
    await house.authorize(app, alice)

    with pytest.raises(InvalidGrant):
        await house.exchange(app, verifier=VERIFIER)


async def test_a_code_works_only_with_the_redirect_address_it_was_asked_with(house, alice):
    app = await house.app(redirect_uris=[CALLBACK, "https://app.example/other"])
    await house.authorize(app, alice)

    with pytest.raises(InvalidGrant):
        await house.exchange(app, redirect_uri="https://app.example/other")


async def test_a_code_works_only_for_its_app(house, alice):
    app, thief = await house.app(), await house.app()
    await house.authorize(app, alice)

    with pytest.raises(InvalidGrant):
        await house.exchange(thief)
    with pytest.raises(InvalidClient):
        await house.exchange(app, client_secret="guess")
    with pytest.raises(InvalidClient):
        await house.exchange(app, client_secret=app.secret_hash)

    assert (await house.exchange(app)).app_id == app.id


async def test_a_code_works_for_ten_minutes(house, alice):
    app = await house.app()
    await house.authorize(app, alice, code="early")
    await house.authorize(app, alice, code="late")

    house.wait(minutes=9, seconds=59)
    await house.exchange(app, code="early")
    house.wait(seconds=1)

    with pytest.raises(InvalidGrant):
        await house.exchange(app, code="late", token="another")


@pytest.mark.parametrize("after", [timedelta(seconds=1), timedelta(hours=1)])
async def test_a_code_that_comes_twice_ends_the_token_it_gave(house, alice, after):
    app = await house.app()
    await house.authorize(app, alice)
    token = await house.exchange(app)
    await house.tokens.principal("the token")

    house.wait(seconds=after.total_seconds())
    answer = await house.exchange(app, token="a second token")

    assert isinstance(answer, InvalidGrant)
    assert await house.tokens.principal("the token") is None
    assert await house.tokens.principal("a second token") is None
    assert [fact.token_ids for fact in await house.facts(TokensRevoked)] == [(token.id,)]


async def test_another_app_cannot_end_a_token_with_a_code_it_found(house, alice):
    app, other = await house.app(), await house.app()
    await house.authorize(app, alice)
    await house.exchange(app)

    with pytest.raises(InvalidGrant):
        await house.exchange(other)

    assert await house.tokens.principal("the token") is not None


async def test_nobody_consents_for_an_account_they_are_not_a_member_of(house, alice, bob):
    app = await house.app()

    with pytest.raises(NotAMember):
        await house.authorize(app, alice, account=bob.account)


async def test_nobody_consents_for_a_suspended_account(house, alice):
    app = await house.app()
    await house.do(accounts.suspend, account_id=alice.account.id)

    with pytest.raises(NotAMember):
        await house.authorize(app, alice)


async def test_nobody_consents_before_they_can_act(house):
    app = await house.app()
    applicant = await house.applicant(reason="I like birds")
    await house.app()

    waiting = await house.do(access.sign_up, applicant=applicant, mode=SignUpMode.APPROVAL, confirm_email=True)
    with pytest.raises(EmailUnconfirmed):
        await house.authorize(app, waiting)

    await house.do(access.new_mail_token, user_id=waiting.user.id, purpose=access.Purpose.CONFIRM, secret="link")
    await house.do(access.confirm, secret="link")
    with pytest.raises(ApprovalPending):
        await house.authorize(app, waiting)

    await house.do(access.disable, user_id=waiting.user.id)
    with pytest.raises(UserDisabled):
        await house.authorize(app, waiting)


async def test_consent_is_known_to_have_been_given(house, alice, bob):
    app = await house.app()
    await house.authorize(app, alice, scope="read write")
    await house.exchange(app)

    async def granted(person, scopes):
        return await house.ask(access.granted_accounts, user_id=person.user.id, app_id=app.id, scopes=scopes)

    assert await granted(alice, "read write") == [alice.account.id]
    assert await granted(alice, "read write push") == []
    assert await granted(bob, "read write") == []


async def test_an_app_has_a_token_of_its_own(house):
    app = await house.app(scopes="read write admin:read")

    await house.do(
        access.client_token,
        client_id=app.client_id,
        client_secret="app secret",
        scope="read admin:read",
        secret="app token",
    )
    principal = await house.tokens.principal("app token")

    assert (principal.user_id, principal.account_id, principal.state) == (None, None, State.OK)
    assert "read:accounts" in principal.scopes
    assert "admin:read" not in principal.scopes


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"client_secret": "guess"}, InvalidClient),
        ({"client_id": "unknown"}, InvalidClient),
        ({"scope": "push"}, InvalidScope),
    ],
)
async def test_an_app_gets_no_token_by_guessing_or_for_more_than_it_registered(house, options, refusal):
    app = await house.app(scopes="read")
    request = {"client_id": app.client_id, "client_secret": "app secret", "scope": "read", "secret": "app token"}

    with pytest.raises(refusal):
        await house.do(access.client_token, **request | options)


async def test_a_password_gets_a_token_only_where_that_is_enabled(house, alice):
    app = await house.app()
    proof = await access.prove(house.db, house.passwords, login="alice", password=PASSWORD)
    request = {"client_id": app.client_id, "client_secret": "app secret", "proof": proof, "scope": "read"}

    with pytest.raises(UnsupportedGrantType):
        await house.do(access.password_token, enabled=False, secret="the token", **request)
    token = await house.do(access.password_token, enabled=True, secret="the token", **request)

    assert (token.account_id, token.scopes) == (alice.account.id, "read")


async def test_a_password_that_was_just_changed_gets_no_token(house, alice):
    app = await house.app()
    proof = await access.prove(house.db, house.passwords, login="alice", password=PASSWORD)
    await house.do(access.set_password, user_id=alice.user.id, password_hash=await house.passwords.hash("another one"))

    with pytest.raises(InvalidGrant):
        await house.do(
            access.password_token,
            client_id=app.client_id,
            client_secret="app secret",
            proof=proof,
            scope="read",
            enabled=True,
            secret="the token",
        )
    with pytest.raises(WrongPassword):
        await house.do(access.sign_in, proof=proof, secret="the cookie", user_agent="")


async def test_a_token_is_revoked_by_its_own_app_only(house, alice):
    app, other = await house.app(), await house.app()
    await house.authorize(app, alice)
    token = await house.exchange(app)

    async def revoke(client, secret="app secret", token="the token"):
        await house.do(access.revoke_token, client_id=client.client_id, client_secret=secret, token=token)

    with pytest.raises(UnauthorizedClient):
        await revoke(other)
    with pytest.raises(InvalidClient):
        await revoke(app, secret="guess")
    assert await house.tokens.principal("the token") is not None

    await revoke(app)
    await revoke(app)
    await revoke(app, token="never was")
    assert await house.tokens.principal("the token") is None
    assert [fact.token_ids for fact in await house.facts(TokensRevoked)] == [(token.id,)]


async def test_the_operator_gets_a_token_that_works_as_far_as_the_user_may(house):
    root = await house.person("root", role=UserRole.ADMIN)
    alice = await house.person("alice")

    for person, secret in ((root, "one"), (alice, "two")):
        await house.do(access.operator_token, user_id=person.user.id, account_id=person.account.id, secret=secret)

    admin, user = await house.tokens.principal("one"), await house.tokens.principal("two")
    assert admin.app_id == user.app_id
    assert {"write:statuses", "follow", "push", "profile", "admin:write"} <= admin.scopes
    assert "admin:write" not in user.scopes


async def test_nobody_can_be_the_operators_app(house, alice):
    await house.do(access.operator_token, user_id=alice.user.id, account_id=alice.account.id, secret="one")

    for guess in ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"):
        with pytest.raises(InvalidClient):
            await house.do(
                access.client_token, client_id="command-line", client_secret=guess, scope="read", secret="two"
            )


async def test_no_secret_and_no_address_is_in_a_table_or_in_the_log_as_it_is(house, alice):
    app = await house.app(secret="APP-SECRET")
    await house.authorize(app, alice, code="CODE-SECRET")
    await house.exchange(app, client_secret="APP-SECRET", code="CODE-SECRET", token="TOKEN-SECRET")
    await house.sign_in("alice", cookie="COOKIE-SECRET")
    await house.do(access.ask_password_reset, email="alice@mail.example")
    await house.do(access.new_mail_token, user_id=alice.user.id, purpose=access.Purpose.RESET, secret="MAIL-SECRET")

    kept = await stored(house.db)
    assert "alice@mail.example" in kept  # the check sees what is there
    assert "-SECRET" not in kept
    assert PASSWORD not in kept
    assert "mail.example" not in repr(await house.facts())
