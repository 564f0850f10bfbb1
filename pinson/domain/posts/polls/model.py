"""Polls: as somebody wishes one (`Ballot`), and as it stands (`Poll`)."""

from datetime import datetime

import msgspec


class Ballot(msgspec.Struct, frozen=True):
    """A poll as somebody wishes it.

    seconds: how long votes are taken.
    multiple: whether one may choose several options.
    hide_totals: whether nobody sees the figures before the end.
    """

    options: tuple[str, ...]
    seconds: int
    multiple: bool = False
    hide_totals: bool = False


class Poll(msgspec.Struct, frozen=True):
    """A poll as it stands. It is part of one post, by whose id it is known.

    ended: whether its end was recorded; it takes votes until `expires_at`, recorded or not.
    votes: for each option, how many chose it. voters: how many chose anything.
    """

    post_id: int
    options: tuple[str, ...]
    multiple: bool
    hide_totals: bool
    expires_at: datetime
    ended: bool
    votes: tuple[int, ...]
    voters: int = 0


class Choices(msgspec.Struct, frozen=True):
    """Which options of a poll an account chose, by their place from 0, in order."""

    post_id: int
    choices: tuple[int, ...]
