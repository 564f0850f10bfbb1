"""A live event, and messages taken out of it, in a page of another site, in a browser."""

import pytest

from tests.browser.test_wall import Desk
from tests.flows.server import live_server
from tests.site import a_site

pytestmark = pytest.mark.thorough

EVENT = "/e/premieres-collisions"
FOREIGN = """<!doctype html><html lang=fr><link rel=icon href="data:,"><title>Le journal</title><h1>Le journal</h1>
<iframe id=event src="{url}/embed" width="360" height="600" title="Événement"></iframe>
<iframe id=taken src="{url}/extrait/embed?number[]=1" width="360" height="300" title="Extrait"></iframe>
<iframe id=whole src="{url}" width="360" height="300" title="Page"></iframe>"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_of_another_site_shows_the_event_and_what_comes_but_no_page_of_ours(server, browser):
    desk = Desk(server)
    desk.write("Le premier")
    context = await browser.new_context(locale="fr-FR")
    page, refused = await context.new_page(), []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    async with a_site() as site:
        site.put("/", FOREIGN.format(url=server.url + EVENT).encode())
        await page.goto(f"{site.url}/")
        event, taken = page.frame_locator("#event"), page.frame_locator("#taken")
        await event.get_by_text("Le premier").wait_for()
        await taken.get_by_text("Le premier").wait_for()

        desk.write("Le deuxième")
        frame = next(frame for frame in page.frames if frame.url.endswith("/embed"))
        await frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as when half a minute is over

        await event.locator("li", has_text="Le deuxième").wait_for()
        assert "Le deuxième" in await event.get_by_role("status").inner_text()
        assert await page.frame_locator("#whole").get_by_text("Le premier").count() == 0
        assert [text for text in refused if "frame-ancestors" not in text and "refused to connect" not in text] == []
        assert any("frame-ancestors" in text for text in refused)
    await context.close()
