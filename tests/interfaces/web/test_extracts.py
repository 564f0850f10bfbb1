"""Messages of an event, taken out: in the order of the wall, with their numbers, and with where they are from."""

import re
from datetime import UTC, datetime

import pytest

from tests.interfaces.own.test_events_api import made, told
from tests.interfaces.web.test_wall import texts
from tests.interfaces.web.visitor import Visitor

EXTRACT = "/e/premieres-collisions/extrait"
SAID = ["Feu vert", "*Arrêt* imprévu", "<b>Rien</b> n'est cassé\n\nSuite à 10 h", "Collisions"]


@pytest.fixture
async def event(world):
    ana = await world.person("ana", display_name="Laboratoire")
    event = await made(world, ana, language="fr", hashtag="")
    for text in SAID:
        await told(world, ana, event, text, is_key=text == "Collisions")
    return event


async def taken(world, **query):
    """An extract, as it is served."""
    answer = await Visitor(world, lang="fr").client.get(EXTRACT, params=query)
    assert answer.status_code == 200
    return answer


async def test_an_extract_is_numbered_newest_first_in_the_order_of_the_wall(world, event):
    text = (await taken(world, format="text")).text
    wall = (await Visitor(world).client.get("/e/premieres-collisions/mur")).text

    lines = [re.fullmatch(r"(\d+)\. \d.+? - (.*)", line).groups() for line in text.split("\n\n")[0].splitlines()]
    assert [number for number, _ in lines] == ["4", "3", "2", "1"]
    assert [said for _, said in lines] == ["Collisions", "<b>Rien</b> n'est cassé Suite à 10 h", *SAID[1::-1]]
    assert len(texts(wall)) == len(lines)
    assert texts(wall)[0] == lines[0][1]
    assert text.endswith("Laboratoire, lundi 30 mars 2026: https://pinson.example/e/premieres-collisions\n")


@pytest.mark.parametrize("order", ["", "oldest"])
@pytest.mark.parametrize("kind", ["text", "html", "markdown"])
async def test_any_choice_keeps_its_order_and_its_numbers_in_every_form(world, event, kind, order):
    text = (await taken(world, format=kind, order=order, **{"number[]": ["3", "1"]})).text

    numbers = re.findall(r'(?m)^(?:<li value=")?(?:\*\*)?(\d+)[."]', text)
    assert numbers == (["1", "3"] if order else ["3", "1"])


async def test_key_moments_can_be_taken_alone(world, event):
    text = (await taken(world, format="text", only="key")).text

    assert "Collisions" in text
    assert "Feu vert" not in text


async def test_what_a_message_says_is_no_markup_of_the_form_it_is_taken_in(world, event):
    markdown = (await taken(world, format="markdown")).text
    html = (await taken(world, format="html")).text

    assert r"\*Arrêt\* imprévu" in markdown
    assert r"\<b\>Rien" in markdown
    assert "&lt;b&gt;Rien" in html
    assert "<b>Rien" not in html


async def test_an_extract_is_text_that_proxies_may_hold(world, event):
    answer = await taken(world, format="html")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public")
    assert "set-cookie" not in answer.headers
    assert answer.headers["vary"] == "accept-language, cookie"  # its days and hours are said in words


async def test_the_page_lets_one_choose_without_script(world, event):
    visitor = Visitor(world, lang="fr")
    page = await visitor.open(f"{EXTRACT}?number[]=4")

    assert "1\u00a0message choisi" in page.text
    assert page.html.count('type="checkbox"') == len(SAID)
    assert len(re.findall(r"value=\"\d+\" checked", page.html)) == 1
    assert EXTRACT in (await visitor.open("/e/premieres-collisions")).links


@pytest.mark.parametrize("path", ["/e/nothing/extrait", "/e/nothing/extract"])
async def test_there_is_nothing_to_take_out_of_what_is_no_event(world, path):
    assert (await Visitor(world).client.get(path)).status_code == 404


async def test_an_event_in_the_past_leads_to_its_replay(world):
    ana = await world.person("ana")
    begin = datetime(2010, 3, 30, 6, 30, tzinfo=UTC)
    event = await made(world, ana, starts_at=begin.isoformat(), ends_at=begin.replace(hour=12).isoformat())
    await told(world, ana, event, "Feu vert", created_at=begin.replace(hour=8).isoformat())

    links = (await Visitor(world).open("/e/premieres-collisions")).links
    assert "/e/premieres-collisions/revivre" in links
    assert "/e/premieres-collisions/mur" not in links
