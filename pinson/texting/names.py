"""What the names that people write mean: accounts, hashtags, live events; and how these are called on a telephone.

Called by `answering` and `deeds`. Reads only.
"""

from pinson.domain import accounts, alerts, events, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.alerts import Topic
from pinson.domain.posts import EventId, PostId, Reader
from pinson.domain.posts.text import fold_tag
from pinson.domain.relations.model import TopicKind
from pinson.lib.db import ReadTx
from pinson.lib.errors import Refusal
from pinson.texting import wording

LOOKED_AT = 40  # posts of an account among which its latest message is looked for


async def profile(tx: ReadTx, name: str) -> Profile | None:
    """The account that is called so, with an at or without."""
    return await accounts.profile_by_acct(tx, name.removeprefix("@"), local_domain="")


def called(one: Profile, sender: str = "") -> str:
    """What an account is called on a telephone. sender: how it wants to be called there, if it said so."""
    return wording.name_of(sender, one.display_name, one.username)


async def topic(tx: ReadTx, name: str) -> tuple[Topic, str] | None:
    """What can be followed under a name: an account, a live event, a hashtag; and how it is called."""
    if not name.startswith("#"):
        found = await profile(tx, name)
        if found is not None:
            return Topic(TopicKind.ACCOUNT, found.id, found.id), called(found)
        event = await _event(tx, name)
        if event is not None:
            return Topic(TopicKind.EVENT, event.id, event.account_id), event.title
    tag = await posts.tag(tx, fold_tag(name)) if fold_tag(name) else None
    return (Topic(TopicKind.TAG, tag.id), f"#{tag.display_name or tag.name}") if tag is not None else None


async def shown(tx: ReadTx, kind: TopicKind, topic_id: int) -> str:
    """How a topic is called."""
    match kind:
        case TopicKind.ACCOUNT:
            found = await accounts.profile(tx, AccountId(topic_id))
            return called(found) if found is not None else "?"
        case TopicKind.TAG:
            tags = await posts.tags_by_ids(tx, [topic_id])
            return f"#{tags[topic_id].display_name or tags[topic_id].name}" if topic_id in tags else "?"
        case TopicKind.MOMENT:
            moments = await events.moments(tx, [topic_id])
            return next((one.what or one.event.title for one in moments.values()), "?")
        case TopicKind.EVENT:
            there = await events.by_ids(tx, [EventId(topic_id)])
            return next((one.title for one in there.values()), "?")


async def latest(tx: ReadTx, account_id: AccountId, *, reader: Reader) -> PostId | None:
    """The latest message of an account that is for all, and that a reader may see; None if there is none lately."""
    shapes = await posts.by_author(tx, account_id, limit=LOOKED_AT)
    return next((one.id for one in shapes if alerts.concerns_alerts(one) and posts.can_see(one, reader)), None)


async def _event(tx: ReadTx, slug: str) -> events.Event | None:
    try:
        event = await events.by_slug(tx, slug)
    except Refusal:
        return None
    return None if event.is_model else event
