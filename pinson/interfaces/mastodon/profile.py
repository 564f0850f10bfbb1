"""An account as its own people see and change it: https://docs.joinmastodon.org/methods/accounts and profile.

Not here: how others see it (accounts.py), the people behind it (signing up: accounts.py).
"""

import re
from typing import Literal

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from pinson.domain import accounts, media, posts, relations
from pinson.domain.access import UserRole
from pinson.domain.accounts import (
    Changes,
    Defaults,
    DefaultsChanges,
    Field,
    Profile,
    QuotePolicy,
)
from pinson.domain.media import Portrait, Portrayed, Upload
from pinson.domain.posts import Visibility
from pinson.domain.relations import collections
from pinson.interfaces.mastodon.api import Call, json
from pinson.interfaces.mastodon.entities import ROLES, AccountEntity, FieldEntity, proven_at
from pinson.interfaces.mastodon.featured_tags import FeaturedTagEntity, featured_tag
from pinson.interfaces.request import Routes
from pinson.lib.db import ReadTx
from pinson.lib.forms import BadParameter

routes = Routes()

UPLOADS = 17 << 20  # bytes: two pictures of 8 MB, and words
MOST_REQUESTS = 40  # of which the number is told
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as posts have it


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
    avatar_description: str | msgspec.UnsetType | None = msgspec.UNSET
    header: UploadFile | None = None
    header_description: str | msgspec.UnsetType | None = msgspec.UNSET

    def to_changes(self) -> Changes:
        """What the domain calls it, but for the pictures."""
        lines = None if self.fields_attributes is msgspec.UNSET else self.fields_attributes or []
        sites = None if self.attribution_domains is msgspec.UNSET else self.attribution_domains or []
        return Changes(
            display_name=changed_text(self.display_name),
            note=changed_text(self.note),
            avatar_description=changed_text(self.avatar_description),
            header_description=changed_text(self.header_description),
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


def changed_text(given: str | msgspec.UnsetType | None) -> str | None:
    """A text as the domain takes it: None keeps what is, and what is emptied goes."""
    return None if given is msgspec.UNSET else given or ""


class OwnRole(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Role. permissions: a number of bits, as text."""

    id: str
    name: str
    permissions: str
    color: str
    highlighted: bool
    collection_limit: int = collections.MOST_COLLECTIONS


# For moderators, by bit: 2 audit log, 3 dashboard, 4 reports, 10 users. All 23 for those who run the server.
PERMISSIONS = {
    UserRole.MODERATOR: 1 << 2 | 1 << 3 | 1 << 4 | 1 << 10,
    UserRole.ADMIN: (1 << 23) - 1,
}
EVERYONE = OwnRole("-99", "", "0", "", highlighted=False)


class SourceField(msgspec.Struct):
    """A line of a profile as it was typed."""

    name: str
    value: str
    verified_at: str | None


class SourceEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Account/#source"""

    privacy: Visibility
    sensitive: bool
    language: str | None
    quote_policy: QuotePolicy
    note: str
    fields: list[SourceField]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    attribution_domains: tuple[str, ...]


class CredentialEntity(AccountEntity, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""

    source: SourceEntity
    role: OwnRole


class ProfileEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Profile. Pictures that are not the account's own are null."""

    id: str
    display_name: str
    note: str
    fields: list[SourceField]
    formatted_note: str
    formatted_fields: list[FieldEntity]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: tuple[str, ...]
    featured_tags: list[FeaturedTagEntity]


class PreferencesEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Preferences"""

    visibility: Visibility = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    quote_policy: QuotePolicy = msgspec.field(name="posting:default:quote_policy")
    media: Literal["default", "show_all", "hide_all"] = msgspec.field(name="reading:expand:media", default="default")
    spoilers: bool = msgspec.field(name="reading:expand:spoilers", default=False)
    gifs: bool = msgspec.field(name="reading:autoplay:gifs", default=False)


@routes.get("/api/v1/accounts/verify_credentials", scopes=("read:accounts", "profile"), answers=CredentialEntity)
async def verify(call: Call) -> Response:
    """The account of the token, with what only its owner sees."""
    return await _credentials(call)


@routes.on(
    "PATCH",
    "/api/v1/accounts/update_credentials",
    scopes=("write:accounts",),
    max_body=UPLOADS,
    answers=CredentialEntity,
)
async def update(call: Call, form: Update) -> Response:
    """Change what the account says about itself, and how it posts."""
    await _change(call, form)
    return await _credentials(call)


@routes.get("/api/v1/profile", scopes=("read:accounts", "profile"), answers=ProfileEntity)
async def show(call: Call) -> Response:
    """The account's profile, as typed and as shown."""
    return await _profile(call)


@routes.on("PATCH", "/api/v1/profile", scopes=("write:accounts",), max_body=UPLOADS, answers=ProfileEntity)
async def change(call: Call, form: Update) -> Response:
    """Change what the account says about itself."""
    await _change(call, msgspec.structs.replace(form, source=None))
    return await _profile(call)


@routes.on("DELETE", "/api/v1/profile/avatar", scopes=("write:accounts",), answers=CredentialEntity)
async def remove_avatar(call: Call) -> Response:
    """Show the avatar that everyone has."""
    return await _without(call, Changes(avatar=""))


@routes.on("DELETE", "/api/v1/profile/header", scopes=("write:accounts",), answers=CredentialEntity)
async def remove_header(call: Call) -> Response:
    """Show the header that everyone has."""
    return await _without(call, Changes(header=""))


@routes.get("/api/v1/preferences", scopes=("read:accounts",), answers=PreferencesEntity)
async def preferences(call: Call) -> Response:
    """How the account posts, and how everyone reads: nobody can choose that here."""
    async with call.tools.db.read() as tx:
        defaults = await accounts.defaults(tx, call.account_id)
    return json(
        PreferencesEntity(Visibility(defaults.visibility), defaults.sensitive, defaults.language, defaults.quote_policy)
    )


async def _change(call: Call, form: Update) -> None:
    changes = accounts.prepare_changes(form.to_changes(), length=posts.length)
    posting = form.source.to_changes() if form.source else None
    avatar = await _picture(call, form.avatar, media.AVATAR)
    header = await _picture(call, form.header, media.HEADER)
    await call.tools.db.write(
        accounts.change,
        account_id=call.account_id,
        changes=msgspec.structs.replace(
            changes,
            avatar=avatar and avatar.key,
            avatar_moving=avatar and avatar.moving,
            header=header and header.key,
        ),
        posting=posting,
        now=call.now,
    )


async def _picture(call: Call, sent: UploadFile | None, portrait: Portrait) -> Portrayed | None:
    upload = Upload(sent.file, sent.size) if sent is not None and sent.size else None
    return await media.keep_portrait(call.tools.studio, upload, portrait, now=call.now)


async def _without(call: Call, changes: Changes) -> Response:
    await call.tools.db.write(accounts.change, account_id=call.account_id, changes=changes, now=call.now)
    return await _credentials(call)


async def _own(call: Call, tx: ReadTx) -> Profile:
    profile = await accounts.profile(tx, call.account_id)
    assert profile is not None
    return profile


async def _credentials(call: Call) -> Response:
    assert call.principal is not None
    async with call.tools.db.read() as tx:
        profile = await _own(call, tx)
        defaults = await accounts.defaults(tx, call.account_id)
        waiting = await relations.count_requests(tx, call.account_id, most=MOST_REQUESTS)
        shown = await call.renderings.account(tx, profile)
    return json(
        CredentialEntity(
            **msgspec.structs.asdict(shown),
            source=_source(profile, defaults, waiting),
            role=role_entity(call.principal.user_role or UserRole.USER),
        )
    )


def role_entity(role: UserRole) -> OwnRole:
    """A role on the server, with what it permits."""
    shown = ROLES.get(role)
    if shown is None:
        return EVERYONE
    return OwnRole(shown.id, shown.name, str(PERMISSIONS[role]), shown.color, highlighted=True)


def _source(profile: Profile, defaults: Defaults, waiting: int) -> SourceEntity:
    return SourceEntity(
        privacy=Visibility(defaults.visibility),
        sensitive=defaults.sensitive,
        language=defaults.language,
        quote_policy=defaults.quote_policy,
        note=profile.note,
        fields=_lines(profile),
        follow_requests_count=waiting,
        hide_collections=profile.hide_collections,
        discoverable=profile.discoverable,
        indexable=profile.indexable,
        attribution_domains=profile.attribution_domains,
    )


def _lines(profile: Profile) -> list[SourceField]:
    return [SourceField(one.name, one.value, proven_at(one)) for one in profile.fields]


async def _profile(call: Call) -> Response:
    async with call.tools.db.read() as tx:
        profile = await _own(call, tx)
        shown = await call.renderings.account(tx, profile)
        featured = await posts.featured(tx, call.account_id)
    return json(
        ProfileEntity(
            id=shown.id,
            display_name=profile.display_name,
            note=profile.note,
            fields=_lines(profile),
            formatted_note=shown.note,
            formatted_fields=shown.fields,
            avatar=shown.avatar if profile.avatar else None,
            avatar_static=shown.avatar_static if profile.avatar else None,
            avatar_description=profile.avatar_description,
            header=shown.header if profile.header else None,
            header_static=shown.header_static if profile.header else None,
            header_description=profile.header_description,
            locked=profile.locked,
            bot=profile.bot,
            hide_collections=profile.hide_collections,
            discoverable=profile.discoverable,
            indexable=profile.indexable,
            show_media=profile.show_media,
            show_media_replies=profile.show_media_replies,
            show_featured=profile.show_featured,
            attribution_domains=profile.attribution_domains,
            featured_tags=[featured_tag(one, profile, call.base_url) for one in featured],
        )
    )
