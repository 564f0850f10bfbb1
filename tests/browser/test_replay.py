"""A replay in a browser: it keeps its own time, and tells nothing early. Time is the test's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio

from tests.browser.still import stand_still
from tests.flows.server import live_server

ROOM = {"viewport": {"width": 1280, "height": 720}, "locale": "fr-FR"}
REPLAY = "/e/premieres-collisions/revivre"
GENEVA = ZoneInfo("Europe/Zurich")
DAY = [  # of a morning in March 2010: when, what, and what it was
    ("08:40", "C'est parti", {"is_key": True, "gauge": 0}),
    ("08:52", "Arrêt imprévu", {"is_key": True}),
    ("10:15", "Un à-coup de courant", {}),
    ("10:58", "Rectificatif : deux circuits", {"corrects": "10:15"}),
    ("12:11", "Mi-chemin", {"gauge": 1.75}),
    ("12:30", "Encore une marche", {"gauge": 3}),
    ("13:06", "Collisions !", {"is_key": True, "gauge": 3.5}),
    ("13:22", "Faisceaux stables", {}),
]


def moment(hour):
    return datetime.fromisoformat(f"2010-03-30T{hour}").replace(tzinfo=GENEVA).isoformat()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with that morning."""
    with live_server(tmp_path_factory.mktemp("data")) as running:
        token = running.person("ana").token
        with httpx.Client(
            base_url=f"{running.url}/api/pinson/v1", headers={"authorization": f"Bearer {token}"}, timeout=60
        ) as client:
            said = {"title": "Premières collisions", "zone": "Europe/Zurich", "language": "fr", "gauge_unit": "TeV"}
            said |= {"starts_at": moment("08:30"), "ends_at": moment("13:30")}
            said["gauge_steps"] = [{"value": 1.75, "label": "Mi-chemin"}, {"value": 3.5, "label": "Palier"}]
            event = client.post("/events", json=said).raise_for_status().json()["id"]
            ids = {}
            for hour, text, marks in DAY:
                more = dict(marks)
                if "corrects" in more:
                    more["corrects_id"] = ids[more.pop("corrects")]
                told = {"status": text, "created_at": moment(hour), **more}
                answer = client.post(f"/events/{event}/messages", json=told)
                ids[hour] = answer.raise_for_status().json()["id"]
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser):
    context = await browser.new_context(**ROOM)
    context.set_default_timeout(60_000)
    page = await context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    await stand_still(page)
    yield page
    await context.close()
    assert page.problems == []


async def seen(page):
    """What the messages on the page say, newest first."""
    return [(await one.inner_text()).strip() for one in await page.locator(".messages li > .text").all()]


async def test_at_sixty_the_morning_lasts_4_min_42_s_and_reaches_the_collisions_at_4_min_26_s(page, server):
    await page.goto(f"{server.url}{REPLAY}")
    await page.get_by_role("button", name="Lecture").click()

    await page.clock.run_for(265_800)
    before = await seen(page)
    await page.clock.run_for(400)
    then = await seen(page)
    await page.clock.run_for(15_600)
    running = await page.get_by_role("button", name="Pause").is_visible()
    await page.clock.run_for(400)

    assert before[0] == "Encore une marche"
    assert then[0] == "Collisions\N{NARROW NO-BREAK SPACE}!"
    assert running
    assert (await seen(page))[0] == "Faisceaux stables"
    assert await page.get_by_role("button", name="Lecture").is_visible()
    assert await page.locator("output").inner_text() == "13:22"


async def test_what_is_still_to_come_is_nowhere_on_the_page(page, server):
    await page.goto(f"{server.url}{REPLAY}?from=10:20")

    tree = await page.locator("body").aria_snapshot()
    assert "Un à-coup de courant" in tree
    assert "Rectifi" not in tree
    assert "Collisions\N{NARROW NO-BREAK SPACE}!" not in await page.locator(".messages").inner_html()
    assert await page.get_by_role("meter").get_attribute("aria-valuenow") == "0.0"

    await page.locator("input[type=range]").fill("8400")  # 11:00
    tree = await page.locator("body").aria_snapshot()
    assert "Rectificatif" in tree
    assert "Rectifié à 10 h 58" in " ".join(tree.split())


async def test_the_gauge_goes_in_step_and_back(page, server):
    await page.goto(f"{server.url}{REPLAY}?from=12:15")
    gauge = page.get_by_role("meter")
    values = [await gauge.get_attribute("aria-valuenow")]
    for key in ("End", "Home"):
        await page.keyboard.press(key)
        values.append(await gauge.get_attribute("aria-valuenow"))

    assert values == ["1.75", "3.5", "0.0"]


async def test_it_is_played_by_keyboard_and_the_address_says_where_it_stands(page, server):
    await page.goto(f"{server.url}{REPLAY}?vitesse=30&depuis=08:50")
    await page.keyboard.press(" ")
    await page.clock.run_for(6_000)
    await page.keyboard.press(" ")

    assert (await seen(page))[0] == "Arrêt imprévu"
    assert page.url.partition("?")[2] in {f"speed=30&from={seconds}" for seconds in range(775, 786)}
    await page.reload()
    assert (await seen(page))[0] == "Arrêt imprévu"


async def test_a_key_moment_is_said_at_once_and_fills_the_screen_unless_one_wants_calm(page, server, browser):
    await page.goto(f"{server.url}{REPLAY}?from=13:05")
    await page.keyboard.press(" ")
    await page.clock.run_for(1_500)
    assert await page.locator("#moment").is_visible()
    assert "Collisions" in await page.locator("#cried").inner_text()
    await page.clock.run_for(5_000)
    assert not await page.locator("#moment").is_visible()

    context = await browser.new_context(**ROOM, reduced_motion="reduce")
    calm = await context.new_page()
    await stand_still(calm)
    await calm.goto(f"{server.url}{REPLAY}?from=13:05")
    await calm.keyboard.press(" ")
    await calm.clock.run_for(1_500)
    assert (await seen(calm))[0].startswith("Collisions")
    assert not await calm.locator("#moment").is_visible()
    await context.close()


async def test_a_stand_plays_it_again_and_again(page, server):
    await page.goto(f"{server.url}{REPLAY}?boucle=1")
    await page.clock.run_for(283_000)
    end = await seen(page)
    await page.clock.run_for(16_000)

    assert end[0] == "Faisceaux stables"
    assert await seen(page) == ["C'est parti"]


async def test_a_key_moment_on_the_line_of_time_is_a_way_there(page, server):
    await page.goto(f"{server.url}{REPLAY}")
    await page.get_by_role("button", name="13").click()

    assert (await seen(page))[0] == "Collisions\N{NARROW NO-BREAK SPACE}!"


async def test_a_minute_shows_the_beginning_the_correction_the_key_moment_and_where_one_begins(page, server):
    await page.goto(f"{server.url}{REPLAY}?visite=1")
    clock, notice = page.locator("output"), page.locator(".notice:visible")
    phone = page.locator(".phone li").last

    await page.clock.run_for(5_000)
    assert "par le moyen" in await notice.inner_text()
    assert (await phone.locator("p").inner_text()) == "ana : C'est parti"
    await page.clock.run_for(17_000)
    assert (await clock.inner_text(), await notice.count()) == ("10:52", 0)
    await page.clock.run_for(8_000)
    assert await notice.inner_text() == "L’erreur est corrigée chez ceux qui l’avaient reçue."
    assert (await phone.locator("p").inner_text()).startswith("ana : Rectificatif")
    await page.clock.run_for(10_000)
    assert await page.locator("#moment").is_visible()
    assert await notice.is_visible()
    await page.clock.run_for(6_000)
    assert await page.locator(".begin a[href='/start/site']:visible").count() == 3
    assert await page.get_by_role("link", name="Commencer : Fidéliser").evaluate(
        "link => link === document.activeElement"
    )

    await page.get_by_role("button", name="Voir toute la journée").click()
    await page.clock.run_for(60_000)
    assert (await clock.inner_text(), await notice.count()) == ("09:40", 0)


async def test_whoever_goes_elsewhere_during_that_minute_is_not_led_any_more(page, server):
    await page.goto(f"{server.url}{REPLAY}?tour=1")
    await page.clock.run_for(2_000)
    await page.get_by_role("button", name="12").or_(page.get_by_role("button", name="13:06")).first.click()
    await page.clock.run_for(10_000)

    assert await page.locator("output").inner_text() == "13:16"
    assert not await page.locator(".notice:visible").count()


@pytest.mark.parametrize("width", [360, 1280])
async def test_without_script_all_of_it_is_there_in_order(browser, server, width):
    context = await browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{server.url}{REPLAY}")

    assert [text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in await seen(page)] == [text for _, text, _ in DAY]
    assert not await page.locator(".player").is_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await context.close()
