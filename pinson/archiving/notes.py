"""Posts and profiles as ActivityStreams, in the shape of Mastodon's archives. Pure.

Source: Activity Streams 2.0 (https://www.w3.org/TR/activitystreams-core/) and its vocabulary; how Mastodon uses them:
https://docs.joinmastodon.org/spec/activitypub.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from pinson.archiving.gathering import Batch, actor_address, note_address
from pinson.domain import posts
from pinson.domain.accounts import Account, AccountId, Profile
from pinson.domain.media import TYPES, Media
from pinson.domain.posts import Post, Visibility

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "votersCount": "toot:votersCount",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    },
]
_encode = msgspec.json.Encoder().encode


def _begins(id: str) -> bytes:
    """A collection up to its first entry."""
    head = _encode({"@context": CONTEXT, "id": id, "type": "OrderedCollection"})
    return head[:-1] + b',"orderedItems":[\n'


OUTBOX_BEGINS, LIKES_BEGIN = _begins("outbox.json"), _begins("likes.json")


def outbox_ends(count: int) -> bytes:
    """The rest of a collection of so many entries."""
    return f'\n],"totalItems":{count}}}\n'.encode()


def quoted(address: str) -> bytes:
    """An entry that is only named."""
    return _encode(address)


def actor(profile: Profile, base: str, pictures: Mapping[str, str]) -> bytes:
    """A profile. pictures: names of files beside it, of the `avatar` and the `header`."""
    address = actor_address(profile, base)
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "id": address,
        "type": "Service" if profile.bot else "Person",
        "preferredUsername": profile.username,
        "name": profile.display_name,
        "summary": posts.note_html(profile.note, base_url=base),
        "url": profile.url(base),
        "published": _moment(profile.created_at),
        "manuallyApprovesFollowers": profile.locked,
        "discoverable": bool(profile.discoverable),
        "indexable": profile.indexable,
        "outbox": "outbox.json",
        "likes": "likes.json",
        "attachment": [
            {"type": "PropertyValue", "name": line.name, "value": posts.line_html(line.value, base_url=base)}
            for line in profile.fields
        ],
    }
    for name, property, description in (
        ("avatar", "icon", profile.avatar_description),
        ("header", "image", profile.header_description),
    ):
        if name in pictures:
            type = TYPES[pictures[name].rpartition(".")[2]]
            told[property] = {"type": "Image", "mediaType": type, "url": pictures[name], "summary": description}
    return _encode(told)


def activity(post: Post, batch: Batch, base: str, files: str) -> bytes:
    """A post as what its author did: wrote a note, or passed another one on.

    Args:
        files: the folder of the archive that its media are in.
    """
    author = batch.people[post.author_id]
    address, me = note_address(author, post.id, base), actor_address(author, base)
    to, cc = _audience(post, batch, base, me)
    told = {"id": f"{address}/activity", "actor": me, "published": _moment(post.created_at), "to": to, "cc": cc}
    if post.boost_of_id is not None:
        return _encode(
            {**told, "type": "Announce", "object": _other(post.boost_of_author_id, post.boost_of_id, batch, base)}
        )
    return _encode({**told, "type": "Create", "object": _note(post, batch, base, files, address, to, cc)})


def _note(
    post: Post, batch: Batch, base: str, files: str, address: str, to: list[str], cc: list[str]
) -> dict[str, Any]:
    author = batch.people[post.author_id]
    told: dict[str, Any] = {
        "id": address,
        "type": "Note",
        "summary": post.spoiler or None,
        "inReplyTo": _other(post.in_reply_to_author_id, post.in_reply_to_id, batch, base),
        "published": _moment(post.created_at),
        "url": f"{author.url(base)}/{post.id}",
        "attributedTo": actor_address(author, base),
        "to": to,
        "cc": cc,
        "sensitive": post.sensitive,
        "content": post.html,
        "attachment": [_document(one, files) for one in batch.media.get(post.id, ()) if one.key is not None],
        "tag": list(_tags(post, batch, base)),
    }
    if post.language:
        told["contentMap"] = {post.language: post.html}
    if post.place:
        told["location"] = {"type": "Place", "name": post.place}
    if post.edited_at is not None:
        told["updated"] = _moment(post.edited_at)
    if post.quote_of_id is not None:
        told["quote"] = _other(post.quote_of_author_id, post.quote_of_id, batch, base)
    if poll := batch.polls.get(post.id):
        options = [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
            for name, votes in zip(poll.options, poll.votes, strict=True)
        ]
        told |= {"type": "Question", "endTime": _moment(poll.expires_at), "votersCount": poll.voters}
        told["anyOf" if poll.multiple else "oneOf"] = options
    return told


def _document(one: Media, files: str) -> dict[str, Any]:
    assert one.key is not None
    told: dict[str, Any] = {
        "type": "Document",
        "mediaType": TYPES[one.key.rpartition(".")[2]],
        "url": f"/{files}/{one.key}",
        "name": one.description or None,
        "blurhash": one.blurhash,
    }
    if one.details.width:
        told |= {"width": one.details.width, "height": one.details.height}
    if one.focus is not None:
        told["focalPoint"] = [one.focus.x, one.focus.y]
    return told


def _tags(post: Post, batch: Batch, base: str) -> Iterator[dict[str, str]]:
    for mentioned in _mentioned(post, batch):
        host = mentioned.domain or base.partition("://")[2]
        yield {"type": "Mention", "href": actor_address(mentioned, base), "name": f"@{mentioned.username}@{host}"}
    for tag in post.tags:
        yield {"type": "Hashtag", "href": f"{base}/tags/{tag}", "name": f"#{tag}"}


def _mentioned(post: Post, batch: Batch) -> Iterator[Account]:
    return (batch.people[id] for id in post.mentions if id in batch.people and id not in post.silent)


def _audience(post: Post, batch: Batch, base: str, me: str) -> tuple[list[str], list[str]]:
    """Whom it is addressed to, first and besides."""
    followers, named = f"{me}/followers", [actor_address(one, base) for one in _mentioned(post, batch)]
    match post.visibility:
        case Visibility.PUBLIC:
            return [PUBLIC], [followers, *named]
        case Visibility.UNLISTED:
            return [followers], [PUBLIC, *named]
        case Visibility.FOLLOWERS:
            return [followers], named
        case Visibility.DIRECT:
            return named, []


def _other(author_id: AccountId | None, id: int | None, batch: Batch, base: str) -> str | None:
    """The address of another post; None if there is none, or its author is gone."""
    author = batch.people.get(author_id) if author_id is not None else None
    return None if id is None or author is None else note_address(author, id, base)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
