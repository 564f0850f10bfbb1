"""A boost is left out where its readers have just passed the same post: at home and in lists. Pure.

Called by `queries.py` while it reads a page, downwards or upwards. Of the entries that a timeline
admits, a boost is hidden if one of the 40 next older ones is the same post or another boost of
it. Hidden ones count among the 40: whether an entry shows depends on those 40 alone, never on
how the page was reached.

Not here: which entries a timeline admits (rules.py).

Source: "Home feed and lists" of the Mastodon API's reference.
"""

from collections.abc import Sequence

from pinson.domain.posts import Shape

APART = 40


class Down:
    """A page that is read from its newest entry on.

    page: what is sure to be on it so far, newest first.
    """

    def __init__(self, *, after: int, limit: int, apart: int) -> None:
        """
        Args:
            after: the page ends above this id.
            apart: how many older entries decide about a boost; 0: all are shown.
        """
        self.page: list[Shape] = []
        self._after = after
        self._limit = limit
        self._apart = apart
        self._read: list[Shape] = []

    def take(self, entries: list[Shape], *, floor: int) -> bool:
        """Take in the next older entries; whether the page is complete.

        Args:
            floor: nothing above this id is missing; 0 if there is nothing older.
        """
        self._read += entries
        shown, undecided = _spaced(self._read, self._apart, ended=floor == 0)
        self.page = [entry for entry in shown[: self._limit] if entry.id > self._after]
        return len(self.page) == self._limit or (floor <= self._after and undecided <= self._after)


class Up:
    """A page that is read from its oldest entry on.

    page: oldest first.
    """

    def __init__(self, *, limit: int, apart: int) -> None:
        self.page: list[Shape] = []
        self._limit = limit
        self._apart = apart
        self._count = 0
        self._places: dict[int, int] = {}  # post -> how high it stands, itself or in a boost
        self._knows_below = not apart

    def must_know_below(self, entries: Sequence[Shape]) -> bool:
        """Whether what is under the page decides about one of these, and was not said yet."""
        return not self._knows_below and any(entry.boost_of_id is not None for entry in entries)

    def stands_on(self, below: Sequence[Shape]) -> None:
        """Say what is under the page: the `apart` entries next to it, newest first, or all there are."""
        for distance, entry in enumerate(below, 1):
            self._places.setdefault(_post_in(entry), -distance)
        self._knows_below = True

    def take(self, entries: Sequence[Shape]) -> bool:
        """Take in the next newer entries, oldest first; whether the page is complete."""
        for entry in entries:
            post = _post_in(entry)
            place = self._places.get(post)
            if entry.boost_of_id is None or place is None or self._count - place > self._apart:
                self.page.append(entry)
            self._places[post] = self._count
            self._count += 1
            if len(self.page) == self._limit:
                return True
        return False


def _spaced(entries: list[Shape], apart: int, *, ended: bool) -> tuple[list[Shape], int]:
    """Those of the entries, newest first, that are shown; and the first whose fate lies further down, 0 if none.

    Only what comes before that one is given.
    """
    if not apart or not any(entry.boost_of_id is not None for entry in entries):
        return entries, 0
    below: dict[int, int] = {}  # post -> place of its nearest older entry
    hidden: set[int] = set()
    sure = len(entries)
    for place in range(len(entries) - 1, -1, -1):
        entry = entries[place]
        post = _post_in(entry)
        if entry.boost_of_id is not None:
            if post in below and below[post] - place <= apart:
                hidden.add(place)
            elif not ended and len(entries) - 1 - place < apart:
                sure = place
        below[post] = place
    shown = [entries[place] for place in range(sure) if place not in hidden]
    return shown, entries[sure].id if sure < len(entries) else 0


def _post_in(entry: Shape) -> int:
    """The post that an entry shows."""
    return entry.id if entry.boost_of_id is None else entry.boost_of_id
