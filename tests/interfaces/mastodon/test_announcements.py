"""Whoever runs the server tells everybody here something, and they react."""

from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import accounts, instance
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_custom_emojis import offer

PATH = "/api/v1/announcements"


async def announce(world, text="Pinson sleeps from ten to eleven.", **options):
    return await world.write(instance.announce, text=text, **options)


async def seen(world, who, **parameters):
    """What somebody is told."""
    answer = await world.client(who).get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_announcement_is_rendered_like_a_post(world):
    alice = await world.person("alice")
    await offer(world, "cat")
    post = await world.publish(alice, "Hello")
    private = await world.publish(alice, "Friends", visibility="private")
    links = " ".join(f"https://pinson.example/@alice/{one.id}" for one in (post, private))

    made = await announce(world, f"Ask @alice or @nobody about #Birds :cat: {links}\n\n<b>")

    [one] = await seen(world, alice)
    assert (one["id"], one["read"], one["all_day"], one["starts_at"]) == (str(made.id), False, False, None)
    assert one["published_at"] == one["updated_at"] == "2026-03-30T13:06:00.000Z"
    assert one["content"].endswith("<p>&lt;b&gt;</p>")
    assert 'class="u-url mention">@<span>alice</span>' in one["content"]
    assert one["mentions"] == [
        {"id": alice.id, "username": "alice", "url": "https://pinson.example/@alice", "acct": "alice"}
    ]
    assert [tag["name"] for tag in one["tags"]] == ["birds"]
    assert [emoji["shortcode"] for emoji in one["emojis"]] == ["cat"]
    assert one["statuses"] == [{"id": str(post.id), "url": f"https://pinson.example/@alice/{post.id}"}]


async def test_what_is_dismissed_is_told_only_to_those_who_ask(world):
    alice, bob = await world.people("alice", "bob")
    old, new = await announce(world, "Old"), await announce(world, "New")

    assert (await world.client(alice).post(f"{PATH}/{old.id}/dismiss")).json() == {}

    assert [one["id"] for one in await seen(world, alice)] == [str(new.id)]
    both = await seen(world, alice, with_dismissed="true")
    assert [(one["id"], one["read"]) for one in both] == [(str(new.id), False), (str(old.id), True)]
    assert len(await seen(world, bob)) == 2


@pytest.mark.parametrize(
    ("days", "options", "over_after"),
    [
        (None, {}, None),
        ((0, 1), {}, timedelta(days=1)),
        ((0, 1), {"all_day": True}, timedelta(days=2)),
    ],
)
async def test_nobody_is_told_of_what_is_over(world, days, options, over_after):
    alice = await world.person("alice")
    midnight = world.clock.now().replace(hour=0, minute=0)
    if days:
        options |= {"starts_at": midnight + timedelta(days[0]), "ends_at": midnight + timedelta(days[1])}
    await announce(world, **options)

    over = midnight + (over_after or timedelta(days=365))
    world.clock.move(over - world.clock.now() - timedelta(seconds=1))
    assert len(await seen(world, alice)) == 1
    if over_after:
        world.clock.move(timedelta(seconds=1))
        assert await seen(world, alice) == []
        await schedule.sweep(world.tools)
        assert await world.ask(instance.announcements, now=midnight) == []


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"text": " \n"}, instance.BlankText),
        ({"text": "x" * 5001}, instance.TextTooLong),
        ({"all_day": True}, instance.NoDays),
        ({"starts_at": 1, "ends_at": 0}, instance.EndsBeforeItStarts),
    ],
)
async def test_what_makes_no_sense_is_not_announced(world, options, refusal):
    moments = {name: world.clock.now() + timedelta(days=options[name]) for name in options if name.endswith("_at")}

    with pytest.raises(refusal):
        await announce(world, **{**options, **moments})

    assert await world.ask(instance.announcements, now=world.clock.now()) == []


async def test_reactions_are_counted_and_one_s_own_are_known(world):
    alice, bob = await world.people("alice", "bob")
    emoji = await offer(world, "cat")
    made = await announce(world)
    for who, name in ((alice, "❤"), (alice, "❤\ufe0f"), (alice, "cat"), (bob, "❤\ufe0f")):
        assert (await world.client(who).put(f"{PATH}/{made.id}/reactions/{name}")).json() == {}

    [one] = await seen(world, bob)

    url = f"https://pinson.example/media/{emoji.key}"
    assert one["reactions"] == [
        {"name": "❤\ufe0f", "count": 2, "me": True},
        {"name": "cat", "count": 1, "me": False, "url": url, "static_url": url},
    ]
    for _ in range(2):
        assert (await world.client(alice).delete(f"{PATH}/{made.id}/reactions/❤")).json() == {}
    await world.write(instance.remove_emoji, shortcode="cat")
    assert (await seen(world, bob))[0]["reactions"] == [{"name": "❤\ufe0f", "count": 1, "me": True}]


async def test_eight_different_reactions_fit_and_no_more(world):
    alice, bob = await world.people("alice", "bob")
    made = await announce(world)
    answers = [(await world.client(alice).put(f"{PATH}/{made.id}/reactions/{one}")) for one in "😀😁😂😃😄😅😆😇😈"]

    assert [answer.status_code for answer in answers] == [200] * 8 + [422]
    assert answers[8].json()["error"] == "Validation failed: Limit of different reactions reached"
    assert (await world.client(bob).put(f"{PATH}/{made.id}/reactions/😀")).status_code == 200


@pytest.mark.parametrize("name", ["x", "cow", "👍👍", "7"])
async def test_what_is_no_emoji_is_no_reaction(world, name):
    alice = await world.person("alice")
    made = await announce(world)

    answer = await world.client(alice).put(f"{PATH}/{made.id}/reactions/{name}")

    assert (answer.status_code, answer.json()["error"]) == (422, "Validation failed: Name is not a recognized emoji")


@pytest.mark.parametrize("gone", ["never", "withdrawn", "over", "x"])
async def test_there_is_nothing_to_do_with_what_is_gone(world, gone):
    alice = await world.person("alice")
    made = await announce(world, ends_at=world.clock.now() + timedelta(hours=1))
    id = {"never": 7, "x": "x"}.get(gone, made.id)
    if gone == "withdrawn":
        await world.write(instance.withdraw, id=made.id)
    world.clock.move(timedelta(hours=1 if gone == "over" else 0))
    client = world.client(alice)

    answers = [
        await client.post(f"{PATH}/{id}/dismiss"),
        await client.put(f"{PATH}/{id}/reactions/👍"),
        await client.delete(f"{PATH}/{id}/reactions/👍"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


async def test_a_stranger_is_told_nothing(world):
    made = await announce(world)

    for method, path in (
        ("GET", PATH),
        ("POST", f"{PATH}/{made.id}/dismiss"),
        ("PUT", f"{PATH}/{made.id}/reactions/👍"),
    ):
        assert (await world.client().request(method, path)).status_code == 401


async def test_a_closed_account_no_longer_counts(world):
    alice, bob = await world.people("alice", "bob")
    made = await announce(world)
    await world.client(alice).post(f"{PATH}/{made.id}/dismiss")
    for who in (alice, bob):
        await world.client(who).put(f"{PATH}/{made.id}/reactions/👍")

    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()

    [one] = await seen(world, bob)
    assert one["reactions"] == [{"name": "👍", "count": 1, "me": True}]
    [left] = await world.ask(instance.announcements, now=world.clock.now(), reader_id=alice.account_id)
    assert (left.is_dismissed, left.own) == (False, frozenset())


async def test_nothing_is_left_of_what_was_withdrawn(world):
    alice, bob = await world.people("alice", "bob")
    gone, kept = await announce(world), await announce(world)
    for one in (gone, kept):
        for who in (alice, bob):
            await world.client(who).post(f"{PATH}/{one.id}/dismiss")
            for name in "👍😀":
                await world.client(who).put(f"{PATH}/{one.id}/reactions/{name}")

    await world.write(instance.withdraw, id=gone.id)
    assert await world.write(instance.clear_after, id=gone.id, limit=1) == 3  # a dismissal, two reactions
    await world.settle()

    for table in ("announcement_dismissals", "announcement_reactions", "announcement_counts"):
        left = await world.ask(lambda tx, table=table: tx.all(int, f"SELECT announcement_id FROM {table}"))
        assert set(left) == {kept.id}, table


async def test_everybody_who_listens_at_home_hears_of_it_at_once(world):
    alice, bob = await world.people("alice", "bob")

    async with listening(world, bob) as next_event:
        made = await announce(world, "Hello @bob")
        event, told = await next_event()
        assert (event, told["id"], [one["acct"] for one in told["mentions"]]) == ("announcement", str(made.id), ["bob"])
        assert "read" not in told
        for verb, count in (("PUT", 1), ("DELETE", 0)):
            await world.client(alice).request(verb, f"{PATH}/{made.id}/reactions/👍")
            reacted = {"announcement_id": str(made.id), "name": "👍", "count": count}
            assert await next_event() == ("announcement.reaction", reacted)
        await world.write(instance.withdraw, id=made.id)
        assert await next_event() == ("announcement.delete", made.id)


async def test_who_listens_to_anything_else_does_not(world):
    alice = await world.person("alice")

    async with listening(world, alice, "public") as next_event:
        await announce(world)
        post = await world.publish(alice, "Hello")
        event, told = await next_event()

    assert (event, told["id"]) == ("update", str(post.id))
