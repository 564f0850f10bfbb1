"""What happens to short links. Being followed is none: that is counted (`counting.py`), not told."""

from pinson.lib.log import Fact


class ShortLinkChanged(Fact, frozen=True, kw_only=True):
    """What these codes lead to is not what it was: whoever keeps it in memory drops that."""

    codes: tuple[str, ...]


class SiteClosed(Fact, frozen=True, kw_only=True):
    """Short links do not lead to this site any more, for this reason."""

    host: str
    reason: str


class SiteReopened(Fact, frozen=True, kw_only=True):
    """They do again."""

    host: str
