"""Writing with script: counting, rewriting, photos and drafts as one types. The server counts."""

import re

import pytest
import pytest_asyncio

from pinson.lib import sms
from tests.flows.server import PASSWORD, live_server
from tests.lib.pictures import drawing, encoded

FESTIVAL = "Fête de la forêt : rendez-vous à l’entrée du bois, nous plantons 40 chênes. Bottes et gants conseillés !"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        running.person("alice")
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser, server):
    """Where one writes, signed in."""
    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto(f"{server.url}/auth/sign_in?lang=en&next=/write")
    await page.fill("#login", "alice")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{server.url}/write")  # and until its scripts listen
    yield page
    await context.close()


async def test_it_counts_as_one_types_and_rewrites_at_a_click(page):
    await page.fill("#text", FESTIVAL)
    await page.locator("#advice-count", has_text="2 SMS").wait_for()
    assert await page.locator(".difference del").all_inner_texts() == [
        char for char in FESTIVAL if char not in sms.BASIC
    ]

    await page.get_by_role("button", name="Write it so: 1 SMS").click()
    await page.locator("#advice-count", has_text="1 SMS").wait_for()

    assert await page.input_value("#text") == sms.rewrite(FESTIVAL).text


async def test_ctrl_enter_publishes_and_enter_in_a_field_does_not(page, server):
    await page.fill("#text", "La ligne 4 repart à 9 h 15.")
    await page.locator("summary", has_text="Warn before").click()
    await page.fill("#spoiler", "Trafic")
    await page.keyboard.press("Enter")
    assert page.url.endswith("/write")

    await page.keyboard.press("Control+Enter")

    await page.wait_for_url(re.compile(r"/@alice/\d+"))


async def test_a_photo_is_sent_when_it_is_chosen_and_stands_in_the_draft_that_is_kept(page, server, tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(drawing(90, 60), "PNG"))
    await page.set_input_files("input[type=file] >> nth=0", tmp_path / "a.png")
    await page.locator(".picture img").wait_for()
    await page.fill(".picture input[name$='[alt]']", "La gare")
    await page.fill("#text", "La ligne 4 repart à 9 h 15.")
    await page.locator("#kept", has_text="Draft kept at").wait_for()

    await page.goto(f"{server.url}/drafts")
    await page.get_by_role("link", name="Go on writing").first.click()

    assert await page.input_value("#text") == "La ligne 4 repart à 9 h 15."
    assert await page.input_value(".picture input[name$='[alt]']") == "La gare"


async def test_a_tab_shows_how_it_looks_elsewhere(page):
    await page.fill("#text", "La ligne 4 repart à 9 h 15.")
    await page.get_by_text("E-mail", exact=True).click()

    await page.locator(".as-mail", has_text="La ligne 4 repart").wait_for()
    assert not await page.locator(".as-phone").is_visible()


async def test_a_card_that_is_deleted_gives_way_to_the_way_back(page):
    await page.fill("#text", "La ligne 4 repart à 9 h 15.")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile(r"/@alice/\d+"))

    await page.locator(".chosen .own summary").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("link", name="Put it back").click()

    assert await page.input_value("#text") == "La ligne 4 repart à 9 h 15."
