"""The page of a live event in a browser: it goes on by itself, and loads nothing of another site before it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.browser.test_wall import Desk
from tests.flows.server import live_server

pytestmark = pytest.mark.thorough

PAGE = "/e/premieres-collisions"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def desk(server):
    return Desk(server)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser):
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
    context.set_default_timeout(60_000)
    page = await context.new_page()
    page.problems, page.sites = [], set()
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: page.sites.add(request.url.split("/")[2]))
    yield page
    await context.close()
    assert page.problems == []


@pytest.mark.asyncio(loop_scope="session")
async def test_a_new_message_waits_behind_a_button_and_the_gauge_moves_at_once(server, desk, page):
    await page.goto(server.url + PAGE)
    await page.wait_for_function("document.querySelector('[data-event]')")

    desk.write("COLLISIONS !", is_key=True, gauge=3.5)

    await page.locator(".news:not([hidden])").wait_for()
    assert "1\u00a0nouveau message" in await page.locator(".news").inner_text()
    await page.locator('[role="meter"][aria-valuenow="3.5"]').wait_for()
    assert await page.locator(".key").count() == 0
    await page.locator(".news button").click()
    await page.locator(".key").wait_for()


@pytest.mark.asyncio(loop_scope="session")
async def test_what_counts_down_says_to_what(server, desk, page):
    starts = datetime.now(UTC) + timedelta(hours=25, minutes=30)
    said = {"title": "Demain", "zone": "Europe/Zurich", "language": "fr"}
    said |= {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=4)).isoformat()}
    slug = desk.client.post("/events", json=said).raise_for_status().json()["slug"]
    await page.goto(f"{server.url}/e/{slug}")

    shown = page.locator("[data-countdown]", has_text="jour")
    await shown.wait_for()
    assert " ".join((await shown.inner_text()).split()) == "Commence dans 1 jour 1 heure"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_video_of_another_site_is_there_only_once_somebody_asks_for_it(server, desk, page):
    desk.client.patch(desk.path, json={"webcast_url": "https://tube.invalid/w/abc123"}).raise_for_status()
    await page.goto(server.url + PAGE)
    await page.locator("[data-frame]").wait_for()
    before = set(page.sites)

    await page.locator("[data-frame]").click()

    await page.locator("iframe").wait_for(state="attached")
    assert before == {server.url.split("/")[2]}
    assert await page.locator("iframe").get_attribute("src") == "https://tube.invalid/videos/embed/abc123"


@pytest.mark.asyncio(loop_scope="session")
async def test_where_a_browser_plays_no_stream_its_address_and_words_stand_in_its_place(server, desk, page):
    desk.client.patch(desk.path, json={"webcast_url": "https://film.invalid/live.m3u8"}).raise_for_status()
    await page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")

    await page.goto(server.url + PAGE)

    await page.locator(".cannot").wait_for()
    assert not await page.locator("video").is_visible()
    assert await page.locator('.webcast a[href="https://film.invalid/live.m3u8"]').is_visible()
