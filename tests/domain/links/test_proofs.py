"""What proves a line of a profile: a page that links back with rel="me"."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from pinson.domain.links.proofs import Failure, Proof, is_provable, rules

MINE = ("https://pinson.example/@ana", "https://pinson.example/users/ana")
NOW = datetime(2026, 3, 30, tzinfo=UTC)


def proves(html, url="https://ana.example/about/"):
    return rules.leads_to_me(html.encode(), content_type="text/html; charset=utf-8", url=url, mine=MINE)


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="me" href="https://pinson.example/@ana">Pinson</a>',
        '<p><div><a class=x href=https://pinson.example/@ana rel="noopener ME nofollow">Pinson</a>',
        '<head><link rel=me href="https://pinson.example/users/ana"></head>',
        '<A REL="me" HREF="https://PINSON.example/@Ana/">Pinson</A>',
        '<area rel="me" href="https://pinson.example/@ana?lang=fr#top">',
        '<base href="https://pinson.example/x/"><a rel="me" href="../@ana">Pinson</a>',
        "<a href=/other>x</a>" * 5000 + '<a rel="me" href="https://pinson.example/@ana">Pinson</a>',
    ],
)
def test_a_link_to_the_profile_with_rel_me_proves(html):
    assert proves(f"<!doctype html><title>Ana</title>{html}")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://pinson.example/@ana">Pinson</a>',
        '<a rel="home" href="https://pinson.example/@ana">Pinson</a>',
        '<a rel="me-too" href="https://pinson.example/@ana">Pinson</a>',
        '<a rel="me" href="https://pinson.example/@ben">Ben</a>',
        '<a rel="me" href="https://other.example/@ana">Ana</a>',
        '<a rel="me" href="https://pinson.example/@ana/123">A post</a>',
        '<a rel="me" href="http://[">broken</a><a rel="me">no address</a>',
        '<!-- <a rel="me" href="https://pinson.example/@ana">Pinson</a> -->',
        '<script>"<a rel=me href=https://pinson.example/@ana>"</script>',
        "<textarea><a rel=me href=https://pinson.example/@ana></textarea>",
        "<template><a rel=me href=https://pinson.example/@ana></template>",
        '&lt;a rel="me" href="https://pinson.example/@ana"&gt;',
        "https://pinson.example/@ana",
        "",
    ],
)
def test_anything_else_proves_nothing(html):
    assert not proves(f"<!doctype html><title>Ana</title>{html}")


@pytest.mark.parametrize(
    "piece", ["<a rel=me ", "<a rel=rel=rel= me>", "<div><a rel=me href=x>", "<link rel='", "<!--"]
)
def test_a_hostile_page_takes_no_long_time(piece):
    page = (piece * (1 << 20))[: 1 << 20]

    began = time.process_time()
    proves(page)

    assert time.process_time() - began < 20


def test_only_the_address_of_one_page_and_nothing_else_can_be_proven():
    for value in ("https://ana.example", "https://ana.example/about?x=1#y"):
        assert is_provable(value)
    for value in (
        "http://ana.example",
        "ana.example",
        "Ana https://ana.example",
        "https://",
        "https://[",
        "see\thttps://x",
    ):
        assert not is_provable(value)


def test_looks_that_prove_nothing_grow_rarer_and_end():
    proof, at, pauses = Proof(1, "https://ana.example"), NOW, []
    while True:
        proof = rules.failed(proof, Failure.NO_LINK, was_proven=False, now=at)
        if proof.due_at is None:
            break
        pauses.append(proof.due_at - at)
        at = proof.due_at

    assert pauses[0] == timedelta(minutes=10)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(days=7)
    assert timedelta(days=14) < at - NOW < timedelta(days=28)
