"""The page of sites whose news become messages, and the trial of one without an account."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pinson.domain import sources
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.web.visitor import Visitor
from tests.newspaper import Article, articles, rss, sitemap
from tests.site import a_site
from tests.world import NOW

RSS = {"type": "application/rss+xml"}


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


@pytest.fixture
async def site():
    async with a_site() as site:
        site.page("/", "Mairie de Portelune", head='<link rel=alternate type="application/rss+xml" href="/feed">')
        yield site


@pytest.fixture
async def town(world):
    return await world.person("portelune")


@pytest.fixture
async def member(world, town):
    visitor = Visitor(world)
    await visitor.sign_in("portelune")
    return visitor


async def find(visitor, address, **rules):
    page = await visitor.open("/sources")
    return await visitor.send(page, form=_form(page, "/sources/find"), address=address, **rules)


def _form(page, action):
    return next(number for number, form in enumerate(page.forms) if form.action == action)


async def follow(visitor, address, **rules):
    page = await find(visitor, address)
    return await visitor.send(page, form=_form(page, "/sources"), **rules)


async def test_an_address_shows_the_next_messages_and_following_it_sends_what_is_new(world, site, town, member):
    site.put("/feed", rss([Article(number, f"Story {number}") for number in (6, 5, 4, 3, 2, 1)]), **RSS)
    page = await find(member, site.url)
    assert "Story 6 https://pinson.example/7kq4mwz" in page.text
    assert "Story 2 " in page.text
    assert "Story 1 " not in page.text

    page = await member.send(page, form=_form(page, "/sources"), tag="Portelune")
    assert "“News of Portelune” is followed." in page.text

    site.put("/feed", rss([Article(7, "Story 7"), Article(6, "Story 6")]), **RSS)
    world.clock.move(timedelta(hours=7))
    await world.settle()
    page = await member.open("/@portelune")
    assert "Story 7" in page.text
    assert "#Portelune" in page.text
    assert "Story 6" not in page.text
    assert "Last message: Story 7" in (await member.open("/sources")).text


async def test_rules_are_seen_before_anything_is_kept(world, site, town, member):
    site.put(
        "/feed", rss([Article(2, "A fair", categories=("Fairs",)), Article(1, "A hole", categories=("Works",))]), **RSS
    )
    page = await find(member, site.url)
    assert "Found there: Works, Fairs" in page.text

    page = await find(member, site.url, categories="works", tag="Portelune")

    assert "A hole https://pinson.example/7kq4mwz #Portelune" in page.text
    assert "A fair" not in page.text
    assert await world.ask(sources.of_account, town.account_id) == []


async def test_a_way_can_be_chosen_among_those_that_were_found(site, member):
    news = b"".join(b"<h2><a href=/%d>Headline %d</a></h2>" % (number, number) for number in range(4))
    head = b"<html><head><title>Mairie</title><link rel=alternate type=application/rss+xml href=/feed></head>"
    site.put("/", head + b"<main>" + news)
    site.put("/feed", rss(articles(1)), **RSS)
    page = await find(member, site.url)
    assert "Article 1" in page.text

    number = _form(page, "/sources/find")
    page = await member.send(page, form=number, button=page.forms[number].buttons[0])

    assert "Headline 0" in page.text


async def test_a_feed_that_no_page_names_is_found_where_feeds_are(site, member):
    site.page("/", "Mairie")
    site.put("/rss.xml", rss(articles(1)), **RSS)

    assert "Article 1" in (await find(member, site.url)).text


async def test_a_site_without_a_feed_is_followed_by_its_sitemap(site, member):
    site.page("/", "Mairie")
    site.page("/pool", "The pool is open")
    index = f"<sitemapindex><sitemap><loc>{site.url}/pages.xml</loc></sitemap><sitemap><loc>{site.url}/posts.xml</loc>"
    site.put("/sitemap.xml", f"{index}</sitemap></sitemapindex>".encode(), type="application/xml")
    site.put("/posts.xml", sitemap({f"{site.url}/pool": NOW}), type="application/xml")

    assert "The pool is open" in (await find(member, site.url)).text


async def test_a_sitemap_that_only_robots_are_told_of_is_found(site, member):
    site.page("/", "Mairie")
    site.page("/pool", "The pool is open")
    site.put("/robots.txt", f"User-agent: *\nSitemap: {site.url}/wp-sitemap.xml\n".encode(), type="text/plain")
    site.put("/wp-sitemap.xml", sitemap({f"{site.url}/pool": NOW}), type="application/xml")

    assert "The pool is open" in (await find(member, site.url)).text


async def test_what_readers_of_a_site_say_is_not_offered(site, member):
    links = ("/feed", "/comments/feed")
    head = "".join(f'<link rel=alternate type="application/rss+xml" href="{link}">' for link in links)
    site.page("/", "Mairie", head=head)
    for link in links:
        site.put(link, rss(articles(1), title=f"News at {link}"), **RSS)

    assert "comments" not in (await find(member, site.url)).text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "This is not the address of a site"),
        ("not an address", "This is not the address of a site"),
        ("javascript:alert(1)", "This is not the address of a site"),
        ("http://10.0.0.1/", "not on the public internet"),
        ("{site}/nowhere", "The site answers with error 404"),
        ("{site}/gone", "gone for good"),
        ("{site}/picture", "cannot be read as news"),
        ("{site}/empty", "no news on this page"),
        ("{site}/huge", "too long"),
    ],
)
async def test_an_address_that_leads_nowhere_says_why_and_stays_in_its_field(site, member, address, said):
    site.put("/gone", b"", status="410 Gone")
    site.put("/picture", b"\x89PNG\r\n", type="image/png")
    site.page("/empty", "Nothing")
    site.put("/huge", b"<rss>" + b" " * (6 << 20))
    typed = address.format(site=site.url)
    page = await find(member, typed)

    assert said in page.text
    assert page.forms[_form(page, "/sources/find")].fields["address"] == typed
    assert page.status == 422


async def test_rules_that_cannot_be_kept_come_back_with_the_reason(world, site, town, member):
    site.put("/feed", rss(articles(1)), **RSS)
    page = await follow(member, site.url, per_day="many", tag="Portelune")

    assert page.status == 422
    assert "Write how many messages a day" in page.text
    assert page.forms[_form(page, "/sources")].fields["tag"] == "Portelune"
    assert await world.ask(sources.of_account, town.account_id) == []


async def test_the_same_site_is_followed_once(site, member):
    site.put("/feed", rss(articles(1)), **RSS)
    await follow(member, site.url)

    page = await follow(member, site.url)

    assert page.status == 409
    assert "in your list already" in page.text


async def test_how_a_site_stands_is_said(world, site, member):
    site.put("/feed", rss(articles(1)), **RSS)
    await follow(member, site.url)
    assert "Last read: 30 March 2026, 15:06; next at 15:" in (await member.open("/sources")).text

    site.put("/feed", b"", status="503 Oops")
    world.clock.move(timedelta(hours=1))
    await world.settle()

    text = (await member.open("/sources")).text
    assert "The site answers with error 503. New try at 16:11." in text


async def test_a_site_says_why_it_does_not_tell_us_at_once(world, site, member):
    hub = '<atom:link rel="hub" href="https://hub.example/"/>'
    site.put("/feed", rss(articles(1), head=hub), **RSS)
    await follow(member, f"{site.url}/feed")
    async with world.tools.db.read() as tx:
        token = await tx.one(str, "SELECT token FROM source_hubs")
    asked = {"hub.mode": "denied", "hub.topic": f"{site.url}/feed"}
    assert (await world.client().get(f"/websub/{token}", params=asked)).status_code == 200

    for page in (await member.open("/sources"), await member.open(f"/sources/{await _source(world)}")):
        assert "hub.example does not: so we look by ourselves." in page.text


async def _source(world):
    async with world.tools.db.read() as tx:
        return await tx.one(int, "SELECT id FROM sources")


async def test_a_site_is_paused_read_at_once_and_removed_without_being_asked_twice(world, site, town, member):
    site.put("/feed", rss(articles(1)), **RSS)
    page = await follow(member, site.url)
    [source] = await world.ask(sources.of_account, town.account_id)
    page = await member.send(page, form=_form(page, f"/sources/{source.id}/pause"), button=("paused", "1"))
    assert "Paused" in page.text

    page = await member.send(page, form=_form(page, f"/sources/{source.id}/pause"))
    assert "Paused" not in page.text

    world.clock.move(timedelta(seconds=1))
    await world.settle()
    asked = len(site.asked)
    page = await member.send(page, form=_form(page, f"/sources/{source.id}/look"))
    await world.settle()
    assert len(site.asked) == asked + 1

    page = await member.send(page, form=_form(page, f"/sources/{source.id}/remove"))
    assert "“News of Portelune” is removed." in page.text
    page = await member.send(page, form=_form(page, f"/sources/{source.id}/restore"))
    assert "News of Portelune" in page.text
    assert "removed" not in page.text


async def test_rules_of_a_site_can_be_changed_and_its_news_are_listed_with_what_became_of_them(
    world, site, town, member
):
    site.put("/feed", rss(articles(1)), **RSS)
    await follow(member, site.url, per_day="1")
    [source] = await world.ask(sources.of_account, town.account_id)
    site.put("/feed", rss(articles(1, 2, 3)), **RSS)
    world.clock.move(timedelta(hours=7))
    await world.settle()

    page = await member.open(f"/sources/{source.id}")
    assert "Article 3" in page.text
    assert "not sent: there were enough that day." in page.text
    assert any("/write?text=Article+2" in link for link in page.links)

    page = await member.send(page, form=_form(page, f"/sources/{source.id}"), per_day="", hold="1")
    assert "It is saved." in page.text
    [source] = await world.ask(sources.of_account, town.account_id)
    assert (source.rules.per_day, source.rules.hold) == (0, True)


async def test_a_draft_says_that_it_is_from_the_site(world, site, town, member):
    site.put("/feed", rss(articles(1)), **RSS)
    await follow(member, site.url, hold="1")
    site.put("/feed", rss(articles(1, 2)), **RSS)
    world.clock.move(timedelta(hours=7))
    await world.settle()
    [source] = await world.ask(sources.of_account, town.account_id)

    page = await member.open("/drafts")

    assert "From your site" in page.text
    assert f"/sources/{source.id}" in page.links


async def test_only_those_who_publish_see_the_page_and_nobody_anothers_site(world, site, member):
    site.put("/feed", rss(articles(1)), **RSS)
    await follow(member, site.url)
    await world.person("ana")
    stranger = Visitor(world)
    assert "Sign in" in (await stranger.open("/sources")).text
    await stranger.sign_in("ana")
    assert "News of Portelune" not in (await stranger.open("/sources")).text
    [source] = await world.ask(sources.of_account, (await _account(world, "portelune")))
    for path in ("", "/pause", "/look", "/remove", "/restore"):
        answer = await stranger.client.post(
            f"/sources/{source.id}{path}", data={"csrf": _token(await stranger.open("/sources"))}
        )
        assert answer.status_code == 404, path
    assert (await stranger.open(f"/sources/{source.id}")).status == 404


async def test_the_list_costs_as_many_statements_for_many_sites_as_for_one(world, site, member):
    for number in range(6):
        site.put(f"/feed{number}", rss(articles(1)), **RSS)
    await follow(member, f"{site.url}/feed0")
    costs = []
    for extra in (range(0), range(1, 6)):
        for number in extra:
            await follow(member, f"{site.url}/feed{number}")
        await forget(world)
        with counted(world) as statements:
            assert (await member.open("/sources")).status == 200
        costs.append(statements)

    assert costs[0] == costs[1]


async def _account(world, username):
    from pinson.domain import accounts

    return (await world.ask(accounts.by_acct, username, local_domain="pinson.example")).id


def _token(page):
    return next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)


async def test_a_stranger_sees_the_first_message_of_their_site_and_nothing_is_kept(world, site, visitor):
    site.put("/feed", rss(articles(1, 2)), **RSS)
    page = await visitor.open("/start/site")
    form = page.forms[_form(page, "/start/site")]
    page = await visitor.open(f"{form.action}?{urlencode({**form.fields, 'address': site.url})}")

    assert "Article 2 https://pinson.example/7kq4mwz" in page.text
    assert "Article 1" not in page.text
    (draft,) = [link for link in page.links if link.startswith("/write?")]
    assert parse_qs(urlsplit(draft).query)["text"] == ["Article 2 https://news.example/2"]
    async with world.tools.db.read() as tx:
        assert await tx.one(int, "SELECT count(*) FROM sources") == 0


async def test_a_link_on_another_site_lets_us_read_nothing(site, visitor):
    page = await visitor.open(f"/start/site?address={site.url}", **{"sec-fetch-site": "cross-site"})

    assert page.forms[_form(page, "/start/site")].fields["address"] == site.url
    assert site.asked == []


async def test_a_site_that_cannot_be_read_says_why_to_a_stranger_too(site, visitor):
    page = await visitor.open(f"/start/site?address={site.url}/nowhere")

    assert "The site answers with error 404." in page.text


class TestLimits:
    @pytest.fixture
    def settings(self):
        return {"outgoing.allow_loopback": True, "limits.enabled": True}

    async def test_a_stranger_may_try_a_few_sites_and_then_has_to_wait(self, site, visitor):
        site.put("/feed", rss(articles(1)), **RSS)
        for _ in range(6):
            assert (await visitor.open(f"/start/site?address={site.url}")).status == 200
        asked = len(site.asked)

        page = await visitor.open(f"/start/site?address={site.url}")

        assert page.status == 429
        assert len(site.asked) == asked
