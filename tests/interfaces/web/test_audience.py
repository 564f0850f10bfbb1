"""Whoever writes sees whom a message will reach, by which way, and what that costs."""

import pytest

from pinson.domain.alerts import Rhythm, Wish
from pinson.domain.deliveries import Channel
from tests.flows.test_alerts import Town, of
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
def settings():
    """Telephones that are drawn on a page, and what a part would cost."""
    return {"sms.backend": "simulator", "sms.number": "38000", "sms.price_per_part": "0.045"}


@pytest.fixture
async def member(world):
    await world.person("lab")
    browser = Visitor(world)
    await browser.sign_in("lab@mail.example")
    return browser


async def lab_of(world):
    answer = await world.client().get("/api/v1/accounts/lookup?acct=lab")
    return type("Person", (), {"account_id": int(answer.json()["id"])})()


async def test_recipients_are_counted_by_way_with_what_a_part_costs(world, member):
    town, lab = Town(world), await lab_of(world)
    for number in range(3):
        await town.ask(f"+3360000000{number}", of(lab))
    await town.ask("+33600000009", of(lab), wish=Wish(Rhythm.DIGEST))
    await town.ask("+33600000008", of(lab), confirmed=False)
    await town.ask("a@mail.example", of(lab), channel=Channel.EMAIL)

    page = await member.open("/write?lang=en")

    assert "Who is alerted 1 E-mail 3 SMS and 1 later, in a digest" in page.text
    assert "Each part of the SMS costs €0.14 in all." in page.text


async def test_a_correction_reaches_who_had_the_error(world, member):
    town, lab = Town(world), await lab_of(world)
    await town.ask("+33600000001", of(lab))
    form = await member.open("/write?lang=en")
    number = next(number for number, one in enumerate(form.forms) if one.action == "/write")
    await member.send(
        form,
        form=number,
        text="At 10:15 a power jolt cut the magnets in Geneva: more at 11:00.",
        button=("do", "publish"),
    )
    (wrong,) = (await world.client().get(f"/api/v1/accounts/{lab.account_id}/statuses")).json()
    await town.settle()
    await town.ask("+33600000002", of(lab))

    page = await member.open(f"/write?corrects_id={wrong['id']}&lang=en")

    assert "Exactly those who had the first message, by the same way. 1 SMS" in page.text


async def test_who_has_no_readers_yet_is_told_where_messages_are_all_the_same(member):
    page = await member.open("/write?lang=fr")

    assert "Personne n’a encore demandé d’alertes." in page.text
