"""What must go after something was deleted, in steps that fit between other writes.

Called as reactions to AccountDeleted, PostDeleted and AnnouncementWithdrawn. The account itself is a tombstone
already and nobody sees what it wrote; here its posts, media and follows are erased for good, and the people behind
it who have no other account. Run twice, it finds nothing left to do. A post is gone from all timelines at once; its
boosts and marks go here.
"""

from pinson.domain import (
    access,
    archives,
    conversations,
    events,
    filters,
    instance,
    intakes,
    media,
    moderation,
    notifications,
    phones,
    posts,
    relations,
    shortlinks,
    sources,
)
from pinson.domain.accounts import AccountDeleted
from pinson.domain.instance import AnnouncementWithdrawn
from pinson.domain.links import proofs
from pinson.domain.posts import PostDeleted, drafts, polls, scheduled
from pinson.tools import Tools


async def erase_what_remains(tools: Tools, fact: AccountDeleted) -> None:
    """Erase the memberships, posts, media and follows of a deleted account, a few hundred at a time."""
    now = tools.clock.now()
    await tools.db.write(access.forget_account, account_id=fact.account_id, now=now)
    await tools.db.write(phones.forget_account, account_id=fact.account_id, now=now)
    await tools.db.write(instance.forget_reader, account_id=fact.account_id, now=now)
    await tools.db.write(archives.forget_account, account_id=fact.account_id, now=now)
    while await tools.db.write(intakes.forget_account, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(sources.forget_account, account_id=fact.account_id):
        pass
    await tools.db.write(proofs.forget_account, account_id=fact.account_id)
    await tools.db.write(posts.unfeature_all, account_id=fact.account_id, now=now)  # first: posts are counted there
    while await tools.db.write(events.delete_all, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(posts.delete_all, author_id=fact.account_id, now=now):
        pass
    while await tools.db.write(shortlinks.forget_account, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(media.delete_all, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(posts.clear_marks, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(scheduled.forget_all, account_id=fact.account_id):
        pass
    await tools.db.write(drafts.forget_all, account_id=fact.account_id)
    while await tools.db.write(polls.forget_votes_by, account_id=fact.account_id):
        pass
    while await tools.db.write(notifications.forget_account, account_id=fact.account_id):
        pass
    while await tools.db.write(relations.sever_all, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(conversations.delete_all, account_id=fact.account_id, now=now):
        pass
    while await tools.db.write(moderation.forget_account, account_id=fact.account_id, now=now):
        pass
    await tools.db.write(filters.delete_all, account_id=fact.account_id, now=now)


async def clear_after_post(tools: Tools, fact: PostDeleted) -> None:
    """Erase the boosts and marks of a deleted post, and unlink what answered it, a few hundred at a time."""
    while await tools.db.write(posts.clear_after, id=fact.id, now=tools.clock.now()):
        pass


async def clear_after_announcement(tools: Tools, fact: AnnouncementWithdrawn) -> None:
    """Forget who dismissed an announcement that is gone, or reacted to it, a thousand at a time."""
    while await tools.db.write(instance.clear_after, id=fact.announcement_id, now=tools.clock.now()):
        pass
