"""What a batch of deliveries to addresses is about, read once for all of them: a statement for each kind of thing.

Called by the channels that reach addresses (letters, texts, notifications of browsers), which put it into words. So all
three agree on what may still be said, to whom, and why.

Not here: words, and what one channel alone shows.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from pinson.domain import accounts, alerts, posts
from pinson.domain.accounts import AccountId, Profile
from pinson.domain.alerts import Held, Holder, Note
from pinson.domain.deliveries import About, Delivery
from pinson.domain.posts import Post, PostId, Standing
from pinson.lib.db import ReadTx
from pinson.tools import Tools


class Gathered(msgspec.Struct, frozen=True):
    """All of it by id.

    posts: with those that they correct; who may still read them, `shown` says.
    people: who wrote them, and accounts for which they are wanted.
    wanted: topics for which a message that is delivered by itself may be wanted, the likeliest first.
    """

    holders: Mapping[int, Holder]
    posts: Mapping[PostId, Post]
    people: Mapping[AccountId, Profile]
    notes: Mapping[int, Note]
    held: Mapping[int, Sequence[Held]]
    wanted: Mapping[PostId, Sequence[int]]
    standing: Standing

    def shown(self, id: PostId | None) -> Post | None:
        """A post, if everybody may still read it."""
        post = self.posts.get(id) if id is not None else None
        if post is None or post.id in self.standing.posts or post.author_id in self.standing.hidden:
            return None
        return post if alerts.concerns_alerts(post) else None

    def reason(self, id: PostId, holder: Holder) -> int | None:
        """For which topic a holder gets a message: of those wanted there, the likeliest; None if for none any more."""
        return next((topic for topic in self.wanted.get(id, ()) if topic in holder.topics), None)

    def lines(self, digest_id: int) -> list[Held]:
        """What a digest still has to say."""
        return [one for one in self.held.get(digest_id, ()) if self.shown(one.post_id) is not None]


async def gather(
    tx: ReadTx, tools: Tools, claimed: Sequence[Delivery], *, also: Collection[PostId] = frozenset()
) -> Gathered:
    """Read what these deliveries are about. also: further posts that are shown."""

    def about(kind: About) -> list[int]:
        return list({one.about_id for one in claimed if one.about is kind})

    held = await alerts.held(tx, about(About.DIGEST))
    lines = [line for some in held.values() for line in some]
    ids = {PostId(id) for id in about(About.POST)}
    written = await posts.posts(tx, list({*ids, *also, *(line.post_id for line in lines)}))
    firsts = {id for one in written.values() if (id := one.corrects_id) is not None} - written.keys()
    written |= await posts.posts(tx, list(firsts)) if firsts else {}
    above = await alerts.topics_of(tx, written.values())
    wanted = {id: _wanted(written, above, id) for id in ids & written.keys()}
    topics = {line.topic_id for line in lines} | {topic for some in wanted.values() for topic in some}
    named = {AccountId(id) for id in topics} | {one.author_id for one in written.values()}
    return Gathered(
        holders=dict(await alerts.holders(tx, [one.holder_id for one in claimed])),
        posts=written,
        people=await accounts.profiles(tx, list(named)) if named else {},
        notes=await alerts.notes(tx, about(About.NOTE)),
        held=held,
        wanted=wanted,
        standing=tools.standing,
    )


def _wanted(written: Mapping[PostId, Post], above: Mapping[PostId, Collection[int]], id: PostId) -> list[int]:
    """Topics for which a message may be wanted: a correction goes to who had the first, whatever it is under itself."""
    post = written[id]
    topics = {*above[id], *(above.get(post.corrects_id, ()) if post.corrects_id is not None else ())}
    return sorted(topics, key=lambda topic: (topic != post.author_id, topic != post.event_id, topic))
