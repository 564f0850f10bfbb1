"""What an SMS costs, and the same for less."""

import re
import unicodedata
from pathlib import Path

import pytest
import smpplib.gsm
from hypothesis import given
from hypothesis import strategies as st

from pinson.lib.sms import BASIC, EXTENDED, Alphabet, Change, measure, rewrite

# A day told in French, as people type it: 26 parts, though each is one message.
DAY = (
    "C'est parti : le grand anneau #LHC pousse ses deux faisceaux vers 3,5 TeV. Objectif du jour : les croiser.",
    "Arrêt imprévu : plus de faisceau dans l'anneau. L'équipe de quart cherche pourquoi.",
    "À l'antenne dans 8 min : l'ingénieur chargé de la sécurité raconte la panne.",
    "RECTIFICATIF au message de 10 h 15 : le courant n'y est pour rien. Deux circuits d'aimants voisins se gênaient.",
    "Palier tenu : 3,5 TeV de chaque côté, jamais vu ailleurs. Reste à viser juste.",
)
MESSAGES = (Path(__file__).parent / "messages.txt").read_text(encoding="utf-8").splitlines()
typed = st.text(st.sampled_from(sorted(BASIC | EXTENDED) + list("êâîôûçëïœÀÈ’“”«»–—…\u00a0\u202fé ab\U0001f600Ж")))


def words(text):
    """The words of a text without their accents and ligatures: what a rewrite may never change."""
    folded = rewrite(text, in_quotes=True).text if measure(text).outside else text
    return re.findall(r"[a-z0-9]+", folded.lower().replace("œ", "oe"))


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts", "left"),
    [
        ("", Alphabet.GSM, 0, 0, 160),
        ("à", Alphabet.GSM, 1, 1, 159),
        ("ê", Alphabet.UCS2, 1, 1, 69),
        ("a" * 160, Alphabet.GSM, 160, 1, 0),
        ("a" * 161, Alphabet.GSM, 161, 2, 145),
        ("€" * 80, Alphabet.GSM, 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, Alphabet.GSM, 164, 2, 141),  # the escape stays with its character
        ("ê" * 70, Alphabet.UCS2, 70, 1, 0),
        ("ê" * 71, Alphabet.UCS2, 71, 2, 63),
        ("ê" * 66 + "\U0001f600" + "ê" * 5, Alphabet.UCS2, 73, 2, 60),  # and a surrogate with its pair
    ],
)
def test_a_text_costs_what_a_network_bills(text, alphabet, units, parts, left):
    found = measure(text)

    assert (found.alphabet, found.units, found.parts, found.left) == (alphabet, units, parts, left)


@given(
    st.text(st.sampled_from(sorted(BASIC)), max_size=700) | st.text(st.characters(max_codepoint=0xD7FF), max_size=700)
)
def test_the_count_is_that_of_a_second_implementation(text):
    parts, _, _ = smpplib.gsm.make_parts(text)

    if not EXTENDED & set(text):  # it parts an escape from its character
        assert measure(text).parts == (len(parts) if text else 0)


def test_what_makes_a_text_dear_is_pointed_out():
    assert measure("Vous y êtes, c’est là").outside == (7, 14)


def test_typography_alone_is_tried_first():
    assert (
        rewrite("Rendez-vous à l’accueil\u00a0: «\u00a0salle 3\u00a0»…").text
        == 'Rendez-vous à l\'accueil : "salle 3"...'
    )


def test_accents_go_where_that_is_cheaper_and_the_difference_is_told():
    found = rewrite("Vous y êtes : la salle de contrôle en trois photos, et l’antenne vidéo en direct.")

    assert found.text == "Vous y etes : la salle de controle en trois photos, et l'antenne vidéo en direct."
    assert found.changes == (Change(7, "ê", "e"), Change(31, "ô", "o"), Change(56, "’", "'"))


def test_a_message_of_140_characters_with_both_costs_a_third():
    text = (
        "Bonjour à tous, c’est ce soir la fête de la lumière en ville : rendez-vous à vingt heures place de la Gare, "
    )
    text += "avec vos amis et vos voisins ; à bientôt"

    assert 140 <= len(text) <= 160
    assert (measure(text).parts, measure(rewrite(text).text).parts) == (3, 1)


def test_a_day_told_in_french_costs_one_part_a_message():
    assert all(measure(rewrite(text).text).parts == 1 for text in DAY)
    assert sum(measure(text).parts for text in DAY) == 9


def test_names_in_quotes_keep_their_accents():
    text = (
        "Ce soir au cinéma, on projette « Le Chêne », puis la forêt s’allume : venez tôt, il y aura du monde partout !"
    )

    assert rewrite(text).text == text
    assert "Le Chene" in rewrite(text, in_quotes=True).text


def test_nothing_is_changed_where_it_would_not_help():
    text = "Fête 🎉 ce soir"

    assert rewrite(text).text == text


@given(typed)
def test_a_rewrite_never_costs_more_and_never_loses_a_word(text):
    found = rewrite(text)

    assert measure(found.text).parts <= measure(text).parts
    assert words(found.text) == words(text)


@given(typed)
def test_the_changes_are_all_that_differs(text):
    found, pieces, place = rewrite(text), [], 0
    for change in found.changes:
        assert text[change.at] == change.old
        pieces += [text[place : change.at], change.new]
        place = change.at + 1

    assert "".join([*pieces, text[place:]]) == found.text


@given(typed)
def test_rewriting_again_changes_nothing(text):
    once = rewrite(text).text

    assert rewrite(once).text == once


def test_two_hundred_messages_cost_what_a_second_implementation_says_and_lose_no_word():
    """As towns, laboratories, shops and transport lines write them, half in French and half in English."""
    assert len(set(MESSAGES)) == 200
    cheaper = 0
    for text in MESSAGES:
        assert measure(text).parts == len(smpplib.gsm.make_parts(text)[0]), text
        found = rewrite(text)
        assert plain_words(found.text) == plain_words(text)
        cheaper += measure(found.text).parts < measure(text).parts
    assert cheaper >= 20  # it is worth offering


def plain_words(text):
    """The words of a text without accents, by Unicode and not by our tables."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return re.findall(r"[a-z0-9]+", "".join(char for char in bare if not unicodedata.combining(char)).lower())
