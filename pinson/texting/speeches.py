"""The words of each language, made once a process. Called by what writes to telephones."""

from collections.abc import Sequence
from typing import get_args

from pinson.lib.i18n import Lang, negotiate
from pinson.texting.wording import Speech
from pinson.tools import Tools


class Speeches:
    """See the module."""

    def __init__(self, tools: Tools) -> None:
        settings = tools.settings
        self._first = settings.instance.languages[0]
        self._speeches = {
            lang: Speech(
                tools.catalogs.translations(lang),
                lang=lang,
                number=settings.sms.number,
                zone=settings.instance.time_zone,
                server=settings.instance.title,
                url=settings.url,
            )
            for lang in get_args(Lang)
        }

    @property
    def langs(self) -> Sequence[str]:
        """The languages that we speak."""
        return tuple(self._speeches)

    def of(self, lang: str) -> Speech:
        """The words of a language, by its tag; of the server's own, if we do not speak that one."""
        return self._speeches[negotiate(lang or self._first, None, None)]
