"""What a code looks like and where a link may lead."""

import re
from pathlib import Path

import pytest

from pinson import interfaces
from pinson.domain.shortlinks import Channel, Utm, Wish, checked, code_in, codes_in, rules
from pinson.lib.errors import Refusal

BASES = {"https://pinson.example", "https://pin.example"}
CLOSED = {"bad.example": "It takes passwords."}


def test_a_drawn_code_is_recognised_and_no_word():
    for _ in range(500):
        code = rules.new_code()
        assert code_in(f"/{code}") == code
        assert code_in(f"/{code.upper()}") == code
        assert re.search("[0-9]", code)
        assert not re.search("[aeiou01l]", code)


@pytest.mark.parametrize(
    "path", ["/", "/search", "/explore", "/rhythms", "/2345678x", "/234567", "/23456-8", "/234567é"]
)
def test_what_is_no_code_is_not_taken_for_one(path):
    assert code_in(path) is None


def test_no_page_has_the_name_of_a_code():
    sources = Path(interfaces.__file__).parent.rglob("*.py")
    paths = {path for source in sources for path in re.findall(r'routes\.\w+\(\s*"(/[^"/{]*)"', source.read_text())}

    assert "/search" in paths
    assert [path for path in paths if code_in(path)] == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://Example.org ", "https://example.org"),
        ("http://example.org/a?b=1#c", "http://example.org/a?b=1#c"),
        ("https://mairie-été.example/x", "https://xn--mairie-t-h1ab.example/x"),
        ("https://example.org/été?q=é", "https://example.org/%C3%A9t%C3%A9?q=%C3%A9"),
        ("https://pinson.example/@cern", "https://pinson.example/@cern"),
    ],
)
def test_a_target_is_kept_as_browsers_want_it(typed, kept, now):
    assert checked(Wish(target=typed), bases=BASES, closed=CLOSED, now=now).target == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_a_web_address"),
        ("example.org", "not_a_web_address"),
        ("javascript:alert(1)", "not_a_web_address"),
        ("ftp://example.org/", "not_a_web_address"),
        ("//example.org/", "not_a_web_address"),
        ("https:///path", "not_a_web_address"),
        ("https://example.org/a b", "not_a_web_address"),
        ("https://example.org\\@bad.example/", "not_a_web_address"),
        ("https://example.org/\r\nset-cookie: a=b", "not_a_web_address"),
        ("https://example.org:0/", "not_a_web_address"),
        ("https://example.org:99999/", "not_a_web_address"),
        ("https://me:secret@example.org/", "target_holds_password"),
        ("https://me@example.org/", "target_holds_password"),
        ("http://localhost/", "target_is_private"),
        ("http://printer/", "target_is_private"),
        ("http://router.lan/", "target_is_private"),
        ("http://127.0.0.1/", "target_is_private"),
        ("http://10.1.2.3:8080/", "target_is_private"),
        ("http://[::1]/", "target_is_private"),
        ("http://[::ffff:192.168.0.1]/", "target_is_private"),
        ("http://2130706433/", "target_is_private"),
        ("http://0x7f.1/", "target_is_private"),
        ("https://pinson.example/2345bcd", "target_is_short"),
        ("http://PIN.example/2345BCD/", "target_is_short"),
        ("https://www.bad.example/", "target_closed"),
        ("https://example.org/" + "x" * 2048, "target_too_long"),
    ],
)
def test_what_leads_astray_is_refused_with_a_reason(typed, code, now):
    with pytest.raises(Refusal) as refused:
        checked(Wish(target=typed), bases=BASES, closed=CLOSED, now=now)

    assert refused.value.code == code


def test_our_own_short_links_are_found_among_addresses():
    urls = ("https://pin.example/2345bcd", "https://PINSON.example/2345BCF", "https://other.example/2345bcd")

    assert codes_in(urls, bases=BASES) == {urls[0]: "2345bcd", urls[1]: "2345bcf"}


def test_a_target_is_told_where_the_visit_comes_from_unless_it_says_so_itself():
    utm = Utm("pinson", "sms", "fête du pain")

    assert rules.location("https://a.example/x?y=1#z", utm) == (
        "https://a.example/x?y=1&utm_source=pinson&utm_medium=sms&utm_campaign=f%C3%AAte+du+pain#z"
    )
    assert "utm_source=paper&" in rules.location("https://a.example/?utm_source=paper", utm)
    assert rules.location("https://a.example/?q=a%2Bb%20c", None) == "https://a.example/?q=a%2Bb%20c"


def test_what_says_nothing_is_not_kept(now):
    utm = {Channel.SMS: Utm(" x "), Channel.QR: Utm("  ")}

    assert checked(Wish(target="https://a.example/", utm=utm), bases=BASES, closed={}, now=now).utm == {
        Channel.SMS: Utm("x")
    }
