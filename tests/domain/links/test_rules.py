"""Which addresses are the same link, and which a text shares."""

import pytest

from pinson.domain.links import is_within, normal, shared


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("HTTPS://News.Example/Été?a=1&b=%20#top", "https://news.example/%C3%89t%C3%A9?a=1&b=%20"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:443?q", "https://news.example/?q"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("https://news.example/a/%2F/%7Eb", "https://news.example/a/%2F/~b"),
        ("ftp://news.example/", None),
        ("https://someone:secret@news.example/", None),
        ("https://news.example:99999/", None),
        ("https://xn--a.example/" + "x" * 2048, None),
        ("//news.example/", None),
    ],
)
def test_an_address_has_one_normal_form(typed, link):
    assert normal(typed) == link
    assert link is None or normal(link) == link


def test_a_text_shares_its_first_address_that_is_not_ours():
    ours, theirs, other = "https://pinson.example:8443/@ana/1", "https://news.example/", "https://other.example/"

    assert shared([ours, theirs, other], local_domain="pinson.example:8443") == theirs
    assert shared([ours], local_domain="pinson.example:8443") is None
    assert shared([ours], local_domain="pinson.example") == ours
    assert shared(["http://[", theirs], local_domain="pinson.example") == theirs


def test_a_page_belongs_to_its_domain_and_those_above_it():
    page = "https://blog.news.example/1"

    assert is_within(page, ["news.example"])
    assert is_within(page, ["other.example", "blog.news.example"])
    assert not is_within(page, ["ews.example", "example.news", "a.blog.news.example"])
