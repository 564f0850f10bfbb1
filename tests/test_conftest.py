"""A test whose program is missing says so, and cannot pass unseen where it counts."""

import pytest


def test_a_program_that_is_there_is_found(program):
    assert program("no-such-program", "sh").endswith("/sh")


def test_a_missing_program_skips_the_test_and_is_named(program, monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program or nor-this-one"):
        program("no-such-program", "nor-this-one")


def test_in_ci_a_missing_program_fails_the_test(program, monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        program("no-such-program")
