"""Hashtags that an account shows on its profile, with how much it uses them.

Called by interfaces and when an account is closed. What is counted are public posts, those that stand on the
hashtag's page; the counters are kept by `store.py` in the transaction of the posts themselves.
"""

from collections import Counter
from datetime import datetime

from pinson.domain.accounts import AccountId
from pinson.domain.posts import commands, queries, store, topics
from pinson.domain.posts.model import FeaturedTag, Tag, Visibility
from pinson.domain.posts.rules import tag_name
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.errors import Kind, Refusal

MOST_FEATURED = 10
LATEST = 60  # posts that say what somebody writes about now
LOOKED_AT = 1000  # newest posts in which suggestions are looked for


class TooManyFeatured(Refusal):
    """A profile shows only a few hashtags."""

    kind, code = Kind.INVALID, "too_many_featured_tags"
    text = "Validation failed: You have already featured the maximum number of hashtags"


class NotFeatured(Refusal):
    """There is none, or it is somebody else's."""

    kind, code = Kind.MISSING, "tag_not_featured"
    text = "Record not found"


async def feature(tx: WriteTx, *, name: str, account_id: AccountId, now: datetime) -> FeaturedTag:
    """Show a hashtag on a profile, used or not. Doing it twice is doing it once.

    Reads all posts of the account, once: 0.05 s for 100,000.

    Raises:
        BadTag: no hashtag can have this name.
        TooManyFeatured.
    """
    tag = await commands.tag_named(tx, name=name, now=now)
    shown = {one.tag_id: one for one in await store.featured(tx, account_id)}
    if tag.id in shown:
        return shown[tag.id]
    if len(shown) >= MOST_FEATURED:
        raise TooManyFeatured
    used = await store.used(tx, account_id, tag.id)
    made = FeaturedTag(tx.new_id(account_id, now), tag.id, tag.name, tag.display_name, used.posts, used.last_post_id)
    await store.new_featured(tx, account_id, made)
    return made


async def unfeature(tx: WriteTx, *, id: int, account_id: AccountId, now: datetime) -> None:
    """Take a hashtag from a profile.

    Args:
        id: of the `FeaturedTag`.
    Raises:
        NotFeatured.
    """
    if all(one.id != id for one in await store.featured(tx, account_id)):
        raise NotFeatured
    await store.delete_featured(tx, account_id, id)


async def unfeature_all(tx: WriteTx, *, account_id: AccountId, now: datetime) -> None:
    """Forget the hashtags of an account that is being closed."""
    for one in await store.featured(tx, account_id):
        await store.delete_featured(tx, account_id, one.id)


async def unfeature_tag(tx: WriteTx, *, name: str, account_id: AccountId, now: datetime) -> None:
    """Take a hashtag from a profile, if it is there.

    Raises:
        BadTag: no hashtag can have this name.
    """
    folded = tag_name(name)
    for one in await store.featured(tx, account_id):
        if one.name == folded:
            await store.delete_featured(tx, account_id, one.id)


async def featured(tx: ReadTx, account_id: AccountId) -> list[FeaturedTag]:
    """The hashtags on a profile, those most used first. One statement."""
    return await store.featured(tx, account_id)


async def main_tags(tx: ReadTx, account_id: AccountId, *, most: int = 6) -> list[Tag]:
    """What an account writes about: the hashtags that it features, then those of its latest posts. Three statements."""
    shown = [one.tag_id for one in await store.featured(tx, account_id)]
    latest = await queries.by_author(tx, account_id, limit=LATEST)
    used = Counter(
        tag_id
        for shape in latest
        if shape.visibility is Visibility.PUBLIC
        for tag_id in topics.hashtags(shape.topics, account_id, shape.link_id, shape.event_id)
    )
    best = list(dict.fromkeys([*shown, *(tag_id for tag_id, _ in used.most_common())]))[:most]
    tags = await queries.tags_by_ids(tx, best) if best else {}
    return [tags[tag_id] for tag_id in best if tag_id in tags]


async def worth_featuring(tx: ReadTx, account_id: AccountId) -> list[Tag]:
    """The hashtags that an account used most lately and does not feature, the most used first. In a thread."""
    shown = {one.tag_id for one in await store.featured(tx, account_id)}
    latest = await queries.by_author(tx, account_id, limit=LOOKED_AT)
    used = Counter(
        tag_id
        for shape in latest
        for tag_id in topics.hashtags(shape.topics, account_id, shape.link_id, shape.event_id)
    )
    best = [tag_id for tag_id, _ in used.most_common() if tag_id not in shown][:MOST_FEATURED]
    tags = await queries.tags_by_ids(tx, best)
    return [tags[tag_id] for tag_id in best if tag_id in tags]
