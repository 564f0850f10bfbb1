"""A message may say where it is from, by a name that its author types."""

import re
from datetime import timedelta

import feedparser
import pytest

from pinson import schedule
from pinson.domain.posts import LONGEST_PLACE
from tests.interfaces.web.test_microformats import entries, read
from tests.interfaces.web.test_writing import EVIL, NEWS, send, statuses
from tests.interfaces.web.visitor import Visitor

QUAY = "Port-Louis, quai du Caudan"


@pytest.fixture
async def town(world):
    """Ana, and her browser."""
    ana = await world.person("ana", display_name="Ana")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return ana, visitor


def field(page):
    """What the form where one writes has as the place."""
    return next(form for form in page.forms if "key" in form.fields).fields["place"]


async def write(world, ana, visitor, place=QUAY, **filled):
    """A message from there, as apps see it."""
    await send(visitor, await visitor.open("/write"), text=NEWS, place=place, **filled)
    return (await statuses(world, ana))[0]


def places_in(html):
    return re.findall(r'<bdi class="p-location">([^<]*)</bdi>', html)


async def test_a_message_says_where_it_is_from_wherever_it_is_read(world, town):
    ana, visitor = town
    assert field(await visitor.open("/write")) == ""
    status = await write(world, ana, visitor, f"  {QUAY}\r\n ")

    assert status["pinson"]["place"] == QUAY
    stranger, day = Visitor(world), f"{world.clock.now():%Y-%m-%d}"
    for path in ("/@ana", f"/@ana/{status['id']}", f"/@ana/{day}", f"/@ana/{status['id']}/embed"):
        page = await stranger.open(f"{path}?lang=fr")
        assert places_in(page.html) == [QUAY], path
        assert f"Lieu : {QUAY}" in re.sub("\\s", " ", page.text), path
    assert '"contentLocation"' in (await stranger.open(f"/@ana/{status['id']}")).html
    [entry] = entries(await read(world, f"/@ana/{status['id']}"))
    assert entry["properties"]["location"] == [QUAY]
    assert field(await visitor.open("/write")) == ""  # the next one does not remember it


@pytest.mark.parametrize("kind", ["atom", "rss"])
async def test_feeds_say_it_in_the_language_of_the_message(world, town, kind):
    await write(world, *town, place=f"Quai {EVIL}", language="fr")

    [entry] = feedparser.parse((await world.client().get(f"/@ana/feed.{kind}")).content, sanitize_html=False).entries

    said = entry.content[0].value if kind == "atom" else entry.description
    assert re.sub("\\s", " ", said).startswith("<p>Lieu : Quai &lt;script&gt;")


async def test_a_message_that_says_no_place_shows_none(world, town):
    status = await write(world, *town, place="   ")

    assert "pinson" not in status
    assert places_in((await Visitor(world).open("/@ana")).html) == []


async def test_what_is_typed_as_a_place_is_text(world, town):
    ana, visitor = town
    page = await send(visitor, await visitor.open("/write"), text=NEWS, place=EVIL, do="look")
    assert (EVIL in page.html, field(page)) == (False, EVIL)
    assert EVIL in page.text  # as it will look
    status = await write(world, ana, visitor, EVIL)

    assert status["pinson"]["place"] == EVIL
    for path in ("/@ana", f"/@ana/{status['id']}", f"/@ana/{status['id']}/embed", f"/posts/{status['id']}/edit"):
        page = await visitor.open(path)
        assert EVIL not in page.html, path


async def test_a_place_that_is_too_long_is_refused_and_nothing_is_lost(world, town):
    ana, visitor = town
    long = "é" * (LONGEST_PLACE + 1)

    page = await send(visitor, await visitor.open("/write?lang=en"), text=NEWS, place=long)

    assert page.status == 422
    assert "The name of a place has at most 100 characters; this one has 101." in page.text
    assert field(page) == long
    assert await statuses(world, ana) == []
    assert (await write(world, ana, visitor, long[1:]))["pinson"]["place"] == long[1:]


async def test_an_edit_changes_it_and_the_history_keeps_what_it_was(world, town):
    ana, visitor = town
    status = await write(world, ana, visitor)
    path, client = f"/posts/{status['id']}/edit", world.client(ana)
    page = await visitor.open(path)
    assert field(page) == QUAY
    await send(visitor, page, place="Curepipe")

    [found] = await statuses(world, ana)
    assert (found["pinson"]["place"], found["content"]) == ("Curepipe", status["content"])
    assert found["edited_at"] is not None
    history = (await Visitor(world).open(f"/posts/{status['id']}/history")).text
    assert history.index("Curepipe") < history.index(QUAY)
    versions = (await client.get(f"/api/v1/statuses/{status['id']}/history")).json()
    assert [one.get("pinson", {}).get("place") for one in versions] == [None, "Curepipe"]
    await client.put(f"/api/v1/statuses/{status['id']}", json={"status": "An app knows no places"})
    assert (await statuses(world, ana))[0]["pinson"]["place"] == "Curepipe"
    await send(visitor, await visitor.open(path), place="")
    assert "pinson" not in (await statuses(world, ana))[0]


async def test_drafts_deleted_messages_and_those_for_later_keep_it(world, town):
    ana, visitor = town
    listed = await send(visitor, await visitor.open("/write"), text=NEWS, place=QUAY, to="/write/draft")
    (link,) = [link for link in listed.links if "draft=" in link]
    page = await visitor.open(link)
    assert field(page) == QUAY
    page = await send(visitor, page)
    (status,) = await statuses(world, ana)
    assert status["pinson"]["place"] == QUAY

    answer = await visitor.client.post(f"/posts/{status['id']}/delete", data=page.forms[0].fields)
    gone = await visitor._arrive(answer)
    assert await statuses(world, ana) == []
    (link,) = [link for link in gone.links if "draft=" in link]
    await send(visitor, await visitor.open(link))
    assert (await statuses(world, ana))[0]["pinson"]["place"] == QUAY

    await send(visitor, await visitor.open("/write"), text="Demain", place="Curepipe", at="2026-03-31T09:15")
    world.clock.move(timedelta(days=2))
    await schedule.sweep(world.tools)
    assert (await statuses(world, ana))[0]["pinson"]["place"] == "Curepipe"


async def test_search_finds_a_message_by_it(world, town):
    ana, visitor = town
    status = await write(world, ana, visitor, visibility="public")
    await world.settle()

    found = (await world.client(ana).get("/api/v2/search", params={"q": "Caudan", "type": "statuses"})).json()

    assert [one["id"] for one in found["statuses"]] == [status["id"]]


async def test_words_to_hide_are_looked_for_in_it_too(world, town):
    ana, visitor = town
    ben = world.client(await world.person("ben"))
    status = await write(world, ana, visitor, visibility="public")
    shaped = {"title": "Quays", "context": ["public"], "keywords_attributes": [{"keyword": "Caudan"}]}
    assert (await ben.post("/api/v2/filters", json=shaped)).status_code == 200

    [found] = (await ben.get(f"/api/v1/accounts/{ana.id}/statuses")).json()
    seen = (await ben.get(f"/api/v1/statuses/{status['id']}")).json()

    assert [[one["keyword_matches"] for one in each["filtered"]] for each in (found, seen)] == [[["Caudan"]]] * 2
