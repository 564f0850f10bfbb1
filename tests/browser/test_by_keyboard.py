"""The ten main tasks by keyboard alone, in a real browser: whatever Tab comes to shows that it has the focus."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.flows.server import PASSWORD, live_server
from tests.lib.pictures import drawing, encoded

pytestmark = pytest.mark.thorough

MOST = 150  # presses of Tab to anything
LOOK = """(wanted) => {
  const has = document.activeElement
  const shows = [has, ...(has.labels ?? []), has.closest("label")].some((one) => {
    const { outlineStyle, outlineWidth } = one ? getComputedStyle(one) : {}
    return one && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
  })
  const within = !has.matches(":focus") // a button of a date's field: the browser draws it, and its outline
  const { top, bottom, left, right } = has.getBoundingClientRect()
  const inside = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth
  return { reached: wanted.includes(has), shows: (shows || within) && inside, words: has.outerHTML.slice(0, 200) }
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def ana(server):
    return App(server.url, server.person("ana").token)


@pytest.fixture(scope="module")
def ben(server):
    return App(server.url, server.person("ben").token)


class App:
    """Somebody's app."""

    def __init__(self, url, token):
        self._client = httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60)

    def post(self, path, **body):
        """Send something; the answer."""
        return self._client.post(path, json=body).raise_for_status().json()

    def publish(self, text):
        """Publish a post; the path of its page."""
        status = self.post("/api/v1/statuses", status=text)
        return f"/@{status['account']['acct']}/{status['id']}"


@asynccontextmanager
async def keyboard(browser, server, path="/", *, who=None):
    """A window at a path, in which somebody is signed in or nobody is, and from then on nobody touches a mouse."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    await context.add_cookies([{"name": "lang", "value": "en", "url": server.url}])
    page = await context.new_page()
    if who:
        await page.goto(f"{server.url}/auth/sign_in?next={path}")
        await page.fill("#login", who)
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{server.url}{path}")
    else:
        await page.goto(f"{server.url}{path}")
    try:
        yield page
    finally:
        await context.close()


async def tab_to(page, wanted):
    """Press Tab until the focus is on one of these, and see on the way that it is always seen."""
    for pressed in range(MOST):
        found = await wanted.evaluate_all(LOOK)
        if pressed:
            assert found["shows"], f"nothing shows that this has the focus: {found['words']}"
        if found["reached"]:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


async def press(page, name):
    """Go to the button that says so, and press it."""
    await tab_to(page, page.get_by_role("button", name=name, exact=True))
    await page.keyboard.press("Enter")


async def follow(page, name):
    """Go to the link that says so, and follow it."""
    await tab_to(page, page.get_by_role("link", name=name, exact=True))
    await page.keyboard.press("Enter")


async def unfold(page, selector):
    """Go to what unfolds, and unfold it."""
    await tab_to(page, page.locator(selector))
    await page.keyboard.press("Enter")


async def write(page, label, words, key=None):
    """Go to the field with this label, and type over what it holds. key: that ends it."""
    await tab_to(page, page.get_by_label(label, exact=True))
    await page.keyboard.press("Control+A")
    await page.keyboard.type(words)
    if key:
        await page.keyboard.press(key)


async def test_one_signs_up(browser, server):
    async with keyboard(browser, server) as page:
        await follow(page, "Open my account")
        await page.wait_for_url("**/auth/sign_up")
        await write(page, "Username", "eva")
        await write(page, "E-mail address", "eva@mail.example")
        await write(page, "Password", PASSWORD)
        await tab_to(page, page.get_by_label("I will keep to the law here"))
        await page.keyboard.press("Space")
        await press(page, "Open my account")

        await page.get_by_role("heading", name="Thank you").wait_for()


async def test_one_signs_in(browser, server, ana):
    async with keyboard(browser, server) as page:
        await follow(page, "Sign in")
        await page.wait_for_url("**/auth/sign_in*")
        await write(page, "E-mail address or username", "ana")
        await write(page, "Password", PASSWORD)
        await press(page, "Sign in")

        await page.locator(".menu summary", has_text="@ana").wait_for()


async def test_one_writes_with_a_photo(browser, server, ana, tmp_path):
    (tmp_path / "tram.png").write_bytes(encoded(drawing(90, 60), "PNG"))
    async with keyboard(browser, server, who="ana") as page:
        await follow(page, "Write")
        await page.wait_for_url("**/write")
        page.on("filechooser", lambda _: None)  # asked for early: the browser takes a while to hand them over
        await write(page, "Your message", "Line 4 runs again at 9:15.")
        await tab_to(page, page.locator("#new-0"))
        async with page.expect_file_chooser() as choosing:
            await page.keyboard.press("Enter")
        await (await choosing.value).set_files(tmp_path / "tram.png")
        await page.wait_for_selector(".picture input[name$='[alt]']:focus")  # the next thing to say
        await page.keyboard.type("A blue tram")
        await press(page, "Publish")

        await page.wait_for_url(re.compile(r"/@ana/\d+"))
        assert await page.locator(".chosen").get_by_role("img", name="A blue tram").count() == 1


async def test_one_follows_somebody_and_stands_on_the_way_back(browser, server, ana, ben):
    async with keyboard(browser, server, "/@ben", who="ana") as page:
        await press(page, "Follow")
        stop = page.get_by_role("button", name="Following: stop")
        await stop.wait_for()

        assert await stop.evaluate("stop => stop === document.activeElement")


async def test_one_replies(browser, server, ana, ben):
    path = ben.publish("When does the market open?")
    async with keyboard(browser, server, path, who="ana") as page:
        await tab_to(page, page.locator(".chosen").get_by_role("link", name="Reply"))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/write?in_reply_to_id=*")
        await page.wait_for_selector("#text:focus")
        await page.keyboard.type("At 8:00, on the square.")
        await page.keyboard.press("Control+Enter")
        await page.wait_for_url(re.compile(r"/@ana/\d+"))

        assert await page.locator(".thread .post").count() == 2


async def test_one_searches(browser, server, ana, ben):
    async with keyboard(browser, server, who="ana") as page:
        await follow(page, "Explore")
        await page.wait_for_url("**/explore")
        await write(page, "Search", "ben", "Enter")
        await page.wait_for_url("**/search?*")
        await tab_to(page, page.locator(".people a", has_text="@ben"))
        await page.keyboard.press("Enter")

        await page.wait_for_url("**/@ben")


async def test_one_edits(browser, server, ana):
    path = ana.publish("Line 4 runs again at 9:15.")
    async with keyboard(browser, server, path, who="ana") as page:
        await unfold(page, ".chosen .own summary")
        await follow(page, "Edit")
        await page.wait_for_url("**/edit")
        await write(page, "Your message", "Line 4 runs again at 9:45.")
        await press(page, "Save the change")

        await page.locator(".chosen .edited").wait_for()
        assert "9:45" in await page.locator(".chosen .text").inner_text()


async def test_one_reports_a_post_and_a_moderator_handles_it(browser, server, ana, ben):
    path = ben.publish("Watches for 9 euros, call now.")
    server.person("mona", role="moderator")
    async with keyboard(browser, server, path, who="ana") as page:
        await unfold(page, ".chosen .own summary")
        await follow(page, "Report to the moderators")
        await page.wait_for_url("**/report?post=*")
        await tab_to(page, page.locator("[name=category]"))
        await page.keyboard.press("ArrowDown")  # from the last of the choices to the first
        assert await page.get_by_label("Advertising or fraud").is_checked()
        await write(page, "What should they know?", "Advertising")
        await press(page, "Send to the moderators")
        await page.get_by_role("heading", name="Thank you").wait_for()

    async with keyboard(browser, server, who="mona") as page:
        await unfold(page, ".menu summary")
        await tab_to(page, page.locator(".menu a[href='/moderation']"))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/moderation")
        await tab_to(page, page.locator("a.row-title", has_text="@ben"))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/moderation/reports/*")
        await press(page, "Hide the chosen posts")
        await page.wait_for_url("**/decide?*")
        await tab_to(page, page.get_by_label("Your reasons"))
        await page.keyboard.type("Advertising is not for here.")
        await press(page, "Hide these posts")
        await page.get_by_text("Closed").first.wait_for()

        await page.goto(f"{server.url}{path}")
        assert await page.get_by_text("Watches for 9 euros").count() == 0


async def test_one_signs_out(browser, server, ana):
    async with keyboard(browser, server, who="ana") as page:
        await unfold(page, ".menu summary")
        await follow(page, "Sign out")
        await page.wait_for_url("**/auth/sign_out")
        await press(page, "Sign out of this browser")

        await page.get_by_role("link", name="Sign in", exact=True).first.wait_for()
        assert not [one for one in await page.context.cookies() if one["name"] == "session"]
