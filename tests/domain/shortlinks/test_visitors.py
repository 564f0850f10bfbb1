"""People and machines are told apart by what a request says."""

import pytest

from pinson.domain.shortlinks import Visitor, asks_not_to_be_counted, is_ahead, visitor

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
PEOPLE = [
    CHROME,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 "
    "Chrome/122.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21G93 "
    "[FBAN/FBIOS;FBAV/487.0;FBBV/1;FBDV/iPhone14,5]",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
    "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.0.8",
    "w3m/0.5.3+git20230121",
]
MACHINES = [
    "",
    "http.rb/5.2.0 (Mastodon/4.3.1; +https://social.example/) Bot",
    "Mastodon/4.4.0 (http.rb/5.3.1; +https://social.example/)",
    "Pleroma 2.7.0; https://social.example <admin@social.example>",
    "Akkoma 3.13.2; https://social.example <admin@social.example>",
    "Misskey/2024.10.1 (https://social.example)",
    "SummalyBot/5.1.0",
    "Lemmy/0.19.5; +https://lemmy.example",
    "gotosocial/0.17.1 (+https://social.example)",
    "Friendica 'Giesskanne' 2023.12-1542; https://social.example",
    "Mozilla/5.0 (compatible; Pixelfed/0.12; +https://pixelfed.example)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 "
    "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0) Barracuda Sentinel (EE)",
    "curl/8.9.1",
    "python-requests/2.32",
    "Go-http-client/2.0",
]


def headers(agent=CHROME, **more):
    return [
        (b"user-agent", agent.encode()),
        *((name.replace("_", "-").encode(), value) for name, value in more.items()),
    ]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(agent):
    assert visitor("GET", headers(agent)) is Visitor.PEOPLE


@pytest.mark.parametrize("agent", MACHINES)
def test_crawlers_previewers_and_scanners_are_machines(agent):
    assert visitor("GET", headers(agent)) is Visitor.MACHINES


def test_without_a_name_it_is_a_machine():
    assert visitor("GET", []) is Visitor.MACHINES


def test_asking_for_the_headers_only_is_a_machine():
    assert visitor("HEAD", headers()) is Visitor.MACHINES


@pytest.mark.parametrize(
    "more",
    [
        {"sec_purpose": b"prefetch"},
        {"sec_purpose": b"prefetch;prerender"},
        {"purpose": b"prefetch"},
        {"x_purpose": b"preview"},
        {"x_moz": b"prefetch"},
    ],
)
def test_what_is_fetched_ahead_is_a_machine(more):
    assert visitor("GET", headers(**more)) is Visitor.MACHINES
    assert is_ahead(headers(**more))


@pytest.mark.parametrize(
    "more", [{"sec_fetch_dest": b"image"}, {"sec_fetch_dest": b"empty", "sec_fetch_mode": b"cors"}]
)
def test_a_browser_that_opens_no_page_is_a_machine(more):
    assert visitor("GET", headers(**more)) is Visitor.MACHINES


def test_a_browser_that_opens_a_page_is_a_person():
    more = {"sec_fetch_dest": b"document", "sec_fetch_mode": b"navigate", "sec_fetch_user": b"?1"}

    assert visitor("GET", headers(**more)) is Visitor.PEOPLE
    assert not is_ahead(headers(**more))


def test_who_asks_not_to_be_counted_is_heard():
    assert asks_not_to_be_counted(headers(sec_gpc=b"1"), b"uncounted=1")
    assert asks_not_to_be_counted(headers(cookie=b"lang=fr; uncounted=1"), b"uncounted=1")
    assert not asks_not_to_be_counted(headers(cookie=b"lang=fr; xuncounted=1"), b"uncounted=1")
    assert not asks_not_to_be_counted(headers(sec_gpc=b"0"), b"uncounted=1")
