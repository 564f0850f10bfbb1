"""How hashtags are shown, and what may be seen among what rises. Each command is one transaction, and is registered.

Nothing waits for these decisions: what rises is seen until somebody says no.
"""

from datetime import datetime

from pinson.domain import links, posts, trends
from pinson.domain.links import Link, LinkId, Publisher, PublisherId
from pinson.domain.moderation.model import Moderator
from pinson.domain.moderation.register import note
from pinson.domain.posts import Post, PostId, Tag
from pinson.lib.db import WriteTx


async def change_tag(
    tx: WriteTx,
    *,
    by: Moderator,
    id: int,
    now: datetime,
    display_name: str | None = None,
    usable: bool | None = None,
    listable: bool | None = None,
    trendable: bool | None = None,
) -> Tag:
    """Change how a hashtag is shown and what it may be used for; None keeps what is.

    Raises:
        TagNotFound, AnotherTag.
    """
    tag = await posts.change_tag(
        tx, id=id, display_name=display_name, usable=usable, listable=listable, trendable=trendable, now=now
    )
    await note(tx, "change_tag", by=by, target_id=tag.id, label=tag.name, now=now)
    return tag


async def judge_link(tx: WriteTx, *, by: Moderator, id: LinkId, trendable: bool, now: datetime) -> Link:
    """Say whether a link may be seen among what rises.

    Raises:
        LinkNotFound.
    """
    link = await links.judge(tx, id=id, trendable=trendable, now=now)
    await note(tx, "judge_link", by=by, target_id=link.id, label=link.url, now=now)
    return link


async def judge_publisher(tx: WriteTx, *, by: Moderator, id: PublisherId, trendable: bool, now: datetime) -> Publisher:
    """Say whether a site's links may, unless something was said of one of them.

    Raises:
        PublisherNotFound.
    """
    publisher = await links.judge_publisher(tx, id=id, trendable=trendable, now=now)
    await note(tx, "judge_publisher", by=by, target_id=publisher.id, label=publisher.domain, now=now)
    return publisher


async def judge_post(tx: WriteTx, *, by: Moderator, id: PostId, trendable: bool, now: datetime) -> Post:
    """Say whether a post may.

    Raises:
        PostNotFound.
    """
    post = await trends.judge_post(tx, id=id, trendable=trendable, now=now)
    await note(tx, "judge_post", by=by, target_id=post.id, label=str(post.author_id), now=now)
    return post
