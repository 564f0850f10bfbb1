"""A program hands over an e-mail address, and whoever has it is asked before anything comes."""

import re

import pytest

from pinson.domain import alerts
from pinson.domain.alerts import Publisher, Source, publishers
from pinson.domain.deliveries import Channel
from tests.interfaces.web.visitor import Visitor

FRENCH = {"accept-language": "fr"}


async def agree(world):
    """Follow the link of the first letter, and press its button."""
    text = world.letters()[0].get_body(("plain",)).get_content()
    visitor = Visitor(world)
    page = await visitor.open(re.search(r"https://pinson.example(/s/confirm/\S+)", text)[1])
    await visitor.send(page)
    return text


async def subscribe(world, account, email="lea@mail.example", **more):
    """As a widget does, without a token."""
    path = f"/api/v1/accounts/{account.id}/email_subscriptions"
    return await world.client().post(path, json={"email": email}, headers=FRENCH, **more)


async def test_whoever_has_the_address_agrees_by_the_letter_and_the_register_says_what_it_read(world):
    lab = await world.person("lab", display_name="Le Lab")
    assert (await world.client().get(f"/api/v1/accounts/{lab.id}")).json()["email_subscriptions"]

    answer = await subscribe(world, lab)
    await world.settle()
    await world.publish(lab, "Too early")
    await world.settle()
    text = await agree(world)
    await world.publish(lab, "Collisions !")
    await world.settle()

    assert (answer.status_code, answer.json()) == (200, {})
    assert [one["Subject"] for one in world.letters()[1:]] == ["Collisions !"]
    [consent] = await world.ask(alerts.found_in_register, Channel.EMAIL, "lea@mail.example")
    assert (consent.source, consent.lang, consent.confirmed_how) == (Source.APP, "fr", "link")
    assert consent.wording in " ".join(text.split())
    assert "Le Lab" in consent.wording


async def test_the_answer_tells_nobody_whether_an_address_is_known(world):
    lab, town = await world.people("lab", "town")
    first = await subscribe(world, lab)
    await world.settle()
    await agree(world)

    again, other, unknown = (
        await subscribe(world, lab),
        await subscribe(world, town),
        await subscribe(world, lab, "tom@mail.example"),
    )

    assert {(one.status_code, one.text) for one in (first, again, other, unknown)} == {(200, "{}")}


@pytest.mark.parametrize("email", ["", "lea", "lea@", "lea@mail.example\r\nBcc: x@y.example"])
async def test_what_is_no_address_is_refused(world, email):
    answer = await subscribe(world, await world.person("lab"), email)

    assert answer.status_code == 422


async def test_whoever_sells_something_sends_people_to_the_page_where_offers_are_agreed_to(world):
    shop = await world.person("shop")
    await world.tools.db.write(publishers.change, publisher=Publisher(shop.account_id, commercial=True))

    answer = await subscribe(world, shop)

    assert answer.status_code == 422
    assert "https://pinson.example/s/shop" in answer.json()["error"]


@pytest.mark.parametrize("settings", [{"limits.enabled": True}])
async def test_one_place_asks_for_so_many_only(world):
    lab = await world.person("lab")

    answers = [await subscribe(world, lab, f"reader{number}@mail.example") for number in range(61)]

    assert {one.status_code for one in answers[:60]} == {200}
    assert answers[60].status_code == 429
