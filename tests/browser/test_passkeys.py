"""Passkeys, with Chromium's virtual authenticator: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/."""

import pytest
import pytest_asyncio

from tests.flows.server import PASSWORD, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with live_server(tmp_path_factory.mktemp("data"), host="localhost") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def device(browser):
    """A page of a browser, and its authenticator, which verifies whoever holds it: (page, session, id)."""
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(60_000)
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page, session, made["authenticatorId"]
    await context.close()


async def add(page, server, username, name):
    """Sign in by password, and add a passkey."""
    await page.goto(f"{server.url}/auth/sign_in?lang=en&next=/settings/passkeys")
    await page.get_by_label("E-mail address or username").fill(username)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("Name of the device").fill(name)
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Add a passkey").click()


async def sign_in_by_device(page, server):
    await page.goto(f"{server.url}/auth/sign_in?lang=en&next=/settings/passkeys")
    await page.get_by_role("button", name="Sign in with a passkey").click()


async def test_a_device_signs_its_owner_in_without_a_name_until_it_is_removed(server, device):
    page, _, _ = device
    server.person("ana")

    await add(page, server, "ana", "<b>My phone")
    await page.get_by_text("<b>My phone").wait_for()
    await page.context.clear_cookies()
    await sign_in_by_device(page, server)
    await page.get_by_text("last used").wait_for()
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_text("It is saved.").wait_for()

    assert await page.get_by_text("<b>My phone").count() == 0
    await page.context.clear_cookies()
    await sign_in_by_device(page, server)
    await page.get_by_text("This passkey did not work.").wait_for()
    assert not [cookie for cookie in await page.context.cookies() if cookie["name"] == "session"]


async def test_a_device_that_does_not_know_who_holds_it_signs_nobody_in(server, device):
    page, session, authenticator = device
    server.person("ben")
    await add(page, server, "ben", "Tablet")
    await page.get_by_text("Tablet").wait_for()
    await page.context.clear_cookies()

    await session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    await sign_in_by_device(page, server)

    await page.get_by_text("No passkey was used.").wait_for()


async def test_what_a_device_signed_serves_once(server, device):
    page, _, _ = device
    server.person("eva")
    await add(page, server, "eva", "Phone")
    await page.get_by_text("Phone", exact=True).wait_for()
    await page.context.clear_cookies()
    sent = []
    page.on("request", lambda one: sent.append(one.post_data) if "/auth/passkey?" in one.url else None)
    await sign_in_by_device(page, server)
    await page.get_by_text("last used").wait_for()

    await page.goto(f"{server.url}/settings/passkeys")
    token = await page.locator("[name=csrf]").first.get_attribute("value")
    body = "&".join(part for part in sent[0].split("&") if not part.startswith("csrf")) + f"&csrf={token}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    again = await page.request.post(f"{server.url}/auth/passkey", data=body, headers=headers)

    assert again.status == 422
    assert "This passkey did not work." in await again.text()
