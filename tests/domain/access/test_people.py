import pytest

from pinson.domain import access, accounts
from pinson.domain.access import (
    ConfirmationAsked,
    LastOwner,
    MemberRole,
    SignUpClosed,
    SignUpMode,
    SignUpRefused,
    State,
    UserApproved,
    UserChanged,
    UserNotFound,
    UserRole,
    UserSignedUp,
)
from pinson.domain.accounts import AccountDeleted, AccountNotFound, Flaw, UsernameTaken

NOBODY = 7


async def sign_up(house, mode=SignUpMode.OPEN, confirm_email=False, password="correct horse", **form):
    applicant = await house.applicant(password=password, **form)
    return await house.do(access.sign_up, applicant=applicant, mode=mode, confirm_email=confirm_email)


async def invite(house, host, code="code", **bounds):
    return await house.do(
        access.invite, user_id=host.user.id, code=code, **{"expires_at": None, "max_uses": 1} | bounds
    )


async def test_a_newcomer_becomes_a_user_who_owns_an_account(house):
    new = await sign_up(house, username="Zoe", email=" Zoe@Mail.example", locale="fr")

    assert await house.ask(access.memberships, new.user.id) == [
        access.Membership(new.account.id, "Zoe", "", MemberRole.OWNER)
    ]
    assert (new.user.email, new.user.locale, new.user.role) == ("Zoe@Mail.example", "fr", UserRole.USER)
    assert await house.user(new) == new.user
    assert await house.ask(access.owner, new.account.id) == new.user
    assert [fact.account_id for fact in await house.facts(UserSignedUp)] == [new.account.id]


@pytest.mark.parametrize(
    ("mode", "confirm_email", "state"),
    [
        (SignUpMode.OPEN, False, State.OK),
        (SignUpMode.OPEN, True, State.UNCONFIRMED),
        (SignUpMode.APPROVAL, False, State.PENDING),
        (SignUpMode.APPROVAL, True, State.UNCONFIRMED),
    ],
)
async def test_what_a_newcomer_waits_for_depends_on_the_server(house, mode, confirm_email, state):
    new = await sign_up(house, mode, confirm_email, reason="I like birds")

    assert (new.user.state, new.user.reason) == (state, "I like birds")


@pytest.mark.parametrize(
    ("form", "flaws"),
    [
        ({"username": "a b"}, {"username": Flaw.INVALID}),
        ({"username": ""}, {"username": Flaw.BLANK}),
        ({"username": "Admin"}, {"username": Flaw.RESERVED}),
        ({"username": "ALICE"}, {"username": Flaw.TAKEN}),
        ({"email": ""}, {"email": Flaw.BLANK}),
        ({"email": "nobody"}, {"email": Flaw.INVALID}),
        ({"email": "ALICE@mail.example "}, {"email": Flaw.TAKEN}),
        ({"password": "7 chars"}, {"password": Flaw.TOO_SHORT}),
        ({"password": "x" * 300}, {"password": Flaw.TOO_LONG}),
        ({"agreement": False}, {"agreement": Flaw.ACCEPTED}),
        ({"reason": "x" * 1001}, {"reason": Flaw.TOO_LONG}),
        ({"invitation": "guess"}, {"invite_code": Flaw.INVALID}),
        (
            {"username": "alice", "email": "x", "password": "", "agreement": False},
            {
                "username": Flaw.TAKEN,
                "email": Flaw.INVALID,
                "password": Flaw.TOO_SHORT,
                "agreement": Flaw.ACCEPTED,
            },
        ),
    ],
)
async def test_everything_that_is_wrong_with_a_form_is_told_at_once(house, alice, form, flaws):
    with pytest.raises(SignUpRefused) as refused:
        await sign_up(house, **{"email": "zoe@mail.example"} | form)

    assert {refusal.field: refusal.flaw for refusal in refused.value.refusals} == flaws
    assert str(refused.value) == " ".join(map(str, refused.value.refusals))
    assert len(await house.ask(access.people)) == 1


@pytest.mark.parametrize(
    ("mode", "flaws"),
    [(SignUpMode.APPROVAL, {"reason": Flaw.BLANK}), (SignUpMode.INVITATION, {"invite_code": Flaw.BLANK})],
)
async def test_a_mode_may_ask_for_more(house, mode, flaws):
    with pytest.raises(SignUpRefused) as refused:
        await sign_up(house, mode, reason="  ")

    assert {refusal.field: refusal.flaw for refusal in refused.value.refusals} == flaws


async def test_a_closed_server_takes_nobody_not_even_with_an_invitation(house, alice):
    await invite(house, alice)

    with pytest.raises(SignUpClosed):
        await sign_up(house, SignUpMode.CLOSED, invitation="code")


@pytest.mark.parametrize("mode", [SignUpMode.APPROVAL, SignUpMode.INVITATION])
async def test_an_invitation_lets_people_in_at_once(house, alice, mode):
    await invite(house, alice)

    new = await sign_up(house, mode, invitation=" code ")

    assert new.user.state is State.OK


async def test_an_invitation_is_used_as_often_as_it_says(house, alice):
    await invite(house, alice, max_uses=2)
    for name in ("one", "two"):
        await sign_up(house, SignUpMode.INVITATION, username=name, invitation="code")

    with pytest.raises(SignUpRefused):
        await sign_up(house, SignUpMode.INVITATION, username="three", invitation="code")

    assert [invitation.uses for invitation in await house.ask(access.invitations, alice.user.id)] == [2]


async def test_an_invitation_ends_when_it_says(house, alice):
    made = await invite(house, alice, max_uses=None, expires_at=house.now.replace(hour=14, minute=0))
    house.wait(minutes=53)
    await sign_up(house, SignUpMode.INVITATION, username="early", invitation="code")
    house.wait(minutes=1)

    with pytest.raises(SignUpRefused):
        await sign_up(house, SignUpMode.INVITATION, username="late", invitation="code")

    assert made.expires_at == house.now


async def test_a_sign_up_that_fails_does_not_use_its_invitation(house, alice):
    await invite(house, alice)
    with pytest.raises(SignUpRefused):
        await sign_up(house, SignUpMode.INVITATION, username="alice", invitation="code")

    new = await sign_up(house, SignUpMode.INVITATION, username="zoe", invitation="code")

    assert new.account.username == "zoe"


async def test_invitations_are_listed_for_whoever_made_them(house, alice, bob):
    first = await invite(house, alice, code="first")
    second = await invite(house, alice, code="second", max_uses=None)
    await invite(house, bob, code="third")

    assert await house.ask(access.invitations, alice.user.id) == [second, first]


async def test_the_operator_makes_people_who_act_at_once_under_any_free_name(house):
    applicant = await house.applicant("admin")

    root = await house.do(
        access.create_person, applicant=applicant, role=UserRole.ADMIN, display_name="Root", note="Looks after us"
    )

    assert (root.user.state, root.user.role) == (State.OK, UserRole.ADMIN)
    assert (root.account.display_name, root.account.note) == ("Root", "Looks after us")
    with pytest.raises(SignUpRefused):
        await house.person("Admin")


async def test_approving_twice_is_told_once(house):
    new = await sign_up(house, SignUpMode.APPROVAL, reason="I like birds")

    for _ in range(2):
        await house.do(access.approve, user_id=new.user.id)

    assert (await house.user(new)).state is State.OK
    assert [fact.user_id for fact in await house.facts(UserApproved)] == [new.user.id]


async def test_disabling_and_enabling_twice_is_told_once_each(house, alice):
    for verb in (access.disable, access.disable, access.enable, access.enable):
        await house.do(verb, user_id=alice.user.id)

    assert (await house.user(alice)).state is State.OK
    assert len(await house.facts(UserChanged)) == 2


async def test_a_confirmation_is_sent_again_only_while_it_is_needed(house, alice):
    new = await sign_up(house, confirm_email=True)

    for person in (alice, new):
        await house.do(access.ask_confirmation, user_id=person.user.id)

    assert [fact.user_id for fact in await house.facts(ConfirmationAsked)] == [new.user.id]


@pytest.mark.parametrize("verb", [access.approve, access.disable, access.enable, access.ask_confirmation])
async def test_nothing_is_done_to_a_user_who_is_not_there(house, verb):
    with pytest.raises(UserNotFound):
        await house.do(verb, user_id=NOBODY)


async def test_an_account_keeps_an_owner(house, alice, bob):
    account_id = alice.account.id
    await house.do(access.set_member, account_id=account_id, user_id=bob.user.id, role=MemberRole.EDITOR)

    with pytest.raises(LastOwner):
        await house.do(access.end_membership, account_id=account_id, user_id=alice.user.id)
    with pytest.raises(LastOwner):
        await house.do(access.set_member, account_id=account_id, user_id=alice.user.id, role=MemberRole.EDITOR)

    await house.do(access.set_member, account_id=account_id, user_id=bob.user.id, role=MemberRole.OWNER)
    await house.do(access.end_membership, account_id=account_id, user_id=alice.user.id)
    assert await house.ask(access.owner, account_id) == bob.user


async def test_only_what_is_there_has_members(house, alice):
    with pytest.raises(AccountNotFound):
        await house.do(access.set_member, account_id=NOBODY, user_id=alice.user.id, role=MemberRole.OWNER)
    with pytest.raises(UserNotFound):
        await house.do(access.set_member, account_id=alice.account.id, user_id=NOBODY, role=MemberRole.EDITOR)


async def test_a_deleted_account_takes_with_it_those_who_had_no_other(house, alice, bob):
    shop = await house.do(accounts.create, username="shop")
    for person in (alice, bob):
        await house.do(access.set_member, account_id=shop.id, user_id=person.user.id, role=MemberRole.OWNER)
    await house.token(alice)
    await house.sign_in("alice")
    await house.do(accounts.delete, account_id=shop.id)
    await house.do(accounts.delete, account_id=alice.account.id)

    for fact in await house.facts(AccountDeleted) * 2:  # a reaction may run twice
        await house.do(access.forget_account, account_id=fact.account_id)

    assert await house.user(alice) is None
    assert await house.ask(access.session_user, "the cookie", now=house.now) is None
    assert await house.tokens.principal("the token") is None
    assert [one.account_id for one in await house.ask(access.memberships, bob.user.id)] == [bob.account.id]
    again = await sign_up(house, username="alice2", email="alice@mail.example")
    assert again.user.email == "alice@mail.example"
    with pytest.raises(UsernameTaken):
        await house.do(accounts.create, username="alice")


async def test_the_operator_sees_every_account_and_its_people(house, alice, bob):
    shop = await house.do(accounts.create, username="shop")
    await house.do(access.set_member, account_id=alice.account.id, user_id=bob.user.id, role=MemberRole.ANALYST)
    await house.do(accounts.suspend, account_id=bob.account.id)

    listed = [
        (one.username, one.email, one.member_role, one.suspended_at is not None)
        for one in await house.ask(access.people)
    ]

    assert listed == [
        ("alice", "alice@mail.example", MemberRole.OWNER, False),
        ("alice", "bob@mail.example", MemberRole.ANALYST, False),
        ("bob", "bob@mail.example", MemberRole.OWNER, True),
        (shop.username, None, None, False),
    ]
