"""What documents of strangers say is new, whatever they do."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from pinson.lib import news
from pinson.lib.blobs import Blobs
from tests.newspaper import Article, articles, rss

URL = "https://news.example/feed"
SITEMAPS, GOOGLE = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.google.com/schemas/sitemap"
BOMB = (
    '<?xml version="1.0"?>{}<!DOCTYPE rss [<!ENTITY a "lollollol">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><rss version="2.0"><channel><title>&i;</title><item><title>&i;</title></item></channel></rss>'
)


@pytest.fixture
def read(tmp_path, db):
    """`await read(body, type)`: what it says."""
    reader = news.Reader(Blobs(tmp_path / "files", db))

    async def read(body, type="application/rss+xml", url=URL):
        body = body if isinstance(body, bytes) else body.encode()
        return await reader.read(body, content_type=type, url=url)

    return read


async def test_a_feed_says_who_it_is_what_is_new_and_when_to_come_back(read):
    head = (
        '<language>fr</language><ttl>90</ttl><atom:link rel="hub" href="https://hub.example/"/>'
        '<atom:link rel="self" href="https://news.example/rss"/>'
    )
    at = datetime(2026, 3, 30, 10, tzinfo=UTC)
    told = await read(rss([Article(1, "L’été &amp; ses fêtes", at=at, categories=("Fêtes", "Été"))], head=head))

    assert (told.kind, told.title, told.home) == ("feed", "News of Portelune", "https://news.example/")
    assert (told.language, told.pause, told.hubs, told.topic) == (
        "fr",
        5400,
        ("https://hub.example/",),
        "https://news.example/rss",
    )
    [item] = told.items
    assert (item.title, item.at, item.categories) == ("L’été & ses fêtes", at, ("Fêtes", "Été"))


@pytest.mark.parametrize(
    ("period", "pause"),
    [
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21600),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
        ("<sy:updatePeriod>never</sy:updatePeriod>", 0),
        ("<ttl>-5</ttl>", 0),
        ("<ttl>٣</ttl>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 0),
    ],
)
async def test_a_feed_says_in_two_ways_how_often_it_changes(read, period, pause):
    assert (await read(rss(articles(1), head=period))).pause == pause


@pytest.mark.parametrize(
    ("encoding", "type"),
    [
        ("utf-8", "text/xml"),
        ("iso-8859-1", "application/xml"),
        ("windows-1252", "text/xml"),
        ("utf-16", "application/rss+xml"),
        ("iso-8859-15", "application/rss+xml; charset=iso-8859-15"),
    ],
)
async def test_encodings_are_found_where_they_are_said(read, encoding, type):
    text = rss([Article(1, "Fête à l’école")]).decode().replace("’", "'").replace('"utf-8"', f'"{encoding}"')
    assert [item.title for item in (await read(text.encode(encoding), type)).items] == ["Fête à l'école"]


async def test_an_encoding_that_is_a_lie_loses_no_article(read):
    text = rss([Article(1, "Fête"), Article(2, "Noël")]).decode()
    told = await read(text.encode("cp1252"), "text/xml; charset=utf-8")

    assert [item.link for item in told.items] == ["https://news.example/1", "https://news.example/2"]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Q&amp;A: it&amp;#8217;s <b>bold</b>", "Q&A: it’s bold"),
        ("<![CDATA[Nous & vous <em>ici</em>]]>", "Nous & vous ici"),
        ("5 &lt; 6", "5 < 6"),
        ("a\u202eb\u200bc\u2066d 👨\u200d👧", "abcd 👨\u200d👧"),
        ("  two\n lines ", "two lines"),
    ],
)
async def test_a_title_is_a_line_of_plain_text(read, title, said):
    told = await read(f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>")

    assert [item.title for item in told.items] == [said]


async def test_what_has_no_title_is_called_by_what_it_says(read):
    told = await read(
        "<rss version='2.0'><channel><item><description>&lt;p&gt;The bridge is closed.&lt;/p&gt;</description>"
        "<link>/bridge</link></item></channel></rss>"
    )

    assert [(item.title, item.link) for item in told.items] == [
        ("The bridge is closed.", "https://news.example/bridge")
    ]


@pytest.mark.parametrize("before", ["", "<!-- <a -->", "<?a <b ?>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_no_entity_is_expanded(read, before, encoding):
    body = BOMB.format(before).encode(encoding)
    try:
        told = await read(body, "application/xml")
    except news.Unreadable:
        return
    assert len(told.title) < 100  # it was read without them


async def test_no_file_is_opened(read, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    body = (
        f'<?xml version="1.0"?><!-- <a --><!DOCTYPE r [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
        '<rss version="2.0"><channel><title>&x;</title><item><title>&x;</title></item></channel></rss>'
    )
    with pytest.raises(news.Unreadable) as refusal:
        await read(body)

    assert refusal.value.why == "entities"


@pytest.mark.parametrize("body", ["", "{", "[1]", "plain words", "<svg/>", "\0\0\0\0", '{"version": 1}', "<rss"])
async def test_what_holds_no_news_is_refused(read, body):
    with pytest.raises(news.Unreadable):
        await read(body)


@pytest.mark.parametrize("piece", ["<div>", "<a href=x>", "<!DOCTYPE [", '<a "'])
async def test_a_document_that_would_take_hours_is_given_up(read, piece, monkeypatch):
    monkeypatch.setattr(news, "SECONDS", 1.0)
    began = time.perf_counter()
    for head in ("<rss version='2.0'><channel>", "<html><body>"):
        try:
            await read(head + piece * (1_000_000 // len(piece)))
        except news.Unreadable:
            continue

    assert time.perf_counter() - began < 60  # without an end to it, hours


async def test_a_broken_feed_is_read_as_far_as_it_goes(read):
    body = rss(articles(1, 2)).replace(b"</channel></rss>", b"<item><title>Three & more<link>")
    assert [item.title for item in (await read(body)).items][:2] == ["Article 2", "Article 1"]


async def test_only_the_beginning_of_a_feed_without_end_is_read(read):
    assert len((await read(rss(articles(*range(1000))))).items) == news.MOST_ITEMS


async def test_json_may_hold_anything(read):
    odd = '{"version": "https://jsonfeed.org/version/1.1", "items": [1, {"id": 7, "title": ["x"], "tags": [1, "a"],'
    odd += ' "content_html": "<p>Bread &amp; butter</p>", "url": "javascript:alert(1)", "date_published": "soon"}]}'
    [item] = (await read(odd, "application/json")).items

    assert item == news.Item("7", "", "Bread & butter", None, ("a",))


async def test_a_sitemap_lists_pages_and_an_index_lists_sitemaps(read):
    told = await read(
        f'<urlset xmlns="{SITEMAPS}" xmlns:n="{GOOGLE}-news/0.9" xmlns:i="{GOOGLE}-image/1.1">'
        "<url><loc> https://news.example/1 </loc>"
        "<lastmod>2026-03-30</lastmod><i:image><i:loc>https://x.example/1.jpg</i:loc></i:image>"
        "<n:news><n:publication><n:name>N</n:name><n:language>fr</n:language></n:publication>"
        "<n:title>Un titre</n:title>"
        "</n:news></url></urlset>"
    )
    [page] = told.items
    assert (told.kind, page.link, page.title, page.language) == ("sitemap", "https://news.example/1", "Un titre", "fr")
    assert page.at == datetime(2026, 3, 30, tzinfo=UTC)

    index = "<sitemapindex><sitemap><loc>https://news.example/posts.xml</loc></sitemap></sitemapindex>"
    told = await read(index)
    assert (told.kind, [item.link for item in told.items]) == ("index", ["https://news.example/posts.xml"])


async def test_a_sitemap_too_long_to_be_followed_is_refused(read, monkeypatch):
    monkeypatch.setattr(news, "MOST_PAGES", 2)
    pages = "".join(f"<url><loc>https://news.example/{number}</loc></url>" for number in range(3))
    with pytest.raises(news.Unreadable) as refusal:
        await read(f"<urlset>{pages}</urlset>")

    assert refusal.value.why == "too_many"


async def test_a_page_names_its_feeds_and_shows_its_news(read):
    told = await read(
        "<!doctype html><html lang=fr><head><title>Mairie</title><base href=/ville/>"
        "<link rel=alternate type='application/rss+xml' title='Actualités' href='/actus.rss'>"
        "<link rel=alternate type='text/html' hreflang=en href=/en><link rel=hub href=https://hub.example/></head>"
        "<body><header><h2><a href=/>Menu principal</a></h2></header><main>"
        "<article><header><h3><a href=piscine>La piscine rouvre</a></h3></header></article>"
        "<a href=/marche#x><h3>Le marché</h3><p>Tous les mardis sur la place</p></a><h3><span><a href=/bal>Le bal</a>"
        "</span></h3><p>Voir aussi <a href=/tout>toutes les actualités de la ville</a></main>"
        "<footer><a href=/mentions>Mentions légales et plan du site</a> <a href=/flux>Flux RSS</a></footer>",
        "text/html",
        url="https://ville.example/accueil",
    )

    assert [(item.link.removeprefix("https://ville.example"), item.title) for item in told.items] == [
        ("/ville/piscine", "La piscine rouvre"),
        ("/marche", "Le marché"),
        ("/bal", "Le bal"),
    ]
    assert [(one.address, one.title) for one in told.feeds] == [
        ("https://ville.example/actus.rss", "Actualités"),
        ("https://ville.example/flux", "Flux RSS"),
    ]
    assert (told.language, told.hubs) == ("fr", ("https://hub.example/",))


async def test_a_few_documents_are_read_at_once_and_the_others_wait_for_their_turn(read, monkeypatch):
    open_, most = 0, 0
    run = news.run

    async def counted(*command, **limits):
        nonlocal open_, most
        open_, most = open_ + 1, max(most, open_ + 1)
        try:
            return await run(*command, **limits)
        finally:
            open_ -= 1

    monkeypatch.setattr(news, "run", counted)
    told = await asyncio.gather(*(read(rss(articles(number))) for number in range(8)))

    assert [one.items[0].title for one in told] == [f"Article {number}" for number in range(8)]
    assert most == news.MOST_AT_ONCE
