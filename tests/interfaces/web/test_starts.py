"""The front door for strangers, and the guided starts behind it."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

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
