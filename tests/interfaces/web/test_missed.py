"""What somebody missed is in their news reader too, each message with the reason, at an address that only they know."""

from datetime import timedelta
from io import BytesIO

import feedparser
import pytest

from pinson.domain import alerts
from tests.interfaces.web.test_doors import ask_by_letter, the_note
from tests.interfaces.web.visitor import Visitor

FIRST, SECOND = range(2)


@pytest.fixture
async def lab(world):
    return await world.person("lab", display_name="Le Labo")


@pytest.fixture
async def ana(world, lab):
    """The browser of somebody who gets one summary a day of the lab, in French."""
    visitor = Visitor(world, lang="fr")
    page = await ask_by_letter(visitor, rhythm="digest")
    await visitor.send(page, code=(await the_note(world)).data["code"])
    return visitor


async def press(visitor, do):
    """A button on the page of all that one gets; the addresses that stand there then."""
    page = await visitor.open("/alertes")
    form = next(number for number, one in enumerate(page.forms) if ("do", do) in one.buttons)
    page = await visitor.send(page, form=form, button=("do", do))
    return [word for word in page.text.split() if "/s/missed/" in word]


async def fetch(world, address, **headers):
    return await world.client().get(address, headers=headers)


async def test_a_news_reader_gets_what_waits_and_why(world, lab, ana):
    first = await world.publish(lab, "Faisceau stable", language="fr")
    world.clock.move(timedelta(minutes=5))
    await world.publish(lab, "COLLISIONS !", language="fr")
    await world.settle()
    atom, json = await press(ana, "feed")

    answer = await fetch(world, atom)
    found = feedparser.parse(BytesIO(answer.content), response_headers=dict(answer.headers))
    told = (await fetch(world, json)).json()

    assert not found.bozo
    assert found.feed.title.startswith("Ce que vous avez manqué")
    assert [entry.link for entry in found.entries][SECOND] == f"https://pinson.example/@lab/{first.id}"
    for html in (found.entries[FIRST].content[0].value, told["items"][FIRST]["content_html"]):
        assert "COLLISIONS" in html
        assert "par jour" in html
        assert "Le Labo" in html
    assert told["feed_url"] == json


async def test_no_proxy_keeps_it_no_search_engine_shows_it_and_what_is_known_is_not_sent_again(world, lab, ana):
    await world.publish(lab, "Un")
    await world.settle()
    atom, _ = await press(ana, "feed")

    answer = await fetch(world, atom)
    again = await fetch(world, atom, **{"if-none-match": answer.headers["etag"]})

    assert answer.headers["cache-control"] == "private, no-cache"
    assert (answer.headers["x-robots-tag"], answer.headers["referrer-policy"]) == ("noindex", "no-referrer")
    assert "set-cookie" not in answer.headers
    assert (again.status_code, again.content) == (304, b"")


async def test_another_address_ends_the_first_and_it_can_be_ended(world, lab, ana):
    first, _ = await press(ana, "feed")
    second, _ = await press(ana, "feed")

    assert [(await fetch(world, one)).status_code for one in (first, second)] == [410, 200]
    assert await press(ana, "no_feed") == []
    assert (await fetch(world, second)).status_code == 410  # so that news readers ask no more
    for nobody in ("/s/missed/x/feed.atom", "/s/missed/-1-00/feed.json", "/s/missed/7fffffffffffffff-00/feed.atom"):
        assert (await fetch(world, nobody)).status_code == 404


async def test_what_was_deleted_or_hidden_meanwhile_is_not_in_it(world, lab, ana):
    kept, gone = await world.publish(lab, "Kept"), await world.publish(lab, "Gone")
    await world.settle()
    _, json = await press(ana, "feed")
    await world.client(lab).delete(f"/api/v1/statuses/{gone.id}")

    assert [one["url"].rpartition("/")[2] for one in (await fetch(world, json)).json()["items"]] == [str(kept.id)]


async def test_the_link_of_a_letter_opens_no_feed(world, lab, ana):
    async with world.tools.db.read() as tx:
        key = await alerts.key_of(tx, await tx.one(alerts.AddressId, "SELECT id FROM addresses"))

    page = await Visitor(world).open(f"/s/gerer/{key}")

    assert ("do", "set") in [button for form in page.forms for button in form.buttons]
    assert ("do", "feed") not in [button for form in page.forms for button in form.buttons]
