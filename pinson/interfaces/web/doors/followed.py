"""What can be followed through doors: an account, a hashtag, a live event, a moment; how each is named and found."""

import re
from collections.abc import Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from pinson.domain import accounts, alerts, events, posts
from pinson.domain.accounts import AccountId, AccountNotFound, Profile
from pinson.domain.alerts import Publisher, Topic
from pinson.domain.events import Moment
from pinson.domain.posts import EventId, Tag
from pinson.domain.relations.model import TopicKind
from pinson.interfaces.web.profiles import profile_of
from pinson.interfaces.web.site import Call
from pinson.lib import dates
from pinson.lib.db import ReadTx

STARTS = {
    TopicKind.TAG: "/s/tag/",
    TopicKind.EVENT: "/s/e/",
    TopicKind.MOMENT: "/s/r/",
    TopicKind.ACCOUNT: "/s/",
}


class Followed(msgspec.Struct, frozen=True):
    """What a page of doors is about.

    topic: the name of a hashtag, if nobody has used it yet.
    word: what stands behind FOLLOW in a text to us.
    path: of its doors; about: of what it publishes, where its feeds are too.
    owner: who writes under it, if it is one account; picture: of that account. publisher: what it is as a sender.
    """

    kind: TopicKind
    topic: Topic | str
    name: str
    word: str
    path: str
    about: str
    owner: Profile | None = None
    picture: str = ""
    publisher: Publisher = Publisher(AccountId(0))

    @property
    def calendar(self) -> str:
        """Where its dates are, "" if it has none."""
        match self.kind:
            case TopicKind.ACCOUNT:
                return f"{self.about}/calendar.ics"
            case TopicKind.EVENT:
                return f"{self.about}.ics"
            case TopicKind.MOMENT:
                id = self.topic.id if isinstance(self.topic, Topic) else 0
                return f"{self.about}.ics?remind=5" + (f"&line={id}" if id > 0 else "")
            case TopicKind.TAG:
                return ""


def kind_of(call: Call) -> TopicKind:
    """What the address of a page of doors is about."""
    path: str = call.request.scope["path"]
    return next(kind for kind, start in STARTS.items() if path.startswith(start))


async def followed(tx: ReadTx, call: Call, kind: TopicKind, name: str) -> Followed:
    """What has this name. Two statements.

    Raises:
        AccountNotFound, EventNotFound: there is none, or its account is suspended.
        BadTag: no hashtag can have this name.
    """
    match kind:
        case TopicKind.ACCOUNT:
            return await _account(tx, call, await profile_of(tx, call, name))
        case TopicKind.TAG:
            folded = posts.tag_name(name)
            tag = await posts.tag(tx, folded)
            return _tag(tag) if tag is not None else _named("#" + name.lstrip("#"), folded, folded)
        case TopicKind.MOMENT:
            id = int(name) if re.fullmatch(r"-?[0-9]{1,19}", name) else 0
            moment = (await events.moments(tx, [id])).get(id) if abs(id) < 1 << 63 else None
            if moment is None or moment.is_off or moment.starts_at <= call.now:
                raise events.LineNotFound
            owner = await accounts.profile(tx, moment.event.account_id)
            if owner is None or owner.suspended_at is not None:
                raise events.LineNotFound
            return _moment(moment, owner, (await alerts.publishers.publishers(tx, [owner.id]))[owner.id])
        case TopicKind.EVENT:
            event = await events.by_slug(tx, name)
            owner = await accounts.profile(tx, event.account_id)
            if event.is_model or owner is None or owner.suspended_at is not None:
                raise events.EventNotFound
            publisher = (await alerts.publishers.publishers(tx, [owner.id]))[owner.id]
            topic = Topic(TopicKind.EVENT, event.id, owner.id)
            word = f"#{event.hashtag}" if event.hashtag else event.slug
            return Followed(
                kind, topic, event.title, word, f"/s/e/{event.slug}", f"/e/{event.slug}", owner, "", publisher
            )


async def several(tx: ReadTx, call: Call, topics: Sequence[tuple[TopicKind, int]]) -> dict[int, Followed]:
    """What these topics are, by their ids, as far as they are there. Four statements."""
    ids: dict[TopicKind, list[int]] = {kind: [] for kind in TopicKind}
    for kind, id in topics:
        ids[kind].append(id)
    found: dict[int, Followed] = {}
    there = await events.by_ids(tx, [EventId(id) for id in ids[TopicKind.EVENT]])
    moments = await events.moments(tx, ids[TopicKind.MOMENT]) if ids[TopicKind.MOMENT] else {}
    owners = {
        *ids[TopicKind.ACCOUNT],
        *(one.event.account_id for one in moments.values()),
        *(event.account_id for event in there.values()),
    }
    people = await accounts.profiles(tx, [AccountId(id) for id in owners]) if owners else {}
    publishers = await alerts.publishers.publishers(tx, list(people)) if people else {}
    for tag in (await posts.tags_by_ids(tx, ids[TopicKind.TAG])).values() if ids[TopicKind.TAG] else ():
        found[tag.id] = _tag(tag)
    for id in ids[TopicKind.ACCOUNT]:
        if (profile := people.get(AccountId(id))) is not None:
            found[id] = _of(call, profile, publishers[profile.id])
    for moment in moments.values():
        if (owner := people.get(moment.event.account_id)) is not None:
            found[moment.id] = _moment(moment, owner, publishers[owner.id])
    for event in there.values():
        if (owner := people.get(event.account_id)) is not None:
            topic = Topic(TopicKind.EVENT, event.id, owner.id)
            path = f"/e/{event.slug}"
            found[event.id] = Followed(
                TopicKind.EVENT, topic, event.title, event.slug, f"/s{path}", path, owner, "", publishers[owner.id]
            )
    return found


async def _account(tx: ReadTx, call: Call, profile: Profile) -> Followed:
    if profile.suspended_at is not None:
        raise AccountNotFound
    return _of(call, profile, (await alerts.publishers.publishers(tx, [profile.id]))[profile.id])


def _of(call: Call, profile: Profile, publisher: Publisher) -> Followed:
    return Followed(
        kind=TopicKind.ACCOUNT,
        topic=Topic(TopicKind.ACCOUNT, profile.id, profile.id),
        name=profile.display_name or profile.username,
        word=profile.username,
        path=f"/s/{profile.username}",
        about=f"/@{profile.acct}",
        owner=profile,
        picture=call.picture_of(profile),
        publisher=publisher,
    )


def _moment(moment: Moment, owner: Profile, publisher: Publisher) -> Followed:
    event = moment.event
    at = dates.clock(moment.starts_at, zone=ZoneInfo(event.zone))
    return Followed(
        kind=TopicKind.MOMENT,
        topic=Topic(TopicKind.MOMENT, moment.id, owner.id),
        name=f"{at} {moment.what} ({event.title})" if moment.what else f"{at} {event.title}",
        word="",
        path=f"/s/r/{moment.id}",
        about=f"/e/{event.slug}",
        owner=owner,
        publisher=publisher,
    )


def _tag(tag: Tag) -> Followed:
    return _named(f"#{tag.display_name}", tag.name, Topic(TopicKind.TAG, tag.id))


def _named(name: str, folded: str, topic: Topic | str) -> Followed:
    return Followed(TopicKind.TAG, topic, name, name, f"/s/tag/{quote(folded)}", f"/tags/{quote(folded)}")
