"""A list of addresses is invited, once each; only who answers is alerted, and who refuses is never asked again."""

import re

import pytest

from pinson.domain import alerts
from pinson.domain.alerts import register
from pinson.domain.deliveries import Channel
from tests.interfaces.web.visitor import Visitor

LIST = "ana@mail.example\nBen Durand;ben@mail.example;Lyon\n06 39 98 12 34\nANA@mail.example\nno address here\n"


@pytest.fixture
def settings():
    """Texts go to drawn telephones."""
    return {"sms.backend": "simulator", "sms.number": "38000"}


@pytest.fixture
async def town(world):
    return await world.person("town", display_name="Portelune")


@pytest.fixture
async def member(world, town):
    browser = Visitor(world)
    await browser.sign_in("town@mail.example")
    return browser


async def invite(member, addresses, **more):
    page = await member.open("/settings/invitations?lang=en")
    form = next(number for number, one in enumerate(page.forms) if one.action == "/settings/invitations")
    return await member.send(page, form=form, addresses=addresses, **more)


def link_in(letter, pattern):
    return re.search(pattern, letter.get_body(("plain",)).get_content())[0]


async def test_each_address_is_asked_once_and_what_cannot_be_read_comes_back(world, member):
    page = await invite(member, LIST, agreed="1")
    await world.settle()
    again = await invite(member, "ana@mail.example", agreed="1")
    await world.settle()

    assert page.status == 422
    assert "3 invitations leave now." in page.text
    assert "no address here" in page.text
    assert "1 was asked before, follows you already, or wants no invitations." in again.text
    assert sorted(letter["to"] for letter in world.letters()) == ["ana@mail.example", "ben@mail.example"]
    telephone = await member.open("/telephone/33639981234")
    assert "Answer FOLLOW town" in telephone.text


async def test_nobody_is_invited_by_who_does_not_say_that_they_may(world, member):
    page = await invite(member, LIST)
    await world.settle()

    assert page.status == 422
    assert "Tick that these people know you" in page.text
    assert world.letters() == []
    assert "no address here" in page.html  # nothing of the list is lost


async def test_who_is_invited_and_does_nothing_is_not_alerted(world, town, member):
    await invite(member, "ana@mail.example", agreed="1")
    await world.settle()

    await world.publish(town, "The road is closed")
    await world.settle()

    assert len(world.letters()) == 1
    assert await world.ask(register.of_account, town.account_id) == []


async def test_who_chooses_is_alerted_and_the_proof_says_that_they_were_invited(world, town, member):
    await invite(member, "ana@mail.example", agreed="1")
    await world.settle()
    page = link_in(world.letters()[0], r"https://pinson.example/s/town\?via=\w+")
    stranger = Visitor(world)
    sheet = await stranger.open(f"{page.removeprefix('https://pinson.example')}&door=email&lang=en")
    form = next(number for number, one in enumerate(sheet.forms) if "email" in one.fields)

    await stranger.send(sheet, form=form, email="ana@mail.example")

    (line,) = await world.ask(register.of_account, town.account_id)
    assert (line.source, line.confirmed_at) == ("invitation", None)


async def test_who_refuses_is_invited_by_nobody_again_and_looking_refuses_nothing(world, member):
    await invite(member, "ana@mail.example", agreed="1")
    await world.settle()
    path = link_in(world.letters()[0], r"https://pinson.example/s/non/\S+").removeprefix("https://pinson.example")
    await world.person("shop")
    other = Visitor(world)
    await other.sign_in("shop@mail.example")
    stranger = Visitor(world)

    page = await stranger.open(f"{path}?lang=en")
    secret = await world.write(lambda tx, now: alerts.secret(tx))
    assert await world.ask(register.of_address, Channel.EMAIL, "ana@mail.example", secret=secret) == []
    done = await stranger.send(page, form=next(n for n, one in enumerate(page.forms) if one.action == path))
    came = await invite(other, "ana@mail.example", agreed="1")
    await world.settle()

    assert "nobody on this server will invite you again" in done.text
    assert "0 invitations leave now." in came.text
    assert len(world.letters()) == 1


async def test_stop_by_text_refuses_invitations_too(world, member):
    await invite(member, "06 39 98 12 34", agreed="1")
    await world.settle()
    page = await member.open("/telephone/33639981234")
    form = next(number for number, one in enumerate(page.forms) if one.action.startswith("/telephone/"))
    await member.send(page, form=form, text="STOP")
    await world.person("shop")
    other = Visitor(world)
    await other.sign_in("shop@mail.example")

    came = await invite(other, "06 39 98 12 34", agreed="1")

    assert "0 invitations leave now." in came.text
