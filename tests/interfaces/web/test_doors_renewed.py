"""A browser that has another push subscription goes on being rung, and what its reader agreed to stands."""

import pytest
import pytest_asyncio

from pinson.domain import alerts
from pinson.domain.deliveries import Channel
from tests.interfaces.web.test_doors import form_of, proofs, wishes
from tests.interfaces.web.visitor import Visitor
from tests.push_sink import Browser

ONE, TWO = "https://push.example/one", "https://push.example/two"


class Device:
    """A browser that nobody has used here before."""

    def __init__(self, world):
        self.world = world
        self.visitor = Visitor(world)
        self.keys = Browser().subscription

    async def allow(self, endpoint=ONE, *, keys=None, name="lab"):
        """Ask to be rung."""
        page = await self.visitor.open(f"/s/{name}")
        keys = {"endpoint": endpoint} | (keys or self.keys)
        assert "Done." in (await self.visitor.send(page, form=form_of(page, "browser"), **keys)).text

    async def renew(self, *, was=ONE, proof=None, endpoint=TWO, keys=None):
        """Say that it has another subscription, as its worker does: with no cookie and no token of a form."""
        body = {"was": was, "proof": proof or self.keys["auth"], "endpoint": endpoint} | (keys or self.keys)
        return (await Visitor(self.world).client.post("/s/renew/browser", data=body)).status_code


@pytest.fixture
async def lab(world):
    return await world.person("lab")


@pytest_asyncio.fixture
async def device(world, lab):
    """One that is rung."""
    device = Device(world)
    await device.allow()
    return device


async def the_address(world):
    """The only one there is."""
    (wish,) = await wishes(world)
    return (await world.ask(alerts.addresses, [wish.address_id]))[wish.address_id]


async def test_what_is_wanted_goes_on_at_the_new_subscription_and_its_proof_is_found_by_it(world, device):
    before, new = await the_address(world), Browser().subscription
    assert await device.renew(keys=new) == 204

    after = await the_address(world)
    assert (after.id, after.value, after.keys) == (before.id, TWO, new)
    (proof,) = await world.ask(alerts.found_in_register, Channel.BROWSER, TWO)
    assert proof.withdrawn_at is None
    assert await world.ask(alerts.found_in_register, Channel.BROWSER, ONE) == []


async def test_a_subscription_at_which_nothing_seemed_to_arrive_is_rung_again(world, device):
    address = await the_address(world)
    await world.write(alerts.lose, address_id=address.id, why="the push service answers 410")
    assert 'data-rung=""' in (await device.visitor.open("/alertes")).html

    assert await device.renew(endpoint=ONE) == 204
    assert (await the_address(world)).lost_at is None
    for path in ("/alertes", "/s/lab"):
        assert 'data-rung="ddf8b929d0cb630f"' in (await device.visitor.open(path)).html, path


async def test_the_last_word_about_the_old_subscription_does_not_end_the_new_one(world, device):
    address = await the_address(world)
    assert await device.renew() == 204
    await world.write(alerts.lose, address_id=address.id, why="the push service answers 410", value=ONE)
    assert (await the_address(world)).lost_at is None


async def test_nobody_turns_away_what_somebody_elses_browser_gets(world, device):
    for said, status in (
        ({"proof": Browser().subscription["auth"]}, 404),
        ({"proof": "="}, 404),
        ({"was": TWO}, 404),
        ({"endpoint": "http://push.example/two"}, 422),
        ({"keys": {"p256dh": "x", "auth": "x"}}, 422),
    ):
        assert await device.renew(**said) == status, said
    assert (await the_address(world)).value == ONE


async def test_who_asked_anew_before_the_browser_said_so_gets_each_thing_once(world, device):
    new = Browser().subscription
    await world.person("town")
    await device.allow(name="town")
    await device.allow(TWO, keys=new, name="town")
    assert len(await wishes(world)) == 3

    assert await device.renew(keys=Browser().subscription) == 404, "whoever knows an endpoint has no part in it"
    assert await device.renew(keys=new) == 204

    found = await wishes(world)
    assert len(found) == 2
    (address_id,) = {wish.address_id for wish in found}
    assert (await world.ask(alerts.addresses, [address_id]))[address_id].value == TWO
    assert sorted(proof.withdrawn_how for proof in await proofs(world)) == ["", "", "lost"]
    assert len(await world.ask(alerts.found_in_register, Channel.BROWSER, TWO)) == 2
