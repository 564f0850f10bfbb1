"""What a member reads besides home: what they were told, private messages, lists, and what they kept."""

import pytest

from tests.interfaces.web.test_pages import EVIL
from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.test_relations import press
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def town(world):
    """Ana, Ben and Cora, and Ana's browser."""
    ana, ben, cora = await world.people("ana", "ben", "cora")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return ana, ben, cora, visitor


async def mark(world, person, post, verb="favourite"):
    await world.client(person).post(f"/api/v1/statuses/{post.id}/{verb}")
    await world.settle()


async def test_what_one_was_told_is_said_in_sentences_and_groups(world, town):
    ana, ben, cora, visitor = town
    post = await world.publish(ana, "Feu vert")
    await mark(world, ben, post)
    await mark(world, cora, post)
    await world.follow(ben, ana)
    await world.publish(cora, f"@ana {EVIL}")
    await world.settle()

    page = await visitor.open("/notifications")

    assert "cora and ben like your post" in page.text
    assert "Feu vert" in page.text
    assert "ben follows you now" in page.text
    assert "cora writes to you" in page.text
    assert EVIL in page.text
    assert "cora et ben ont aimé votre message" in (await visitor.open("/notifications?lang=fr")).text


async def test_the_bell_counts_until_one_has_looked(world, town):
    ana, ben, _, visitor = town
    await mark(world, ben, await world.publish(ana, "Feu vert"))
    badge = "data-unread>1</span>"

    assert badge in (await visitor.open("/")).html
    await visitor.open("/notifications?only=mentions")
    assert badge in (await visitor.open("/")).html
    await visitor.open("/notifications")
    assert badge not in (await visitor.open("/")).html


async def test_a_tab_shows_some_kinds_and_a_page_leads_on(world, town):
    ana, ben, _, visitor = town
    await mark(world, ben, await world.publish(ana, "Feu vert"))
    for number in range(21):
        await world.publish(ben, f"@ana {number}")
    await world.settle()

    mentions = await visitor.open("/notifications?only=mentions")
    [more] = [link for link in mentions.links if "max_id" in link and "lang" not in link]

    assert "ben likes your post" not in mentions.text
    assert texts(mentions)[0] == "@ana 20"
    assert texts(await visitor.open(more)) == ["@ana 0"]
    assert "ben likes your post" in (await visitor.open("/notifications?only=likes")).text


async def test_all_can_be_removed(world, town):
    ana, ben, _, visitor = town
    await mark(world, ben, await world.publish(ana, "Feu vert"))
    page = await visitor.open("/notifications")
    form = next(at for at, form in enumerate(page.forms) if form.action == "/notifications/clear")

    assert "Nothing here yet" in (await visitor.send(page, form=form)).text


async def test_who_is_kept_apart_waits_and_is_shown_or_removed(world, town):
    _, ben, cora, visitor = town
    page = await visitor.open("/notifications/policy")
    await visitor.send(page, not_following="filter", private_mentions="filter")
    await world.publish(ben, "@ana Bonjour")
    await world.publish(cora, "@ana Achetez")
    await world.settle()

    assert "2 people whom you do not know wrote to you" in (await visitor.open("/notifications")).text
    await press(visitor, "/notifications/requests", "dismiss")  # the latest: Cora
    await press(visitor, "/notifications/requests", "accept")
    await world.settle()
    page = await visitor.open("/notifications")
    assert texts(page) == ["@ana Bonjour"]
    assert "Nobody waits" in (await visitor.open("/notifications/requests")).text


async def test_private_messages_are_read_as_conversations(world, town):
    _, ben, _, visitor = town
    await world.publish(ben, f"@ana {EVIL}", visibility="direct")
    await world.settle()

    page = await visitor.open("/messages")
    [path] = [link for link in page.links if link.startswith("/messages/")]
    assert "new" in page.text
    assert EVIL in page.text

    conversation = await visitor.open(path)
    assert EVIL in conversation.text
    assert any(link.startswith("/write?in_reply_to_id=") for link in conversation.links)
    assert 'class="talk unread"' not in (await visitor.open("/messages")).html
    stranger = Visitor(world)
    await stranger.sign_in("cora")
    assert (await stranger.open(path)).status == 404


@pytest.mark.parametrize(("path", "verb"), [("/kept", "bookmark"), ("/liked", "favourite")])
async def test_what_one_kept_or_liked_is_found_again_the_latest_first(world, town, path, verb):
    ana, ben, _, visitor = town
    posts = [await world.publish(ben, f"Message {number}") for number in range(21)]
    for post in reversed(posts):
        await mark(world, ana, post, verb)

    page = await visitor.open(path)
    [older] = [link for link in page.links if "max_id" in link and "lang" not in link]

    assert texts(page) == [f"Message {number}" for number in range(20)]
    assert texts(await visitor.open(older)) == ["Message 20"]


async def test_a_list_is_made_filled_changed_and_deleted(world, town):
    ana, ben, cora, visitor = town
    await world.follow(ana, ben)
    await world.publish(ben, "De Ben")
    await world.publish(cora, "De Cora #LHC")

    edit = await visitor.send(await visitor.open("/lists"), title=EVIL)
    path = edit.forms[0].action
    await press(visitor, f"{path}/edit", "add", acct="@ben")
    await press(visitor, f"{path}/edit", "add_tag", tag="#lhc")
    assert texts(await visitor.open(path)) == ["De Cora #LHC", "De Ben"]

    await press(visitor, f"{path}/edit", "remove")
    assert texts(await visitor.open(path)) == ["De Cora #LHC"]
    await press(visitor, f"{path}/edit", "change", title="Voisins", replies="none", exclusive="1")
    [one] = (await world.client(ana).get("/api/v1/lists")).json()
    assert (one["title"], one["replies_policy"], one["exclusive"]) == ("Voisins", "none", True)
    assert "A list gathers" in (await press(visitor, f"{path}/edit", "delete")).text


async def test_a_list_that_is_deleted_comes_back_as_it_was(world, town):
    ana, ben, cora, visitor = town
    await world.follow(ana, ben)
    await world.follow(ana, cora)
    path = (await visitor.send(await visitor.open("/lists"), title=EVIL)).forms[0].action
    for acct in ("ben", "cora"):
        await press(visitor, f"{path}/edit", "add", acct=acct)
    await press(visitor, f"{path}/edit", "add_tag", tag="#lhc")
    await press(visitor, f"{path}/edit", "change", replies="none", exclusive="1")

    gone = await press(visitor, f"{path}/edit", "delete")
    assert (await visitor.open(path)).status == 404
    await world.client(ana).post(f"/api/v1/accounts/{cora.id}/unfollow")
    back = await visitor.send(gone)

    [one] = (await world.client(ana).get("/api/v1/lists")).json()
    assert (one["title"], one["replies_policy"], one["exclusive"]) == (EVIL, "none", True)
    assert back.status == 200
    members = (await world.client(ana).get(f"/api/v1/lists/{one['id']}/accounts")).json()
    assert [member["username"] for member in members] == ["ben"]  # whom she still follows
    assert "#lhc" in (await visitor.open(f"/lists/{one['id']}/edit")).text.lower()


async def test_what_is_put_back_is_checked_as_what_is_made(world, town):
    _, _, _, visitor = town
    page = await visitor.open("/lists")
    csrf = page.forms[0].fields["csrf"]

    async def put_back(**fields):
        form = {"csrf": csrf, "title": "Voisins", **fields}
        return (await visitor.client.post("/lists/put_back", data=form)).status_code

    assert await put_back(title=" ") == 422
    assert await put_back(members="x -1 " + "9" * 30, tags="99 ²") == 303
    assert await put_back(replies="odd") == 422


async def test_a_list_says_what_is_wrong_and_is_nobody_else_s(world, town):
    _, _, _, visitor = town
    page = await visitor.open("/lists")

    assert (await visitor.send(page, title=" ")).status == 422
    path = (await visitor.send(page, title="Voisins")).forms[0].action
    assert (await press(visitor, f"{path}/edit", "add", acct="nobody")).status == 404
    stranger = Visitor(world)
    await stranger.sign_in("ben")
    assert (await stranger.open(path)).status == 404


@pytest.mark.parametrize(
    "path", ["/notifications", "/notifications/policy", "/notifications/requests", "/messages", "/lists", "/kept"]
)
async def test_these_pages_are_for_members(world, path):
    assert (await Visitor(world).client.get(path)).headers["location"].startswith("/auth/sign_in")
