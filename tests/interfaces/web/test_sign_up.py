"""Signing up, and showing that an address is one's own."""

import re
from datetime import timedelta

import pytest

from pinson.domain import access
from tests.interfaces.web.visitor import Visitor, visitor_from
from tests.world import PASSWORD

FORM = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "1"}
confirming = pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])

limited = pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.sign_up_per_30_minutes": 2}])


async def signed_up(visitor, **changed):
    """The page that answers the form."""
    return await visitor.send(await visitor.open("/auth/sign_up"), **FORM | changed)


async def link_of(world, number=-1):
    """The path that a letter leads to."""
    await world.settle()
    text = world.letters()[number].get_body(("plain",)).get_content()
    return re.search(r"https://pinson\.example(/\S+)", text)[1]


async def test_whoever_signs_up_can_sign_in(world, visitor):
    page = await signed_up(visitor)

    assert page.status == 200
    assert "You can sign in now." in page.text
    assert "@ana@pinson.example" in (await visitor.sign_in("ana")).html


@confirming
async def test_an_address_that_is_taken_is_told_to_its_owner_alone(world):
    await world.person("alice")
    free = await signed_up(Visitor(world))
    taken = await signed_up(Visitor(world), username="other", email="Alice@mail.example")
    await world.settle()

    assert (taken.status, taken.text) == (free.status, free.text.replace("ana@mail", "Alice@mail"))
    assert {letter["to"]: letter["subject"] for letter in world.letters()} == {
        "ana@mail.example": "Confirm your e-mail address for Pinson (pinson.example)",
        "alice@mail.example": "You already have an account on Pinson (pinson.example)",
    }


@confirming
async def test_a_taken_address_shows_in_no_other_refusal(world, visitor):
    await world.person("alice")

    page = await signed_up(visitor, username="alice", email="alice@mail.example")

    assert page.status == 422
    assert "This username is already taken." in page.text
    assert "address is already" not in page.text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            [
                "Choose a username.",
                "This is not an e-mail address.",
                "A password has at least 8 characters.",
                "The terms of this server must be accepted.",
            ],
        ),
        (
            "fr",
            [
                "Choisissez un nom d’utilisateur.",
                "Ceci n’est pas une adresse e-mail.",
                "Un mot de passe compte au moins 8\u00a0caractères.",
                "Il faut accepter les conditions de ce serveur.",
            ],
        ),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_in_the_readers_language(world, lang, said):
    visitor = Visitor(world, lang=lang)
    page = await visitor.open("/auth/sign_up")

    answer = await visitor.send(page, username="", email="x", password="short")

    assert answer.status == 422
    for field, text in zip(("username", "email", "password", "agreement"), said, strict=True):
        assert f'<p class="problem" id="{field}-problem">{text}</p>' in answer.html
        assert re.search(rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-problem" aria-invalid="true"', answer.html)
        assert f'<a href="#{field}">{text}</a>' in answer.html
    assert answer.forms[0].fields["email"] == "x"


async def test_the_user_is_written_to_in_the_language_they_signed_up_in(world):
    await signed_up(Visitor(world, lang="fr"))
    [ana] = await world.ask(access.people)

    assert (await world.ask(access.user, ana.user_id)).locale == "fr"


@pytest.mark.parametrize("settings", [{"registration.mode": "closed"}])
async def test_a_closed_server_says_so_and_offers_nothing(visitor):
    page = await visitor.open("/auth/sign_up")

    assert page.status == 403
    assert "does not take new members" in page.text
    assert page.forms == []
    assert "/auth/sign_up" not in (await visitor.open("/")).links
    assert "/auth/sign_up" not in (await visitor.open("/auth/sign_in")).links


@pytest.mark.parametrize("settings", [{"registration.mode": "approval"}])
async def test_who_waits_for_a_moderator_is_told_so(world, visitor):
    without = await signed_up(visitor)
    page = await signed_up(visitor, reason="To follow the beams")

    assert "Say in a few words why you would like to join." in without.text
    assert "A moderator reads your request" in page.text
    assert "A moderator still has to accept your request." in (await visitor.sign_in("ana")).html


@pytest.mark.parametrize("settings", [{"registration.mode": "invitation"}])
async def test_an_invitation_opens_the_door_once(world, visitor):
    alice = await world.person("alice")
    await world.write(access.invite, user_id=alice.user_id, code="tell-me", expires_at=None, max_uses=1)

    without = await signed_up(visitor)
    invited = await visitor.open("/auth/sign_up?invite_code=tell-me")
    page = await visitor.send(invited, **FORM)
    again = await signed_up(visitor, username="bob", email="bob@mail.example", invite_code="tell-me")

    assert "Signing up takes an invitation." in without.text
    assert "You can sign in now." in page.text
    assert "This invitation is no longer valid." in again.text


@confirming
async def test_a_program_that_follows_the_link_confirms_nothing(world, visitor):
    await signed_up(visitor)
    link = await link_of(world)

    opened = [await Visitor(world).open(link) for _ in range(3)]
    await Visitor(world).client.head(link)
    confirmed = await visitor.send(opened[0], follow=False, csrf=(await visitor.open(link)).forms[0].fields["csrf"])

    assert confirmed.status_code == 200
    assert "Your account is open." in confirmed.text


@confirming
async def test_a_link_confirms_once_and_for_two_days(world, visitor):
    await signed_up(visitor)
    link = await link_of(world)
    world.clock.move(timedelta(days=2))
    late = await visitor.send(await visitor.open(link))

    await visitor.sign_in("ana")
    await visitor.send(await visitor.open("/auth/confirmation"))
    fresh = await link_of(world)
    answers = [await visitor.send(await visitor.open(fresh)) for _ in range(2)]

    assert late.status == 422
    assert "This link is no longer valid." in late.text
    assert [answer.status for answer in answers] == [200, 422]


@confirming
async def test_only_the_newest_link_works(world, visitor):
    await signed_up(visitor)
    first = await link_of(world)
    world.clock.move(timedelta(seconds=1))
    await visitor.sign_in("ana")
    asked = await visitor.send(await visitor.open("/auth/confirmation"))
    second = await link_of(world)

    assert "We have written to ana@mail.example again." in asked.text
    assert (await visitor.send(await visitor.open(first))).status == 422
    assert (await visitor.send(await visitor.open(second))).status == 200


@confirming
async def test_whoever_has_not_confirmed_may_sign_in_and_is_told(world, visitor, app, request_of):
    await signed_up(visitor)
    home = await visitor.sign_in("ana")
    consent = await visitor.open(request_of(app))

    assert "Your e-mail address ana@mail.example is not confirmed yet" in home.text
    assert "/auth/confirmation" in home.links
    assert consent.status == 403
    assert "is not confirmed yet" in consent.text
    assert [form.action for form in consent.forms] == []


async def test_asking_for_another_letter_takes_a_session(visitor):
    page = await visitor.open("/auth/confirmation")

    assert page.forms[0].action == "/auth/sign_in?next=%2Fauth%2Fconfirmation"


@limited
async def test_signing_up_is_limited_by_where_it_comes_from(visitor):
    pages = [await signed_up(visitor, username=name, email=f"{name}@mail.example") for name in ("a1", "a2", "a3")]

    assert [page.status for page in pages] == [200, 200, 429]
    assert "Please try again in 30 min." in pages[-1].text


@limited
async def test_who_mistypes_does_not_use_up_the_limit(visitor):
    pages = [await signed_up(visitor, password="short") for _ in range(3)]

    assert [page.status for page in pages] == [422, 422, 422]
    assert (await signed_up(visitor)).status == 200


@limited
async def test_letters_to_a_taken_address_are_limited(world):
    await world.person("alice")
    pages = []
    for n in range(3):
        somebody = visitor_from(world, f"192.0.2.{n}")
        pages.append(await signed_up(somebody, username=f"a{n}", email="alice@mail.example"))
        world.clock.move(timedelta(seconds=1))
    await world.settle()

    assert [page.status for page in pages] == [200, 200, 429]
    assert len(world.letters()) == 2
