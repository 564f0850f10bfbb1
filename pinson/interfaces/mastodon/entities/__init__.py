"""Entities: what Mastodon's apps know, and how it is rendered. Called by the handlers and streams of this interface.

One module for each kind of entity, pure; `renderings.py` is the view that reads what they need and keeps the
bytes. Other entities stand in the module of the only handler that answers with them.

Source: https://docs.joinmastodon.org/entities
"""

from pinson.interfaces.mastodon.entities.account import (
    ROLES,
    AccountEntity,
    FieldEntity,
    RelationshipEntity,
    actor_uri,
    not_featured,
    proven_at,
    relationship,
)
from pinson.interfaces.mastodon.entities.announcement import AnnouncementEntity, announcement_entities
from pinson.interfaces.mastodon.entities.attachment import MediaAttachment, attachment
from pinson.interfaces.mastodon.entities.card import StatusCard
from pinson.interfaces.mastodon.entities.collection import (
    CollectionEntity,
    CollectionItemEntity,
    collection_entities,
    item_entity,
)
from pinson.interfaces.mastodon.entities.poll import PollEntity
from pinson.interfaces.mastodon.entities.renderings import Renderings
from pinson.interfaces.mastodon.entities.scheduled import ScheduledStatus, scheduled_status
from pinson.interfaces.mastodon.entities.status import (
    DeletedStatusEntity,
    MatchedFilter,
    StatusEntity,
    TagEntity,
    VersionEntity,
    matched_filter,
    post_id_of,
    tag_entity,
    tag_of,
)
from pinson.interfaces.mastodon.entities.wire import (
    CustomEmoji,
    Empty,
    Nothing,
    array,
    emoji_entities,
    encode,
    id_text,
    moment,
)

__all__ = [
    "ROLES",
    "AccountEntity",
    "AnnouncementEntity",
    "CollectionEntity",
    "CollectionItemEntity",
    "CustomEmoji",
    "DeletedStatusEntity",
    "Empty",
    "FieldEntity",
    "MatchedFilter",
    "MediaAttachment",
    "Nothing",
    "PollEntity",
    "RelationshipEntity",
    "Renderings",
    "ScheduledStatus",
    "StatusCard",
    "StatusEntity",
    "TagEntity",
    "VersionEntity",
    "actor_uri",
    "announcement_entities",
    "array",
    "attachment",
    "collection_entities",
    "emoji_entities",
    "encode",
    "id_text",
    "item_entity",
    "matched_filter",
    "moment",
    "not_featured",
    "post_id_of",
    "proven_at",
    "relationship",
    "scheduled_status",
    "tag_entity",
    "tag_of",
]
