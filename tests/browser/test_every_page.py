"""Every page there is, looked at in a browser by axe (WCAG 2.2, levels A and AA), in light and in dark.

axe finds what a machine can find: names of what one can press, contrast, roles, labels, languages, order of headings.
"""

import importlib.resources
from datetime import timedelta

import pytest
import pytest_asyncio

from pinson import sourcing
from pinson.domain import alerts, events, moderation, sources
from pinson.domain.alerts import Reach
from pinson.domain.deliveries import Channel
from pinson.domain.sources import Kind, Look, Rules
from pinson.lib.paging import Page
from tests.browser.every_page import a_window, paths
from tests.contract.town import found
from tests.interfaces.own.test_events_api import made, told
from tests.interfaces.web.test_links import make
from tests.interfaces.web.visitor import Visitor
from tests.world import open_world

pytestmark = pytest.mark.thorough

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
LOOK = """async () => {
  const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(" ")).join(" | ")}`)
}"""
VIEWS = {
    "light, on a desk, in English": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark, on a telephone, in French": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}
LANGUAGES = {"light, on a desk, in English": "en-GB", "dark, on a telephone, in French": "fr-FR"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory):
    """The town, with a live event, links that are counted, and a site that it follows."""
    async with open_world(tmp_path_factory.mktemp("town"), {}) as world:
        town = await found(world, 2)
        event = await made(
            world, town.reader, gauge_steps=[{"value": 1, "label": "Half"}, {"value": 2, "label": "All"}]
        )
        cause = await told(world, town.reader, event, "It was the power", is_key=True, gauge=1)
        await told(world, town.reader, event, "It was not", corrects_id=cause["id"], expects=[10, 20], promises=True)
        mine = {"id": int(event["id"]), "account_id": town.reader.account_id}
        line = await world.write(
            events.add_line, **mine, starts_at=world.clock.now() + timedelta(hours=1), what="Break"
        )
        visitor = Visitor(world)
        await visitor.sign_in("reader")
        rules = await town.send(None, "GET", "/api/v1/instance/rules")
        _, code = await make(world, town.reader)
        look = Look("https://news.example/feed", (), title="News of Portelune", home="https://news.example/")
        account = {"account_id": town.reader.account_id}
        source = await world.write(
            sources.add, **account, kind=Kind.FEED, look=look, wanted=Rules(tag="news"), fresh=sourcing.fresh()
        )
        town.ids |= {"event": event["slug"], "rule": rules[0]["id"], "link": code, "source": source.id, "line": line.id}
        town.ids["alert key"] = await alerted(world, town)
        stranger = Visitor(world)
        told_of = {
            "address": "/@neighbour0",
            "subject": "fraud",
            "text": "It is a lie",
            "name": "Zoé",
            "good_faith": "1",
        }
        await stranger.send(await stranger.open("/notice"), **told_of, email="zoe@mail.example")
        [town.ids["notice"]] = await world.ask(_keys)
        town.cookies = list(visitor.client.cookies.items())
        yield town


async def _keys(tx):
    """Of the notices that there are."""
    reports = await moderation.reports(tx, page=Page(None, None, None, 9))
    return [one.key for one in (await moderation.notices_by_ids(tx, [one.id for one in reports])).values()]


async def alerted(world, town):
    """Whoever is signed in hears of something by e-mail; the key of that address."""
    asked = await world.write(
        alerts.visits.ask,
        visitor=alerts.visits.Visitor(town.reader.account_id, None, "key"),
        reach=Reach(Channel.EMAIL, "reader@mail.example"),
        wanted=alerts.visits.Wanted("birds", "#birds", alerts.Wish()),
        wording=alerts.Wording("en", "I agree."),
        source=alerts.Source.MEMBER,
        zone="Europe/Paris",
        secrets=alerts.Secrets("123456", "link"),
    )
    await world.write(alerts.confirm, address_id=asked.address_id, code="123456")
    return await world.ask(alerts.key_of, asked.address_id)


@pytest.mark.parametrize("who", ["stranger", "administrator"])
@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_serious_on_any_page(browser, town, view, who):
    cookies = town.cookies if who == "administrator" else ()
    wrong, looked_at = {}, set()
    async with a_window(
        browser, town.world, cookies=cookies, locale=LANGUAGES[view], reduced_motion="reduce", **VIEWS[view]
    ) as page:
        for route, path in paths(town).items():
            answer = await page.goto(f"{town.world.tools.settings.url}{path}")
            shown = page.url
            assert answer.status < 500, path
            if shown in looked_at or "text/html" not in answer.headers.get("content-type", ""):
                continue  # a way to another page
            looked_at.add(shown)
            await page.evaluate(AXE)
            if found := await page.evaluate(LOOK):
                wrong[route] = (answer.status, found)

    assert wrong == {}
    assert len(looked_at) > (60 if who == "administrator" else 25)
