"""What a token may do follows what happens to its user, its account and their membership, at once."""

import pytest

from pinson.domain import access, accounts
from pinson.domain.access import MemberRole, Purpose, SignUpMode, State, Tokens, UserRole, concerns
from pinson.lib.db.sqlite import Sqlite
from pinson.lib.log import Follower, Kinds
from tests.domain.access.house import FACTS, House

KINDS = Kinds(FACTS)


@pytest.fixture
async def shop(house, alice, bob):
    """An account that alice owns and bob edits."""
    shop = await house.do(accounts.create, username="shop")
    await house.do(access.set_member, account_id=shop.id, user_id=alice.user.id, role=MemberRole.OWNER)
    await house.do(access.set_member, account_id=shop.id, user_id=bob.user.id, role=MemberRole.EDITOR)
    return shop


async def test_an_unknown_token_is_nobody(house):
    assert await house.tokens.principal("guess") is None
    assert await house.tokens.principal("") is None


async def test_a_principal_that_asks_again_costs_no_statement(house, alice):
    await house.token(alice)
    first = await house.tokens.principal("the token")

    await house.db.close()

    assert await house.tokens.principal("the token") is first


@pytest.mark.parametrize(
    ("verb", "undo", "state"),
    [(accounts.suspend, accounts.restore, State.SUSPENDED), (access.disable, access.enable, State.DISABLED)],
)
async def test_suspended_or_disabled_it_can_do_nothing_until_that_ends(house, alice, verb, undo, state):
    await house.token(alice)
    assert (await house.tokens.principal("the token")).state is State.OK
    whom = {"account_id": alice.account.id} if verb is accounts.suspend else {"user_id": alice.user.id}

    await house.do(verb, **whom)
    assert (await house.tokens.principal("the token")).state is state

    await house.do(undo, **whom)
    assert (await house.tokens.principal("the token")).state is State.OK


async def test_a_deleted_account_has_no_principal_even_before_its_tokens_are_erased(house, alice):
    await house.token(alice)
    await house.tokens.principal("the token")

    await house.do(accounts.delete, account_id=alice.account.id)

    assert await house.tokens.principal("the token") is None


async def test_an_ended_membership_ends_its_tokens_and_no_others(house, shop, alice, bob):
    for_shop = await house.token(bob, token="bob for the shop", account=shop)
    await house.token(bob, token="bob for himself")
    await house.token(alice, token="alice for the shop", account=shop)
    for token in ("bob for the shop", "bob for himself", "alice for the shop"):
        assert await house.tokens.principal(token) is not None

    await house.do(access.end_membership, account_id=shop.id, user_id=bob.user.id)

    assert await house.tokens.principal("bob for the shop") is None
    assert (await house.tokens.principal("bob for himself")).account_id == bob.account.id
    assert (await house.tokens.principal("alice for the shop")).account_id == shop.id
    assert [fact.token_ids for fact in await house.facts(access.TokensRevoked)] == [(for_shop.id,)]


async def test_a_code_that_is_out_when_the_membership_ends_gives_nothing(house, shop, bob):
    app = await house.app()
    await house.authorize(app, bob, account=shop)

    await house.do(access.end_membership, account_id=shop.id, user_id=bob.user.id)

    with pytest.raises(access.InvalidGrant):
        await house.exchange(app)


async def test_another_role_takes_power_away_and_gives_it_back(house, shop, bob):
    await house.token(bob, account=shop)

    async def may_publish():
        return "write:statuses" in (await house.tokens.principal("the token")).scopes

    assert await may_publish()
    await house.do(access.set_member, account_id=shop.id, user_id=bob.user.id, role=MemberRole.AUTHOR)
    assert not await may_publish()
    await house.do(access.set_member, account_id=shop.id, user_id=bob.user.id, role=MemberRole.OWNER)
    assert await may_publish()


async def test_administration_ends_with_the_role(house):
    root = await house.person("root", role=UserRole.ADMIN)
    await house.token(root, scopes="read admin:write")
    assert "admin:write:reports" in (await house.tokens.principal("the token")).scopes

    await house.do(access.set_role, user_id=root.user.id, role=UserRole.USER)

    assert "admin:write:reports" not in (await house.tokens.principal("the token")).scopes


async def test_a_fresh_sign_up_acts_once_it_is_confirmed_and_approved(house):
    app = await house.app(scopes="read write")
    applicant = await house.applicant(reason="I like birds")
    token = await house.do(
        access.sign_up_by_app,
        app_id=app.id,
        applicant=applicant,
        mode=SignUpMode.APPROVAL,
        confirm_email=True,
        secret="the token",
    )
    assert token.scopes == "read write"
    assert (await house.tokens.principal("the token")).state is State.UNCONFIRMED

    await house.do(access.new_mail_token, user_id=token.user_id, purpose=Purpose.CONFIRM, secret="link")
    await house.do(access.confirm, secret="link")
    assert (await house.tokens.principal("the token")).state is State.PENDING

    await house.do(access.approve, user_id=token.user_id)
    assert (await house.tokens.principal("the token")).state is State.OK


async def test_what_one_process_revokes_no_other_accepts(house, alice, tmp_path):
    await house.token(alice)
    there = Sqlite(tmp_path)
    tokens = Tokens(there)
    follower = Follower(there, KINDS, [tokens])
    await follower.start()
    assert (await tokens.principal("the token")).user_id == alice.user.id

    await house.do(access.set_password, user_id=alice.user.id, password_hash=await house.passwords.hash("another one"))
    assert follower.behind
    await follower.catch_up()

    assert await tokens.principal("the token") is None
    await there.close()


async def test_a_revocation_that_comes_while_the_token_is_looked_up_is_not_forgotten(house, alice, now):
    await house.token(alice)
    slow = Interrupted(house.db)
    late = House(slow, now)

    async def revoked_meanwhile():
        await house.do(
            access.set_password, user_id=alice.user.id, password_hash=await house.passwords.hash("another one")
        )
        for fact in await house.facts(access.TokensRevoked):
            late.tokens.apply(fact)

    slow.meanwhile = revoked_meanwhile

    assert await late.tokens.principal("the token") is not None  # it was good when the question was asked
    assert await late.tokens.principal("the token") is None


async def test_only_so_many_are_kept(house, alice):
    tokens = Tokens(house.db, keep=2)
    for name in ("one", "two", "three"):
        await house.token(alice, token=name)
    one = await tokens.principal("one")
    two = await tokens.principal("two")
    assert await tokens.principal("one") is one

    await tokens.principal("three")

    assert await tokens.principal("one") is one
    assert await tokens.principal("two") == two
    assert await tokens.principal("two") is not two  # was asked for least recently, and read again


async def test_loading_starts_over(house, alice):
    await house.token(alice)
    first = await house.tokens.principal("the token")

    await house.ask(house.tokens.load)

    assert await house.tokens.principal("the token") == first
    assert await house.tokens.principal("the token") is not first


async def test_a_fact_concerns_the_principals_it_names(house, alice, bob, now):
    await house.token(alice)
    principal = await house.tokens.principal("the token")
    about_alice = [
        access.TokensRevoked(at=now, token_ids=(1, principal.token_id)),
        access.UserChanged(at=now, user_id=alice.user.id),
        accounts.AccountSuspended(at=now, account_id=alice.account.id),
        accounts.AccountDeleted(at=now, account_id=alice.account.id),
    ]
    about_others = [
        access.TokensRevoked(at=now, token_ids=(1,)),
        access.UserChanged(at=now, user_id=bob.user.id),
        accounts.AccountSuspended(at=now, account_id=bob.account.id),
        accounts.AccountCreated(at=now, account_id=alice.account.id),
    ]

    assert [concerns(fact, principal) for fact in about_alice] == [True] * 4
    assert [concerns(fact, principal) for fact in about_others] == [False] * 4


class Interrupted:
    """A database where something happens while the first read is under way, as on a server across a network."""

    def __init__(self, db):
        self._db = db
        self.meanwhile = None

    def read(self):
        return self

    async def __aenter__(self):
        self._reading = self._db.read()
        tx = await self._reading.__aenter__()
        await tx.one(int, "SELECT count(*) FROM tokens")  # from here on it sees this moment
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return tx

    async def __aexit__(self, *error):
        await self._reading.__aexit__(*error)
