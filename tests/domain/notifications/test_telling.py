"""Telling many, in steps, and no more than once."""

import pytest

from pinson.domain import accounts, notifications, posts, relations
from pinson.domain.notifications import Kind, Selection
from pinson.domain.notifications.commands import AT_ONCE
from pinson.domain.posts import Draft, Reader
from pinson.lib.paging import Page

NEWEST_ONES = Page(None, None, None, 80)


@pytest.fixture
async def author(db, now):
    """An author with more followers who want to be told of her posts than are told at once."""
    author = (await db.write(accounts.create, username="author", now=now)).id
    for number in range(AT_ONCE + 2):
        follower = (await db.write(accounts.create, username=f"f{number}", now=now)).id
        await db.write(relations.follow, account_id=follower, target_id=author, notify=number > 0, now=now)
    return author


async def publish(db, author_id, now):
    standing = posts.Standing()
    async with db.read() as tx:
        reader = Reader(await relations.Circles().of(tx, author_id, now=now), standing)
    prepared = posts.prepare(Draft("Hello"), max_characters=500, local_domain="pinson.example")
    return await db.write(
        posts.publish,
        author=reader,
        author_id=author_id,
        prepared=prepared,
        base_url="https://pinson.example",
        now=now,
    )


async def tell(db, post, now):
    """What the reaction does; how many steps it took."""
    after, steps = 0, 0
    while after is not None:
        after = await db.write(notifications.after_post_to_followers, id=post.id, after=after, at=now, now=now)
        steps += 1
    return steps


async def test_many_followers_are_told_in_steps_and_only_once(db, now, author):
    post = await publish(db, author, now)

    steps = [await tell(db, post, now), await tell(db, post, now)]

    async with db.read() as tx:
        told = await tx.all(int, "SELECT count(*) FROM notifications WHERE kind = 'status' GROUP BY account_id")
        facts = await tx.all(int, "SELECT count(*) FROM log WHERE kind = 'Notified'")
    assert steps == [2, 2]
    assert told == [1] * (AT_ONCE + 1)
    assert facts == [AT_ONCE + 1]


async def test_a_post_that_is_gone_is_told_to_nobody(db, now, author):
    post = await publish(db, author, now)
    await db.write(posts.delete, id=post.id, author_id=author, now=now)

    assert await tell(db, post, now) == 1

    async with db.read() as tx:
        assert await tx.all(int, "SELECT count(*) FROM notifications") == [0]


async def test_what_comes_from_the_server_reaches_whom_it_is_about(db, now):
    """A moderator's report or warning is told by `notify`, in the name of the one who reports, or of the one warned."""
    alice, bob = [(await db.write(accounts.create, username=name, now=now)).id for name in ("alice", "bob")]
    to_alice = {"account_ids": [alice], "at": now, "now": now}

    await db.write(notifications.notify, kind=Kind.WARNING, from_id=alice, about=7, **to_alice)
    await db.write(notifications.notify, kind=Kind.REPORT, from_id=bob, about=8, **to_alice)
    await db.write(notifications.notify, kind=Kind.REPORT, from_id=alice, about=9, **to_alice)

    async with db.read() as tx:
        found = await notifications.page(tx, alice, NEWEST_ONES, Selection())
    assert [(one.kind, one.from_id, one.about_id) for one in found] == [(Kind.REPORT, bob, 8), (Kind.WARNING, alice, 7)]


async def test_a_clear_goes_in_steps_too(db, now, author):
    async with db.read() as tx:
        [followers] = await tx.all(int, "SELECT count(*) FROM follows")
        ids = await tx.all(int, "SELECT account_id FROM follows")
    for id in ids:
        await db.write(notifications.notify, account_ids=[author], kind=Kind.FOLLOW, from_id=id, at=now, now=now)

    removed = []
    while count := await db.write(notifications.clear, account_id=author):
        removed.append(count)

    assert removed == [AT_ONCE, followers - AT_ONCE]
    async with db.read() as tx:
        assert await tx.all(int, "SELECT count(*) FROM notification_groups") == [0]
