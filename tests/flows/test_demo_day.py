"""The demo's day: told as the past that it is."""

import re

import pytest

from pinson.demo import day
from pinson.domain import access, advice, events
from pinson.domain.access import SignUp
from pinson.lib import sms
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def told(world):
    """The day, in the world; `await told(stop=…)` tells it, until somebody stops it after so many messages."""
    form = SignUp("guest", "guest@mail.example", agreement=True)
    guest = await access.prepare(form, password="correct horse", passwords=world.tools.passwords)

    async def tell(stop=None):
        left = iter(range(stop - 1, -1, -1)) if stop else None

        def one_more():
            if left is not None and next(left) == 0:
                raise InterruptedError

        tools = world.tools
        await day.tell(tools.db, tools.studio, tools.settings, guest=guest, now=world.clock.now(), told=one_more)

    return tell


def times(html):
    """Of the messages of a page, in order, by Geneva's clock."""
    moments = re.findall(r'dt-published" datetime="2010-03-30T(\d\d):(\d\d)', html)
    return [f"{int(hour) + 2:02}:{minute}" for hour, minute in moments]


async def test_the_day_lists_its_messages_in_either_order_and_is_news_for_nobody(world, told):
    ana = await world.person("ana")
    await told()
    await world.settle()

    newest = await Visitor(world).open("/@cern_demo/2010-03-30")
    oldest = await Visitor(world).open("/@cern_demo/2010-03-30?order=oldest")

    assert times(oldest.html) == [one.at for one in day.DAY]
    assert times(newest.html) == [one.at for one in day.DAY][::-1]
    assert len(day.DAY) == 21
    assert (await world.client(ana).get("/api/v1/notifications")).json() == []
    assert len(times((await Visitor(world).open("/@cern_demo_en/2010-03-30")).html)) == 21


async def test_the_correction_is_tied_to_what_it_corrects_wherever_it_is_read(world, told):
    await told()
    event = await world.ask(events.by_slug, "premieres-collisions")
    entries = await world.ask(events.page, event.id, limit=30, ascending=True)
    ids = {one.at: str(entry.post_id) for one, entry in zip(day.DAY, entries, strict=True)}
    wrong, right = ids["10:15"], ids["10:58"]

    page = await Visitor(world).open(f"/@cern_demo/{wrong}")
    wall = (await Visitor(world).client.get("/e/premieres-collisions/revivre")).text
    feed = (await Visitor(world).client.get("/@cern_demo/feed.atom")).text
    told_again = (await world.client().get(f"/api/pinson/v1/events/{event.id}/messages/{right}")).json()

    assert f"/@cern_demo/{right}" in page.links
    assert f"/@cern_demo/{wrong}" in (await Visitor(world).open(f"/@cern_demo/{right}")).links
    assert "Rectifie le message de 10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}15" in wall
    assert f"/@cern_demo/{wrong}" in feed.partition(f"/@cern_demo/{right}")[2]
    assert told_again["corrects_id"] == wrong


async def test_a_telling_that_was_interrupted_goes_on_where_it_was(world, told):
    with pytest.raises(InterruptedError):
        await told(stop=9)
    await told()

    event = await world.ask(events.by_slug, "premieres-collisions")
    assert await world.ask(events.number_of, event.id) == 21
    assert len(await world.ask(events.lines, event.id)) == len(day.VOICES["fr"].programme)


async def test_the_front_page_leads_to_the_day_without_signing_in(world, told):
    await told()

    for lang, slug in (("fr", "premieres-collisions"), ("en", "first-collisions")):
        answer = await Visitor(world).client.get("/start/day", headers={"accept-language": lang})
        assert answer.headers["location"] == f"/e/{slug}/revivre?visite=1"


@pytest.mark.parametrize("settings", [{"demo": True}])
async def test_the_first_minute_says_by_which_means_the_collisions_were_told_and_weighs_little(world, told):
    await told()
    client = Visitor(world).client
    weight = 0
    for path in ("/", "/e/premieres-collisions/revivre?visite=1"):
        page = await client.get(path, headers={"accept-language": "fr"})
        weight += len(page.content)
        for part in set(re.findall(r'(?:src|href)="(/(?:static|media)/[^"]+)"', page.text)):
            weight += len((await client.get(part)).content)

    told_by = {channel: str(count) for channel, count in day.reached(day.DAY[-2]).items()}
    assert re.findall(r'data-count="(\d+)"', page.text) == [
        told_by[channel] for channel in ("push", "sms", "email", "browser")
    ]
    assert "Alertes envoyées (démonstration)" in page.text
    assert page.text.count('href="/start/site"') == 3
    assert weight < 300_000


def test_every_message_teaches_something_and_the_day_fits_into_as_many_texts_as_messages():
    lit = [len(advice.look(one.fr, lang="fr").lamps) for one in day.DAY]
    short = dict.fromkeys(("tv", "rdv", "recit"), "https://exemple.fr/abcd234")
    texts = [one.fr.format(**short) for one in day.DAY]
    before, after = (
        sum(sms.measure(text).parts for text in texts),
        sum(sms.measure(sms.rewrite(text).text).parts for text in texts),
    )

    assert min(lit) >= 1
    assert sum(lamps >= 2 for lamps in lit) >= 12
    assert after == len(day.DAY) < before
