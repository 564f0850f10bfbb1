"""What is the same on every page: its menu, its tabs, on a telephone in French as elsewhere."""

import re
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.flows.server import PASSWORD, live_server

pytestmark = pytest.mark.thorough


class Everywhere(NamedTuple):
    """The server, and what alice's app sends along."""

    url: str
    alice: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        alice = running.person("alice")
        yield Everywhere(running.url, {"authorization": f"Bearer {alice.token}"})


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser, server):
    """Home on a telephone, in French, signed in."""
    context = await browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740})
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto(f"{server.url}/auth/sign_in")
    await page.fill("#login", "alice")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{server.url}/")
    yield page
    await context.close()


async def test_the_menu_folds_up_on_escape_on_a_press_elsewhere_and_when_one_comes_back(page):
    menu, panel = page.locator(".menu summary"), page.locator(".menu .panel")

    await menu.click()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    assert not await panel.is_visible()
    assert await menu.evaluate("menu => menu === document.activeElement")

    await menu.click()
    await page.mouse.click(20, 400)
    assert not await panel.is_visible()

    await menu.click()
    await panel.locator("a", has_text="Réglages").click()
    await page.wait_for_url("**/settings")
    await page.go_back()
    assert not await panel.is_visible()


async def test_the_tabs_of_a_profile_are_one_row(page, server):
    await page.goto(f"{server.url}/@alice")

    tops = await page.locator(".tabs a").evaluate_all("tabs => tabs.map(tab => tab.offsetTop)")

    assert len(tops) == 3
    assert len(set(tops)) == 1


async def test_without_a_network_it_says_so_shows_no_old_page_and_goes_on_when_there_is_one(page, server):
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await page.goto(f"{server.url}/notifications")
    await page.context.set_offline(True)

    await page.goto(f"{server.url}/notifications", wait_until="domcontentloaded")

    assert await page.locator("h1").all_inner_texts() == ["Vous êtes hors ligne", "You are offline"]
    assert await page.locator("h1").first.evaluate("title => getComputedStyle(title).marginBottom") == "16px"
    kept = await page.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
          const kept = (await Promise.all(caches_.map((cache) => cache.keys()))).flat()
          return kept.map((request) => new URL(request.url).pathname)
        }"""
    )
    assert all(path == "/offline" or path.startswith("/static/") for path in kept)

    await page.context.set_offline(False)
    await page.locator("h1", has_text="Notifications").wait_for()


async def test_on_paper_there_is_the_document_black_on_white_and_nothing_to_press(page, server):
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{server.url}/@alice")
    assert not await page.locator(".source").is_visible()

    await page.emulate_media(color_scheme="dark", media="print")

    assert await page.locator(".source").inner_text() == f"{server.url}/@alice"
    for pressed in (".menu", ".places", ".tabs", ".stand", "footer"):
        assert not await page.locator(pressed).is_visible(), pressed
    colours = "(style => [style.color, style.backgroundColor])(getComputedStyle(document.body))"
    assert await page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


async def test_keys_move_between_posts_act_on_them_and_lead_to_places(page, server):
    for text in ("Un", "Deux"):
        await page.request.post(f"{server.url}/api/v1/statuses", data={"status": text}, headers=server.alice)
    await page.goto(f"{server.url}/@alice")

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    assert "Un" in await page.evaluate("document.activeElement.innerText")
    await page.keyboard.press("f")
    await page.locator("article", has_text="Un").locator(".like[aria-pressed=true]").wait_for()
    await page.keyboard.press("o")
    await page.wait_for_url(re.compile(r"/@alice/\d+$"))
    await page.keyboard.press("r")
    await page.wait_for_url("**/write?in_reply_to_id=*")
    await page.wait_for_selector("#text:focus")
    await page.keyboard.press("n")  # in the field where one writes
    assert await page.input_value("#text") == "n"
    await page.locator("h1").click()
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await page.wait_for_url("**/notifications")


async def test_a_question_mark_shows_the_keys_and_the_sheet_turns_them_off(page, server):
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Raccourcis clavier")
    await sheet.get_by_label("Utiliser les raccourcis").uncheck()
    await sheet.get_by_role("button", name="Fermer").click()
    assert await sheet.count() == 0

    await page.keyboard.press("n")
    await page.goto(f"{server.url}/shortcuts")
    assert not await page.get_by_role("button", name="Fermer").is_visible()
    await page.get_by_label("Utiliser les raccourcis").check()
    await page.keyboard.press("n")

    await page.wait_for_url("**/write")
