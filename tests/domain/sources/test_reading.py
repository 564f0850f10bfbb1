"""Addresses as people write them, and what a Link header says."""

import pytest

from pinson.domain.sources import reading, rules


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("www.portelune.example", "https://www.portelune.example/"),
        (" portelune.example/actus ", "https://portelune.example/actus"),
        ("portelune.example:8080", "https://portelune.example:8080/"),
        ("http://portelune.example/a#b", "http://portelune.example/a"),
        ("HTTPS://Portelune.example", "https://portelune.example/"),
        ("feed://portelune.example/rss", "https://portelune.example/rss"),
        ("feed:http://portelune.example/rss", "http://portelune.example/rss"),
        ("mairie-été.example", "https://xn--mairie-t-h1ab.example/"),
    ],
)
def test_an_address_is_understood_as_people_write_it(typed, address):
    assert reading.as_address(typed).rstrip("/") == address.rstrip("/")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "two words",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://u:p@x.example",
        "https://[",
        "//",
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(rules.NotAnAddress):
        reading.as_address(typed)


@pytest.mark.parametrize(
    ("header", "hubs"),
    [
        ('<https://hub.example/>; rel="hub"', ["https://hub.example/"]),
        ("<https://hub.example/>; rel=hub, </feed>; rel=self", ["https://hub.example/"]),
        ('</a>; title="a, b"; rel="self hub"', ["https://news.example/a"]),
        ('<https://a.example>; rel="HUB", <https://b.example>; rel=hub', ["https://a.example", "https://b.example"]),
        ("<javascript:x>; rel=hub", []),
        ("<https://hub.example/>; rel=hubs", []),
        ("<" * 9000, []),
        ("<x>" + ";" * 9000, []),
        ("", []),
    ],
)
def test_a_link_header_names_hubs(header, hubs):
    found = reading.related({"link": header}, "hub", "https://news.example/feed")

    assert [one.rstrip("/") for one in found] == [one.rstrip("/") for one in hubs]
