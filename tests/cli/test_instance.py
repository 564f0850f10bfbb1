"""What whoever runs a server writes from the command line is what the server says."""

import json

import pytest

from tests.lib.pictures import moving_gif, photo


@pytest.fixture
def run(pinson, data):
    """`run("emoji", "list")`: what a command says, on the folder of data."""

    def in_folder(*arguments, input=None, code=0):
        outcome = pinson(*arguments, "--data", data, input=input)
        assert outcome.exit_code == code, outcome.output
        return outcome.output

    return in_folder


def test_rules_are_added_listed_and_lifted(run):
    run("instance", "rules", "add", "No spam")
    run(
        *("instance", "rules", "add", "Be kind", "--hint", "Really", "--place", "1"),
        *("--translation", "fr", "Soyez gentils", "Vraiment", "--translation", "de", "Seid nett", ""),
    )

    listed = run("instance", "rules", "list")
    found = json.loads(run("instance", "rules", "list", "--json"))
    assert listed.splitlines()[1].split() == ["1", "Be", "kind", "Really", "fr", "de"]
    assert [one["position"] for one in found] == [1, 2]
    assert found[0]["translations"]["fr"] == {"text": "Soyez gentils", "hint": "Vraiment"}
    assert run("instance", "rules", "remove", "1") == "Lifted: Be kind\n"
    assert run("instance", "rules", "remove", "1") == "Lifted: No spam\n"
    assert "There is no such rule." in run("instance", "rules", "remove", "1", code=1)


def test_a_description_is_read_from_standard_input_or_a_file(run, tmp_path):
    assert "says of itself now" in run("instance", "describe", input="We like birds.")
    (tmp_path / "about.txt").write_text("")
    assert "no description" in run("instance", "describe", tmp_path / "about.txt")


def test_terms_are_published_for_a_day_and_taken_back(run):
    run("instance", "terms", "publish", input="Be good.")
    assert run("instance", "terms", "publish", "--from", "2999-01-01", input="x") == "In force from 2999-01-01 on.\n"

    assert [line.split()[0] for line in run("instance", "terms", "list").splitlines()[2:]] == ["2999-01-01"]
    assert run("instance", "terms", "withdraw", "2999-01-01") == "Taken back.\n"
    assert "no such terms" in run("instance", "terms", "withdraw", "2999-01-01", code=1)


def test_something_is_announced_and_taken_back(run):
    said = run("announce", "publish", "Party", "--starts", "2999-05-01", "--ends", "2999-05-02", "--all-day")
    [one] = json.loads(run("announce", "list", "--json"))

    assert str(one["id"]) in said
    assert (one["text"], one["all_day"], one["ends_at"]) == ("Party", True, "2999-05-02T00:00:00Z")
    assert "Party" in run("announce", "list")
    assert run("announce", "withdraw", one["id"]) == "Taken back.\n"
    assert json.loads(run("announce", "list", "--json")) == []
    assert "no such announcement" in run("announce", "withdraw", one["id"], code=1)
    assert "cannot end before" in run(
        "announce", "publish", "x", "--starts", "2999-05-02", "--ends", "2999-05-01", code=1
    )


def test_an_emoji_is_offered_and_taken_away(run, data, tmp_path):
    (tmp_path / "cat.gif").write_bytes(moving_gif(300, 200))

    assert run("emoji", "add", "cat", tmp_path / "cat.gif", "--category", "Animals") == ":cat: can be used.\n"

    [one] = json.loads(run("emoji", "list", "--json"))
    assert (one["shortcode"], one["category"]) == ("cat", "Animals")
    [file] = [file for file in (data / "files").rglob("*.*") if file.is_file()]
    assert file.name == one["key"]
    assert "cat" in run("emoji", "list")
    assert "already" in run("emoji", "add", "cat", tmp_path / "cat.gif", code=1)
    assert run("emoji", "remove", "cat") == ":cat: is gone.\n"
    assert "no emoji :cat:" in run("emoji", "remove", "cat", code=1)


@pytest.mark.parametrize(
    ("content", "why"), [(b"no picture", "content type"), (photo() + bytes(256 << 10), "at most 256 KB")]
)
def test_what_is_no_picture_or_too_large_is_no_emoji(run, tmp_path, content, why):
    (tmp_path / "cat").write_bytes(content)

    assert why in run("emoji", "add", "cat", tmp_path / "cat", code=1)
