"""What is the same on every page: its menu, its tabs, on a telephone in French as elsewhere."""

import pytest
import pytest_asyncio

from tests.flows.server import PASSWORD, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        running.person("alice")
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser, server):
    """Home on a telephone, in French, signed in."""
    context = await browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740})
    context.set_default_timeout(20_000)
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
