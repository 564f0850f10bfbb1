import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.accounts import MAX_USERNAME, Flaw, refuse_username
from pinson.domain.accounts.rules import RESERVED, fold, split_acct

USERNAMES = st.from_regex(r"[A-Za-z0-9_]{1,30}", fullmatch=True)


@pytest.mark.parametrize("username", ["a", "Alice", "alice_2", "_", "LHC", "x" * MAX_USERNAME])
def test_letters_digits_and_underscores_make_a_username(username):
    assert refuse_username(username, reserved=False) is None


@pytest.mark.parametrize(
    ("username", "flaw"),
    [
        ("", Flaw.BLANK),
        ("x" * (MAX_USERNAME + 1), Flaw.TOO_LONG),
        ("zoé", Flaw.INVALID),
        ("a b", Flaw.INVALID),
        ("a.b", Flaw.INVALID),
        ("alice\n", Flaw.INVALID),
        ("ſtaff", Flaw.INVALID),  # a long s, which folds to s
        ("٣", Flaw.INVALID),  # a digit, elsewhere
        ("Admin", Flaw.RESERVED),
        ("oauth", Flaw.RESERVED),
    ],
)
def test_what_is_wrong_with_a_username_is_named(username, flaw):
    refusal = refuse_username(username, reserved=False)

    assert (refusal.field, refusal.flaw) == ("username", flaw)


def test_the_operator_may_use_a_reserved_name():
    assert refuse_username("admin", reserved=True) is None


def test_reserved_names_are_written_as_they_are_compared():
    assert {name for name in RESERVED if refuse_username(name, reserved=True) or fold(name) != name} == set()


@given(USERNAMES)
def test_every_spelling_of_an_address_leads_to_one_account(username):
    spellings = [username, f"@{username}", f"{username.upper()}@Social.Example", f" @{username.swapcase()} "]

    assert {split_acct(spelling, local_domain="social.example") for spelling in spellings} == {(username.lower(), "")}


def test_an_address_elsewhere_keeps_its_domain():
    assert split_acct("@Bob@Other.Example", local_domain="social.example") == ("bob", "other.example")
