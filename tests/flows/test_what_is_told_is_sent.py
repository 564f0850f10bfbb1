"""What the page says of a text, before it is published, is what arrives: its words, its parts, what they cost."""

import html
import re
from datetime import timedelta

import pytest

from pinson.domain import accounts, phones
from pinson.domain.accounts import Changes, DefaultsChanges
from pinson.domain.alerts import Publisher, publishers
from tests.interfaces.web.visitor import Visitor
from tests.street import DRAWN, OTHER, PHONE, Street, follows

LONG = "Rendez-vous à 9 h 15 devant la mairie, puis à 11 h au bois : nous plantons 40 jeunes arbres avec l’école."
NEARLY = f"{LONG} Venez en bottes, avec un seau et 2 gants."  # one part alone, and not with a name and a way out


@pytest.fixture
def settings():
    """Drawn telephones, and what a part costs."""
    return DRAWN | {"sms.price_per_part": "0.05"}


@pytest.fixture
async def shop(world):
    """Somebody who sells, and whom two telephones follow."""
    shop = await world.person("shop", display_name="Chez Nous")
    street = Street(world)
    for phone in (PHONE, OTHER):
        await follows(street, phone, "shop")
    posting = DefaultsChanges(shorten_links=True)
    await world.write(accounts.change, account_id=shop.account_id, changes=Changes(), posting=posting)
    await world.tools.db.write(publishers.change, publisher=Publisher(shop.account_id, commercial=True, sender="Nous"))
    return shop


async def send(browser, page, **filled):
    form = next(form for form in page.forms if "key" in form.fields)
    return await browser._arrive(await browser.client.post(form.action, data=form.fields | filled))


def told(page):
    """Of a page: the words on the telephone, the parts that stand beside the text, and the price."""
    bubble = html.unescape(re.search(r'class="bubble"[^>]*>([^<]*)<', page)[1])
    page = re.sub(r"\s", " ", page)
    return bubble, int(re.search(r">(\d+) SMS<", page)[1]), re.search(r"(\d+) SMS chacun : ([\d,]+)", page).groups()


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ({"text": NEARLY}, 2),
        ({"text": "Fête de la forêt"}, 1),
        ({"text": f"{LONG} Fête !"}, 2),
        ({"text": "Le plan : https://town.example/a/very/long/way/to/the/wood?and=even&longer=" + "x" * 80}, 1),
        ({"text": NEARLY, "spoiler": "Deuil"}, 1),
        ({"text": "Soldes"}, 1),
    ],
)
async def test_what_is_told_is_what_arrives(world, shop, written, parts):
    browser, street = Visitor(world), Street(world)
    await browser.sign_in("shop")
    empty = await browser.open("/write?lang=fr")

    page = await send(browser, empty, do="look", **written)
    form = next(form for form in page.forms if "key" in form.fields)
    fragment = await browser.client.post("/write/look", data=form.fields | written, headers={"X-Fragment": "1"})
    arrived, _ = await street.received(PHONE, send(browser, page, do="publish", **written | {"seen[]": "empty"}))

    bubble, counted, price = told(page.html)
    assert counted == parts
    assert price == (str(parts), f"{2 * parts * 0.05:.2f}".replace(".", ","))
    assert told(fragment.text) == (bubble, counted, price), "as a script has it while one types"
    [text] = [one for one in await world.ask(phones.drawn, PHONE) if one.body == arrived[-1]]
    assert text.parts == parts
    assert re.sub(r"(?<=pinson.example/)[a-z0-9]{7}\b", "x" * 7, text.body) == bubble
    assert bubble.endswith("STOP au 38000")


async def test_a_correction_and_the_hashtag_of_an_event_count(world, shop):
    browser, street = Visitor(world), Street(world)
    await browser.sign_in("shop")
    starts = world.clock.now()
    ends = (starts + timedelta(hours=8)).isoformat()
    said = {
        "title": "La braderie",
        "starts_at": starts.isoformat(),
        "ends_at": ends,
        "hashtag": "Braderie",
        "adds_hashtag": True,
    }
    made = (await world.client(shop).post("/api/pinson/v1/events", json=said)).json()
    _, first = await street.received(PHONE, world.publish(shop, "Ouverture à 9 h"))

    page = await browser.open(f"/write?lang=fr&corrects_id={first.id}&event={made['slug']}")
    page = await send(browser, page, do="look", text="Ouverture à 10 h")
    arrived, _ = await street.received(PHONE, send(browser, page, do="publish", text="Ouverture à 10 h"))

    assert told(page.html)[0] == arrived[-1]
    assert arrived[-1] == "Nous : RECTIFICATIF de 15 h 06 : Ouverture à 10 h #Braderie STOP au 38000"
