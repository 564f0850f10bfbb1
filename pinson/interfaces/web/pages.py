"""What pages are made of: templates, in the reader's language and with everything escaped, and the few files they need.

Called by `Call.page`, and by `files.py`. One Jinja environment a language, so that a template
is compiled with the words of its language at hand. The files (style sheet, icon, default
pictures) are held in memory: a request touches no disk, and since a name is looked up in a
table, there is no path for anybody to climb.

Not here: which page answers what (the handlers), headers and cookies (`site.py`).
"""

import functools
import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, get_args
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from markupsafe import Markup

from pinson.domain.access import SignUpRefused
from pinson.domain.accounts import AvatarRefused, FieldRefused, HeaderRefused, ProfileRefused
from pinson.domain.instance import Emojis
from pinson.interfaces.web import dates
from pinson.interfaces.web.emojis import pictured
from pinson.interfaces.web.folding import FoldingEnvironment
from pinson.lib.config import Instance
from pinson.lib.errors import Refusal
from pinson.lib.feeds import FORMATS
from pinson.lib.i18n import Catalogs, Lang, typography

TEMPLATES, STATIC = Path(__file__).parent / "templates", Path(__file__).parent / "static"
# static/styles, by subject: every page loads them as one, site.css, in this order (of equal rules the later wins)
SHEETS = (
    *("colours", "page", "forms", "places", "people", "posts", "cards", "home"),
    *("settings", "desk", "public", "print"),
)
FOR_APPS = "Validation failed: "  # how Mastodon begins what is wrong with a form; a page says it where it is
LANGUAGES: Mapping[Lang, str] = {"fr": "Français", "en": "English"}  # as their readers call them


class File(msgspec.Struct, frozen=True):
    """One file, and the hash of its content, which names this version of it."""

    body: bytes
    media_type: str
    version: str


class Files:
    """All files, by name."""

    def __init__(self, files: dict[str, File]) -> None:
        self._files = files

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the files of a folder, and join its styles."""
        files = {path.name: _read(path) for path in folder.iterdir() if path.is_file()}
        styles = b"\n".join((folder / "styles" / f"{name}.css").read_bytes() for name in SHEETS)
        return cls({"site.css": _file(styles, "text/css"), **files})

    def get(self, name: str) -> File | None:
        """The file of this name."""
        return self._files.get(name)

    def url(self, name: str) -> str:
        """Where a browser finds the file, and may keep it for ever. KeyError if there is none: a template's mistake."""
        return f"/static/{name}?v={self._files[name].version}"


def typeset(text: str, language: str | None) -> str:
    """Somebody's words as the typography of their language has them. A filter of templates."""
    return typography(text, "fr") if language == "fr" else text


class Problem(msgspec.Struct, frozen=True):
    """Why a form comes back, in words. field: where, "" if it is about the whole."""

    text: str
    field: str = ""


class Pages:
    """The templates in every language.

    zone: the server's, in which whatever is kept for many readers tells its moments.
    """

    def __init__(
        self, catalogs: Catalogs, environments: Mapping[Lang, jinja2.Environment], files: Files, zone: ZoneInfo
    ) -> None:
        self.zone = zone
        self._catalogs = catalogs
        self._environments = environments
        self._files = files

    @classmethod
    def load(
        cls, folder: Path, *, catalogs: Catalogs, files: Files, instance: Instance, host: str, emojis: Emojis
    ) -> Self:
        """Prepare the templates of a folder.

        Args:
            host: of the public address: what people type into an app.
        """
        environments: dict[Lang, jinja2.Environment] = {}
        for lang in get_args(Lang):
            environments[lang] = FoldingEnvironment(
                catalogs.translations(lang),
                {"static": files.url, "instance": instance, "host": host, "languages": LANGUAGES, "feeds": FORMATS},
                loader=jinja2.FileSystemLoader(folder),
                autoescape=True,
                undefined=jinja2.StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                auto_reload=False,
            )
            environments[lang].filters["pictured"] = functools.partial(pictured, emojis=emojis)
            environments[lang].filters["number"] = functools.partial(dates.number, lang=lang)
            environments[lang].filters["short_day"] = functools.partial(dates.short, lang=lang)
            environments[lang].filters["typeset"] = typeset
            environments[lang].filters["money"] = functools.partial(dates.money, lang=lang)
        return cls(catalogs, environments, files, ZoneInfo(instance.time_zone))

    def render(self, template: str, *, lang: Lang, **facts: Any) -> str:
        """The page as HTML."""
        return self._environments[lang].get_template(f"{template}.html").render(**facts)

    def piece(self, template: str, *, lang: Lang, **facts: Any) -> Markup:
        """A part of a page, to be put into one."""
        return Markup(self.render(template, lang=lang, **facts))  # noqa: S704  (its template escapes what it shows)

    def static(self, name: str) -> str:
        """Where a browser finds a file of ours."""
        return self._files.url(name)

    def explain(self, refusal: Refusal, lang: Lang) -> Sequence[Problem]:
        """Why something was refused, in the reader's language; field by field if it is about those of a form."""
        if isinstance(refusal, SignUpRefused | ProfileRefused):
            return [problem for one in refusal.refusals for problem in self.explain(one, lang)]
        words = self._catalogs.translations(lang)
        text = words.gettext(refusal.text).format(**refusal.facts).removeprefix(FOR_APPS)
        if isinstance(refusal, AvatarRefused | HeaderRefused):  # which quote what is meant for apps
            text = words.gettext("This file cannot be shown here: it is no picture, is damaged, or is too large.")
        return [Problem(text, refusal.field if isinstance(refusal, FieldRefused) else "")]


def etag_of(body: bytes) -> str:
    """The name of a version. Weak, since a proxy may compress it (RFC 9110, section 8.8.1)."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _read(path: Path) -> File:
    media_type = mimetypes.guess_type(path.name, strict=True)[0]
    assert media_type is not None, f"of which type is {path.name}?"
    return _file(path.read_bytes(), media_type)


def _file(body: bytes, media_type: str) -> File:
    return File(body, media_type, hashlib.sha256(body).hexdigest()[:16])
