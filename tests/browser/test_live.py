"""Home goes on by itself, in two windows: what is new waits behind a button, nothing jumps, and nothing is lost."""

import re
from typing import NamedTuple

import httpx
import pytest
import pytest_asyncio

from tests.flows.server import PASSWORD, live_server

FEED = ".feed .post"


class Live(NamedTuple):
    """A server, and what ana's app sends along."""

    url: str
    ana: dict[str, str]

    def publish(self, text):
        """Let ana's app publish."""
        answer = httpx.post(f"{self.url}/api/v1/statuses", json={"status": text}, headers=self.ana, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def delete(self, id):
        """Let it delete something again."""
        httpx.delete(f"{self.url}/api/v1/statuses/{id}", headers=self.ana, timeout=60).raise_for_status()


def begun(running, posts):
    """Ana, whom ben follows, and so many posts of hers."""
    ana, ben = running.person("ana"), running.person("ben")
    server = Live(running.url, {"authorization": f"Bearer {ana.token}"})
    own = httpx.get(f"{server.url}/api/v1/accounts/verify_credentials", headers=server.ana, timeout=60).json()["id"]
    follower = {"authorization": f"Bearer {ben.token}"}
    httpx.post(f"{server.url}/api/v1/accounts/{own}/follow", headers=follower, timeout=60).raise_for_status()
    for number in range(posts):
        server.publish(f"Message {number} de ce matin. " + "Il fait beau. " * 20)
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield begun(running, 30)


async def window(browser, url, who, path="/"):
    """A window in which somebody signed in."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto(f"{url}/auth/sign_in?lang=en&next={path}")
    await page.fill("#login", who)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{path}")
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def home(browser, server):
    """Ben's home."""
    page = await window(browser, server.url, "ben")
    yield page
    await page.context.close()


async def where(page, text):
    """How far below the top of the window a post stands."""
    return await page.locator(FEED, has_text=text).first.evaluate("post => post.getBoundingClientRect().top")


async def pill(page, words):
    await page.locator(".pill", has_text=words).wait_for()


@pytest.mark.parametrize("scrolled", [0, 900])
async def test_what_somebody_writes_in_another_window_waits_and_nothing_jumps(browser, server, home, scrolled):
    await home.locator(".burst > summary").click()
    await home.evaluate(f"scrollTo({{ top: {scrolled}, behavior: 'instant' }})")
    seen = "Message 29" if scrolled == 0 else "Message 26"
    before = await where(home, seen), await home.evaluate("scrollY")
    assert 0 < before[0] < 720
    writing = await window(browser, server.url, "ana", "/write")

    await writing.fill("#text", f"La ligne 4 repart à 9 h 15, quai {scrolled}.")
    await writing.keyboard.press("Control+Enter")
    await writing.wait_for_url(re.compile(r"/@ana/\d+"))
    await pill(home, "1 new post")
    server.publish(f"Un autre {scrolled}")
    gone = server.publish(f"Une erreur {scrolled}")
    await pill(home, "3 new posts")
    server.delete(gone)
    await pill(home, "2 new posts")

    assert (await where(home, seen), await home.evaluate("scrollY")) == before
    assert await home.locator(FEED, has_text=f"Un autre {scrolled}").count() == 0

    await home.locator(".pill").click()
    shown = await home.locator(f"{FEED} .text").all_inner_texts()
    assert [one.strip() for one in shown[:2]] == [
        f"Un autre {scrolled}",
        f"La ligne 4 repart à 9\u00a0h\u00a015, quai {scrolled}.",
    ]
    assert not await home.locator(".pill").is_visible()
    assert await home.locator(FEED, has_text="Une erreur").count() == 0
    assert await home.evaluate("scrollY") == 0
    await writing.context.close()


async def test_after_the_server_was_away_what_was_missed_is_counted_once(browser, tmp_path):
    with live_server(tmp_path) as running:
        server = begun(running, 2)
        port = int(server.url.rpartition(":")[2])
        page = await window(browser, server.url, "ben")
        server.publish("Avant la coupure")
        await pill(page, "1 new post")
    with live_server(tmp_path, port=port):
        server.publish("Pendant que personne n’écoute")
        server.publish("De retour")
        await pill(page, "3 new posts")
        server.publish("Et en direct")
        await pill(page, "4 new posts")

        await page.locator(".pill").click()
        shown = [text.strip() for text in await page.locator(f"{FEED} .text").all_text_contents()]
    await page.context.close()

    assert shown[:4] == ["Et en direct", "De retour", "Pendant que personne n’écoute", "Avant la coupure"]
    assert len(shown) == len(set(shown))
