"""From the code on a poster to a proven address in three taps at most, by each door, on a small telephone, in French
and in English; and what a browser shows when it is rung, and corrected."""

import asyncio
import json
import sqlite3
import time
from pathlib import Path

import pytest
import pytest_asyncio

from tests.flows.server import live_server
from tests.push_sink import Browser

TELEPHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SUBSCRIBED = (
    "PushManager.prototype.subscribe = async () => ({ toJSON: () => (%s) })"  # no push service is in reach here
)
ACTIVE = """() => navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === "activated")"""
RENEWED = """({ present, fresh }) => {
  const subscription = (one) => one && { endpoint: one.endpoint, toJSON: () => one }
  PushManager.prototype.getSubscription = async () => subscription(present)
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    if (applicationServerKey !== KEY) throw new Error("another key")
    return subscription(fresh)
  }
}"""  # the same for the worker
SHOWN = """async () => {
  const there = await navigator.serviceWorker.ready
  return (await there.getNotifications()).map(({ title, body, tag, actions, data }) => (
    { title, body, tag, actions: actions.map(({ action }) => action), to: data.navigate }))
}"""

CLOSED = """async () => {
  const there = await navigator.serviceWorker.ready
  for (const one of await there.getNotifications()) one.close()
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    texts = {"PINSON_SMS_BACKEND": "simulator", "PINSON_SMS_NUMBER": "38000"}
    with live_server(tmp_path_factory.mktemp("data"), **texts) as running:
        running.person("lab")
        yield running


@pytest_asyncio.fixture(loop_scope="session", params=["fr-FR", "en-GB"])
async def telephone(browser, request, server):
    """A telephone that nobody has used here before, and which has just read the code of a poster."""
    context = await browser.new_context(locale=request.param, **TELEPHONE)
    context.set_default_timeout(60_000)
    await context.grant_permissions(["notifications"], origin=server.url)
    device = {"endpoint": f"https://push.example/{request.param}", "keys": Browser().subscription}
    await context.add_init_script(SUBSCRIBED % json.dumps(device))
    page = await context.new_page()
    await page.goto(f"{server.url}/s/lab?via=affiche")
    yield page
    await context.close()


class Finger:
    """Taps, and counts. To type is no tap: the keyboard is there."""

    def __init__(self, page):
        self.page = page
        self.taps = 0

    async def tap(self, place):
        """One more."""
        self.taps += 1
        await place.tap()

    async def open(self, drawing):
        """A door, by what is drawn on it; what is behind it."""
        door = self.page.locator("details.door", has=self.page.locator(f'summary use[href="#i-{drawing}"]')).first
        await self.tap(door.locator("summary").first)
        return door


def said(server, name):
    """What the service said last to an address: its code or link, as a channel would find it."""
    with sqlite3.connect(Path(server.data) / "pinson.db") as db:
        ((data,),) = db.execute("SELECT data FROM notes ORDER BY id DESC LIMIT 1").fetchall()
    return json.loads(data)[name]


def first_line(path):
    """Of a file."""
    return Path(path).read_text(encoding="utf-8").splitlines()[0]


async def lands(page):
    """The page that says it is done, and knows the browser now."""
    await page.wait_for_url("**/s/lab?done=1")
    assert await page.locator(".mine li").count() == 1
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= TELEPHONE["viewport"]["width"]


async def test_e_mail_takes_three_taps(telephone, server):
    finger = Finger(telephone)
    door = await finger.open("mail")
    await door.locator("#email").fill(f"ana{time.monotonic_ns()}@mail.example")
    await finger.tap(door.locator("button"))
    await telephone.wait_for_url("**/s/code/email")
    finger.taps += 1  # on the link of the letter
    await telephone.goto(f"{server.url}/s/confirm/{said(server, 'link')}")

    await lands(telephone)
    assert finger.taps <= 3


async def test_a_text_takes_three_taps(telephone, server):
    finger = Finger(telephone)
    door = await finger.open("phone")
    ready = await door.locator("a.button").get_attribute("href")
    assert ready in ("sms:38000?&body=SUIVRE%20lab", "sms:38000?&body=FOLLOW%20lab")
    number = "0639980011" if "SUIVRE" in ready else "0639980012"
    await door.locator("#number").fill(number)
    await finger.tap(door.locator("button"))
    await telephone.wait_for_url("**/s/code/sms")
    await telephone.locator("#code").fill(said(server, "code"))
    await finger.tap(telephone.locator("form button"))

    await lands(telephone)
    assert finger.taps <= 3


async def test_a_notification_takes_three_taps(telephone):
    finger = Finger(telephone)
    door = await finger.open("bell")
    await finger.tap(door.locator("button"))
    finger.taps += 1  # the browser's own question

    await lands(telephone)
    assert finger.taps <= 3


async def test_a_calendar_and_a_feed_take_two_taps_and_nothing_is_to_be_proven(telephone):
    finger = Finger(telephone)
    door = await finger.open("calendar")
    ready = await door.locator("a.button").get_attribute("href")  # the system asks its calendar, which no test has
    assert ready.startswith("webcal://")
    async with telephone.expect_download() as downloading:
        await finger.tap(door.locator("a[download]"))
    assert (first_line(await (await downloading.value).path()), finger.taps) == ("BEGIN:VCALENDAR", 2)

    finger = Finger(telephone)
    door = await finger.open("feed")
    async with telephone.expect_response(lambda one: "/feed." in one.url) as answering:
        await finger.tap(door.locator("a[href$='/feed.atom']"))
    feed = await answering.value
    assert (feed.status, finger.taps) == (200, 2)
    assert feed.headers["content-type"].startswith("application/atom+xml")


async def test_a_browser_shows_a_message_its_correction_in_its_place_and_is_silent_once_told(telephone, server):
    finger = Finger(telephone)
    door = await finger.open("bell")
    await finger.tap(door.locator("button"))
    await lands(telephone)
    device = await telephone.context.new_cdp_session(telephone)
    registered = asyncio.get_running_loop().create_future()

    def hear(event):
        for one in event["registrations"]:
            if not one["isDeleted"] and not registered.done():
                registered.set_result(one["registrationId"])

    device.on("ServiceWorker.workerRegistrationUpdated", hear)
    await device.send("ServiceWorker.enable")
    worker = await asyncio.wait_for(registered, 60)
    await telephone.wait_for_function(ACTIVE)  # what is pushed to one that is still being installed is lost

    async def ring(title, **shown):
        notification = {"title": title, "tag": "p1", "navigate": f"{server.url}/@lab/1", "body": "It was the power"}
        data = {"web_push": 8030, "notification": notification | shown}
        push = {"origin": server.url, "registrationId": worker, "data": json.dumps(data)}
        until, found = time.monotonic() + 60, []
        while time.monotonic() < until:
            await device.send("ServiceWorker.deliverPushMessage", push)
            again = time.monotonic() + 2  # what comes while a worker starts may be lost
            while time.monotonic() < again:
                found = await telephone.evaluate(SHOWN)
                if any(one["title"] == title for one in found):
                    return found
                await asyncio.sleep(0.05)
        raise AssertionError(f"{title} is not shown, but {found}")

    actions = [{"action": "read", "title": "Read"}, {"action": "stop", "title": "Stop"}]
    data = {"post": f"{server.url}/s/leave/x/1", "said": "Done", "manage": f"{server.url}/s/gerer/x"}
    (first,) = await ring("Lab", actions=actions, data=data)
    assert first == {
        "title": "Lab",
        "body": "It was the power",
        "tag": "p1",
        "actions": ["read", "stop"],
        "to": f"{server.url}/@lab/1",
    }
    (correction,) = await ring("Correction by Lab", body="It was a magnet", renotify=True)
    assert correction["body"] == "It was a magnet"

    await telephone.evaluate(CLOSED)  # whoever has put the error away sees that it was one
    (again,) = await ring("Correction by Lab", body="It was a magnet", renotify=True)
    assert (again["tag"], again["body"]) == (first["tag"], "It was a magnet")


async def test_a_browser_whose_subscription_has_changed_or_is_gone_goes_on_being_rung(browser, server):
    context = await browser.new_context(locale="fr-FR", **TELEPHONE)
    context.set_default_timeout(60_000)
    await context.grant_permissions(["notifications"], origin=server.url)
    first, second, third = (
        {"endpoint": f"https://push.example/{name}", "keys": Browser().subscription} for name in ("a", "b", "c")
    )
    await context.add_init_script(SUBSCRIBED % json.dumps(first))
    page = await context.new_page()
    await page.goto(f"{server.url}/s/lab")
    door = await Finger(page).open("bell")
    await door.locator("button").tap()
    await lands(page)
    await page.wait_for_function(ACTIVE)
    [worker] = context.service_workers

    await worker.evaluate(RENEWED, {"present": None, "fresh": second})
    await page.goto(f"{server.url}/alertes")  # a visit is enough
    await rings(server, second)
    await worker.evaluate(RENEWED, {"present": second, "fresh": third})
    await worker.evaluate("() => { dispatchEvent(new ExtendableEvent('pushsubscriptionchange')) }")
    await rings(server, third)
    await context.close()


async def rings(server, device):
    """Wait until a browser is rung by this subscription, and by none before it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with sqlite3.connect(Path(server.data) / "pinson.db") as db:
            found = db.execute("SELECT value FROM addresses WHERE value GLOB 'https://push.example/[abc]'").fetchall()
        if found == [(device["endpoint"],)]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found} is rung")
