"""A profile shows which of its sites are proven: they link back to it."""

from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import accounts
from pinson.domain.accounts import Changes, Field
from pinson.domain.links import proofs
from pinson.lib import reactor
from tests.interfaces.web.visitor import Visitor
from tests.site import a_site

BACK = '<link rel="me" href="https://pinson.example/@ana">'


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


@pytest.fixture
async def site():
    async with a_site() as site:
        yield site


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana")


async def say(world, person, *values, **changes):
    """Give a profile these lines, and let what follows happen."""
    fields = tuple(Field(f"Site {number}", value) for number, value in enumerate(values))
    await world.write(accounts.change, account_id=person.account_id, changes=Changes(fields=fields, **changes))
    await world.settle()


async def proven_at(world, person):
    """Since when each line is proven, as apps see it."""
    account = (await world.client().get(f"/api/v1/accounts/{person.id}")).json()
    return [line["verified_at"] for line in account["fields"]]


async def later(world, **by):
    world.clock.move(timedelta(**by))
    await schedule.sweep(world.tools)
    await world.settle()


async def failures(world):
    async with world.tools.db.read() as tx:
        return await reactor.failing(tx)


async def test_a_site_that_links_back_is_proven_in_apps_and_on_the_page(world, site, ana):
    url = site.page("/", "Ana's", head=BACK)
    stranger = Visitor(world)
    await say(world, ana, url, "nothing to prove")

    assert await proven_at(world, ana) == ["2026-03-30T13:06:00.000Z", None]
    assert "verified site, since 30 March 2026" in (await stranger.open("/@ana?lang=en")).text
    assert "site vérifié, depuis le 30 mars 2026" in (await stranger.open("/@ana?lang=fr")).text
    own = (await world.client(ana).get("/api/v1/accounts/verify_credentials")).json()
    assert own["source"]["fields"][0]["verified_at"] == "2026-03-30T13:06:00.000Z"


async def test_a_site_that_does_not_link_back_is_not_proven_until_it_does(world, site, ana):
    url = site.page("/", "Ana's")
    await say(world, ana, url)
    assert await proven_at(world, ana) == [None]

    site.page("/", "Ana's", head=BACK)
    await later(world, minutes=11)

    assert await proven_at(world, ana) == ["2026-03-30T13:17:00.000Z"]
    assert site.paths == ["/", "/"]


async def test_what_is_proven_outlives_a_new_name_and_not_a_new_address(world, site, ana):
    url, other = site.page("/", "Ana's", head=BACK), site.page("/other", "Other")
    await say(world, ana, url)

    await world.write(accounts.change, account_id=ana.account_id, changes=Changes(fields=(Field("Mine", url),)))
    await world.settle()
    assert await proven_at(world, ana) != [None]
    assert site.paths == ["/"]

    await say(world, ana, other)
    assert await proven_at(world, ana) == [None]
    assert list(await world.ask(proofs.of_account, ana.account_id)) == [other]


async def test_a_site_that_no_longer_links_back_loses_its_proof_at_the_next_look(world, site, ana):
    url = site.page("/", "Ana's", head=BACK)
    await say(world, ana, url)
    await later(world, hours=25)
    assert await proven_at(world, ana) == ["2026-03-30T13:06:00.000Z"]  # since then, not since the last look

    site.page("/", "Sold")
    await later(world, hours=25)

    assert await proven_at(world, ana) == [None]


async def test_a_site_that_is_down_keeps_its_proof_for_days_and_not_for_ever(world, site, ana):
    url = site.page("/", "Ana's", head=BACK)
    await say(world, ana, url)
    site.put("/", b"", status="503 Service Unavailable")
    await later(world, days=1, minutes=1)
    assert await proven_at(world, ana) != [None]

    for _ in range(2):
        await later(world, days=1)
        assert await proven_at(world, ana) != [None]
    for _ in range(3):
        await later(world, days=1)

    assert await proven_at(world, ana) == [None]
    assert not await failures(world)  # what goes wrong at the other end is no failure here


async def test_a_site_that_came_back_in_time_is_proven_as_before(world, site, ana):
    url = site.page("/", "Ana's", head=BACK)
    await say(world, ana, url)
    site.put("/", b"", status="500 Oh no")
    await later(world, days=2)
    site.page("/", "Ana's", head=BACK)
    await later(world, days=2)

    assert await proven_at(world, ana) == ["2026-03-30T13:06:00.000Z"]
    assert (await world.ask(proofs.of_account, ana.account_id))[url].failures == 0


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"body": BACK.encode(), "type": "text/plain"}, "no_page"),
        ({"body": b"", "status": "404 Not Found"}, "refused"),
        ({"body": b"", "status": "503 Busy"}, "unreachable"),
        ({"body": b"<p>" + b"x" * (1 << 20) + BACK.encode()}, "no_link"),  # beyond what we read
        ({"body": b"", "status": "302 Found", "headers": "Location: http://10.0.0.1/\r\n"}, "unreachable"),
    ],
)
async def test_what_cannot_be_read_proves_nothing(world, site, ana, answer, failure):
    url = site.put("/", answer.pop("body"), **answer)
    await say(world, ana, url)

    assert await proven_at(world, ana) == [None]
    assert (await world.ask(proofs.of_account, ana.account_id))[url].failure == failure


async def test_pages_are_not_looked_at_twice_for_one_fact(world, site, ana):
    url = site.page("/", "Ana's")
    await say(world, ana, url)

    fact = accounts.AccountChanged(at=world.clock.now(), account_id=ana.account_id)
    await proofs.look(world.tools, fact)
    await proofs.look_again(world.tools, proofs.ProofDue(at=world.clock.now(), account_id=ana.account_id, url=url))

    assert site.paths == ["/"]


async def test_the_schedule_asks_for_a_few_looks_at_a_time(world, site):
    for number in range(12):
        person = await world.person(f"p{number}")
        await say(world, person, site.page(f"/{number}", "Some"))
    site.asked.clear()

    await later(world, minutes=11)
    assert len(site.asked) == 10
    await later(world, minutes=1)
    assert len(site.asked) == 12


async def test_a_closed_account_leaves_nothing_to_look_at(world, site, ana):
    url = site.page("/", "Ana's", head=BACK)
    await say(world, ana, url)
    await world.write(accounts.delete, account_id=ana.account_id)
    await world.settle()
    site.asked.clear()

    await later(world, days=2)

    assert site.asked == []
    assert await world.ask(proofs.of_account, ana.account_id) == {}


async def test_the_settings_say_how_to_prove_a_site_and_how_far_it_is(world, site, ana):
    url = site.page("/", "Ana's")
    await say(world, ana, url, "See https://ana.example", "words")
    visitor = Visitor(world)
    await visitor.sign_in("ana")

    page = await visitor.open("/settings/profile?lang=en")
    assert '<a rel="me" href="https://pinson.example/@ana">' in page.text
    assert "Not verified yet: the page is there, but has no link" in page.text
    assert "the line must hold one address that begins with https://" in page.text

    site.page("/", "Ana's", head=BACK)
    world.clock.move(timedelta(minutes=2))
    form = next(form for form in page.forms if form.action == "/settings/profile/links")
    answer = await visitor.client.post(form.action, data=form.fields)
    await world.settle()

    assert answer.headers["location"] == "/settings/profile?looking=1#links"
    page = await visitor.open("/settings/profile?looking=1")
    assert "Verified site, since 30 March 2026, 15:08" in page.text
    assert "We are looking" in page.text


async def test_asking_again_and_again_asks_the_site_once_a_minute(world, site, ana):
    await say(world, ana, site.page("/", "Ana's"))
    site.asked.clear()
    world.clock.move(timedelta(minutes=2))

    for _ in range(3):
        await world.write(proofs.ask_again, account_id=ana.account_id)
    await world.settle()

    assert site.paths == ["/"]
