"""What people are told, one by one: who is told of what, what is taken back, and how it is read."""

from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import accounts, notifications, posts
from pinson.domain.access import UserRole
from pinson.domain.notifications import Kind
from pinson.lib.log import record
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_boosts import boost, listening
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.mastodon.test_relations import do


async def told(world, person, **query):
    """What somebody finds among their notifications, the newest first."""
    await world.settle()
    answer = await world.client(person).get("/api/v1/notifications", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def plain(found):
    return [(one["type"], one["account"]["username"], (one.get("status") or {}).get("id")) for one in found]


async def favourite(world, person, post, verb="favourite"):
    answer = await world.client(person).post(f"/api/v1/statuses/{post.id}/{verb}")
    assert answer.status_code == 200, answer.text


async def edit(world, author, post, text):
    answer = await world.client(author).put(f"/api/v1/statuses/{post.id}", json={"status": text})
    assert answer.status_code == 200, answer.text


async def test_people_are_told_what_others_do(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")

    await world.follow(bob, alice)
    await favourite(world, bob, post)
    await boost(world, bob, post)
    answer = await world.publish(bob, "@alice Hello", in_reply_to_id=str(post.id))
    await favourite(world, alice, post)  # nobody is told what they do themselves

    assert plain(await told(world, alice)) == [
        ("mention", "bob", str(answer.id)),
        ("reblog", "bob", str(post.id)),
        ("favourite", "bob", str(post.id)),
        ("follow", "bob", None),
    ]
    assert await told(world, bob) == []


async def test_what_is_undone_is_taken_back(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")
    await world.follow(bob, alice)
    await favourite(world, bob, post)
    await boost(world, bob, post)
    await favourite(world, bob, post, "bookmark")
    answer = await world.publish(bob, "@alice Hello")
    assert len(await told(world, alice)) == 4

    await do(world, bob, "unfollow", alice)
    await favourite(world, bob, post, "unfavourite")
    await favourite(world, bob, post, "unreblog")
    await world.client(bob).delete(f"/api/v1/statuses/{answer.id}")

    assert await told(world, alice) == []


async def test_what_was_done_again_is_told_again_however_late_one_looks(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")

    for verb in ("favourite", "unfavourite", "favourite"):
        await favourite(world, bob, post, verb)

    assert plain(await told(world, alice)) == [("favourite", "bob", str(post.id))]


async def test_a_deleted_post_takes_with_it_what_was_told_about_it(world):
    alice, *fans = await world.people("alice", *(f"fan{number}" for number in range(5)))
    post = await world.publish(alice, "Hello")
    for fan in fans:
        await favourite(world, fan, post)
    assert len(await told(world, alice)) == 5

    await world.client(alice).delete(f"/api/v1/statuses/{post.id}")

    assert await told(world, alice) == []
    assert await left(world, "notification_groups") == 0


async def left(world, table):
    """How many rows a table has."""
    return (await world.ask(lambda tx: tx.all(int, f"SELECT count(*) FROM {table}")))[0]


async def test_a_reaction_that_runs_twice_tells_once(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(bob, "@alice Hello")
    facts = [posts.PostPublished(at=world.clock.now(), post=post.shape)]
    await world.settle()

    for fact in facts:
        await world.tools.db.write(record, fact=fact)

    assert len(await told(world, alice)) == 1


async def test_a_locked_account_is_told_of_requests_until_they_are_answered(world):
    alice, bob = await world.people("alice", "bob")
    await world.client(alice).patch("/api/v1/accounts/update_credentials", json={"locked": True})
    await world.client(bob).post(f"/api/v1/accounts/{alice.id}/follow")
    assert plain(await told(world, alice)) == [("follow_request", "bob", None)]

    await world.client(alice).post(f"/api/v1/follow_requests/{bob.id}/authorize")

    assert plain(await told(world, alice)) == [("follow", "bob", None)]


async def test_followers_who_ask_for_it_are_told_of_posts_but_not_of_boosts_or_answers_to_others(world):
    alice, bob, carol, dan = await world.people("alice", "bob", "carol", "dan")
    for follower in (bob, carol):
        await do(world, follower, "follow", alice, notify=follower is bob)
    theirs = await world.publish(dan, "Look")
    await world.settle()

    post = await world.publish(alice, "Hello")
    thread = await world.publish(alice, "And more", in_reply_to_id=str(post.id))
    await world.publish(alice, "@dan Yes", in_reply_to_id=str(theirs.id))
    await boost(world, alice, theirs)
    await world.publish(alice, "@bob For you")

    assert plain(await told(world, bob)) == [
        ("mention", "alice", (await world.home(bob))[0].id and str((await world.home(bob))[0].id)),
        ("status", "alice", str(thread.id)),
        ("status", "alice", str(post.id)),
    ]
    assert await told(world, carol) == []


async def test_an_edit_tells_whom_it_adds_and_those_who_boosted(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "@carol Hello")
    await boost(world, bob, post)
    await edit(world, alice, post, "@bob @carol Bonjour")
    world.clock.move(timedelta(minutes=1))

    first = await told(world, bob)
    await edit(world, alice, post, "@bob @carol Bonsoir")
    second = await told(world, bob)

    assert {one["type"] for one in first} == {"mention", "update"}
    assert [one["type"] for one in second] == ["update", "mention"]
    assert second[0]["id"] not in [one["id"] for one in first]
    assert plain(await told(world, carol)) == [("mention", "alice", str(post.id))]


async def test_who_asked_and_who_voted_are_told_that_a_poll_has_ended(world):
    alice, bob, carol, dan = await world.people("alice", "bob", "carol", "dan")
    post = await world.publish(alice, "Tea?", poll={"options": ["yes", "no"], "expires_in": 300})
    for voter in (bob, carol):
        poll = (await world.client(voter).get(f"/api/v1/statuses/{post.id}")).json()["poll"]
        await world.client(voter).post(f"/api/v1/polls/{poll['id']}/votes", json={"choices": [0]})
    await do(world, carol, "block", alice)
    world.clock.move(timedelta(minutes=6))

    for _ in range(2):
        await schedule.sweep(world.tools)

    ended = [("poll", "alice", str(post.id))]
    assert [plain(await told(world, one)) for one in (alice, bob, carol, dan)] == [ended, ended, [], []]


async def test_a_quote_tells_whom_it_quotes_and_an_edit_of_the_quoted_those_who_quoted(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(alice, "Hello")
    quote = await world.publish(bob, "Look", quoted_status_id=str(post.id))
    world.clock.move(timedelta(minutes=1))

    await edit(world, alice, post, "Bonjour")
    once = await told(world, bob)
    world.clock.move(timedelta(minutes=1))
    await edit(world, alice, post, "Bonsoir")
    again = await told(world, bob)

    assert plain(await told(world, alice)) == [("quote", "bob", str(quote.id))]
    assert plain(once) == plain(again) == [("quoted_update", "alice", str(quote.id))]
    assert once[0]["id"] != again[0]["id"]
    await world.client(bob).delete(f"/api/v1/statuses/{quote.id}")
    assert (await told(world, alice), await told(world, bob)) == ([], [])


async def test_staff_are_told_of_newcomers(world):
    admin = await world.person("admin", role=UserRole.ADMIN)
    await world.settle()
    moderator = await world.person("mod", role=UserRole.MODERATOR)
    await world.settle()
    bob = await world.person("bob")

    assert plain(await told(world, admin)) == [("admin.sign_up", "bob", None), ("admin.sign_up", "mod", None)]
    assert plain(await told(world, moderator)) == [("admin.sign_up", "bob", None)]
    assert await told(world, bob) == []


@pytest.mark.parametrize(
    "keep_away",
    ["block", "blocked by", "mute", "mute conversation", "blocks whom it answers", "blocks whom it names"],
)
async def test_nobody_is_told_what_they_do_not_want_to_hear(world, keep_away):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "Hello")
    theirs = await world.publish(carol, "@alice Hello", in_reply_to_id=str(post.id))
    await world.client(alice).post("/api/v1/notifications/clear")
    await world.settle()
    await world.client(alice).post("/api/v1/notifications/clear")
    match keep_away:
        case "block":
            await do(world, alice, "block", bob)
        case "blocked by":
            await do(world, bob, "block", alice)
        case "mute":
            await do(world, alice, "mute", bob)
        case "mute conversation":
            await world.client(alice).post(f"/api/v1/statuses/{post.id}/mute")
        case _:
            await do(world, alice, "block", carol)

    to = theirs if keep_away == "blocks whom it answers" else post
    text = "@alice @carol Look" if keep_away == "blocks whom it names" else "@alice Look"
    await world.client(bob).post("/api/v1/statuses", json={"status": text, "in_reply_to_id": str(to.id)})

    assert await told(world, alice) == []


async def test_a_mute_that_lets_notifications_through_does(world):
    alice, bob = await world.people("alice", "bob")
    await do(world, alice, "mute", bob, notifications=False)

    await world.publish(bob, "@alice Hello")

    assert len(await told(world, alice)) == 1


async def test_staff_are_heard_by_those_who_mute_them_when_they_mention_them(world):
    alice = await world.person("alice")
    moderator = await world.person("mod", role=UserRole.MODERATOR)
    await do(world, alice, "mute", moderator)
    post = await world.publish(alice, "Hello")

    await world.publish(moderator, "@alice A word about your post")
    await favourite(world, moderator, post)

    assert [one["type"] for one in await told(world, alice)] == ["mention"]


@pytest.mark.parametrize("verb", ["block", "mute"])
async def test_what_was_told_goes_with_whom_one_keeps_away(world, verb):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    for other in (bob, carol):
        await world.publish(other, "@alice Hello")
    assert len(await told(world, alice)) == 2

    await do(world, alice, verb, bob)

    assert [one["account"]["username"] for one in await told(world, alice)] == ["carol"]


async def test_what_a_suspended_account_did_is_hidden_until_it_is_restored(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "Hello")
    for other in (bob, carol):
        await favourite(world, other, post)
    await world.settle()

    await world.write(accounts.suspend, account_id=bob.account_id)
    hidden_at_once = plain((await world.client(alice).get("/api/v1/notifications")).json())
    hidden = await told(world, alice)
    group = (await world.client(alice).get("/api/v2/notifications")).json()["notification_groups"]
    await world.write(accounts.restore, account_id=bob.account_id)

    assert hidden_at_once == plain(hidden) == [("favourite", "carol", str(post.id))]
    assert [one["notifications_count"] for one in group] == [1]
    assert [one["account"]["username"] for one in await told(world, alice)] == ["carol", "bob"]


async def test_a_closed_account_leaves_no_notification_behind(world):
    alice, bob = await world.people("alice", "bob")
    await world.publish(alice, "@bob Hello")
    await world.publish(bob, "@alice Hello")
    await do(world, bob, "follow", alice)
    await world.client(bob).post("/api/v1/markers", data={"home[last_read_id]": "5"})
    await world.settle()

    await world.write(accounts.delete, account_id=bob.account_id)
    await world.settle()

    for table in ("notifications", "notification_groups", "notification_requests", "markers"):
        assert await left(world, table) == 0, table


async def test_a_page_is_chosen_by_kind_sender_and_cursor(world):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    post = await world.publish(alice, "Hello")
    for other in (bob, carol):
        await world.follow(other, alice)
        await favourite(world, other, post)
        await world.publish(other, "@alice Hello")
    everything = await told(world, alice)
    ids = [one["id"] for one in everything]

    def page(**query):
        return told(world, alice, **query)

    assert [one["type"] for one in everything] == ["mention", "favourite", "follow"] * 2
    assert [one["type"] for one in await page(**{"types[]": ["mention", "follow", "wave"]})] == [
        "mention",
        "follow",
    ] * 2
    assert [one["type"] for one in await page(**{"exclude_types[]": ["mention", "wave"]})] == [
        "favourite",
        "follow",
    ] * 2
    assert await page(**{"types[]": ["wave"]}) == []
    assert [one["id"] for one in await page(account_id=bob.id)] == ids[3:]
    assert [one["id"] for one in await page(max_id=ids[1], limit=2)] == ids[2:4]
    assert [one["id"] for one in await page(since_id=ids[3], limit=2)] == ids[:2]
    assert [one["id"] for one in await page(min_id=ids[3], limit=2)] == ids[1:3]
    assert await page(limit=0) == []


async def test_a_page_leads_on_in_both_directions(world):
    alice, bob = await world.people("alice", "bob")
    for number in range(3):
        await world.publish(bob, f"@alice {number}")
    await world.settle()

    answer = await world.client(alice).get("/api/v1/notifications?limit=2&exclude_types[]=poll")

    found = [one["id"] for one in answer.json()]
    assert cursors(answer) == {"next": f"max_id={found[-1]}", "prev": f"min_id={found[0]}"}
    assert "exclude_types" in answer.headers["link"]
    assert "link" not in (await world.client(bob).get("/api/v1/notifications")).headers


async def test_one_notification_is_found_and_dismissed_by_its_id(world):
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    [one] = await told(world, alice)
    path = f"/api/v1/notifications/{one['id']}"

    assert (await world.client(alice).get(path)).json() == one
    assert (await world.client(bob).get(path)).json() == MISSING
    assert (await world.client(bob).post(f"{path}/dismiss")).status_code == 404
    assert (await world.client(alice).post(f"{path}/dismiss")).json() == {}
    assert (await world.client(alice).get(path)).status_code == 404
    assert (await world.client(alice).get("/api/v1/notifications/none")).status_code == 404
    assert await told(world, alice) == []


async def test_all_of_them_can_be_cleared(world):
    alice, *others = await world.people("alice", "bob", "carol")
    for other in others:
        await world.follow(other, alice)
    await world.settle()

    answer = await world.client(alice).post("/api/v1/notifications/clear")

    assert answer.json() == {}
    assert await told(world, alice) == []
    assert await left(world, "notification_groups") == 0


async def test_what_is_unread_is_counted_from_the_marker_on(world):
    alice, bob = await world.people("alice", "bob")
    for number in range(3):
        await world.publish(bob, f"@alice {number}")
    await world.follow(bob, alice)
    found = await told(world, alice)
    client = world.client(alice)

    async def count(query=""):
        return (await client.get(f"/api/v1/notifications/unread_count{query}")).json()["count"]

    assert (await count(), await count("?limit=2"), await count("?types[]=mention")) == (4, 2, 3)
    await client.post("/api/v1/markers", json={"notifications": {"last_read_id": found[1]["id"]}})
    assert (await count(), await count("?account_id=1")) == (1, 0)


async def test_a_status_that_may_no_longer_be_seen_is_null(world):
    alice, bob = await world.people("alice", "bob")
    await do(world, bob, "follow", alice, notify=True)
    await world.publish(alice, "For those who follow", visibility="private")
    assert (await told(world, bob))[0]["status"]["visibility"] == "private"

    await do(world, bob, "unfollow", alice)

    assert plain(await told(world, bob)) == [("status", "alice", None)]


async def test_an_app_is_given_something_to_show_of_what_it_does_not_know(world):
    alice, bob = await world.people("alice", "bob")
    post = await world.publish(bob, "Look")
    await world.write(
        notifications.notify,
        account_ids=[alice.account_id],
        kind=Kind.QUOTE,
        from_id=bob.account_id,
        about=post.shape,
        at=world.clock.now(),
    )
    await world.follow(bob, alice)

    silent = await told(world, alice)
    knows = await told(world, alice, **{"supported_types[]": ["quote"]})
    french = await told(world, alice, **{"supported_types[]": ["poll"], "lang": "fr"})

    assert not any("fallback" in one for one in silent + knows)
    assert [one.get("fallback") for one in french] == [
        None,
        {
            "title": "bob a cité votre message",
            "summary": f'<p><a href="https://pinson.example/@bob/{post.id}">Voir sur le site</a></p>',
            "description": None,
        },
    ]


async def test_a_notification_is_heard_live(world):
    alice, bob = await world.people("alice", "bob")

    async with listening(world, alice, "user:notification") as next_event:
        await world.publish(bob, "@alice Hello")
        await world.settle()
        event, heard = await next_event()

    assert event == "notification"
    assert [heard] == await told(world, alice)


@pytest.mark.parametrize("path", ["/api/v1/notifications", "/api/v2/notifications", "/api/v1/notifications/requests"])
async def test_a_page_costs_the_same_number_of_statements_however_long(world, path):
    alice, *others = await world.people("alice", *(f"u{number}" for number in range(8)))
    await world.client(alice).patch("/api/v2/notifications/policy", json={"for_not_followers": "filter"})
    for number, other in enumerate(others):
        if number % 2:
            await world.follow(other, alice)
    world.clock.move(timedelta(days=4))
    for other in others:
        await favourite(world, other, await world.publish(alice, "Hello"))
        await world.publish(other, f"@alice Hello #{other.username}")
    await world.settle()
    costs, lengths = [], []

    for limit in (2, 20):
        await forget(world)
        with counted(world) as statements:
            page = (await world.client(alice).get(path, params={"limit": limit})).json()
        costs.append(statements)
        lengths.append(len(page["notification_groups"] if isinstance(page, dict) else page))

    assert lengths[1] >= 2 * lengths[0]
    assert {name: count for name, count in costs[0].items() if costs[1][name] != count} == {}
    assert sum(costs[1].values()) <= 20


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/notifications"),
        ("POST", "/api/v1/notifications/clear"),
        ("GET", "/api/v2/notifications"),
        ("GET", "/api/v2/notifications/policy"),
        ("GET", "/api/v1/notifications/requests"),
        ("GET", "/api/v1/markers"),
        ("GET", "/api/v1/push/subscription"),
    ],
)
async def test_a_stranger_is_told_nothing(world, method, path):
    assert (await world.client().request(method, path)).status_code == 401
