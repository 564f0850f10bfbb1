"""Scheduled statuses as apps know them: https://docs.joinmastodon.org/entities/ScheduledStatus. Pure."""

from collections.abc import Sequence
from datetime import UTC

import msgspec

from pinson.domain.accounts import QuotePolicy
from pinson.domain.media import Media
from pinson.domain.posts import Visibility
from pinson.domain.posts.scheduled import ScheduledPost
from pinson.interfaces.mastodon.entities.attachment import MediaAttachment, attachment
from pinson.interfaces.mastodon.entities.wire import id_text, moment


class ScheduledPoll(msgspec.Struct):
    """A poll as it was asked for. expires_in: seconds from the moment of publication on."""

    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class ScheduledParams(msgspec.Struct):
    """What will be published. in_reply_to_id is a number, which it is nowhere else."""

    text: str
    media_ids: list[str] | None
    sensitive: bool
    visibility: Visibility
    spoiler_text: str
    in_reply_to_id: int | None
    language: str | None
    poll: ScheduledPoll | None
    idempotency: str | None
    application_id: int
    allowed_mentions: list[str] | None
    quoted_status_id: str | None
    quote_approval_policy: QuotePolicy
    scheduled_at: None = None
    with_rate_limit: bool = False


class ScheduledStatus(msgspec.Struct):
    """See the module."""

    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[MediaAttachment]


def scheduled_status(one: ScheduledPost, attached: Sequence[Media], base: str) -> ScheduledStatus:
    """The entity of a scheduled post.

    Args:
        attached: what it will show.
        base: public address of this server, without a slash at its end.
    """
    draft, poll = one.draft, one.draft.poll
    return ScheduledStatus(
        id=str(one.id),
        scheduled_at=moment(one.due_at.astimezone(UTC)),
        params=ScheduledParams(
            text=draft.text,
            media_ids=[str(id) for id in draft.media_ids] or None,
            sensitive=draft.sensitive,
            visibility=draft.visibility,
            spoiler_text=draft.spoiler,
            in_reply_to_id=draft.in_reply_to_id,
            language=draft.language,
            poll=ScheduledPoll(list(poll.options), poll.seconds, poll.multiple, poll.hide_totals) if poll else None,
            idempotency=draft.idempotency_key,
            application_id=draft.app_id or 0,
            allowed_mentions=None if draft.allowed_mentions is None else [str(id) for id in draft.allowed_mentions],
            quoted_status_id=id_text(draft.quote_of_id),
            quote_approval_policy=draft.quote_policy or QuotePolicy.PUBLIC,
        ),
        media_attachments=[attachment(media, base) for media in attached],
    )
