"""Accounts, and how one stands to another, as apps know them. Pure.

Source: https://docs.joinmastodon.org/entities/Account and Relationship.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from pinson.domain import media, posts
from pinson.domain.access import UserRole
from pinson.domain.accounts import Field, Profile
from pinson.domain.relations import Relationship
from pinson.interfaces.mastodon.entities.wire import CustomEmoji, encode, moment


class FieldEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Account/#Field. value: HTML."""

    name: str
    value: str
    verified_at: str | None


class RoleEntity(msgspec.Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Role, as it stands beside a name. color: "" is that of all text."""

    id: str
    name: str
    color: str = ""


ROLES = {UserRole.MODERATOR: RoleEntity("1", "Moderator"), UserRole.ADMIN: RoleEntity("2", "Admin")}


class FeatureApproval(msgspec.Struct, frozen=True):
    """Who may put an account into a collection: everybody, if it wants to be found, but whom it blocks."""

    automatic: tuple[Literal["public", "followers", "following", "unsupported_policy"], ...] = ()
    manual: tuple[Literal["public", "followers", "following", "unsupported_policy"], ...] = ()
    current_user: Literal["automatic", "manual", "denied", "unknown", "missing"] = "denied"


FEATURED_BY_ALL = FeatureApproval(("public",), (), "automatic")


class AccountEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Account"""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    noindex: bool
    emojis: list[CustomEmoji]
    fields: list[FieldEntity]
    roles: list[RoleEntity]
    feature_approval: FeatureApproval = FeatureApproval()
    email_subscriptions: bool = False
    suspended: bool | msgspec.UnsetType = msgspec.UNSET
    limited: bool | msgspec.UnsetType = msgspec.UNSET


class RelationshipEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Relationship"""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: tuple[str, ...] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


def account_entity(
    profile: Profile, base: str, *, note_html: Callable[[str], str], role: UserRole | None, emojis: list[CustomEmoji]
) -> AccountEntity:
    """The entity of an account; of a suspended one nothing but its name is shown.

    Args:
        base: public address of this server, without a slash at its end.
        note_html: makes HTML of a note.
        role: its owner's on this server, if it is one to show.
        emojis: those that it uses.
    """
    hidden = profile.suspended_at is not None
    avatar, header, moving = f"{base}/static/avatar.png", f"{base}/static/header.png", None
    if profile.avatar and not hidden:
        avatar = media.address(profile.avatar, base)
        moving = profile.avatar_moving and media.address(profile.avatar_moving, base)
    if profile.header and not hidden:
        header = media.address(profile.header, base)
    return AccountEntity(
        id=str(profile.id),
        username=profile.username,
        acct=profile.acct,
        display_name="" if hidden else profile.display_name,
        locked=profile.locked,
        bot=profile.bot,
        group=False,
        discoverable=profile.discoverable,
        indexable=profile.indexable,
        created_at=f"{profile.created_at.date()}T00:00:00.000Z",
        note="" if hidden else note_html(profile.note),
        url=profile.url(base),
        uri=actor_uri(base, profile.username),
        avatar=moving or avatar,
        avatar_static=avatar,
        avatar_description="" if hidden else profile.avatar_description,
        header=header,
        header_static=header,
        header_description="" if hidden else profile.header_description,
        followers_count=profile.followers,
        following_count=profile.following,
        statuses_count=profile.posts,
        last_status_at=_day(profile.last_post_at),
        hide_collections=profile.hide_collections,
        show_media=profile.show_media,
        show_media_replies=profile.show_media_replies,
        show_featured=profile.show_featured,
        noindex=not profile.indexable,
        emojis=[] if hidden else emojis,
        fields=[]
        if hidden
        else [
            FieldEntity(one.name, posts.line_html(one.value, base_url=base), proven_at(one)) for one in profile.fields
        ],
        roles=[ROLES[role]] if role in ROLES and not hidden else [],
        feature_approval=FEATURED_BY_ALL if profile.discoverable and not hidden else FeatureApproval(),
        email_subscriptions=not hidden,
        suspended=True if hidden else msgspec.UNSET,
        limited=True if profile.limited_at is not None else msgspec.UNSET,
    )


def counted(profile: Profile) -> bytes:
    """What of a rendered account changes with each of its posts. Inside a text, quotes would be escaped."""
    figures = encode({"statuses_count": profile.posts, "last_status_at": _day(profile.last_post_at)})
    return b"," + figures[1:-1] + b","


def _day(at: datetime | None) -> str | None:
    return str(at.date()) if at else None


def proven_at(line: Field) -> str | None:
    """Since when the page behind a line links back to the profile."""
    return None if line.verified_at is None else moment(line.verified_at)


def not_featured(account: bytes) -> bytes:
    """An account, rendered, for somebody who may not put it into a collection, whoever else may."""
    return account.replace(b'"current_user":"automatic"', b'"current_user":"denied"')  # in a text, quotes are escaped


def relationship(one: Relationship) -> RelationshipEntity:
    """How the viewer stands to an account."""
    return RelationshipEntity(
        id=str(one.id),
        following=one.following,
        showing_reblogs=one.boosts,
        notifying=one.notify,
        languages=one.languages,
        followed_by=one.followed_by,
        blocking=one.blocking,
        blocked_by=one.blocked_by,
        muting=one.muting,
        muting_notifications=one.muting_notifications,
        muting_expires_at=f"{one.muting_until:%Y-%m-%dT%H:%M:%SZ}" if one.muting_until else None,
        requested=one.requested,
        requested_by=one.requested_by,
        domain_blocking=one.domain_blocking,
        endorsed=one.endorsed,
        note=one.note,
    )


def actor_uri(base_url: str, username: str) -> str:
    """The address by which other servers know an account."""
    return f"{base_url}/users/{username}"
