"""Signing in, up, and letting an app act, in a real browser: by keyboard alone, on a phone and on a desk."""

import re

import httpx
import pytest
import pytest_asyncio

from tests.flows.server import PASSWORD, live_server

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
PAGES = [
    "/",
    "/auth/sign_in",
    "/auth/sign_up",
    "/auth/password",
    "/auth/password/edit?token=" + "x" * 43,
    "/auth/confirm?token=" + "x" * 43,
    "/oauth/authorize/native?code=" + "x" * 43,
    "/oauth/authorize",
    "/nowhere",
]
WIDEST_NAME = "W" * 60


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def alice(server):
    return server.person("alice")


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser, request):
    """A page of a browser of one's own; parametrized by its viewport and colours."""
    context = await browser.new_context(**getattr(request, "param", {"viewport": DESK, "locale": "en-GB"}))
    context.set_default_timeout(60_000)
    yield await context.new_page()
    await context.close()


def asked(server, *, scope="read write follow push", name="Elk", redirect_uri=OUT_OF_BAND):
    """The address by which a new app asks."""
    form = {"client_name": name, "redirect_uris": redirect_uri, "scopes": scope, "website": "https://elk.example/"}
    app = httpx.post(f"{server.url}/api/v1/apps", data=form, timeout=60).json()
    query = {"client_id": app["client_id"], "redirect_uri": redirect_uri, "response_type": "code", "scope": scope}
    return str(httpx.URL(f"{server.url}/oauth/authorize", params=query))


def views(locale):
    """Phone and desk, light and dark."""
    return [
        pytest.param({"viewport": viewport, "color_scheme": colours, "locale": locale}, id=f"{name}-{colours}")
        for name, viewport in (("phone", PHONE), ("desk", DESK))
        for colours in ("light", "dark")
    ]


async def overflow(page):
    """How many pixels of the page are beyond its right edge."""
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


async def focused(page):
    """What the element with the focus says: a button or link its words, a field its label; "" if none has it."""
    return await page.evaluate(
        "(e => e === document.body ? '' : (e.labels?.[0]?.innerText || e.innerText).trim())(document.activeElement)"
    )


async def tab_to(page, words, *, most=15):
    """Press Tab until the focus is on what says `words`."""
    for _ in range(most):
        if words in await focused(page):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {words!r}")


async def test_one_signs_in_and_allows_an_app_by_keyboard_alone(server, alice, page):
    await page.goto(f"{asked(server)}&lang=en")
    await tab_to(page, "E-mail address or username")
    await page.keyboard.type("alice")
    await tab_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/oauth/authorize"))

    await tab_to(page, "Allow")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/oauth/authorize/native"))

    code = re.search(r"code=([^&]+)", page.url)[1]
    assert await page.get_by_label("Code").input_value() == code


async def test_one_denies_an_app_by_keyboard_alone(server, alice, page):
    await sign_in(page, server)
    await page.goto(asked(server))

    await tab_to(page, "Refuse")
    await page.keyboard.press("Space")

    await page.get_by_role("heading", name="The app was refused").wait_for()


async def test_the_code_can_be_copied_by_keyboard_alone(server, page):
    await page.goto(f"{server.url}/oauth/authorize/native?code={'x' * 43}")
    await page.wait_for_selector(".copy:focus")  # the page gives it the focus by itself, a moment after it has loaded

    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Tab")
    await page.wait_for_selector(".copy:focus")

    assert await page.evaluate("getSelection().toString()") == "x" * 43


async def test_the_first_tab_skips_to_the_content(server, page):
    await page.goto(f"{server.url}/")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Skip to content"
    assert (await page.locator(".skip").bounding_box())["y"] >= 0

    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert await focused(page) == await page.locator("main :is(a, button, input)").first.inner_text()


async def test_whatever_has_the_focus_shows_it(server, page):
    await page.goto(f"{server.url}/auth/sign_up")
    shown = []
    for _ in range(10):
        await page.keyboard.press("Tab")
        assert await focused(page)
        style = await page.evaluate(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
        )
        shown.append(style)

    assert all(style != "none" and width >= 2 for style, width in shown), shown


@pytest.mark.parametrize("page", views("fr-FR"), indirect=True)
async def test_no_page_scrolls_sideways(server, page):
    beyond = {}
    for path in PAGES:
        await page.goto(server.url + path)
        beyond[path] = await overflow(page)

    assert beyond == dict.fromkeys(PAGES, 0)


@pytest.mark.parametrize("page", views("fr-FR"), indirect=True)
async def test_the_longest_words_stay_on_the_consent_page(server, alice, page):
    await sign_in(page, server, lang="fr")
    await page.goto(asked(server, name=WIDEST_NAME, scope="read write"))

    assert WIDEST_NAME in await page.locator("h1").inner_text()
    assert await overflow(page) == 0


@pytest.mark.parametrize("page", views("fr-FR"), indirect=True)
async def test_words_stand_out_from_what_they_stand_on(server, alice, page):
    faint = {}
    for path in PAGES:
        await page.goto(server.url + path)
        faint |= {f"{path} {words}": ratio for words, ratio in await page.evaluate(CONTRASTS) if ratio < 4.5}
    await page.goto(f"{server.url}/auth/sign_in")
    await page.fill("#login", "alice")
    await page.fill("#password", "not the password")
    await page.keyboard.press("Enter")
    await page.locator(".problems").wait_for()
    faint |= {words: ratio for words, ratio in await page.evaluate(CONTRASTS) if ratio < 4.5}

    assert faint == {}


@pytest.mark.parametrize("page", views("en-GB")[::2], indirect=True)
async def test_what_can_be_pressed_is_large_enough(server, page):
    small = {}
    for path in PAGES:
        await page.goto(server.url + path)
        small |= {f"{path} {words}": size for words, size in await page.evaluate(TARGETS) if min(size) < 24}

    assert small == {}


async def test_a_browser_without_script_loses_nothing(server, alice, browser):
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{asked(server)}&lang=en")
    await page.fill("#login", "alice")
    await page.fill("#password", PASSWORD)
    await page.click("main form button")
    await page.click("text=Allow >> nth=-1")

    assert "/oauth/authorize/native" in page.url
    await context.close()


@pytest.mark.parametrize("redirect_uri", ["https://elk.example/back", "http://127.0.0.1:9/back", "elk://back"])
@pytest.mark.parametrize("signing_in", [False, True])
async def test_the_policy_lets_the_browser_go_to_the_app(server, alice, page, redirect_uri, signing_in):
    """Chromium applies `form-action` to redirects that follow a form, and says on the console what it stops."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    await page.route("https://elk.example/**", lambda route: route.fulfill(body="back"))
    if not signing_in:
        await sign_in(page, server)
    await page.goto(asked(server, redirect_uri=redirect_uri))
    if signing_in:
        await fill_in(page)
    await page.wait_for_selector("button[value=allow]")
    if redirect_uri.startswith("elk:"):  # an app's own scheme: no request, so nothing to wait for
        await page.click("button[value=allow]", no_wait_after=True)
        await page.wait_for_timeout(500)
    else:
        async with page.expect_request(lambda request: request.url.startswith(f"{redirect_uri}?code=")):
            await page.click("button[value=allow]", no_wait_after=True)

    assert [line for line in said if "Content Security Policy" in line] == []


async def test_the_switch_of_language_is_in_plain_sight(server, page):
    await page.goto(f"{server.url}/auth/sign_in")

    await page.get_by_role("link", name="Français").click()
    await page.goto(f"{server.url}/")

    assert await page.locator("html").get_attribute("lang") == "fr"
    assert "Écrivez une fois." in await page.locator("h1").inner_text()


async def sign_in(page, server, *, lang="en"):
    """Alice signs in, and reads pages in a language."""
    await page.goto(f"{server.url}/auth/sign_in?lang={lang}")
    await fill_in(page)
    await page.wait_for_url(f"{server.url}/")


async def fill_in(page):
    """Fill in the sign-in form, and send it."""
    await page.fill("#login", "alice")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")


# Contrast of each piece of text with its background (WCAG 2.2, 1.4.3), for plain colours as ours are.
CONTRASTS = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor)
      if (colour[3] !== 0) return colour
    }
    return [255, 255, 255]
  }
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const words = texts.currentNode.data.trim()
    if (!words) continue
    const element = texts.currentNode.parentElement
    const pair = [light(rgb(getComputedStyle(element).color)), light(ground(element))]
    found.push([words, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)])
  }
  return found
}"""

# Width and height of all that can be pressed or filled in (WCAG 2.2, 2.5.8).
TARGETS = """() => [...document.querySelectorAll("a:not(.skip), button, input:not([type=hidden]), textarea")]
  .map(element => [element.innerText || element.name, element.getBoundingClientRect()])
  .map(([words, box]) => [words, [box.width, box.height]])
"""
