"""What is read from a page, and what a page can do to us meanwhile, which is nothing."""

from datetime import datetime, timedelta, timezone
from time import process_time

import pytest

from pinson.domain.links.reading import MOST_DESCRIPTION, MOST_TITLE, decoded, read

HTML = "text/html"


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "; charset=utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8-sig", "; charset=iso-8859-1", ""),  # the mark outranks the header
        ("utf-16", "", ""),
        ("cp1252", "; charset=ISO-8859-1", ""),
        ("cp1252", "", "<meta http-equiv=Content-Type content='text/html; charset=latin1'>"),
        ("cp1252", "", ""),  # said by nobody
        ("utf-8", "; charset=utf-8", "<meta charset=latin1>"),  # the header outranks the page
        ("utf-8", "; charset=zip", ""),  # no encoding of text
        ("iso8859-15", '; charset="iso-8859-15"', ""),
    ],
)
def test_a_title_is_read_in_its_encoding(encoding, header, meta):
    page = f"<head>{meta}<title>L’été — 20 € à Orléans</title>".replace("’", "'").replace(" — ", " ")

    said = read(page.encode(encoding), content_type=HTML + header, url="https://news.example/")

    assert said.card.title == "L'été 20 € à Orléans"


@pytest.mark.parametrize(
    ("encoding", "name"), [("shift_jis", "Shift_JIS"), ("gb18030", "gb2312"), ("koi8-r", "KOI8-R")]
)
def test_other_scripts_are_read_too(encoding, name):
    text = {"shift_jis": "日本語", "gb18030": "中文", "koi8-r": "Привет"}[encoding]

    assert decoded(text.encode(encoding), f"text/html; charset={name}") == text


def test_a_page_cut_within_a_character_is_still_utf_8():
    assert decoded("<title>été</title> 20 €".encode()[:-1], HTML) == "<title>été</title> 20 "


def test_what_a_page_says_of_itself_is_preferred_in_the_order_of_how_exact_it_is():
    page = """<html lang="fr-FR"><head><title>Window</title>
        <meta property="og:title" content="  Le   titre "><meta name="twitter:title" content="Tweet">
        <meta name="description" content="What it is"><meta name="author" content="Ana &amp; Ben">
        <meta property="og:site_name" content="Les Nouvelles"><meta property="article:author" content="/authors/ana">
        <meta property="og:image" content="../pictures/a.jpg"><meta property="og:image:alt" content="A bird">
        <meta property="article:published_time" content="2026-03-05T08:08:09+01:00">
        <meta name="fediverse:creator" content="@Ana@Pinson.example">"""

    said = read(page.encode(), content_type=HTML, url="https://news.example/2026/x/")

    card = said.card
    assert (card.title, card.description, card.language) == ("Le titre", "What it is", "fr")
    assert (card.author, card.author_url, card.provider) == (
        "Ana & Ben",
        "https://news.example/authors/ana",
        "Les Nouvelles",
    )
    assert card.creator == "ana@pinson.example"
    assert card.published_at == datetime(2026, 3, 5, 8, 8, 9, tzinfo=timezone(timedelta(hours=1)))
    assert (said.picture_url, said.picture_description) == ("https://news.example/2026/pictures/a.jpg", "A bird")


def test_an_article_may_be_described_in_json_ld():
    page = """<script type="application/ld+json">{nonsense</script><script type="application/ld+json">
        {"@graph": [{"@type": "WebSite"}, {"headline": "H", "datePublished": "2026-03-05",
         "author": [{"name": "Ana", "url": "https://ana.example"}], "description": 3}]}</script>"""

    card = read(page.encode(), content_type=HTML, url="https://news.example/").card

    assert (card.title, card.author, card.author_url, card.description) == ("H", "Ana", "https://ana.example/", "")
    assert card.published_at.isoformat() == "2026-03-05T00:00:00+00:00"


@pytest.mark.parametrize(
    "page",
    [
        b"", b"<p>no title", b"<title> \n </title>", b"\x00\xff\xfe", b"<title>\xe2\x80\x8b</title>",
        b'<meta property="og:title">', b"<!-- <title>T</title>", b"<style><title>T</title></style>",
    ],
)  # fmt: skip
def test_a_page_without_a_title_says_nothing(page):
    assert read(page, content_type=HTML, url="https://news.example/") is None


def test_what_a_page_says_is_short_plain_text():
    evil = "<script>alert(1)</script>\u202egnp.exe\u0007"
    page = f"""<title>{"very long " * 100}</title><meta property="og:description" content='{evil}{"z" * 999}'>
        <meta name="author" content="&lt;img src=x onerror=alert(1)&gt;">
        <meta property="og:image" content="javascript:alert(1)">
        <meta property="article:author" content="data:text/html,x">
        <meta property="article:published_time" content="0000-99-99"><meta name="fediverse:creator" content="@a@b@c">"""

    said = read(page.encode(), content_type=HTML, url="https://news.example/")

    card = said.card
    assert len(card.title) <= MOST_TITLE
    assert card.title.endswith(" long…") or card.title.endswith(" very…")
    assert len(card.description) == MOST_DESCRIPTION
    assert card.description.startswith("<script>alert(1)</script> gnp.exe z")  # text: whoever shows it escapes it
    assert card.author == "<img src=x onerror=alert(1)>"
    assert (said.picture_url, card.published_at, card.creator) == (None, None, "")
    assert card.author_url == ""


@pytest.mark.parametrize(
    "part",
    [
        "<", "<div>", "<title>", "<meta", '<meta "', "<meta x='", "<!--", "<!-- -->", "<script>", "<style></style>",
        "<a><p>", "<meta name=a content=b>", "<svg><title>x</title>", " a=b",
    ],
)  # fmt: skip
def test_no_page_takes_long(part):
    before = process_time()
    for start in ("", "<meta "):
        page = f"<title>T</title>{start}{part * (1_000_000 // len(part))}".encode()
        said = read(page, content_type=HTML, url="https://news.example/")

        assert said.card.title == "T"
    assert process_time() - before < 2


def test_json_ld_cannot_exhaust_us():
    page = '<title>T</title><script type="application/ld+json">' + "[" * 90_000 + "]" * 90_000 + "</script>"

    assert read(page.encode(), content_type=HTML, url="https://news.example/").card.title == "T"


def test_attributes_may_hold_what_looks_like_the_end_of_a_tag():
    page = b"""<html data-a='>' lang=fr><meta content="a > b" property=og:title>"""

    card = read(page, content_type=HTML, url="https://news.example/").card

    assert (card.title, card.language) == ("a > b", "fr")
