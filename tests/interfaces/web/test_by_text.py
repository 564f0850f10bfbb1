"""A live event says how it is followed by a text, on its page and on its wall, where a number takes texts."""

import pytest

from pinson.domain.alerts import Publisher, publishers
from tests.interfaces.own.test_events_api import made
from tests.interfaces.web.visitor import Visitor
from tests.street import DRAWN, PHONE, Street


@pytest.fixture
def settings(request):
    """Drawn telephones, unless a test says otherwise."""
    return getattr(request, "param", DRAWN)


@pytest.fixture
async def event(world):
    lab = await world.person("lab", display_name="Laboratoire")
    return lab, await made(world, lab, hashtag="LHC")


async def pages(world, lang):
    browser = Visitor(world)
    return [(await browser.open(f"/e/premieres-collisions{page}?lang={lang}")).html for page in ("", "/mur")]


@pytest.mark.parametrize(
    ("lang", "said", "body"),
    [
        ("fr", "Suivez par SMS au <b>38000</b>\N{NARROW NO-BREAK SPACE}: <b>SUIVRE #LHC</b>", "SUIVRE%20%23LHC"),
        ("en", "Follow by text to <b>38000</b>: <b>FOLLOW #LHC</b>", "FOLLOW%20%23LHC"),
    ],
)
async def test_the_number_and_the_words_stand_on_both(world, event, lang, said, body):
    page, wall = await pages(world, lang)

    assert said in page
    assert said in wall
    assert f'href="sms:38000?&amp;body={body}"' in page
    assert 'class="qr"' in page


@pytest.mark.parametrize("settings", [{}, {"sms.backend": "simulator", "sms.number": ""}], indirect=True)
async def test_nothing_is_said_where_no_number_takes_texts(world, event):
    assert all("by-text" not in page for page in await pages(world, "en"))


async def test_nothing_is_said_for_an_account_that_sells(world, event):
    lab, _ = event
    await world.tools.db.write(publishers.change, publisher=Publisher(lab.account_id, commercial=True))

    assert all("by-text" not in page for page in await pages(world, "en"))


async def test_what_the_wall_says_works_before_anybody_has_used_the_hashtag(world, event):
    street = Street(world)

    [asked] = await street.text(PHONE, "SUIVRE #LHC")
    await street.text(PHONE, "OUI")
    told, _ = await street.received(PHONE, world.publish(event[0], "Premier faisceau #LHC"))

    assert "#lhc" in asked.casefold()
    assert told == ["Laboratoire : Premier faisceau #LHC"]
