"""Whoever was decided about asks for it to be looked at again, even if they cannot sign in any more."""

import re
from datetime import timedelta

import pytest

from pinson.domain.access import UserRole
from tests.interfaces.web.test_desk import EVIL, decide
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def mona(world):
    """A moderator's browser."""
    await world.person("mona", role=UserRole.MODERATOR)
    visitor = Visitor(world)
    await visitor.sign_in("mona")
    return visitor


@pytest.fixture
async def suspended(world, mona):
    """Mal, whose account is suspended, and the link of the letter about it."""
    mal = await world.person("mal")
    await decide(mona, f"/moderation/accounts/{mal.id}", "suspend", "De la publicité")
    return mal, await link_of(world)


async def link_of(world):
    """The link of the last letter."""
    await world.settle()
    return re.search(r"/appeals/\S+", world.letters()[-1].get_body(("plain",)).get_content())[0]


async def contest(world, link, text="C’est ma boutique"):
    """Open the link of a letter in a new browser, and fill in the form."""
    visitor = Visitor(world)
    return await visitor.send(await visitor.open(link), text=text)


async def warnings(world, person):
    """What a person's apps know of decisions."""
    told = (await world.client(person).get("/api/v1/notifications")).json()
    return [one["moderation_warning"]["appeal"] for one in told if one["type"] == "moderation_warning"]


async def answer(mona, link, granted):
    """A moderator answers."""
    page = await mona.open(f"/moderation{link.partition('?')[0]}")
    return await mona.send(page, text="Nous avons relu", button=("granted", granted))


async def test_an_appeal_that_is_granted_takes_the_decision_back_and_says_so(world, mona, suspended):
    _, link = suspended
    assert "De la publicité" in (await Visitor(world).open(link)).text

    asked = await contest(world, link)
    assert "A moderator will read it" in asked.text
    assert "Appeals 1" in (await mona.open("/moderation")).text
    assert link.partition("?")[0] in "".join((await mona.open("/moderation/appeals")).links)
    page = await mona.open(f"/moderation{link.partition('?')[0]}")
    assert "C’est ma boutique" in page.text
    assert "You took this decision yourself" in page.text
    assert (await Visitor(world).open("/@mal")).status == 404

    await answer(mona, link, "1")
    await world.settle()

    assert (await Visitor(world).open("/@mal")).status == 200
    assert "The decision was taken back" in (await Visitor(world).open(link)).text
    letter = world.letters()[-1]
    assert letter["to"] == "mal@mail.example"
    assert "Nous avons relu" in letter.get_body(("plain",)).get_content()
    assert "took back, after an appeal, a decision about mal" in (await mona.open("/moderation/register")).text
    assert link.partition("?")[0] in "".join((await mona.open("/moderation/appeals?answered=1")).links)


async def test_an_appeal_that_is_not_granted_changes_nothing_and_is_answered_once(world, mona, suspended):
    _, link = suspended
    await contest(world, link)
    page = await mona.open(f"/moderation{link.partition('?')[0]}")

    await answer(mona, link, "0")
    again = await mona.send(page, text="Encore", button=("granted", "1"))

    assert again.status == 409
    assert (await Visitor(world).open("/@mal")).status == 404
    assert "The decision stays" in (await Visitor(world).open(link)).text


async def test_the_owner_who_can_sign_in_needs_no_key(world, mona):
    mal = await world.person("mal")
    await decide(mona, f"/moderation/accounts/{mal.id}", "none", "Doucement")
    path = (await link_of(world)).partition("?")[0]
    visitor, other = Visitor(world), Visitor(world)
    await visitor.sign_in("mal")
    await world.person("ana")
    await other.sign_in("ana")

    await visitor.send(await visitor.open(path), text="Pourquoi ?")

    assert await warnings(world, mal) == [{"text": "Pourquoi ?", "state": "pending"}]
    await answer(mona, path, "1")
    assert await warnings(world, mal) == [{"text": "Pourquoi ?", "state": "approved"}]
    for who, address in ((other, path), (Visitor(world), f"{path}?key="), (Visitor(world), f"{path}?key=é")):
        assert (await who.open(address)).status == 404
    assert (await visitor.open("/appeals/1")).status == 404


async def test_one_may_write_once_and_say_why_and_within_six_months(world, mona, suspended):
    _, link = suspended
    browser = Visitor(world)
    form = await browser.open(link)

    assert (await browser.send(form, text=" ")).status == 422
    assert (await browser.send(form, text="x" * 5001)).status == 422
    assert (await browser.send(form, text=EVIL)).status == 200
    assert (await browser.send(form, text="Encore")).status == 409
    assert "<script>alert" not in (await browser.open(link)).html
    assert "<script>alert" not in (await mona.open(f"/moderation{link.partition('?')[0]}")).html
    eve = await world.person("eve")
    await decide(mona, f"/moderation/accounts/{eve.id}", "none", "Doucement")
    late = await browser.open(await link_of(world))
    world.clock.move(timedelta(days=185))
    assert (await browser.send(late, text="Trop tard")).status == 422
    assert "more than six months old" in (await browser.open(await link_of(world))).text


async def test_those_who_moderate_are_told_of_an_appeal_by_letter_and_by_number(world, mona, suspended):
    mal, link = suspended
    root = await world.person("root", role=UserRole.ADMIN)
    await world.person("ana")
    await contest(world, link)
    await world.settle()

    letters = [one for one in world.letters() if "contested" in one["subject"]]
    assert sorted(one["to"] for one in letters) == ["mona@mail.example", "root@mail.example"]
    letter = letters[0].get_body(("plain",)).get_content()
    page = await mona.open(re.search(r"/moderation/appeals/\d+", letter)[0])
    assert "C’est ma boutique" in page.text
    assert "C’est ma boutique" not in letter
    assert "Moderation 1 to be looked at" in (await mona.open("/explore")).text
    assert "1 appeal waits for an answer" in (await mona.open("/notifications")).text
    assert (root.username, mal.username) == ("root", "mal")

    await answer(mona, link, "")
    assert "to be looked at" not in (await mona.open("/explore")).text
    assert "appeal waits" not in (await mona.open("/notifications")).text


async def test_a_notification_of_a_decision_leads_to_the_page_where_one_answers_it(world, mona):
    mal = await world.person("mal")
    await decide(mona, f"/moderation/accounts/{mal.id}", "none", "Doucement")
    await world.settle()
    visitor = Visitor(world)
    await visitor.sign_in("mal")

    told = await visitor.open("/notifications")
    page = await visitor.open(next(link for link in told.links if link.startswith("/appeals/")))

    assert "Doucement" in page.text
    assert "You do not agree?" in page.text
    assert "Moderation" not in told.text
