"""What there was, by language, app, server and so on: https://docs.joinmastodon.org/methods/admin/dimensions.

Keys that we do not know are left out. No other server is known, so there is nothing about one.
"""

from datetime import datetime

import msgspec
from babel import Locale
from starlette.responses import Response

from pinson.domain.access import UserRole
from pinson.domain.moderation import figures
from pinson.domain.moderation.figures import Counted, Dimension, Period
from pinson.interfaces.mastodon.admin.measures import Of, OfServer
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.request import Routes

routes = Routes()

PAGE, MOST = 10, 100
OF_SERVERS = ("instance_accounts", "instance_languages")
UNITS = ("B", "KB", "MB", "GB", "TB")


class DimensionDatum(msgspec.Struct):
    """How much there is of something, as text."""

    key: str
    human_key: str
    value: str
    unit: str | msgspec.UnsetType = msgspec.UNSET
    human_value: str | msgspec.UnsetType = msgspec.UNSET


class AdminDimension(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Admin_Dimension"""

    key: str
    data: list[DimensionDatum]


class Wanted(msgspec.Struct):
    """Body of POST /api/v1/admin/dimensions: which, from when to when (else today), and about what."""

    keys: list[str] = []
    start_at: datetime | None = None
    end_at: datetime | None = None
    limit: int = PAGE
    tag_servers: Of = Of()
    tag_languages: Of = Of()
    instance_accounts: OfServer = OfServer()
    instance_languages: OfServer = OfServer()

    def about(self, key: str) -> int | None:
        """The hashtag that a key is about; 0 if it is about none, None if one is missing."""
        of: Of | None = getattr(self, key, None)
        return 0 if of is None else of.id or None


@routes.post("/api/v1/admin/dimensions", role=UserRole.MODERATOR, scopes=("admin:read",), answers=list[AdminDimension])
async def show(call: Call, form: Wanted) -> Response:
    """What there was in a period, the most first."""
    period = Period.of(form.start_at or form.end_at or call.now, form.end_at or call.now)
    known = {
        dimension: id
        for dimension in Dimension
        if dimension.value in form.keys and (id := form.about(dimension)) is not None
    }
    found = await call.tools.db.read_in_thread(
        figures.dimensions, wanted=known, period=period, limit=min(abs(form.limit), MOST)
    )
    shown: list[AdminDimension] = []
    for key in dict.fromkeys(form.keys):
        if key in OF_SERVERS and getattr(form, key).domain:
            shown.append(AdminDimension(key, []))
        elif key in found:
            dimension = Dimension(key)
            shown.append(AdminDimension(key, [_datum(call, dimension, one) for one in found[dimension]]))
    return json(shown)


def _datum(call: Call, dimension: Dimension, one: Counted) -> DimensionDatum:
    match dimension:
        case Dimension.SPACE_USAGE:
            return DimensionDatum(one.key, one.key.title(), one.value, unit="bytes", human_value=_size(int(one.value)))
        case Dimension.SOFTWARE_VERSIONS:
            return DimensionDatum(one.key, one.key.title(), one.value, human_value=one.value)
        case Dimension.LANGUAGES | Dimension.TAG_LANGUAGES:
            names = Locale("en").languages
            return DimensionDatum(one.key or "und", names.get(one.key, one.key) or "Unknown", one.value)
        case Dimension.SOURCES:
            return DimensionDatum(one.key or "web", one.key or "Website", one.value)
    return DimensionDatum(one.key or call.local_domain, one.key or call.local_domain, one.value)


def _size(size: float) -> str:
    """A number of bytes, for people: 1.5 MB."""
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            break
        size /= 1000
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:.0f} {unit}"
