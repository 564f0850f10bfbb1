"""Who is notified when something happened, and what is taken back when it was undone.

Called as reactions, under one cursor, so in the order of the log. Each asks the domain to look at the truth again: one
that runs twice, late, or after the thing was undone tells nobody anything wrong. What may concern
many accounts goes in steps that fit between other writes.
"""

from collections.abc import Sequence

from pinson.domain import access, moderation, notifications
from pinson.domain.access import UserApproved, UserConfirmed, UserSignedUp
from pinson.domain.accounts import AccountId, AccountRestored, AccountSuspended
from pinson.domain.moderation import Reported, Struck
from pinson.domain.notifications import Kind, SenderAccepted, SenderDismissed
from pinson.domain.posts import Mark, PostDeleted, PostEdited, PostId, PostMarked, PostPublished, PostUnmarked
from pinson.domain.posts.polls import PollEnded
from pinson.domain.relations import Blocked, Followed, FollowRequested, FollowRequestEnded, Muted, Unfollowed
from pinson.domain.relations.collections import CollectionChanged, CollectionDeleted, Featured, Unfeatured
from pinson.domain.relations.model import TopicKind
from pinson.lib.log import Fact
from pinson.lib.paging import NEWEST
from pinson.tools import Tools


async def sift(tools: Tools, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Those of these facts of which anybody may be told: most posts mention nobody, and are by nobody special."""
    plain = {
        fact.post.id: fact.post.author_id
        for fact in facts
        if isinstance(fact, PostPublished)
        and not fact.post.mentions
        and fact.post.boost_of_id is None
        and fact.post.quote_of_id is None
    }
    if not plain:
        return facts
    async with tools.db.read() as tx:
        followed = await notifications.followed_closely(tx, plain.values())
    return [
        fact
        for fact in facts
        if not isinstance(fact, PostPublished) or fact.post.id not in plain or plain[fact.post.id] in followed
    ]


async def of_post(tools: Tools, fact: PostPublished) -> None:
    """Tell whom it mentions or quotes, who asked to be told of its author's posts, or whose post it passes on."""
    post, now = fact.post, tools.clock.now()
    if post.boost_of_id is not None:
        await tools.db.write(
            notifications.after_mark,
            account_id=post.author_id,
            post_id=post.boost_of_id,
            mark=Mark.BOOST,
            at=fact.at,
            now=now,
        )
        return
    if post.mentions:
        await tools.db.write(notifications.after_post, id=post.id, only=None, at=fact.at, now=now)
    if post.quote_of_id is not None:
        await tools.db.write(notifications.after_quote, id=post.id, at=fact.at, now=now)
    async with tools.db.read() as tx:
        after = 0 if await notifications.followed_closely(tx, [post.author_id]) else None
    while after is not None:
        after = await tools.db.write(
            notifications.after_post_to_followers, id=post.id, after=after, at=fact.at, now=tools.clock.now()
        )


async def of_edit(tools: Tools, fact: PostEdited) -> None:
    """Tell whom it mentions only now, and those who passed it on or quoted it."""
    id, now = fact.post.id, tools.clock.now()
    if fact.mentioned:
        await tools.db.write(notifications.after_post, id=id, only=fact.mentioned, at=fact.at, now=now)
    for verb in (notifications.after_edit_to_boosters, notifications.after_edit_to_quoters):
        before: int | None = NEWEST
        while before is not None:
            before = await tools.db.write(verb, id=id, before=before, at=fact.at, now=tools.clock.now())


async def of_poll(tools: Tools, fact: PollEnded) -> None:
    """Tell who asked and who voted that a poll has ended."""
    after: int | None = 0
    while after is not None:
        after = await tools.db.write(
            notifications.after_poll, id=PostId(fact.post_id), after=after, at=fact.at, now=tools.clock.now()
        )


async def of_deletion(tools: Tools, fact: PostDeleted) -> None:
    """Take back what was about a post that is gone; of a boost, that it was made."""
    if fact.boost_of_id is not None:
        await tools.db.write(
            notifications.after_mark,
            account_id=fact.author_id,
            post_id=fact.boost_of_id,
            mark=Mark.BOOST,
            at=fact.at,
            now=tools.clock.now(),
        )
    while await tools.db.write(notifications.forget_post, id=fact.id):
        pass


async def of_mark(tools: Tools, fact: PostMarked | PostUnmarked) -> None:
    """Tell an author who likes their post, or no longer. Nobody is told of other marks."""
    if fact.mark is Mark.FAVOURITE:
        await tools.db.write(
            notifications.after_mark,
            account_id=fact.account_id,
            post_id=fact.post_id,
            mark=fact.mark,
            at=fact.at,
            now=tools.clock.now(),
        )


async def of_follow(tools: Tools, fact: Followed | Unfollowed) -> None:
    """Tell somebody who follows them, or no longer."""
    if fact.kind is TopicKind.ACCOUNT:
        await _of_follow(tools, fact.account_id, AccountId(fact.topic_id), fact)


async def of_follow_request(tools: Tools, fact: FollowRequested | FollowRequestEnded) -> None:
    """Tell somebody who asks to follow them, or no longer."""
    await _of_follow(tools, fact.account_id, fact.target_id, fact)


async def _of_follow(
    tools: Tools,
    account_id: AccountId,
    target_id: AccountId,
    fact: Followed | Unfollowed | FollowRequested | FollowRequestEnded,
) -> None:
    await tools.db.write(
        notifications.after_follow, account_id=account_id, target_id=target_id, at=fact.at, now=tools.clock.now()
    )


async def of_featured(tools: Tools, fact: Featured | Unfeatured) -> None:
    """Tell somebody that a collection recommends them, or no longer."""
    await tools.db.write(
        notifications.after_featured,
        collection_id=fact.collection_id,
        member_id=fact.member_id,
        at=fact.at,
        now=tools.clock.now(),
    )


async def of_collection(tools: Tools, fact: CollectionChanged) -> None:
    """Tell those in a collection that it says something else about them."""
    await tools.db.write(notifications.after_collection, id=fact.collection_id, at=fact.at, now=tools.clock.now())


async def of_collection_gone(tools: Tools, fact: CollectionDeleted) -> None:
    """Take back what was about a collection that is gone."""
    while await tools.db.write(notifications.forget_collection, id=fact.collection_id):
        pass


async def of_sign_up(tools: Tools, fact: UserSignedUp | UserConfirmed | UserApproved) -> None:
    """Tell the staff of a newcomer."""
    await tools.db.write(notifications.after_sign_up, user_id=fact.user_id, at=fact.at, now=tools.clock.now())


async def of_report(tools: Tools, fact: Reported) -> None:
    """Tell the staff that somebody was reported."""
    async with tools.db.read() as tx:
        is_there = bool(await moderation.reports_by_ids(tx, [fact.report_id]))
        staff = [id for id in await access.staff(tx) if id != fact.account_id]
    if is_there:
        await tools.db.write(
            notifications.notify,
            account_ids=staff,
            kind=Kind.REPORT,
            from_id=fact.account_id,
            about=fact.report_id,
            at=fact.at,
            now=tools.clock.now(),
        )


async def of_decision(tools: Tools, fact: Struck) -> None:
    """Tell an account what was decided about it."""
    await tools.db.write(
        notifications.notify,
        account_ids=[fact.account_id],
        kind=Kind.WARNING,
        from_id=fact.account_id,
        about=fact.strike_id,
        at=fact.at,
        now=tools.clock.now(),
    )


async def of_barrier(tools: Tools, fact: Blocked | Muted) -> None:
    """Remove what those told each other who do not want to hear of each other."""
    pairs = [(fact.account_id, fact.target_id)]
    if isinstance(fact, Blocked):
        pairs.append((fact.target_id, fact.account_id))
    for account_id, from_id in pairs:
        while await tools.db.write(
            notifications.forget_between, account_id=account_id, from_id=from_id, now=tools.clock.now()
        ):
            pass


async def of_standing(tools: Tools, fact: AccountSuspended | AccountRestored) -> None:
    """Hide what a suspended account did, or show it again."""
    while await tools.db.write(notifications.follow_standing, account_id=fact.account_id):
        pass


async def of_accepted(tools: Tools, fact: SenderAccepted) -> None:
    """Show what somebody sent who was accepted."""
    while await tools.db.write(
        notifications.merge, account_id=fact.account_id, from_id=fact.from_id, now=tools.clock.now()
    ):
        pass


async def of_dismissed(tools: Tools, fact: SenderDismissed) -> None:
    """Remove what somebody sent who was dismissed."""
    while await tools.db.write(
        notifications.clear_away, account_id=fact.account_id, from_id=fact.from_id, through=fact.through
    ):
        pass
