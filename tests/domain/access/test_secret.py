import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from pinson.domain.access import Passwords, new_invitation_code, new_secret
from pinson.domain.access.rules import PasswordTooLong, PasswordTooShort
from pinson.domain.access.secret import digest, is_secret

CHEAP, DEARER = (PasswordHasher(time_cost=cost, memory_cost=8, parallelism=1) for cost in (1, 2))


def test_secrets_are_long_and_never_the_same():
    made = {new_secret() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(secret) for secret in made} == {43}
    assert {len(new_invitation_code()) for _ in range(10)} == {8}


@given(st.text(), st.text())
def test_only_the_secret_itself_fits_its_digest(secret, other):
    assert is_secret(secret, digest(secret))
    assert is_secret(other, digest(secret)) is (other == secret)


def test_what_is_kept_of_no_secret_fits_nothing():
    assert not is_secret("", "")


async def test_a_password_fits_its_hash_and_no_other_does():
    passwords = Passwords(CHEAP)
    kept = await passwords.hash("correct horse")

    assert await passwords.verify("correct horse", kept)
    assert not await passwords.verify("Correct horse", kept)
    assert kept.startswith("$argon2id$")


async def test_without_a_user_no_password_fits():
    passwords = Passwords(CHEAP)

    assert not await passwords.verify("correct horse", None)


async def test_an_accent_fits_however_the_keyboard_makes_it():
    passwords = Passwords(CHEAP)

    assert await passwords.verify("tre\u0301s secret", await passwords.hash("tr\u00e9s secret"))


@pytest.mark.parametrize(("password", "refusal"), [("7 chars", PasswordTooShort), ("x" * 257, PasswordTooLong)])
async def test_a_password_of_the_wrong_length_is_never_hashed(password, refusal):
    with pytest.raises(refusal):
        await Passwords(CHEAP).hash(password)


async def test_a_hash_of_other_parameters_still_fits_and_is_stale():
    kept = await Passwords(CHEAP).hash("correct horse")

    assert await Passwords(DEARER).verify("correct horse", kept)
    assert Passwords(DEARER).is_stale(kept)
    assert not Passwords(CHEAP).is_stale(kept)


def test_passwords_are_dear_unless_told_otherwise():
    hasher = Passwords()._hasher

    assert hasher.type.name == "ID"
    assert (hasher.memory_cost, hasher.time_cost) >= (64 * 1024, 3)
