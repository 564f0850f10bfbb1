"""The language of a text is told where it is clear."""

import pytest

from pinson.lib.languages import Languages


@pytest.fixture(scope="module")
def languages():
    return Languages()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Il pleut ce matin à Genève.", "fr"),
        ("Réunion demain à 16 h,\n\nau bâtiment 40", "fr"),
        ("The train is late again this morning.", "en"),
        ("Der Zug hat wieder Verspätung.", "de"),
        ("今日はいい天気ですね", "ja"),
    ],
)
def test_a_sentence_is_in_its_language(languages, text, language):
    assert languages.of(text) == language


@pytest.mark.parametrize(
    "text", ["", "ok", "Coucou", "12345 67890", "😂 😂 😂 😂 😂 😂 😂 😂 😂", "asdf qwer zxcv uiop"]
)
def test_what_is_not_clear_is_in_no_language(languages, text):
    assert languages.of(text) is None
