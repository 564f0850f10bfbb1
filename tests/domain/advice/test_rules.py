"""A message that tells something lights a lamp; an empty one lights none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.advice import Lamp, look

# A laboratory tells the day of its first collisions, in both languages.
DAY = {
    "fr": (
        "C'est parti : le grand anneau #LHC pousse ses deux faisceaux vers 3,5 TeV. Objectif du jour : les croiser.",
        "Comptez une bonne demi-heure de montée. Prochain point ici à 9 h 15.",
        "Arrêt imprévu : plus de faisceau dans l'anneau. L'équipe de quart cherche pourquoi.",
        "Première piste : la sécurité des aimants s'est déclenchée toute seule. Rien n'est cassé. Suite à 10 h.",
        "Vous y êtes : la salle en 3 photos {p1} {p2} {p3} et l'antenne vidéo {tv}",
        "À l'antenne dans 8 min : l'ingénieur chargé de la sécurité raconte la panne. {tv}",
        "Son explication : un à-coup de courant, vu aussi par les machines voisines, a coupé les aimants par prudence.",
        "Feu vert. On relance.",
        "RECTIFICATIF au message de 10 h 15 : le courant n'y est pour rien. "
        "Deux circuits d'aimants voisins se gênaient.",
        "Le petit accélérateur d'amont remplit de nouveau le grand : première étape réussie.",
        "Le faisceau no 2 est trop agité : évacué proprement. On en prépare un autre.",
        "Pause café ? La vidéo revient à 12 h 00. Rappel : {rdv}",
        "Deux faisceaux tournent ensemble. On touche du bois.",
        "Ils sont bien plus calmes que ce matin. La montée est pour bientôt.",
        "Nouvelle montée lancée. #LHC",
        "Mi-chemin : 1,75 TeV par faisceau, aucune alarme à l'écran.",
        "Plus un bruit devant les écrans, tout le monde fixe la courbe. #LHC",
        "3 TeV. Encore une marche. #LHC",
        "Palier tenu : 3,5 TeV de chaque côté, jamais vu ailleurs. Reste à viser juste.",
        "COLLISIONS ! 7 TeV au total. Les détecteurs ont vu les premières. Merci d'avoir attendu avec nous. #LHC",
        "Faisceaux stables : la collecte commence. Le récit complet de la matinée : {recit}",
    ),
    "en": (
        "Off we go: the big ring #LHC is pushing both beams towards 3.5 TeV. Today's goal: cross them.",
        "Allow a good half hour for the climb. Next update here at 9:15.",
        "Unplanned stop: no beam in the ring. The shift crew is looking into why.",
        "First lead: the magnet safety tripped by itself. Nothing is broken. More at 10:00.",
        "You are there: the room in 3 photos {p1} {p2} {p3} and the video channel {tv}",
        "On air in 8 min: the engineer in charge of safety tells the story of the fault. {tv}",
        "His explanation: a power jolt, also seen by neighbouring machines, cut the magnets as a precaution.",
        "Green light. Restarting.",
        "CORRECTION to 10:15: power was not to blame. Two neighbouring magnet circuits were disturbing each other.",
        "The smaller upstream accelerator is filling the big one again: first step done.",
        "Beam no. 2 is too unsteady: safely dumped. Another is being prepared.",
        "Coffee break? Video is back at 12:00. Reminder: {rdv}",
        "Two beams circulating together. Touch wood.",
        "They are far calmer than this morning. The climb starts soon.",
        "New climb under way. #LHC",
        "Half way: 1.75 TeV per beam, not one alarm on screen.",
        "Not a sound in front of the screens, everyone is watching the curve. #LHC",
        "3 TeV. One more step. #LHC",
        "Plateau held: 3.5 TeV each side, never seen anywhere. Now to aim straight.",
        "COLLISIONS! 7 TeV in total. The detectors have seen the first ones. Thank you for waiting with us. #LHC",
        "Stable beams: data taking begins. The whole morning retold: {recit}",
    ),
}
EMPTY = (
    *("Bonne journée à tous !", "Super !", "Génial !", "Merci à tous", "Joyeux Noël !", "Quelle équipe !"),
    *("On vous aime", "Trop bien", "Vive nous !", "Bonjour à tous", "Belle énergie ce matin", "Que du bonheur"),
    *("Have a nice day!", "Great!", "Amazing!", "Thank you all!", "Happy Monday!", "Love this", "So proud"),
)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_message_of_a_day_well_told_lights_a_lamp_and_most_light_two(lang):
    lit = [len(look(text, lang=lang).lamps) for text in DAY[lang]]

    assert len(lit) == 21
    assert min(lit) >= 1
    assert sum(count >= 2 for count in lit) >= 12


@pytest.mark.parametrize("text", EMPTY)
def test_an_empty_phrase_lights_none_and_is_asked_for_twice(text):
    advice = look(text)

    assert advice.lamps == frozenset()
    assert advice.is_empty


@pytest.mark.parametrize(
    ("text", "lang", "lamp"),
    [
        ("Le pont rouvre", "fr", Lamp.NEWS),
        ("The pool is closed", "en", Lamp.NEWS),
        ("Rendez-vous salle des fêtes", "fr", Lamp.FIGURE_OR_PLACE),
        ("Meet us at the library", "en", Lamp.FIGURE_OR_PLACE),
        ("Suite demain", "fr", Lamp.NEXT),
        ("More at 10:30", "en", Lamp.NEXT),
        ("Tout est ici https://ville.example/plan", "fr", Lamp.WHERE_TO_SEE),
        ("Watch the live video", "en", Lamp.WHERE_TO_SEE),
    ],
)
def test_a_lamp_shines_for_what_it_says(text, lang, lamp):
    assert lamp in look(text, lang=lang).lamps


def test_a_picture_shows_where_to_see():
    assert look("Voilà", lang="fr", has_media=True).lamps == {Lamp.WHERE_TO_SEE}


def test_feeling_tied_to_what_happens_is_no_empty_phrase():
    assert not look("Plus un bruit devant les écrans, tout le monde retient son souffle", lang="fr").is_empty


def test_a_long_message_is_never_called_empty():
    assert not look("Parce que nous pensons que cela mérite quelques mots de plus que d'habitude", lang="fr").is_empty


def test_words_of_the_trade_and_shouting_are_pointed_out():
    assert look("Inscrivez-vous au webinar ASAP", lang="fr").jargon == ("webinar", "asap")
    assert look("ATTENTION TRAVAUX PARTOUT").is_shouted
    assert not look("CERN, 7 TeV").is_shouted


@given(st.text(), st.none() | st.sampled_from(["fr", "en", "de", ""]), st.booleans())
def test_whatever_is_typed_gets_advice(text, lang, has_media):
    advice = look(text, lang=lang, has_media=has_media)

    assert not (advice.is_empty and advice.lamps)
