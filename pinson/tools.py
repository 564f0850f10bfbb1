"""The tools and views of one process, made once by `app.py` and handed to everyone who needs one.

Interfaces and reactions receive a `Tools`; the domain receives the single tools it uses, as
arguments. Nothing here decides anything.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from pinson.domain.access import Passwords, Tokens
from pinson.domain.access.blocks import IpBlocks
from pinson.domain.accounts import RememberedDefaults
from pinson.domain.hub import Verifications
from pinson.domain.instance import OWN_ACCENT, Emojis, Look
from pinson.domain.media import Studio
from pinson.domain.posts import Shapes, Shortener, Standing
from pinson.domain.relations import Circles
from pinson.domain.shortlinks import Clickometer, Redirects
from pinson.domain.streams import Hub
from pinson.domain.timelines import Timelines
from pinson.lib.blobs import Blobs
from pinson.lib.clock import Clock
from pinson.lib.config import Settings
from pinson.lib.countries import Countries
from pinson.lib.db import Database
from pinson.lib.http import Outgoing
from pinson.lib.i18n import Catalogs
from pinson.lib.languages import Languages
from pinson.lib.letterhead import Style
from pinson.lib.limits import Limits
from pinson.lib.log import Follower
from pinson.lib.mail import Mailer
from pinson.lib.news import Reader


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What a process works with.

    data: the folder of data. started_at: when the process began.
    push_key: the public part of the key that what is pushed is signed with (RFC 8292), as apps want it.
    """

    settings: Settings
    data: Path
    started_at: datetime
    clock: Clock
    db: Database
    follower: Follower
    blobs: Blobs
    studio: Studio
    mailer: Mailer
    outgoing: Outgoing
    news: Reader
    limits: Limits
    passwords: Passwords
    catalogs: Catalogs
    languages: Languages
    push_key: str
    clicks: Clickometer
    countries: Countries
    verifications: Verifications
    # views: in memory, behind the log
    standing: Standing
    defaults: RememberedDefaults
    ip_blocks: IpBlocks
    tokens: Tokens
    circles: Circles
    emojis: Emojis
    look: Look
    redirects: Redirects
    shapes: Shapes
    timelines: Timelines
    hub: Hub

    @property
    def style(self) -> Style:
        """How letters of this server look."""
        return Style(self.settings.instance.title, self.settings.url, self.look.accent or OWN_ACCENT)

    def shortener(self, *, wanted: bool) -> Shortener:
        """What it takes to shorten the addresses of a text. wanted: whether its author wants that."""
        return Shortener(self.settings.short_url, self.settings.short_bases, self.redirects.closed, wanted)
