"""A drawn telephone: what was sent to it is read, with its cost, and what is written on it is done."""

import asyncio

import pytest

from pinson.domain import phones
from pinson.domain.phones import Pocket
from tests.interfaces.web.visitor import Visitor

PHONE = "/telephone/33639981234"


@pytest.fixture
def settings():
    """Drawn telephones."""
    return {"sms.backend": "simulator", "sms.number": "38000"}


@pytest.fixture
async def working(world):
    """What runs beside the requests goes on."""

    async def work():
        while True:
            await world.settle()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(work())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_somebody_follows_on_a_drawn_telephone_in_three_steps(world, working):
    lab = await world.person("lab", display_name="Le Labo")
    visitor = Visitor(world, lang="fr")

    page = await visitor.open(PHONE)
    page = await visitor.send(page, text="SUIVRE lab")
    assert "Recevoir Le Labo par SMS" in page.text
    page = await visitor.send(page, text="OUI")
    await world.publish(lab, "Fête de l’été")
    async with asyncio.timeout(60):
        while "Fête" not in (page := await visitor.open(PHONE)).text:  # noqa: ASYNC110  (by another task)
            await asyncio.sleep(0.02)

    assert "Le Labo : Fête de l'été" in page.text
    assert "70\u00a0par SMS" in page.text
    assert 'class="mine"' in page.html


async def test_each_visitor_takes_a_telephone(world):
    answer = await world.client().get("/telephone")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/telephone/3363998")


async def test_the_door_of_texts_leads_to_one_with_the_command_ready(world):
    await world.person("lab")
    visitor = Visitor(world)

    door = await visitor.open("/s/lab")
    leads = [link for link in door.links if link.startswith("/telephone?")]
    page = await visitor.open(leads[0])

    assert page.forms[-1].fields["text"] == "FOLLOW lab"


@pytest.mark.parametrize("number", ["33612345678", "33639971234", "abc", "3363998123", "336399812345"])
async def test_numbers_that_somebody_may_have_are_not_shown(world, number):
    assert (await world.client().get(f"/telephone/{number}")).status_code == 422


async def test_a_part_of_the_page_is_what_changes(world):
    answer = await world.client().get(PHONE, headers={"x-fragment": "1"})

    assert answer.status_code == 200
    assert "<html" not in answer.text


@pytest.mark.parametrize("settings", [{"sms.backend": "none"}])
async def test_where_texts_go_elsewhere_no_telephone_is_drawn(world):
    assert (await world.client().get("/telephone")).status_code == 404
    assert (await world.client().get(PHONE)).status_code == 404
    assert (await world.client().post(PHONE, data={"text": "STOP"})).status_code in (403, 404, 422)


async def test_a_member_lets_telephones_publish_after_a_code(world):
    lab = await world.person("lab")
    visitor = Visitor(world)
    await visitor.sign_in("lab")

    page = await visitor.open("/settings/posting")
    refused = await visitor.send(page, form=-1, allowed="1", code="12")
    saved = await visitor.send(await visitor.open("/settings/posting"), form=-1, allowed="1", code="4821")

    assert "four digits" in refused.text
    assert saved.status == 200
    assert await world.ask(phones.pocket, lab.account_id) == Pocket(lab.account_id, allowed=True, code="4821")
