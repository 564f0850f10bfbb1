"""Each way of writing a command is that command."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.alerts import Rhythm, Wish
from pinson.texting import commands
from pinson.texting.commands import (
    Approve,
    Block,
    Code,
    Direct,
    Follow,
    Help,
    Like,
    Pause,
    Read,
    Repeat,
    Report,
    Resume,
    Start,
    Stats,
    Stop,
    Unfollow,
    Who,
    Words,
    Yes,
    parse,
)

KEY, DIGEST, ALL = Wish(Rhythm.KEY), Wish(Rhythm.DIGEST), Wish(Rhythm.ALL)


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", "Stop.", "STOP!", "  stop  ", "« stop »", "STOP svp", "stop s'il vous plaît", "svp stop"),
        *("Arrêt", "ARRET", "arrêtez", "arreter svp", "STOP SMS", "Stop pub", "stop tout", "please stop", "STOP ALL"),
        *("Unsubscribe", "désabonner", "QUIT", "end", "Cancel", "stop merci", "Merci STOP", "STOP…", "stop\n"),
    ],
)
def test_silence_is_asked_for_in_many_words(text):
    assert parse(text) == Stop()


@pytest.mark.parametrize("text", ["stop de m'envoyer vos messages", "je veux arrêter", "Stop au trafic sur la ligne B"])
def test_what_begins_with_stop_may_be_a_sentence(text):
    assert parse(text) == Stop(sure=False)


@pytest.mark.parametrize("text", ["Cancel culture", "End of the day: all is well", "Fin de l'alerte", "Quit smoking"])
def test_other_words_of_the_end_are_only_meant_alone(text):
    assert isinstance(parse(text), Words)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("SUIVRE labo", Follow("labo")),
        ("suivre Labo", Follow("labo")),
        ("Suivre @labo !", Follow("@labo")),
        ("suivre le labo", Follow("labo")),
        ("FOLLOW labo", Follow("labo")),
        ("S labo", Follow("labo")),
        ("F labo", Follow("labo")),
        ("ON labo", Follow("labo")),
        ("SUIVRE #LHC", Follow("#lhc")),
        ("SUIVRE #Été", Follow("#ete")),
        ("SUIVRE labo CLES", Follow("labo", KEY, True)),
        ("suivre labo clés svp", Follow("labo", KEY, True)),
        ("FOLLOW labo key", Follow("labo", KEY, True)),
        ("SUIVRE labo RESUME", Follow("labo", DIGEST, True)),
        ("suivre labo résumé", Follow("labo", DIGEST, True)),
        ("follow labo digest", Follow("labo", DIGEST, True)),
        ("SUIVRE labo TOUT", Follow("labo", ALL, True)),
        ("SUIVRE labo 3", Follow("labo", Wish(per_week=3))),
        ("ALERTE neige", Follow("#neige", ALL, True)),
        ("TRACK #snow", Follow("#snow", ALL, True)),
        ("STOP labo", Unfollow("labo")),
        ("stop @labo svp", Unfollow("@labo")),
        ("OFF labo", Unfollow("labo")),
        ("LEAVE labo", Unfollow("labo")),
        ("unfollow labo", Unfollow("labo")),
        ("QUITTER labo", Unfollow("labo")),
        ("PAUSE", Pause()),
        ("OFF", Pause()),
        ("PAUSE 2H", Pause(timedelta(hours=2))),
        ("pause 2 h", Pause(timedelta(hours=2))),
        ("PAUSE labo 2H", Pause(timedelta(hours=2), "labo")),
        ("PAUSE 2H labo", Pause(timedelta(hours=2), "labo")),
        ("pause de labo 2 h svp", Words("pause de labo 2 h svp")),
        ("pause #LHC pour 30 min", Pause(timedelta(minutes=30), "#lhc")),
        ("pause labo", Pause(name="labo")),
        ("pause tout 2h svp", Pause(timedelta(hours=2))),
        ("pause svp", Pause()),
        ("REPRISE labo", Resume("labo")),
        ("resume labo please", Resume("labo")),
        ("Pause déjeuner au marché", Words("Pause déjeuner au marché")),
        ("pause 30 minutes", Pause(timedelta(minutes=30))),
        ("PAUSE 3J", Pause(timedelta(days=3))),
        ("pause 2 days", Pause(timedelta(days=2))),
        ("PAUSE 999J", Pause(timedelta(days=30))),
        ("REPRISE", Resume()),
        ("Reprendre", Resume()),
        ("ON", Resume()),
        ("résumé", Resume()),
        ("OUI", Yes()),
        ("oui merci", Yes()),
        ("Yes!", Yes()),
        ("ok", Yes()),
        ("O", Yes()),
        ("D'accord", Yes()),
        ("123456", Code("123456")),
        ("123 456", Code("123456")),
        ("OK 4821", Approve("4821")),
        ("oui 4821", Approve("4821")),
        ("Bonjour", Start()),
        ("START", Start()),
        ("signup", Start()),
        ("Bonjour !", Start()),
        ("LIRE labo", Read("labo")),
        ("GET labo", Read("labo")),
        ("g labo", Read("labo")),
        ("QUI labo", Who("labo")),
        ("WHOIS labo", Who("labo")),
        ("W labo", Who("labo")),
        ("STATS", Stats()),
        ("stats #lhc", Stats("#lhc")),
        ("MP labo À quelle heure ?", Direct("labo", "À quelle heure ?")),
        ("D labo See you", Direct("labo", "See you")),
        ("M labo Salut", Direct("labo", "Salut")),
        ("RT labo", Repeat("labo")),
        ("FAV labo", Like("labo")),
        ("BLOQUER labo", Block("labo")),
        ("block labo", Block("labo")),
        ("SIGNALER labo", Report("labo")),
        ("REPORT labo sells fakes", Report("labo", "sells fakes")),
        ("4821 RT labo", Repeat("labo", "4821")),
        ("4821 mp labo À quelle heure ?", Direct("labo", "À quelle heure ?", "4821")),
        ("4821 signaler labo Faux", Report("labo", "Faux", "4821")),
        ("FAV labo svp", Like("labo")),
        ("AIDE", Help()),
        ("Help", Help()),
        ("info", Help()),
        ("?", Help()),
        ("Faisceau perdu à 10 h 58", Words("Faisceau perdu à 10 h 58")),
        ("4821 Faisceau perdu", Words("Faisceau perdu", "4821")),
        ("Info trafic : ligne 4 coupée", Words("Info trafic : ligne 4 coupée")),
        ("Alerte météo à 15 h", Words("Alerte météo à 15 h")),
        ("OK pour demain", Words("OK pour demain")),
        ("Bonjour à tous, le marché ouvre", Words("Bonjour à tous, le marché ouvre")),
        ("2026", Words("2026")),
        ("", Words("")),
        ("👍", Words("👍")),
    ],
)
def test_a_text_asks_for_what_it_says(text, command):
    assert parse(text) == command


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    assert parse(text) is not None


@given(st.sampled_from(sorted(commands.STOP)), st.sampled_from(["", " ", "!", ".", " svp", " SVP!", " merci", "…"]))
def test_silence_survives_what_stands_around_it(word, tail):
    for spelt in (word, word.upper(), word.title()):
        assert parse(spelt + tail) == Stop()
