"""Letters to people about their account, and what becomes of those that cannot be sent."""

import re
from datetime import timedelta

import pytest

from pinson import letters
from pinson.domain import access
from pinson.domain.access import ConfirmationAsked, SignUp, UserApproved
from pinson.lib import reactor
from pinson.reactions import LETTERS, REACTIONS
from tests.world import PASSWORD

confirming = pytest.mark.parametrize("settings", [{"registration.confirm_email": True}])


async def newcomer(world, *, email="ana@mail.example", locale="en"):
    """Somebody who has just signed up."""
    form = SignUp("ana", email, agreement=True, locale=locale)
    applicant = await access.prepare(form, password=PASSWORD, passwords=world.tools.passwords)
    new = await world.write(access.sign_up, applicant=applicant, mode=access.SignUpMode.OPEN, confirm_email=True)
    return new.user


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


@confirming
@pytest.mark.parametrize(
    ("locale", "subject", "said"),
    [
        ("en", "Confirm your e-mail address for Pinson (pinson.example)", "The link works once, for two days."),
        ("fr-CA", "Confirmez votre adresse e-mail pour Pinson (pinson.example)", "pendant deux jours."),
        ("de", "Confirm your e-mail address for Pinson (pinson.example)", "The link works once, for two days."),
    ],
)
async def test_a_letter_is_in_the_users_language(world, locale, subject, said):
    await newcomer(world, locale=locale)
    await world.settle()

    [letter] = world.letters()
    assert letter["subject"] == subject
    assert said in text_of(letter)
    assert said in letter.get_body(("html",)).get_content()


@confirming
async def test_both_forms_of_a_letter_hold_the_same_link(world):
    await newcomer(world)
    await world.settle()

    [letter] = world.letters()
    link = re.search(r"https://\S+", text_of(letter))[0]
    assert f'<a href="{link}"' in letter.get_body(("html",)).get_content()


@confirming
async def test_who_confirmed_meanwhile_gets_no_letter(world):
    user = await newcomer(world)
    await world.settle()
    token = re.search(r"token=(\S+)", text_of(world.letters()[0]))[1]
    await world.write(access.confirm, secret=token)

    await letters.send_confirmation(world.tools, ConfirmationAsked(at=world.clock.now(), user_id=user.id))

    assert len(world.letters()) == 1


@confirming
async def test_a_user_who_is_gone_gets_no_letter(world):
    for fact in (
        ConfirmationAsked(at=world.clock.now(), user_id=1),
        UserApproved(at=world.clock.now(), user_id=1),
        access.SignUpRepeated(at=world.clock.now(), user_id=1),
    ):
        await dict(REACTIONS[type(fact)])[LETTERS](world.tools, fact)

    assert world.letters() == []


@confirming
async def test_a_letter_that_failed_is_written_again_with_a_link_that_works(world):
    (world.folder / "mail").write_text("in the way")
    await newcomer(world)
    await world.settle()
    assert await world.ask(reactor.waiting) == 1

    (world.folder / "mail").unlink()
    world.clock.move(timedelta(minutes=1))
    await world.settle()

    [letter] = world.letters()
    token = re.search(r"token=(\S+)", text_of(letter))[1]
    assert (await world.write(access.confirm, secret=token)).email == "ana@mail.example"


@confirming
async def test_two_letters_are_never_taken_for_one(world):
    user = await newcomer(world)
    fact = ConfirmationAsked(at=world.clock.now(), user_id=user.id)

    await letters.send_confirmation(world.tools, fact)
    world.clock.move(timedelta(seconds=1))
    await letters.send_confirmation(world.tools, fact)

    assert len({letter["message-id"] for letter in world.letters()}) == 2


@confirming
async def test_a_letter_that_nobody_will_ever_take_is_given_up(world):
    await newcomer(world, email=f"ana@{'a' * 64}.example")
    await world.settle()

    assert world.letters() == []
    assert await world.ask(reactor.waiting) == 0
    assert await world.ask(reactor.dead_letters) == []


@pytest.mark.parametrize("settings", [{"registration.confirm_email": True, "instance.title": "<b>A & B</b>"}])
async def test_a_title_stays_text_in_a_letter(world):
    await newcomer(world)
    await world.settle()

    [letter] = world.letters()
    assert "<b>A & B</b> (pinson.example)" in text_of(letter)
    assert "&lt;b&gt;A &amp; B&lt;/b&gt; (pinson.example)" in letter.get_body(("html",)).get_content()
