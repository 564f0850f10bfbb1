"""Tables of an archive, as CSV (RFC 4180).

Those that Mastodon imports have its headers and are left as they are. `posts.csv` is for people: it opens in a
spreadsheet with the separator that the reader's own expects, and no cell of it is taken for a formula.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import NullTranslations
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from pinson.archiving.gathering import Batch
from pinson.domain.posts import Post, Visibility
from pinson.lib.i18n import Lang

HEADERS: Mapping[str, Sequence[str]] = {
    "following_accounts": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "followers": ("Account address",),
    "muted_accounts": ("Account address", "Hide notifications"),
}
"""As Mastodon writes them; its other sheets have none."""

SEPARATOR = {"fr": ";", "en": ","}  # where the comma parts decimals, spreadsheets part cells by semicolons
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def writer(file: TextIO) -> Any:
    """Writes rows that another program reads."""
    return csv.writer(file)


class Posts:
    """`posts.csv`, a row a post."""

    def __init__(self, file: TextIO, base: str, *, lang: Lang, zone: ZoneInfo, words: NullTranslations) -> None:
        self._base = base
        self._zone = zone
        self._rows = csv.writer(file, delimiter=SEPARATOR[lang])
        _ = words.gettext
        self._seen = {
            Visibility.PUBLIC: _("everybody"),
            Visibility.UNLISTED: _("everybody, listed nowhere"),
            Visibility.FOLLOWERS: _("followers"),
            Visibility.DIRECT: _("people it names"),
        }
        self._passed_on = _("passed on: {address}")
        self._rows.writerow(
            map(
                _plain,
                (
                    _("Date ({zone})").format(zone=zone.key),
                    _("Text"),
                    _("Warning"),
                    _("For"),
                    _("Language"),
                    _("Hashtags"),
                    _("Files"),
                    _("Descriptions of the files"),
                    _("Answers"),
                    _("Passed on"),
                    _("Liked"),
                    _("Edited"),
                    _("Address"),
                    _("Place"),
                ),
            )
        )

    def add(self, post: Post, batch: Batch, files: str) -> None:
        """A post; see `notes.activity`."""
        author = batch.people[post.author_id]
        media = [one for one in batch.media.get(post.id, ()) if one.key is not None]
        text = post.text
        if post.boost_of_id is not None:
            other = batch.people.get(post.boost_of_author_id) if post.boost_of_author_id is not None else None
            text = self._passed_on.format(address=f"{other.url(self._base)}/{post.boost_of_id}" if other else "")
        self._rows.writerow(
            map(
                _plain,
                (
                    self._said(post.created_at),
                    text,
                    post.spoiler,
                    self._seen[post.visibility],
                    post.language or "",
                    " ".join(f"#{tag}" for tag in post.tags),
                    " ".join(f"{files}/{one.key}" for one in media),
                    "\n".join(one.description for one in media if one.description),
                    str(post.replies),
                    str(post.boosts),
                    str(post.favourites),
                    self._said(post.edited_at) if post.edited_at else "",
                    f"{author.url(self._base)}/{post.id}",
                    post.place,
                ),
            )
        )

    def _said(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _plain(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
