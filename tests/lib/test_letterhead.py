"""A letter says the same in plain text and in HTML, and shows nothing that would tell us that it was opened."""

import re
from html.parser import HTMLParser

from pinson.lib.letterhead import Button, Code, Heading, Links, Paragraph, Picture, Piece, Style, html, plain

STYLE = Style("Portelune & Lune", "https://portelune.example", "#1f5582")
PIECE = Piece(
    text="Le pont est fermé <ce soir>.\nDétails : https://portelune.example/a?b=1&c=2.",
    href="https://portelune.example/@ville/1",
    read="Lire sur la page",
    who="Ville de Portelune",
    when="lundi 30 mars, 13 h 06",
    label="Rectifie le message de 10 h 12",
    reason="vous l’avez demandé en résumé",
    pictures=[Picture("https://portelune.example/media/1.jpeg", "Le pont vide", 1600, 900)],
)
BLOCKS = [
    Heading("Ce que vous avez manqué"),
    Paragraph("Bonjour,"),
    PIECE,
    Code("482113"),
    Button("Confirmer", "https://portelune.example/c?x=1&y=2"),
]
FOOT = [
    Paragraph("Vous l’avez demandé."),
    Links([("Changer", "https://portelune.example/g"), ("Arrêter", "https://x.example")]),
]


class Reading(HTMLParser):
    """What a mail program shows of a page, and what it would fetch."""

    def __init__(self):
        super().__init__()
        self.words, self.fetched, self.hrefs, self._hidden = [], [], [], 0

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self._hidden += tag in ("style", "title")
        if "src" in given:
            self.fetched.append(given["src"])
            self.words.append(given["alt"])
        if "href" in given:
            self.hrefs.append(given["href"])

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


def read(blocks, foot=()):
    reading = Reading()
    reading.feed(html("Titre", blocks, foot, lang="fr", style=STYLE))
    return reading


def test_both_forms_hold_the_same_words_and_the_same_links():
    shown, told = read(BLOCKS, FOOT), plain(BLOCKS, FOOT)

    said = " ".join(" ".join(shown.words).split()).replace(" ,", ",")
    for line in told.splitlines():
        words = re.sub(r"\[|\]|: https?://\S+|https?://\S+|^-+ ?$", "", line).strip()
        assert words in said, line
    assert set(re.findall(r"https?://\S+?(?=[\s.]*(?:\s|$))", told)) <= {*shown.hrefs, *shown.fetched}


def test_nothing_is_fetched_but_the_pictures_of_the_message():
    page = html("Titre", BLOCKS, FOOT, lang="fr", style=STYLE)

    assert read(BLOCKS, FOOT).fetched == ["https://portelune.example/media/1.jpeg"]
    assert not re.search(r"url\(|@import|<link|<script", page)


def test_text_stays_text():
    page = html("A & B", [Piece(text="<b>&", href="https://x.example", read="Lire")], lang="fr", style=STYLE)

    assert "&lt;b&gt;&amp;" in page
    assert "<title>A &amp; B</title>" in page


def test_an_address_in_a_text_ends_where_the_sentence_goes_on():
    shown = read([Paragraph("Voir https://a.example/b?c=1&d=2. Ou (https://e.example/f), merci !")])

    assert shown.hrefs[1:] == ["https://a.example/b?c=1&d=2", "https://e.example/f"]
