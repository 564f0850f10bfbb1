"""A site's news becomes messages by themselves, over real sockets."""

import asyncio
from datetime import timedelta

import pytest

from pinson import sourcing
from pinson.domain import accounts, posts, shortlinks, sources
from pinson.domain.posts import Reader, drafts
from pinson.domain.sources import Outcome, Rules, State
from tests.newspaper import Article, articles, atom, json_feed, rss, sitemap
from tests.site import a_site
from tests.world import NOW

RSS = {"type": "application/rss+xml"}
HOUR = timedelta(hours=1)


@pytest.fixture
def settings():
    return {"outgoing.allow_loopback": True}


@pytest.fixture
async def site():
    async with a_site() as site:
        yield site


class Newsroom:
    """The town's account, and the sites it follows."""

    def __init__(self, world, town, site):
        self.world, self.town, self.site = world, town, site

    async def follow(self, body, *, path="/feed", type="application/rss+xml", **rules):
        self.site.put(path, body, type=type)
        tools = self.world.tools
        found = await sources.look_at(self.site.url + path, outgoing=tools.outgoing, reader=tools.news)
        wanted = sources.checked(Rules(**rules))
        account = {"account_id": self.town.account_id}
        return await self.world.write(
            sources.add, **account, kind=found.kind, look=found.look, wanted=wanted, fresh=sourcing.fresh()
        )

    async def look(self, body=None, *, path="/feed", type="application/rss+xml", **more):
        """Publish this on the site, and wait until the server has looked at it."""
        if body is not None:
            self.site.put(path, body, type=type, **more)
        self.world.clock.move(timedelta(hours=7))
        await self.world.settle()

    async def texts(self):
        """What the town has published, the oldest first."""
        answer = await self.world.client().get(f"/api/v1/accounts/{self.town.id}/statuses", params={"limit": 40})
        return [posts.parse(one["text"], local_domain="").text for one in await self._sources(answer.json())]

    async def _sources(self, statuses):
        found = []
        for status in reversed(statuses):
            found.append((await self.world.client(self.town).get(f"/api/v1/statuses/{status['id']}/source")).json())
        return found

    async def titles(self):
        return [text.rpartition(" https://")[0] for text in await self.texts()]

    async def source(self):
        [source] = await self.world.ask(sources.of_account, self.town.account_id)
        return source


@pytest.fixture
async def newsroom(world, site):
    return Newsroom(world, await world.person("portelune"), site)


async def test_what_comes_after_becomes_a_message_with_a_short_link_and_what_stood_there_does_not(world, newsroom):
    source = await newsroom.follow(rss(articles(1, 2)))
    await newsroom.look(rss(articles(1, 2, 3)))

    [text] = await newsroom.texts()
    title, _, code = text.rpartition(f"{world.tools.settings.short_url}/")
    assert title == "Article 3 "
    link = await world.ask(shortlinks.owned_by_code, code, account_id=newsroom.town.account_id)
    assert (link.target, link.title) == ("https://news.example/3", "Article 3")
    [made] = await world.ask(sources.made, source.id, limit=9)
    assert (made.outcome, made.title) == (Outcome.PUBLISHED, "Article 3")


@pytest.mark.parametrize(
    ("write", "type"),
    [(rss, "text/xml"), (atom, "application/atom+xml"), (json_feed, "application/feed+json; charset=utf-8")],
)
async def test_every_format_is_followed(newsroom, write, type):
    await newsroom.follow(write(articles(1)), type=type)
    await newsroom.look(write(articles(1, 2, 3)), type=type)

    assert await newsroom.titles() == ["Article 2", "Article 3"]


async def test_a_changed_title_makes_no_second_message(newsroom):
    await newsroom.follow(rss(articles(1)))
    await newsroom.look(rss([Article(2, "The market opens"), *articles(1)]))
    await newsroom.look(rss([Article(2, "The market opens at nine"), *articles(1)]))

    assert await newsroom.titles() == ["The market opens"]


async def test_a_site_that_moves_to_https_and_gives_new_ids_has_no_news(newsroom):
    old = [Article(n, f"Story {n}", link=f"http://www.news.example/{n}/", id=f"tag:{n}") for n in (2, 1)]
    new = [Article(n, f"Story {n}", link=f"https://news.example/{n}?utm_source=rss", id=f"urn:{n}") for n in (2, 1)]
    await newsroom.follow(rss(old))
    await newsroom.look(rss(new))

    assert await newsroom.titles() == []


async def test_an_id_that_all_articles_share_is_none(newsroom):
    await newsroom.follow(rss([Article(1, id="news"), Article(2, id="news")]))
    await newsroom.look(rss([Article(3, id="news"), Article(1, id="news"), Article(2, id="news")]))

    assert await newsroom.titles() == ["Article 3"]


async def test_articles_that_share_a_page_are_each_published(newsroom):
    page = {"link": "https://news.example/"}
    await newsroom.follow(rss([Article(1, id="a", **page)]))
    await newsroom.look(rss([Article(3, id="c", **page), Article(2, id="b", **page), Article(1, id="a", **page)]))

    assert await newsroom.titles() == ["Article 2", "Article 3"]


async def test_only_what_is_in_a_category_is_published_and_the_rest_is_no_news_later_either(world, newsroom):
    works, fair = Article(2, categories=("Travaux",)), Article(3, categories=("Évènements", "Été"))
    source = await newsroom.follow(rss(articles(1)), categories=("evenements",))
    await newsroom.look(rss([fair, works]))
    await world.ask(sources.owned, source.id, account_id=newsroom.town.account_id)
    await world.tools.db.write(
        sources.change, id=source.id, account_id=newsroom.town.account_id, wanted=sources.checked(Rules())
    )
    await newsroom.look(rss([Article(4), fair, works]))

    assert await newsroom.titles() == ["Article 3", "Article 4"]


async def test_no_more_than_so_many_a_day_the_newest_of_them(world, newsroom):
    source = await newsroom.follow(rss(articles(1)), per_day=2)
    await newsroom.look(rss(articles(1, 2, 3, 4)))
    await newsroom.look(rss(articles(1, 2, 3, 4, 5)))
    made = await world.ask(sources.made, source.id, limit=9)

    assert await newsroom.titles() == ["Article 3", "Article 4", "Article 5"]  # 5 came the next day
    assert sorted(one.title for one in made if one.outcome is Outcome.OVER) == ["Article 2"]


async def test_held_news_waits_as_a_draft_that_knows_where_it_is_from(world, newsroom):
    source = await newsroom.follow(rss(articles(1)), hold=True, tag="Portelune", language="fr")
    await newsroom.look(rss(articles(1, 2)))

    assert await newsroom.texts() == []
    [draft] = await world.ask(drafts.of_account, newsroom.town.account_id)
    short = world.tools.settings.short_url
    assert draft.draft.text.startswith(f"Article 2 {short}/")
    assert draft.draft.text.endswith(" #Portelune")
    assert draft.draft.language == "fr"
    origins = await world.ask(sources.origins, [draft.id])
    assert (origins[draft.id].source_id, origins[draft.id].outcome) == (source.id, Outcome.HELD)


async def test_drafts_that_are_too_many_hold_news_back_until_there_is_room(world, newsroom, monkeypatch):
    monkeypatch.setattr(drafts.rules, "MOST", 1)
    await newsroom.follow(rss(articles(1)), hold=True)
    await newsroom.look(rss(articles(1, 2, 3)))
    [first] = await world.ask(drafts.of_account, newsroom.town.account_id)
    assert (await newsroom.source()).trouble.code == "source_drafts_full"

    await world.write(drafts.discard, id=first.id, account_id=newsroom.town.account_id)
    await newsroom.look()

    kept = await world.ask(drafts.of_account, newsroom.town.account_id)
    assert sorted(one.draft.text[:9] for one in kept) == ["Article 2", "Article 3"]


async def test_a_site_is_asked_only_for_what_changed(newsroom, site):
    site.put(
        "/feed", rss(articles(1)), **RSS, headers='ETag: "one"\r\nLast-Modified: Mon, 30 Mar 2026 10:00:00 GMT\r\n'
    )
    tools = newsroom.world.tools
    found = await sources.look_at(site.url + "/feed", outgoing=tools.outgoing, reader=tools.news)
    account = {"account_id": newsroom.town.account_id}
    await newsroom.world.write(
        sources.add, **account, kind=found.kind, look=found.look, wanted=Rules(), fresh=sourcing.fresh()
    )
    site.put("/feed", b"", status="304 Not Modified")
    await newsroom.look()

    assert 'if-none-match: "one"' in site.asked[-1].lower()
    assert "if-modified-since: mon, 30 mar 2026 10:00:00 gmt" in site.asked[-1].lower()
    source = await newsroom.source()
    assert (source.failures, source.looked_at) == (0, newsroom.world.clock.now())


async def test_a_move_for_good_is_kept_and_another_is_not(newsroom, site):
    await newsroom.follow(rss(articles(1)))
    site.put("/new", rss(articles(1, 2)), **RSS)
    site.put("/feed", b"", status="302 Found", headers="Location: /new\r\n")
    await newsroom.look()
    assert (await newsroom.source()).address == site.url + "/feed"

    site.put("/feed", b"", status="301 Moved Permanently", headers="Location: /new\r\n")
    await newsroom.look()

    assert (await newsroom.source()).address == site.url + "/new"
    assert await newsroom.titles() == ["Article 2"]


async def test_a_site_that_is_gone_ends_its_source_and_says_so(newsroom, site):
    await newsroom.follow(rss(articles(1)))
    await newsroom.look(b"", status="410 Gone")

    source = await newsroom.source()
    assert (source.state, source.next_at, source.trouble.code) == (State.ENDED, None, "source_gone")


async def test_a_site_that_fails_is_tried_again_ever_later_and_as_late_as_it_asks(newsroom, site):
    await newsroom.follow(rss(articles(1)))
    await newsroom.look(b"", status="503 Service Unavailable")
    source, now = await newsroom.source(), newsroom.world.clock.now()
    assert source.trouble == sources.Trouble("source_answers", {"status": 503})
    assert source.next_at - now == timedelta(minutes=5)

    await newsroom.look(b"", status="503 Service Unavailable", headers="Retry-After: 36000\r\n")
    source, now = await newsroom.source(), newsroom.world.clock.now()
    assert (source.failures, source.next_at - now) == (2, 10 * HOUR)

    newsroom.world.clock.move(4 * HOUR)
    await newsroom.look(rss(articles(1, 2)))
    source = await newsroom.source()
    assert (source.failures, source.trouble) == (0, None)
    assert await newsroom.titles() == ["Article 2"]


async def test_a_site_that_answers_late_delays_no_other(newsroom, site):
    await newsroom.follow(rss(articles(1)), path="/slow")
    await newsroom.follow(rss(articles(1)))
    seen = []

    async def late(writer):
        while not seen:
            seen.extend(await newsroom.titles())
            await asyncio.sleep(0.01)

    site.pages["/slow"] = late
    await newsroom.look(rss(articles(1, 2)))

    assert seen == ["Article 2"]


async def test_an_error_page_where_the_feed_was_is_no_news(newsroom):
    await newsroom.follow(rss(articles(1)))
    page = b"<html><main>" + b"".join(b"<h2><a href=/%d>A long title %d</a></h2>" % (n, n) for n in range(9))
    await newsroom.look(page, type="text/html")

    assert (await newsroom.source()).trouble.code == "source_unreadable"
    assert await newsroom.titles() == []


async def test_a_pause_is_silent_and_what_came_meanwhile_is_no_news(world, newsroom):
    source = await newsroom.follow(rss(articles(1)))
    account = {"account_id": newsroom.town.account_id}
    await world.write(sources.pause, id=source.id, **account, paused=True)
    await newsroom.look(rss(articles(1, 2)))
    assert newsroom.site.paths.count("/feed") == 1

    await world.write(sources.pause, id=source.id, **account, paused=False)
    await newsroom.look()
    await newsroom.look(rss(articles(1, 2, 3)))

    assert await newsroom.titles() == ["Article 3"]


async def test_what_is_removed_comes_back_within_a_day_and_is_forgotten_afterwards(world, newsroom):
    source = await newsroom.follow(rss(articles(1)))
    account = {"account_id": newsroom.town.account_id}
    await world.write(sources.remove, id=source.id, **account, removed=True)
    await newsroom.look(rss(articles(1, 2)))
    assert await newsroom.texts() == []

    await world.write(sources.remove, id=source.id, **account, removed=False)
    await newsroom.look()
    assert await newsroom.titles() == ["Article 2"]

    await world.write(sources.remove, id=source.id, **account, removed=True)
    world.clock.move(timedelta(days=2))
    while await world.write(sources.forget_removed):
        pass
    assert await world.ask(sources.of_account, newsroom.town.account_id) == []


async def test_what_is_old_is_no_news_should_it_appear_now(newsroom):
    await newsroom.follow(rss(articles(1, at=NOW)))
    old, future = Article(2, at=NOW - timedelta(days=900)), Article(3, at=NOW + timedelta(days=900))
    await newsroom.look(rss([future, old, *articles(1, at=NOW)]))

    assert await newsroom.titles() == ["Article 3"]


async def test_a_new_page_of_a_sitemap_is_published_by_its_title(newsroom, site):
    pages = {f"{site.url}/{name}": NOW for name in ("a", "b")}
    await newsroom.follow(sitemap(pages), path="/sitemap.xml", type="application/xml")
    site.page("/c", "The pool is open again")
    later = NOW + timedelta(days=1)
    pages = {f"{site.url}/a": later, **pages, f"{site.url}/c": later}
    await newsroom.look(sitemap(pages), path="/sitemap.xml", type="application/xml")

    [text] = await newsroom.texts()
    assert text == f"The pool is open again {site.url}/c"  # a private address gets no short link


async def test_a_page_that_cannot_be_read_now_is_published_when_it_can(newsroom, site):
    await newsroom.follow(sitemap({f"{site.url}/a": NOW}), path="/sitemap.xml", type="application/xml")
    site.put("/c", b"", status="500 Oops")
    pages = {f"{site.url}/a": NOW, f"{site.url}/c": NOW}
    await newsroom.look(sitemap(pages), path="/sitemap.xml", type="application/xml")
    assert await newsroom.texts() == []

    site.page("/c", "The pool is open again")
    await newsroom.look()

    assert len(await newsroom.texts()) == 1


async def test_a_new_link_on_a_watched_page_is_published(newsroom):
    def page(*titles):
        news = "".join(f"<article><h2><a href='/{name}'>{name}</a></h2></article>" for name in titles)
        return (
            f"<html><nav><h2><a href=/x>Menu</a></h2></nav><main>{news}<p><a href=/y>An aside of ours</a></p>".encode()
        )

    await newsroom.follow(page("One", "Two", "Three"), path="/news", type="text/html")
    await newsroom.look(page("Four", "One", "Two", "Three"), path="/news", type="text/html")

    assert [text.partition(" ")[0] for text in await newsroom.texts()] == ["Four"]


async def test_a_strangers_title_calls_nobody_and_is_cut_between_words(world, newsroom):
    await world.person("mayor")
    title = "@mayor " + "long words of a title that does not end " * 6
    await newsroom.follow(rss(articles(1)))
    await newsroom.look(rss([Article(2, title), *articles(1)]))

    [text] = await newsroom.texts()
    assert text.startswith("mayor long words")
    assert "… https://" in text
    assert len(text) <= 160


async def test_news_that_cannot_be_published_is_kept_with_the_reason_and_holds_up_no_other(world, newsroom):
    await world.publish(newsroom.town, "#gambling")
    tag = await world.ask(posts.tag, "gambling")
    await world.write(posts.change_tag, id=tag.id, usable=False)
    source = await newsroom.follow(rss(articles(1)))
    await newsroom.look(rss([Article(3), Article(2, "An evening of #gambling"), *articles(1)]))

    assert await newsroom.titles() == ["", "Article 3"]  # the first is its own
    refused = [one for one in await world.ask(sources.made, source.id, limit=9) if one.outcome is Outcome.REFUSED]
    assert [one.title for one in refused] == ["An evening of #gambling"]
    assert "gambling" in refused[0].refusal


async def test_a_message_that_is_not_kept_was_not_seen_either(world, newsroom, site):
    source = await newsroom.follow(rss(articles(1)))
    site.put("/feed", rss(articles(1, 2)), **RSS)
    found = await sources.look(source, outgoing=world.tools.outgoing, reader=world.tools.news)
    entry, author = found.entries[-1], Reader(await _circle(world, newsroom.town), world.tools.standing)
    prepared = sourcing.prepared_of(world.tools, entry, source.rules, defaults=accounts.Defaults())

    async def dies(tx, **arguments):
        assert await sources.take_in(tx, **arguments) is Outcome.PUBLISHED
        raise KeyError

    more = {"draft_key": "k", "most_today": NOW, "base_url": world.tools.settings.url}
    with pytest.raises(KeyError):
        await world.write(dies, id=source.id, entry=entry, author=author, prepared=prepared, **more)
    assert await newsroom.titles() == []

    await newsroom.look()
    assert await newsroom.titles() == ["Article 2"]


async def _circle(world, person):
    return await world.ask(world.tools.circles.of, person.account_id, now=world.clock.now())


async def test_two_who_look_at_once_publish_once(world, newsroom, site):
    source = await newsroom.follow(rss(articles(1)))
    site.put("/feed", rss(articles(1, 2, 3)), **RSS)
    await asyncio.gather(*(sourcing.look_at(world.tools, source) for _ in range(4)))

    assert sorted(await newsroom.titles()) == ["Article 2", "Article 3"]


async def test_a_closed_account_leaves_nothing_of_its_sources(world, newsroom):
    source = await newsroom.follow(rss(articles(1)), hold=True)
    await newsroom.look(rss(articles(1, 2)))
    await world.write(accounts.delete, account_id=newsroom.town.account_id)
    await world.settle()

    assert await world.ask(sources.of_account, newsroom.town.account_id) == []
    assert await world.ask(sources.made, source.id, limit=1) == []


async def test_of_a_site_without_end_what_it_shows_no_more_is_forgotten_and_the_rest_stays_known(
    world, newsroom, monkeypatch
):
    monkeypatch.setattr(sources.commands, "MOST_KEYS", 20)
    source = await newsroom.follow(rss(articles(*range(1, 9))))
    for first in (10, 20, 30):
        await newsroom.look(rss([*articles(*range(first, first + 8)), *articles(*range(1, 9))]))
    async with world.tools.db.read() as tx:
        kept = await sources.store.count_keys(tx, source.id)

    assert kept == 2 * (8 + 3 * 8) - 2 * 5
    assert len(await newsroom.titles()) == 3 * 8


async def test_a_bug_with_one_site_stops_no_other(world, newsroom, site, monkeypatch):
    await newsroom.follow(rss(articles(1)), path="/broken")
    await newsroom.follow(rss(articles(1)))
    look = sources.look

    async def broken(source, **tools):
        if source.address.endswith("/broken"):
            raise RuntimeError("a bug of ours")
        return await look(source, **tools)

    monkeypatch.setattr(sources, "look", broken)
    await newsroom.look(rss(articles(1, 2)))

    assert await newsroom.titles() == ["Article 2"]
