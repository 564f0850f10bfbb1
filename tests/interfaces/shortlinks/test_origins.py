"""From which countries people follow short links: told where there is a table, and never so that it points at one."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from pinson.domain import shortlinks
from pinson.domain.shortlinks import Channel, Checked, Clickometer, Visitor
from pinson.lib.db import CannotWrite
from tests.domain.shortlinks.test_visitors import CHROME
from tests.interfaces.web.visitor import Visitor as Browser
from tests.mmdb import geolite, ipinfo, table
from tests.world import open_world

TABLE = {"192.0.2.0/24": geolite("FR"), "198.51.100.0/24": ipinfo("DE"), "2001:db8::/32": geolite("CH")}
FRENCH, GERMAN, SWISS, PRIVATE = "192.0.2.77", "198.51.100.7", "2001:db8::7", "10.0.0.7"
COUNTRY = {FRENCH: "FR", GERMAN: "DE", SWISS: "CH", PRIVATE: ""}
BOT = "Mastodon/4.4.0 (http.rb/5.3.1; +https://social.example/)"


@pytest.fixture
def settings():
    return {"countries.file": "countries.mmdb", "countries.source": "Example", "countries.source_url": "https://e.org/"}


@pytest.fixture
async def cern(world):
    return await world.person("cern")


@pytest.fixture
async def link(world, cern):
    [made] = await world.write(
        shortlinks.make, account_id=cern.account_id, wishes=[Checked(target="https://example.org/news")]
    )
    return made


def put_table(world):
    (world.folder / "countries.mmdb").write_bytes(table(TABLE))
    world.tools.countries.refresh()


async def follow(world, link, *addresses, agent=CHROME, **headers):
    for address in addresses:
        answer = await world.client(address=address).get(
            f"/{link.codes[Channel.MESSAGE]}", headers={"user-agent": agent} | headers
        )
        assert answer.status_code == 302
    await world.tools.clicks.flush()


async def origins(world, link):
    people = (await world.ask(shortlinks.owned, link.link.id, account_id=link.link.account_id)).people
    return await world.ask(shortlinks.origins_since, [link.link.id], people=people)


def rows(page):
    table = page.html.partition('<table class="origins">')[2].partition("</table>")[0]
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table)


async def test_people_are_told_by_country_on_page_in_file_and_by_programs(world, cern, link):
    put_table(world)
    await follow(world, link, *[FRENCH] * 7, *[SWISS] * 5, *[GERMAN] * 4, PRIVATE)
    await follow(world, link, *[FRENCH] * 9, agent=BOT)
    await follow(world, link, *[FRENCH] * 9, **{"sec-gpc": "1"})
    browser = Browser(world, lang="fr")
    await browser.sign_in("cern@mail.example")
    code = link.codes[Channel.MESSAGE]

    page = await browser.open(f"/links/{code}")
    file = await browser.client.get(f"/links/{code}/countries.csv")
    told = (await world.client(cern).get(f"/api/pinson/v1/links/{code}/countries")).json()

    assert rows(page) == [("France", "7"), ("Suisse", "5"), ("Autres pays", "4"), ("Non connu", "1")]
    assert "Allemagne" not in page.text
    assert 'href="https://e.org/"' in page.html
    assert list(csv.reader(io.StringIO(file.text)))[1:] == [
        ["France", "7"],
        ["Suisse", "5"],
        ["Autres pays", "4"],
        ["Non connu", "1"],
    ]
    assert told == {"is_counted": True, "people": 17, "countries": {"FR": 7, "CH": 5}, "others": 4, "unknown": 1}


async def test_the_figures_of_messages_tell_countries_too(world, cern):
    put_table(world)
    status = (await world.client(cern).post("/api/v1/statuses", json={"status": "https://example.org/"})).json()
    [made] = await world.write(
        shortlinks.make,
        account_id=cern.account_id,
        wishes=[Checked(target="https://example.org/news")],
        post_id=int(status["id"]),
    )
    await follow(world, made, *[FRENCH] * 5, GERMAN)
    browser = Browser(world)
    await browser.sign_in("cern@mail.example")

    page = await browser.open("/figures?days=7")
    file = await browser.client.get("/figures/countries.csv?days=7")

    assert rows(page) == [("France", "5"), ("Other countries", "1")]
    assert file.text.splitlines()[1:] == ["France,5", "Other countries,1"]


async def test_members_of_the_account_are_of_no_country(world, link):
    put_table(world)
    browser = Browser(world)
    await browser.sign_in("cern@mail.example")
    await browser.client.get(f"/{link.codes[Channel.MESSAGE]}", headers={"user-agent": CHROME})
    await world.tools.clicks.flush()

    assert await world.ask(shortlinks.origins_since, [link.link.id], people=0) == shortlinks.Origins({}, 0, 0)


async def test_without_a_table_no_page_speaks_of_countries(world, cern, link):
    await follow(world, link, *[FRENCH] * 6)
    browser = Browser(world)
    await browser.sign_in("cern@mail.example")
    code = link.codes[Channel.MESSAGE]

    pages = [await browser.open(path) for path in (f"/links/{code}", "/figures")]
    counting = await browser.open("/how-we-count")
    told = (await world.client(cern).get(f"/api/pinson/v1/links/{code}/countries")).json()

    assert not any("ountr" in page.text for page in pages)
    assert "no country" in counting.text
    assert told == {"is_counted": False, "people": 6, "countries": {}, "others": 0, "unknown": 6}


async def test_the_page_on_counting_says_when_countries_are_told(world):
    put_table(world)

    page = await Browser(world).open("/how-we-count")

    assert "fewer than 5 people" in page.text
    assert "no country" not in page.text
    assert "Countries by Example" in page.text


async def test_people_from_before_there_was_a_table_are_not_known(world, link):
    await follow(world, link, *[FRENCH] * 6)
    put_table(world)
    await follow(world, link, *[FRENCH] * 6)

    assert await origins(world, link) == shortlinks.Origins({"FR": 6}, others=0, unknown=6)


async def test_the_address_is_nowhere_on_the_disk(world, link):
    put_table(world)
    await follow(world, link, *[FRENCH] * 3, SWISS)

    files = [path for path in world.folder.rglob("*") if path.is_file() and path.suffix != ".mmdb"]
    for address in (FRENCH, SWISS):
        assert not [path.name for path in files if address.encode() in path.read_bytes()]


class Disk:
    """A database that cannot write for a while."""

    def __init__(self, db):
        self.db, self.is_full = db, True

    async def write(self, verb, **arguments):
        if self.is_full:
            raise CannotWrite
        return await self.db.write(verb, **arguments)


async def test_what_was_counted_while_the_disk_was_full_is_written_when_it_is_not(world, link):
    disk = Disk(world.tools.db)
    clicks = Clickometer(disk, world.clock, world.folder / "apart")
    for _ in range(3):
        clicks.count(link.link.id, Channel.MESSAGE, Visitor.PEOPLE, country="FR")
    with pytest.raises(CannotWrite):
        await clicks.flush()
    for _ in range(2):
        clicks.count(link.link.id, Channel.MESSAGE, Visitor.PEOPLE, country="FR")

    disk.is_full = False
    await clicks.flush()

    assert await origins(world, link) == shortlinks.Origins({"FR": 5}, others=0, unknown=0)


async def test_countries_are_forgotten_with_the_hours_that_they_are_of(world, link):
    put_table(world)
    await follow(world, link, *[FRENCH] * 6)
    world.clock.move(timedelta(days=800))
    await follow(world, link, *[SWISS] * 5)

    while await world.write(shortlinks.forget_old):
        pass

    assert await origins(world, link) == shortlinks.Origins({"CH": 5}, others=0, unknown=0)


@budget(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.sampled_from([*COUNTRY]), max_size=25))
async def test_countries_add_up_to_people_and_few_are_never_told_alone(tmp_path_factory, settings, comers):
    async with open_world(tmp_path_factory.mktemp("world"), settings) as world:
        cern = await world.person("cern")
        [made] = await world.write(
            shortlinks.make, account_id=cern.account_id, wishes=[Checked(target="https://example.org/news")]
        )
        put_table(world)
        await follow(world, made, *comers)
        link = await world.ask(shortlinks.owned, made.link.id, account_id=cern.account_id)
        found = await origins(world, made)

    counted = Counter(COUNTRY[address] for address in comers)
    unknown = counted.pop("", 0)
    assert found.people == link.people == len(comers)
    assert found.countries == {country: count for country, count in counted.items() if count >= 5}
    assert (found.others, found.unknown) == (sum(n for n in counted.values() if n < 5), unknown)
