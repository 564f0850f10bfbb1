"""The front door for strangers, and the guided starts behind it."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pinson.interfaces.web import starts as starts_page
from tests.interfaces.web.visitor import Visitor

EVIL = "<script>alert(1)</script>\"'><img src=x>"


async def begin(visitor, use, *answers):
    """Answer the questions of a guided start, by its forms alone."""
    page = await visitor.open(f"/start/{use}")
    for answer in answers:
        form = page.forms[0]
        asked = (
            {"first", "second", "third", "fourth"} & set(re.findall('id="answer" name="([a-z]*)"', page.html))
        ).pop()
        page = await visitor.open(f"{form.action}?{urlencode({**form.fields, asked: answer})}")
    return page


def draft_of(page):
    (link,) = [link for link in page.links if link.startswith("/write?")]
    return parse_qs(urlsplit(link).query)["text"][0]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("use", ["loyalty", "prospecting", "events"])
async def test_a_start_takes_five_steps_and_the_examples_alone_make_a_draft(world, use, lang):
    visitor = Visitor(world, lang=lang)

    page = await begin(visitor, use, "", "", "", "")

    assert ("Step 5 of 5" if lang == "en" else "Étape 5 sur 5") in page.text
    draft = draft_of(page)
    assert "{" not in draft
    assert 40 < len(draft) <= 500
    assert "/auth/sign_up" in page.links


async def test_what_was_answered_stands_in_the_draft(visitor):
    page = await begin(visitor, "events", "Fête du port", "samedi, 10 h", "le bal", "#Fête du Port !")

    assert draft_of(page) == "Fête du port: samedi, 10 h. First, le bal.\n\nFollow it all here under #FêteduPort."


async def test_no_answer_becomes_markup_or_more_than_a_line(visitor):
    page = await begin(visitor, "loyalty", EVIL, "x" * 1000, "", "{0} {nothing}")

    assert page.status == 200
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "x" * 141 not in page.html
    assert (await visitor.open("/start/loyalty?step=-7")).status == 200
    assert (await visitor.open("/start/nothing")).status == 404


async def test_the_front_door_shows_the_three_uses_each_with_an_example(visitor):
    page = await visitor.open("/")

    for name in ("Build loyalty", "Find people", "Tell a day"):
        assert name in page.text
    assert "twelve recipes of the season" in page.text
    assert {"/start/loyalty", "/start/prospecting", "/start/events", "/start/day", "/auth/sign_up"} <= set(page.links)
    assert len(page.html) < 30_000


async def test_a_real_day_is_one_of_somebody_who_agreed_to_be_found(world, visitor):
    shy, open_one = await world.people("ben", "ana")
    for person in (shy, shy, open_one):
        await world.publish(person, "Bonjour")
    assert (await visitor.client.get("/start/day")).headers["location"] == "/explore"
    world.clock.move(timedelta(days=1))
    await world.client(open_one).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})

    assert (await visitor.client.get("/start/day")).headers["location"] == "/@ana/2026-03-30"


@pytest.mark.parametrize(
    ("said", "starts", "place"),
    [
        ("samedi 14 mars, dès 10 h, 3 rue du Port", "2027-03-14T10:00", "3 rue du Port"),
        ("samedi 28 novembre 2026 à 10 h 30, hall B", "2026-11-28T10:30", "hall B"),
        ("Saturday 14 March, from 10 a.m., 3 Harbour Street", "2027-03-14T10:00", "3 Harbour Street"),
        ("1st of December, 2:45 p.m., the old mill, upstairs", "2026-12-01T14:45", "the old mill, upstairs"),
        ("le 1er août à 18:00, place du Port", "2027-08-01T18:00", "place du Port"),
        ("le 14 decembre 9h, mairie", "2026-12-14T09:00", "mairie"),
        ("le 14 mars à 10 h au port", "2027-03-14T10:00", "le 14 mars à 10 h au port"),
        ("31 juin, 10 h, ici", None, "31 juin, 10 h, ici"),
        ("le 14 mars, 3 rue du Port", None, "le 14 mars, 3 rue du Port"),
        ("bientôt, chez nous", None, "bientôt, chez nous"),
        ("le 14 mars à 45 h, ici", None, "le 14 mars à 45 h, ici"),
        ("", None, ""),
    ],
)
def test_when_and_where_an_event_is_are_read_from_one_answer_and_nothing_is_lost(said, starts, place):
    moment, where = starts_page.when_and_where(said, today=date(2026, 11, 27))

    assert (f"{moment:%Y-%m-%dT%H:%M}" if moment else None, where) == (starts, place)


async def test_the_page_of_an_event_is_asked_for_with_what_was_said_of_its_day(world, visitor):
    step = await visitor.open(
        "/start/events?step=5&first=Ouverture&second=14 mars 2027, 10 h, hall B&fourth=Labo&lang=fr"
    )

    (link,) = [link for link in step.links if link.startswith("/events/new")]
    assert "starts=2027-03-14T10%3A00&place=hall%20B" in link.replace("+", "%20")
