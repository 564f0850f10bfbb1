"""Known answers in French and English, and what holds for any text."""

import html
import re
import time
import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from pinson.domain.posts.text import Mention, SpanKind, at_most, fold_tag, graphemes, length, parse, to_html

HERE = "pinson.example"
BASE = f"https://{HERE}"
ALICE = Mention(1, "Alice", "Alice", f"{BASE}/@Alice")
BOB = Mention(2, "bob", "bob@ailleurs.example", "https://ailleurs.example/@bob")
ALICE_ELSEWHERE = Mention(3, "alice", "alice@ailleurs.example", "https://ailleurs.example/users/alice?a=1&b=2")
KNOWN = {"alice": ALICE, "bob@ailleurs.example": BOB, "alice@ailleurs.example": ALICE_ELSEWHERE}

# Text that is likely to hold what the parser looks for, next to text that is likely to confuse it.
links = ["https://", "HTTP://www.", "exemple.fr", "/a_(b)", "?q=é&x='", "@", "alice", "@bob@ailleurs.example", ":8080"]
tags = ["#", "#Été", "＃", "·", "・", "\u200c", "123", "LHC", "ŀ", "ﬁ", "見", "क्षि", "각"]
others = [
    " ",
    "\u00a0",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "<b>",
    "&amp;",
    "»",
    ".",
    ")",
    "é",
    "e\u0301",
    "\u0301",
    "👩\u200d👧",
    "🇫",
]
fragments = st.sampled_from(links + tags + others)
texts = st.lists(fragments | st.text(max_size=4), max_size=14).map("".join)


def found(text: str, kind: SpanKind) -> list[str]:
    return [span.name for span in parse(text, local_domain=HERE).spans if span.kind is kind]


def render(text: str, mentions: dict[str, Mention] | None = None) -> str:
    return to_html(parse(text, local_domain=HERE), mentions or {}, base_url=BASE)


def reread(markup: str) -> str:
    """What a person reads of some HTML: no tags, entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br />", "\n").replace("</p><p>", "\n\n")))


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Le récit : https://exemple.fr/recit", ["https://exemple.fr/recit"]),
        ("The story (https://example.org/story).", ["https://example.org/story"]),
        ("https://fr.wikipedia.org/wiki/Lyon_(homonymie), à lire", ["https://fr.wikipedia.org/wiki/Lyon_(homonymie)"]),
        ("(cf. https://fr.wikipedia.org/wiki/Lyon_(homonymie))", ["https://fr.wikipedia.org/wiki/Lyon_(homonymie)"]),
        ("[lire](https://exemple.fr/a?b[]=1)", ["https://exemple.fr/a?b[]=1"]),
        (
            "« https://exemple.fr/a\u00a0», puis «https://exemple.fr/b»",
            ["https://exemple.fr/a", "https://exemple.fr/b"],
        ),
        ("Seen https://example.org/a? Or https://example.org/b…", ["https://example.org/a", "https://example.org/b"]),
        ("https://exemple.fr/l'été/d’ici#haut", ["https://exemple.fr/l'été/d’ici#haut"]),
        ("https://exemple.fr?q=a,b&c=d=", ["https://exemple.fr?q=a,b&c=d="]),
        (
            "https://xn--bcher-kva.example/ https://bücher.example/",
            ["https://xn--bcher-kva.example/", "https://bücher.example/"],
        ),
        (
            "http://127.0.0.1:8000/@ana et http://localhost:3000",
            ["http://127.0.0.1:8000/@ana", "http://localhost:3000"],
        ),
        ("HTTPS://EXEMPLE.FR/A https://exemple.fr:123456", ["HTTPS://EXEMPLE.FR/A", "https://exemple.fr"]),
        ("見てhttps://example.jp/パス。次", ["https://example.jp/パス。次"]),
        ("<https://example.org/a>", ["https://example.org/a"]),
        ("https://example.org/\u202egnp.exe", ["https://example.org/"]),
        ("exemple.fr www.exemple.fr ftp://exemple.fr https:// https://. http:/exemple.fr", []),
        ("xhttps://exemple.fr @https://exemple.fr #https://exemple.fr", []),
        ("http\u017f://exemple.fr", []),
    ],
)
def test_a_url_with_its_protocol_is_found_without_the_punctuation_around_it(text, urls):
    assert found(text, SpanKind.URL) == urls


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("Merci @Alice, @bob@Ailleurs.Example !", ["alice", "bob@ailleurs.example"]),
        ("(@alice) «@alice» .@alice", ["alice", "alice", "alice"]),
        ("Thanks @bob.", ["bob"]),
        ("@jean.paul @a-b @a.b@c-d.example.", ["jean.paul", "a-b", "a.b@c-d.example"]),
        ("@alice@pinson.example @alice@PINSON.example", ["alice", "alice"]),
        ("@ana@bücher.example", ["ana@bücher.example"]),
        (
            "@ana@localhost:3000 @ana@127.0.0.1:8000/ @ana@b.example:",
            ["ana@localhost:3000", "ana@127.0.0.1:8000", "ana@b.example"],
        ),
        ("@ana@b.example:12h @ana@b.example:5 @ana@b.example:123456", ["ana@b.example"] * 3),
        ("@aliceさんへ", ["alice"]),
        ("écrire à ana@exemple.fr, =@ana /@ana é@ana _@ana", []),
        ("@zoé @ana@ @@ @ @é @ana:// @\u212aate", []),
        ("https://exemple.fr/@ana", []),
    ],
)
def test_a_mention_is_found_by_the_rule(text, handles):
    assert found(text, SpanKind.MENTION) == handles


def test_a_domain_of_ours_with_a_port_is_ours():
    assert parse("@ana@localhost:3000", local_domain="localhost:3000").handles == ("ana",)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#LHC démarre. Suivez #Été2010 !", ["LHC", "Été2010"]),
        ("Nuit\n#étoiles,\u00a0#ciel\t#a.b", ["étoiles", "ciel", "a"]),
        ("#snake_case #_x #x_ #2e_etape #L'été", ["snake_case", "_x", "x_", "2e_etape", "L"]),
        (
            "#col·lectiu #a·b·・c #ボブ・ディラン #می\u200cخواهم",
            ["col·lectiu", "a·b·・c", "ボブ・ディラン", "می\u200cخواهم"],
        ),
        ("#a· #b\u200c #·c", ["a", "b"]),
        ("＃全角 #हिन्दी #각 #Ⅷ", ["全角", "हिन्दी", "각", "Ⅷ"]),
        ("#123 #1_2 # #, ## #१२३", []),
        ("(#a) a#b #a#b é#c /#d", ["a"]),
        ("#tag://x https://exemple.fr/#ancre https://exemple.fr/ #vrai", ["vrai"]),
        ("#見てhttps://example.jp/", []),
    ],
)
def test_a_hashtag_is_found_by_the_rule(text, tags):
    assert found(text, SpanKind.TAG) == tags


def test_a_text_names_each_account_and_each_tag_once():
    parsed = parse("@bob @alice @BOB #Lhc #LHC #ÉTÉ #ete", local_domain=HERE)

    assert parsed.handles == ("bob", "alice")
    assert parsed.tags == {"lhc": "Lhc", "ete": "ÉTÉ"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Ça démarre à 8 h 40", 19),
        ("C\u0327a de\u0301marre", 10),
        ("👩\u200d👩\u200d👧 en famille", 12),
        ("👍🏽🇫🇷🇨🇭", 3),
        (":pinson: #LHC", 13),
        ("https://a.fr", 23),
        ("Lire https://exemple.fr/" + "a" * 500 + ".", 29),
        ("@bob@ailleurs.example", 4),
        ("@bob et ana@exemple.fr", 22),
        ("un\r\ndeux", 7),
        ("e" + "\u0301" * 7, 1),
        ("e" + "\u0301" * 1599, 100),  # of a letter that bears marks without end, of an address without end
        ("https://a.fr/" + "a" * 3000, 23 + 13 + 3000 - 2048),
        ("@bob@" + "a." * 300 + "fr", 4 + 5 + 602 - 300),
    ],
)
def test_a_post_is_as_long_as_people_see_it(text, expected):
    assert length(text) == expected


def test_the_warning_counts_as_it_is():
    assert length("https://a.fr", spoiler="👩\u200d👧 https://a.fr") == 23 + 14


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("LHC", "lhc"),
        ("Évènement", "evenement"),
        ("E\u0301ve\u0300nement", "evenement"),
        ("ÀÉÎÔÙÇŸŒÆ", "aeioucyoeae"),
        ("Strasse", "strasse"),
        ("Straße", "strasse"),
        ("Øresund_Łódź", "oresund_lodz"),
        ("Tiếng_Việt", "tieng_viet"),
        ("ＬＨＣ２０１０", "lhc2010"),
        ("𝐋𝐇𝐂", "lhc"),
        ("İstanbul", "istanbul"),
        ("Αθήνα", "αθηνα"),
        ("Йога", "йога"),
        ("が", "が"),
        ("हिन्दी", "हिन्दी"),
        ("ｶﾞｯﾂ", "ガッツ"),
        ("각", "각"),
        ("col·lectiu", "col·lectiu"),
        ("#LHC", "lhc"),
        ("＃L.H C", "lhc"),
        ("ﷲ", "الله"),
    ],
)
def test_tags_that_differ_in_case_accents_or_width_are_one(name, folded):
    assert fold_tag(name) == folded


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("", ""),
        (" \r\n ", ""),
        ("L'été & l’hiver", "<p>L'été &amp; l’hiver</p>"),
        ("un\ndeux\r\ntrois\rquatre", "<p>un<br />deux<br />trois<br />quatre</p>"),
        ("\nun\n\n\ndeux\n \ntrois\n", "<p>un</p><p>deux</p><p>trois</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        (":pinson: @inconnu @bob@ici.example", "<p>:pinson: @inconnu @bob@ici.example</p>"),
        ("#LHC", f'<p><a href="{BASE}/tags/lhc" class="mention hashtag" rel="tag">#<span>LHC</span></a></p>'),
        (
            "＃Été !",
            f'<p><a href="{BASE}/tags/%C3%A9t%C3%A9" class="mention hashtag" rel="tag">#<span>Été</span></a> !</p>',
        ),
        (
            "@ALICE@pinson.example, salut",
            f'<p><span class="h-card" translate="no"><a href="{BASE}/@Alice" class="u-url mention">'
            "@<span>Alice</span></a></span>, salut</p>",
        ),
        (
            "@bob@ailleurs.example",
            '<p><span class="h-card" translate="no"><a href="https://ailleurs.example/@bob" class="u-url mention">'
            "@<span>bob</span></a></span></p>",
        ),
        (
            "https://www.exemple.fr/",
            '<p><a href="https://www.exemple.fr/" target="_blank" rel="nofollow noopener" translate="no">'
            '<span class="invisible">https://www.</span><span>exemple.fr/</span>'
            '<span class="invisible"></span></a></p>',
        ),
        (
            "http://exemple.fr/?a='1'&b=2",
            '<p><a href="http://exemple.fr/?a=&#x27;1&#x27;&amp;b=2" target="_blank" rel="nofollow noopener" '
            'translate="no"><span class="invisible">http://</span><span>exemple.fr/?a=\'1\'&amp;b=2</span>'
            '<span class="invisible"></span></a></p>',
        ),
    ],
)
def test_a_text_becomes_the_html_that_apps_expect(text, markup):
    assert render(text, KNOWN) == markup


@pytest.mark.parametrize(
    ("path", "shown", "hidden"),
    [
        ("a" * 19, "<span>exemple.fr/" + "a" * 19, ""),
        ("a" * 20, "<span>exemple.fr/" + "a" * 20, ""),
        ("a" * 19 + "&b", '<span class="ellipsis">exemple.fr/' + "a" * 19, "&amp;b"),
    ],
)
def test_a_long_url_shows_thirty_characters_unless_that_hides_only_one(path, shown, hidden):
    markup = render(f"https://exemple.fr/{path}")

    assert f'<span class="invisible">https://</span>{shown}</span><span class="invisible">{hidden}</span></a>' in markup


def test_two_accounts_of_one_name_are_shown_with_their_domain():
    apart = render("@alice et @bob@ailleurs.example", KNOWN)
    together = render("@alice, @alice@ailleurs.example et @Alice@pinson.example", KNOWN)

    assert re.findall(r"@<span>(.*?)</span>", apart) == ["Alice", "bob"]
    assert re.findall(r"@<span>(.*?)</span>", together) == ["Alice", "alice@ailleurs.example", "Alice"]
    assert 'href="https://ailleurs.example/users/alice?a=1&amp;b=2"' in together


@given(texts, texts)
@example("https://a.fr https://b.fr", "")
def test_what_is_quickly_said_of_a_length_is_never_too_little(text, spoiler):
    assert at_most(text, spoiler) >= length(text, spoiler)


@given(texts)
def test_spans_are_in_order_and_say_what_was_typed(text):
    spans = parse(text, local_domain=HERE).spans

    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start < span.end for end, span in zip(ends, spans, strict=False))
    for span in spans:
        typed = text[span.start : span.end]
        match span.kind:
            case SpanKind.URL:
                assert typed == span.name
            case SpanKind.TAG:
                assert typed[0] in "#＃"
                assert typed[1:] == span.name
            case SpanKind.MENTION:
                assert typed.lower().removesuffix(f"@{HERE}") == f"@{span.name}"


@given(texts)
def test_what_was_typed_can_be_read_in_the_html_and_nothing_else(text):
    markup = render(text)

    plain = text
    for span in reversed(parse(text, local_domain=HERE).spans):
        if span.kind is SpanKind.TAG:  # shown with "#", however it was typed
            plain = f"{plain[: span.start]}#{plain[span.start + 1 :]}"
    assert reread(markup).split() == plain.split()
    assert "\n" not in markup
    assert "\r" not in markup


@given(texts)
def test_no_markup_of_the_author_gets_through(text):
    markup = render(text, KNOWN)

    ours = r'</?p>|<br />|</?span>|<span class="(?:invisible|ellipsis)">|<span class="h-card" translate="no">|</a>'
    ours += r'|<a href="[^"<>]*" (?:class="(?:u-url mention|mention hashtag)"(?: rel="tag")?'
    ours += r'|target="_blank" rel="nofollow noopener" translate="no")>'
    assert not re.search("[<>]", re.sub(ours, "", markup))


@given(texts)
def test_a_post_is_no_longer_than_its_graphemes_but_for_short_urls(text):
    urls = found(text, SpanKind.URL)

    assert length(text) <= graphemes(text) + sum(max(0, 23 - graphemes(url)) for url in urls)


@given(texts | st.text(st.sampled_from("a\u0301\u200d\r\n🇫👩🏽©é’\u0600क्ㄱ각\u00ad")))
@example("©\u200d©")
@example("\u0600🇫🇷")
def test_graphemes_are_those_of_unicode(text):
    assert graphemes(text) == max(len(regex.findall(r"\X", text)), len(text) // 16)


@given(texts)
def test_folding_a_tag_twice_changes_nothing(text):
    folded = fold_tag(text)

    assert fold_tag(folded) == folded
    assert fold_tag(unicodedata.normalize("NFD", text)) == folded


@given(texts.map(lambda text: f"#{text}"))
def test_the_page_of_a_tag_is_found_from_its_link(text):
    for name in found(text, SpanKind.TAG):
        assert fold_tag(name)
        assert fold_tag(name.lower()) == fold_tag(name)
        assert found(f"#{name.lower()}", SpanKind.TAG) == [name.lower()]


@pytest.mark.parametrize(
    "piece", ["@", "@a.", "@a@b", " #1", " #a·", "http://a!", "\n ", "\u0301", "👩\u200d", "🇫", "<", "क्"]
)
@pytest.mark.parametrize("around", ["{}", "http://a/{})", "@{}é", "#{}://"])
def test_the_work_grows_in_step_with_a_hostile_text(piece, around):
    text = around.format(piece * (100_000 // len(piece)))

    start = time.process_time()
    counted, markup = length(text), render(text)
    seconds = time.process_time() - start

    assert counted <= len(text) + 23 * text.count("http://")
    assert reread(markup).split() == text.split()
    assert seconds < 5  # in step: a fifth of a second at most; with its square: half a minute, or days


def test_the_prose_of_a_text_is_what_is_in_a_language():
    text = "Il pleut #rain, @ana: https://example.org/the/weather."

    assert parse(text, local_domain="pinson.example").prose == "Il pleut , : ."
