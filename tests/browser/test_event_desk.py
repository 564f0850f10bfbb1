"""The desk of a live event and its wall in two windows, by keyboard alone: what one sends, the other shows."""

import pytest
import pytest_asyncio

from tests.browser.test_wall import PROJECTOR, WALL, Desk, says
from tests.flows.server import PASSWORD, live_server

pytestmark = pytest.mark.thorough

DESK = "/e/premieres-collisions/regie"
MOST = 40  # presses of Tab to anything on the desk


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def event(server):
    """The event, with two messages ready."""
    event = Desk(server)
    for text in ("Feu vert. On relance à 10 h 31.", "Deux faisceaux tournent ensemble à 11 h 36."):
        event.client.post(f"{event.path}/drafts", json={"text": text}).raise_for_status()
    return event


@pytest_asyncio.fixture(loop_scope="session")
async def windows(browser, server, event):
    """The desk of somebody who signed in, and the wall."""
    problems, opened = [], []
    for width in (1280, PROJECTOR["viewport"]["width"]):
        context = await browser.new_context(
            viewport={"width": width, "height": 1080}, locale="fr-FR", reduced_motion="reduce"
        )
        context.set_default_timeout(60_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        opened.append(page)
    desk, wall = opened
    await desk.goto(f"{server.url}/auth/sign_in?next={DESK}&lang=fr")
    await desk.locator("input[autocomplete~=username]").fill("ana")
    await desk.locator("input[type=password]").fill(PASSWORD)
    await desk.keyboard.press("Enter")
    await desk.locator(".regie").wait_for()
    await wall.goto(server.url + WALL)
    yield desk, wall
    for page in opened:
        await page.context.close()
    assert problems == []


async def to(page, selector):
    """By Tab to what a selector names."""
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Tab never came to {selector}")


async def sent(page, text):
    """Wait until the desk says that a message was published."""
    await page.locator(".undo", has_text=text).wait_for()
    await page.evaluate("document.activeElement.blur()")  # as it is once somebody has looked up


async def test_a_day_at_the_desk_by_keyboard(windows, event):
    desk, wall = windows
    press, typed = desk.keyboard.press, desk.keyboard.type

    await desk.evaluate("document.activeElement.blur()")
    await press("d")
    await press("Enter")  # the first message that was ready
    await sent(desk, "Feu vert")
    await says(wall, "Feu vert. On relance à 10 h 31.")

    await press("n")
    await typed("COLLISIONS ! 7 TeV au total à 13 h 06")
    await to(desk, "#is_key")
    await press("Space")
    await to(desk, "details.part > summary")
    await press("Enter")
    await to(desk, "#gauge")
    await typed("3,5")
    await press("Control+Enter")
    await sent(desk, "COLLISIONS")
    await wall.locator("#moment", has_text="COLLISIONS").wait_for()
    await wall.locator('[role="meter"][aria-valuenow="3.5"]').wait_for()

    await press("j")
    await press("c")  # corrects the newest
    await desk.locator("input[name=corrects_id]").wait_for(state="attached")
    await desk.locator("#text:focus").wait_for()
    await typed("c’était à 13 h 05.")
    await press("Control+Enter")
    await sent(desk, "13 h 05")
    await wall.locator(".messages .correction", has_text="13 h 05").wait_for()

    await press("p")  # the red button
    await wall.locator(".messages", has_text="Un instant").wait_for()
    await desk.locator(".red button[value=resume]").wait_for()
    await desk.evaluate("document.activeElement.blur()")
    await press("p")
    await says(wall, await wall.locator(".messages .correction .text").first.inner_text())

    await desk.evaluate("document.activeElement.blur()")
    event.write("D’une collègue, au pupitre voisin.")
    await desk.get_by_role("status").filter(has_text="D’une collègue").wait_for(state="attached")  # is said aloud


async def test_the_red_button_is_in_sight_on_a_telephone_and_covers_nothing(windows, server):
    desk, _ = windows
    await desk.set_viewport_size({"width": 360, "height": 740})
    await desk.goto(server.url + DESK)

    for at in (0, 800, 10_000):
        await desk.evaluate("at => scrollTo(0, at)", at)
        box = await desk.locator(".red button").bounding_box()
        assert 0 <= box["y"] <= 740 - box["height"]
    last = await desk.locator("footer").bounding_box()
    assert last["y"] + last["height"] <= box["y"]
    assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
