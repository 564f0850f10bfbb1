"""The whole journey of a newcomer, in a browser with JavaScript and in one without, on a server as people run it."""

import asyncio
import email
import email.policy
import re
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from pinson.domain.access import totp
from tests.flows.server import PASSWORD, live_server
from tests.lib.pictures import drawing, encoded

LONG_ENOUGH = 60  # seconds, for what follows from something on a slow machine


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    confirming = {"PINSON_REGISTRATION_CONFIRM_EMAIL": "true", "PINSON_MAIL_BACKEND": "folder"}
    with live_server(tmp_path_factory.mktemp("data"), host="localhost", **confirming) as running:
        running.person("moderator", role="moderator")
        yield running


@asynccontextmanager
async def window(browser, server, script):
    """A window of somebody's own, with JavaScript or without, in English."""
    context = await browser.new_context(
        java_script_enabled=script, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(LONG_ENOUGH * 1000)
    await context.add_cookies([{"name": "lang", "value": "en", "url": server.url}])
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def press(page, name):
    """Press the button that says so."""
    await page.get_by_role("button", name=name, exact=True).click()


async def go(page, name):
    """Follow the link that says so."""
    await page.get_by_role("link", name=name, exact=True).click()


async def sign_in(page, server, login, path="/"):
    """Sign in by password, on the way to a path."""
    await page.goto(f"{server.url}/auth/sign_in?next={path}")
    await page.get_by_label("E-mail address or username").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await press(page, "Sign in")


async def sign_out(page):
    """By the menu."""
    await page.locator(".menu summary").click()
    await go(page, "Sign out")
    await press(page, "Sign out of this browser")
    await page.get_by_role("link", name="Sign in", exact=True).first.wait_for()


async def come(page, wanted):
    """Load a page again until something is there, as one does without JavaScript."""
    deadline = time.monotonic() + LONG_ENOUGH
    while not await wanted.count():
        assert time.monotonic() < deadline, "it never came"
        await page.reload()


def letters(server, address):
    """What was sent to an address."""
    files = Path(server.data, "mail").glob("*.eml")
    found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [letter for letter in found if letter["to"] == address]


async def link_in_letter(server, address):
    """Where the letter leads that was sent to an address."""
    deadline = time.monotonic() + LONG_ENOUGH
    while not (sent := letters(server, address)):
        assert time.monotonic() < deadline, "no letter came"
        await asyncio.sleep(0.02)
    return re.search(r"http://\S+", sent[0].get_body(("plain",)).get_content())[0]


def answer_by_app(server, person, words, to):
    """Let somebody's app answer a post."""
    bearer = {"authorization": f"Bearer {person.token}"}
    answer = {"status": words, "in_reply_to_id": to}
    httpx.post(f"{server.url}/api/v1/statuses", json=answer, headers=bearer, timeout=60).raise_for_status()


async def sign_up(page, server, username):
    """Open an account, and confirm its address."""
    await page.goto(f"{server.url}/auth/sign_up")
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("E-mail address").fill(f"{username}@mail.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("I will keep to the law here").check()
    await press(page, "Open my account")
    await page.get_by_role("heading", name="Thank you").wait_for()

    await page.goto(await link_in_letter(server, f"{username}@mail.example"))
    await press(page, "Confirm my e-mail address")
    await page.get_by_role("heading", name="Your address is confirmed").wait_for()


async def publish(page, words, *, photo=None, alt=""):
    """Write on the page where one writes; the id of what was published."""
    await page.get_by_label("Your message").fill(words)
    if photo:
        await page.set_input_files("#new-0", photo)
        await page.get_by_label("What does it show?").locator("visible=true").fill(alt)
    await press(page, "Publish")
    await page.wait_for_url(re.compile(r"/@\w+/\d+"))
    return re.search(r"/@\w+/(\d+)", page.url)[1]


async def turn_on_second_step(page, server):
    """With a phone that is given the key by hand; the recovery codes."""
    await page.goto(f"{server.url}/settings")
    await page.get_by_role("link", name="Second step").click()
    secret = await page.locator("code.copy").inner_text()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_label("Code", exact=True).fill(totp.code_at(secret, int(time.time()) // totp.STEP))
    await press(page, "Turn it on")
    await page.get_by_role("heading", name="Recovery codes").wait_for()
    return await page.locator(".codes code").all_inner_texts()


async def add_passkey(page, server):
    """One that a virtual device holds: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/."""
    device = await page.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await page.goto(f"{server.url}/settings")
    await page.get_by_role("link", name="Passkeys").click()
    await page.get_by_label("Name of the device").fill("My phone")
    await page.get_by_label("Your password").fill(PASSWORD)
    await press(page, "Add a passkey")
    await page.get_by_text("My phone", exact=True).wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_newcomer_goes_all_the_way_from_signing_up_to_signing_out(browser, server, script, tmp_path):
    suffix = "js" if script else "plain"
    ana, ben, mal = f"ana_{suffix}", f"ben_{suffix}", f"mal_{suffix}"
    place = f"quay {suffix}"
    (tmp_path / "tram.png").write_bytes(encoded(drawing(90, 60), "PNG"))
    server.person(ben)
    spammer = server.person(mal)

    async with window(browser, server, script) as newcomer, window(browser, server, script) as follower:
        await sign_up(newcomer, server, ana)
        await sign_in(newcomer, server, ana, "/write")

        await sign_in(follower, server, ben, "/write")
        await publish(follower, f"The market opens at 8:00, {place}.")
        await follower.goto(f"{server.url}/@{ana}")
        await press(follower, "Follow")
        await follower.get_by_role("button", name="Following: stop").wait_for()
        await follower.goto(server.url)

        # She publishes a photo; he sees it in the other window.
        first = await publish(
            newcomer, f"Line 4 runs again at 9:15, {place}.", photo=tmp_path / "tram.png", alt="A blue tram"
        )
        news = follower.locator(".feed .post", has_text=f"Line 4 runs again at 9:15, {place}.")
        if script:
            pill = follower.get_by_role("button", name="1 new post")
            await pill.wait_for()
            assert not await news.count()  # nothing jumps
            await pill.click()
            await news.wait_for()
        else:
            await come(follower, news)
        assert await news.get_by_role("img", name="A blue tram").is_visible()

        # He keeps it and answers, and she answers him.
        await news.get_by_role("button", name="Keep", exact=True).click()
        await news.get_by_role("button", name="Kept", exact=True).wait_for()
        await news.get_by_role("link", name="Reply").click()
        await publish(follower, f"And the last one tonight, from {place}?")
        await newcomer.goto(f"{server.url}/@{ana}/{first}")
        question = newcomer.locator(".post", has_text="And the last one tonight")
        await come(newcomer, question)
        await question.get_by_role("link", name="Reply").click()
        await publish(newcomer, f"The last one leaves at 23:40, {place}.")

        # She corrects what she wrote, and he finds it as it is now.
        await newcomer.goto(f"{server.url}/@{ana}/{first}")
        await newcomer.locator(".chosen .own summary").click()
        await newcomer.locator(".chosen").get_by_role("link", name="Edit").click()
        assert await newcomer.get_by_label("What does it show?").first.input_value() == "A blue tram"
        await newcomer.get_by_label("Your message").fill(f"Line 4 runs again at 9:45, {place}, every station.")
        await press(newcomer, "Save the change")
        await newcomer.locator(".chosen .edited").wait_for()
        await follower.goto(f"{server.url}/explore")
        await follower.get_by_role("searchbox", name="Search").fill(f"station {suffix}")
        await press(follower, "Search")
        await follower.wait_for_url(re.compile(r"/search\?"))
        found = follower.locator(".post", has_text=f"Line 4 runs again at 9:45, {place}, every station.")
        await come(follower, found)
        assert await found.get_by_role("img", name="A blue tram").count() == 1

        # Somebody answers with an advertisement. She reports it, and a moderator hides it.
        answer_by_app(server, spammer, f"Watches for 9 euros, {place}: call now", first)
        await newcomer.goto(f"{server.url}/@{ana}/{first}")
        spam = newcomer.locator(".post", has_text="Watches for 9 euros")
        await come(newcomer, spam)
        await spam.locator(".own summary").click()
        await spam.get_by_role("link", name="Report to the moderators").click()
        await newcomer.locator(".about .post", has_text="Watches for 9 euros").wait_for()
        await newcomer.get_by_label("Advertising or fraud").check()
        await newcomer.get_by_label("What should they know?").fill("The same under every post.")
        await press(newcomer, "Send to the moderators")
        await newcomer.get_by_role("heading", name="Thank you").wait_for()
        async with window(browser, server, script) as desk:
            await sign_in(desk, server, "moderator", "/moderation")
            await desk.get_by_role("link", name=f"@{mal}").click()
            await desk.get_by_text("The same under every post.").wait_for()
            await press(desk, "I will see to it")
            await desk.get_by_text("In the hands of").wait_for()
            await press(desk, "Hide the chosen posts")
            await desk.get_by_label("Your reasons").fill("Advertising is not for here.")
            await press(desk, "Hide these posts")
            await desk.wait_for_url(re.compile(r"/moderation(/reports/\d+|)(\?.*)?$"))
            await desk.goto(f"{server.url}/moderation?show=closed")
            await desk.get_by_role("link", name=f"@{mal}").wait_for()
        await newcomer.goto(f"{server.url}/@{ana}/{first}")
        assert await newcomer.locator(".post", has_text="The last one leaves").count() == 1
        assert await spam.count() == 0

        # She makes her account safer, and from then on a password alone lets nobody in.
        codes = await turn_on_second_step(newcomer, server)
        if script:
            await add_passkey(newcomer, server)
        await sign_out(newcomer)
        await sign_in(newcomer, server, ana, "/kept")
        await newcomer.get_by_role("heading", name="One more step").wait_for()
        if script:
            await go(newcomer, "Begin again")
            await press(newcomer, "Sign in with a passkey")
        else:
            await newcomer.get_by_label("Code").fill(codes[0])
            await press(newcomer, "Sign in")
        await newcomer.wait_for_url(f"{server.url}/kept")
        await sign_out(newcomer)
        await newcomer.goto(f"{server.url}/kept")
        assert "/auth/sign_in" in newcomer.url
