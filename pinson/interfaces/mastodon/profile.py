"""An account as its own people see and change it: https://docs.joinmastodon.org/methods/accounts and profile.

Not here: how others see it (accounts.py), the people behind it (signing up: accounts.py).
"""

import re
from typing import Any

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import accounts, posts, relations
from pinson.domain.access import UserRole
from pinson.domain.accounts import Changes, Defaults, DefaultsChanges, Field, Profile, QuotePolicy
from pinson.domain.posts import Visibility
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.errors import Kind, Refusal
from pinson.lib.forms import BadParameter

routes = Routes()

UPLOADS = 17 << 20  # bytes: two pictures of 8 MB, and words
MOST_REQUESTS = 40  # of which the number is told
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as posts have it


class NoPictures(Refusal):
    """A picture was sent."""

    kind, code = Kind.INVALID, "no_profile_pictures"
    text = "Validation failed: this server does not take pictures for profiles yet"


class Line(msgspec.Struct):
    """A line of the table on a profile."""

    name: str = ""
    value: str = ""


class Source(msgspec.Struct):
    """How the account posts unless it says otherwise. language: emptied, it is to be detected."""

    privacy: Visibility | None = None
    sensitive: bool | None = None
    language: str | msgspec.UnsetType | None = msgspec.UNSET
    quote_policy: QuotePolicy | None = None

    def to_changes(self) -> DefaultsChanges:
        """What the domain calls it.

        Raises:
            BadParameter.
        """
        if self.privacy is Visibility.DIRECT:
            raise BadParameter(name="source[privacy]", why="is invalid")
        if isinstance(self.language, str) and not LANGUAGE.fullmatch(self.language):
            raise BadParameter(name="source[language]", why="is invalid")
        return DefaultsChanges(
            visibility=self.privacy,
            sensitive=self.sensitive,
            language=None if self.language is msgspec.UNSET else self.language or "",
            quote_policy=self.quote_policy,
        )


class Update(msgspec.Struct):
    """Body of PATCH update_credentials and /api/v1/profile. What is left out stays; what is emptied goes."""

    display_name: str | msgspec.UnsetType | None = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    fields_attributes: list[Line] | msgspec.UnsetType | None = msgspec.UNSET
    attribution_domains: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    source: Source | None = None
    avatar: UploadFile | None = None
    header: UploadFile | None = None

    def to_changes(self) -> Changes:
        """What the domain calls it."""
        lines = None if self.fields_attributes is msgspec.UNSET else self.fields_attributes or []
        sites = None if self.attribution_domains is msgspec.UNSET else self.attribution_domains or []
        return Changes(
            display_name=None if self.display_name is msgspec.UNSET else self.display_name or "",
            note=None if self.note is msgspec.UNSET else self.note or "",
            fields=None if lines is None else tuple(Field(one.name.strip(), one.value.strip()) for one in lines),
            attribution_domains=None if sites is None else tuple(sites),
            locked=self.locked,
            bot=self.bot,
            discoverable=self.discoverable,
            indexable=self.indexable,
            hide_collections=self.hide_collections,
            show_media=self.show_media,
            show_media_replies=self.show_media_replies,
            show_featured=self.show_featured,
        )


class Role(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Role. permissions: a number of bits, as text."""

    id: str
    name: str
    permissions: str
    color: str = ""
    highlighted: bool = False
    collection_limit: int = 0


# For moderators, by bit: 2 audit log, 3 dashboard, 4 reports, 10 users. All 23 for those who run the server.
ROLES = {
    UserRole.USER: Role("-99", "", "0"),
    UserRole.MODERATOR: Role("1", "Moderator", str(1 << 2 | 1 << 3 | 1 << 4 | 1 << 10)),
    UserRole.ADMIN: Role("2", "Admin", str((1 << 23) - 1)),
}


@routes.get("/api/v1/accounts/verify_credentials", scopes=("read:accounts", "profile"))
async def verify(call: Call) -> Response:
    """The account of the token, with what only its owner sees."""
    return await _credentials(call)


@routes.on("PATCH", "/api/v1/accounts/update_credentials", scopes=("write:accounts",), max_body=UPLOADS)
async def update(call: Call, form: Update) -> Response:
    """Change what the account says about itself, and how it posts."""
    await _change(call, form)
    return await _credentials(call)


@routes.get("/api/v1/profile", scopes=("read:accounts", "profile"))
async def show(call: Call) -> Response:
    """The account's profile, as typed and as shown."""
    return await _profile(call)


@routes.on("PATCH", "/api/v1/profile", scopes=("write:accounts",), max_body=UPLOADS)
async def change(call: Call, form: Update) -> Response:
    """Change what the account says about itself."""
    await _change(call, msgspec.structs.replace(form, source=None))
    return await _profile(call)


async def remove_picture(call: Call) -> Response:
    """Show the default picture, which is what every account has."""
    return await _credentials(call)


for picture in ("avatar", "header"):
    routes.on("DELETE", f"/api/v1/profile/{picture}", scopes=("write:accounts",))(remove_picture)


@routes.get("/api/v1/preferences", scopes=("read:accounts",))
async def preferences(call: Call) -> Response:
    """How the account posts, and how everyone reads: nobody can choose that here."""
    async with call.tools.db.read() as tx:
        defaults = await accounts.defaults(tx, call.account_id)
    return json(
        {
            "posting:default:visibility": defaults.visibility,
            "posting:default:sensitive": defaults.sensitive,
            "posting:default:language": defaults.language,
            "posting:default:quote_policy": defaults.quote_policy.value,
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
            "reading:autoplay:gifs": False,
        }
    )


async def _change(call: Call, form: Update) -> None:
    if form.avatar is not None or form.header is not None:
        raise NoPictures
    await call.tools.db.write(
        accounts.change,
        account_id=call.account_id,
        changes=accounts.prepare_changes(form.to_changes(), length=posts.length),
        posting=form.source.to_changes() if form.source else None,
        now=call.now,
    )


async def _own(call: Call, tx: ReadTx) -> Profile:
    profile = await accounts.profile(tx, call.account_id)
    assert profile is not None
    return profile


async def _credentials(call: Call) -> Response:
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        profile = await _own(call, tx)
        defaults = await accounts.defaults(tx, call.account_id)
        waiting = await relations.count_requests(tx, call.account_id, most=MOST_REQUESTS)
    entity: dict[str, Any] = msgspec.to_builtins(call.renderings.account(profile))
    entity["source"] = _source(profile, defaults, waiting)
    entity["role"] = ROLES[call.principal.user_role or UserRole.USER]
    return json(entity)


def _source(profile: Profile, defaults: Defaults, waiting: int) -> dict[str, Any]:
    return {
        "privacy": defaults.visibility,
        "sensitive": defaults.sensitive,
        "language": defaults.language,
        "quote_policy": defaults.quote_policy,
        "note": profile.note,
        "fields": [{"name": one.name, "value": one.value, "verified_at": None} for one in profile.fields],
        "follow_requests_count": waiting,
        "hide_collections": profile.hide_collections,
        "discoverable": profile.discoverable,
        "indexable": profile.indexable,
        "attribution_domains": profile.attribution_domains,
    }


async def _profile(call: Call) -> Response:
    """https://docs.joinmastodon.org/entities/Profile. Pictures are null: nobody has any of their own."""
    async with call.tools.db.read() as tx:
        profile = await _own(call, tx)
    shown = call.renderings.account(profile)
    return json(
        {
            "id": shown.id,
            "display_name": profile.display_name,
            "note": profile.note,
            "fields": [{"name": one.name, "value": one.value} for one in profile.fields],
            "formatted_note": shown.note,
            "formatted_fields": shown.fields,
            "avatar": None,
            "avatar_static": None,
            "avatar_description": "",
            "header": None,
            "header_static": None,
            "header_description": "",
            "locked": profile.locked,
            "bot": profile.bot,
            "hide_collections": profile.hide_collections,
            "discoverable": profile.discoverable,
            "indexable": profile.indexable,
            "show_media": profile.show_media,
            "show_media_replies": profile.show_media_replies,
            "show_featured": profile.show_featured,
            "attribution_domains": profile.attribution_domains,
            "featured_tags": [],
        }
    )
