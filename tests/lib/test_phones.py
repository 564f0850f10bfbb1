"""Numbers are one number, however they are written."""

import pytest

from pinson.lib import phones
from pinson.lib.phones import BadNumber, BadSender


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("06 39 98 12 34", "FR", "+33639981234"),  # set aside for fiction
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("+32470123456", "FR", "+32470123456"),
        ("(202) 555-0123", "US", "+12025550123"),
    ],
)
def test_a_number_is_taken_as_people_write_it(text, region, number):
    assert phones.number(text, region) == number


@pytest.mark.parametrize(
    "text", ["", "abc", "12", "3615", "01 99 00 12 34", "06 12 34", "+999 1234567", "0899 12 34 56"]
)
def test_what_texts_cannot_reach_is_refused(text):
    with pytest.raises(BadNumber):
        phones.number(text, "FR")


@pytest.mark.parametrize(
    ("text", "number"),
    [("33639981234", "+33639981234"), ("0639981234", "+33639981234"), ("36034", "36034"), ("Banque", "Banque")],
)
def test_what_a_network_says_is_a_number_if_it_can_be(text, number):
    assert phones.guessed(text, "FR") == number


@pytest.mark.parametrize(
    ("text", "sender"), [("38123", "38123"), (" Ville ", "Ville"), ("06 12 34 56 78", "+33612345678")]
)
def test_a_sender_is_a_number_a_short_one_or_a_name(text, sender):
    assert phones.sender(text, "FR") == sender


@pytest.mark.parametrize("text", ["", "Un nom trop long", "Évêché", "12", "- -"])
def test_what_no_network_shows_is_no_sender(text):
    with pytest.raises(BadSender):
        phones.sender(text, "FR")


def test_a_number_is_shown_as_people_read_it():
    assert phones.shown("+33639981234", "FR") == "06 39 98 12 34"
    assert phones.shown("+33639981234", "BE") == "+33 6 39 98 12 34"
    assert phones.shown("38123", "FR") == "38123"
