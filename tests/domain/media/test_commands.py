from datetime import timedelta

import pytest

from pinson.domain import media
from pinson.domain.media import (
    CannotAttach,
    Focus,
    InUse,
    MediaNotFound,
    MixedKinds,
    NotReady,
    Said,
    State,
    TooManyAttached,
)
from tests.domain.media.desk import OTHER_POST, POST
from tests.lib.pictures import moving_gif

DAY = timedelta(days=1)


async def test_a_post_shows_what_was_attached_in_the_order_given(desk, alice):
    first, second, third = [await desk.send(alice) for _ in range(3)]

    await desk.attach(alice, third, first, second)

    assert [one.id for one in await desk.of_post()] == [third.id, first.id, second.id]
    assert [one.position for one in await desk.of_post()] == [0, 1, 2]
    assert {one.loose_since for one in await desk.of_post()} == {None}


async def test_what_is_named_twice_is_attached_once(desk, alice):
    sent = await desk.send(alice)

    assert len(await desk.attach(alice, sent, sent)) == 1


async def test_the_media_of_many_posts_come_in_one_question(desk, db, alice):
    one, two, three = [await desk.send(alice) for _ in range(3)]
    await desk.attach(alice, two, one)
    await desk.attach(alice, three, post_id=OTHER_POST)

    async with db.read() as tx:
        found = await media.of_posts(tx, [POST, OTHER_POST, 9_999])
        assert tx.statements == 1

    assert {post: [one.id for one in shown] for post, shown in found.items()} == {
        POST: [two.id, one.id],
        OTHER_POST: [three.id],
    }


async def test_only_loose_media_of_the_author_can_be_attached(desk, alice, bob):
    mine, his, used = await desk.send(alice), await desk.send(bob), await desk.send(alice)
    await desk.attach(alice, used, post_id=OTHER_POST)

    with pytest.raises(CannotAttach) as refused:
        await desk.db.write(media.attach, ids=[mine.id, his.id, used.id, 5], account_id=alice, post_id=POST)

    assert str(refused.value) == (
        f"Validation failed: Media {his.id}, {used.id}, 5 not found or already attached to another post"
    )
    assert await desk.of_post() == []


async def test_a_post_has_at_most_four_pictures(desk, alice):
    five = [await desk.send(alice) for _ in range(5)]

    with pytest.raises(TooManyAttached):
        await desk.attach(alice, *five)

    assert len(await desk.attach(alice, *five[:4])) == 4


async def test_what_is_not_ready_cannot_be_attached_nor_a_film_beside_pictures(film_desk, alice):
    picture, moving = await film_desk.send(alice), await film_desk.send(alice, moving_gif())

    with pytest.raises(NotReady, match="Try again in a moment"):
        await film_desk.attach(alice, moving)
    await film_desk.studio.process(moving.id, now=film_desk.now)
    with pytest.raises(MixedKinds):
        await film_desk.attach(alice, picture, moving)

    assert len(await film_desk.attach(alice, moving)) == 1


async def test_attaching_again_shows_what_is_named_and_keeps_the_rest_for_the_history(desk, alice):
    old, kept, new = [await desk.send(alice) for _ in range(3)]
    await desk.attach(alice, old, kept)

    await desk.attach(alice, new, kept)

    assert [one.id for one in await desk.of_post()] == [new.id, kept.id]
    assert [one.id for one in await desk.write(media.detach, post_id=POST)] == [new.id, kept.id]
    assert (await desk.loose(old.id, alice)).loose_since == desk.now


async def test_what_a_deleted_post_showed_can_be_attached_anew_for_a_day(desk, alice):
    sent = await desk.send(alice)
    await desk.attach(alice, sent)
    desk.now += timedelta(days=400)

    assert [one.id for one in await desk.write(media.detach, post_id=POST)] == [sent.id]
    assert await desk.write(media.forget_loose, now=desk.now + DAY - timedelta(seconds=1)) == 0
    await desk.attach(alice, sent, post_id=OTHER_POST)

    assert [one.id for one in await desk.of_post(OTHER_POST)] == [sent.id]


async def test_what_belongs_to_no_post_is_forgotten_after_a_day_and_its_files_too(desk, alice):
    loose, used = await desk.send(alice), await desk.send(alice)
    await desk.attach(alice, used)

    assert await desk.write(media.forget_loose, now=desk.now + DAY) == 1
    await desk.blobs.sweep(now=desk.now + DAY)

    with pytest.raises(MediaNotFound):
        await desk.loose(loose.id, alice)
    assert desk.files() == {used.key, used.preview_key}


async def test_deleting_takes_the_files_along(desk, alice):
    sent = await desk.send(alice)

    await desk.write(media.delete, id=sent.id, account_id=alice)
    await desk.blobs.sweep(now=desk.now)

    assert desk.files() == set()


async def test_one_deletes_what_is_ones_own_and_not_in_use(desk, alice, bob):
    sent = await desk.send(alice)

    with pytest.raises(MediaNotFound):
        await desk.write(media.delete, id=sent.id, account_id=bob)
    await desk.attach(alice, sent)
    with pytest.raises(InUse):
        await desk.write(media.delete, id=sent.id, account_id=alice)

    assert len(await desk.of_post()) == 1


async def test_a_post_can_take_its_media_with_it(desk, alice):
    sent = await desk.send(alice)
    await desk.attach(alice, sent)

    gone = await desk.write(media.delete_of_post, post_id=POST)
    await desk.blobs.sweep(now=desk.now)

    assert [one.id for one in gone] == [sent.id]
    assert (await desk.of_post(), desk.files()) == ([], set())


async def test_a_closed_account_leaves_no_media_and_no_files(desk, alice, bob):
    for _ in range(3):
        await desk.send(alice)
    await desk.attach(alice, await desk.send(alice))
    his = await desk.send(bob)

    while await desk.write(media.delete_all, account_id=alice, limit=3):
        pass
    await desk.blobs.sweep(now=desk.now)

    assert await desk.of_post() == []
    assert desk.files() == {his.key, his.preview_key}


async def test_what_is_said_is_kept_changed_and_taken_away(desk, alice):
    sent = await desk.send(alice, description="A room", focus=Focus(0.5, -0.5))

    async def say(**said):
        return await desk.write(media.update, id=sent.id, account_id=alice, said=Said(**said))

    assert (sent.description, sent.focus) == ("A room", Focus(0.5, -0.5))
    changed = await say(description="A hall")
    assert (changed.description, changed.focus) == ("A hall", Focus(0.5, -0.5))
    emptied = await say(description="", focus=None)
    assert (emptied.description, emptied.focus) == ("", None)
    assert await desk.loose(sent.id, alice) == emptied


async def test_what_a_post_shows_is_changed_by_naming_the_post(desk, alice, bob):
    sent = await desk.send(alice)
    await desk.attach(alice, sent)

    for account, post in ((alice, None), (alice, OTHER_POST), (bob, POST)):
        with pytest.raises(MediaNotFound):
            await desk.write(media.update, id=sent.id, account_id=account, post_id=post, said=Said("x"))
    await desk.write(media.update, id=sent.id, account_id=alice, post_id=POST, said=Said("In the post"))

    assert (await desk.of_post())[0].description == "In the post"
    assert (await desk.of_post())[0].state is State.READY
