"""What members do about accounts and hashtags from their pages, and the lists of people that come of it."""

from datetime import timedelta

import pytest

from pinson.domain import access, instance
from pinson.domain.access import MemberRole, UserRole
from tests.interfaces.web.test_pages import EVIL
from tests.interfaces.web.visitor import Visitor


@pytest.fixture
async def town(world):
    """Ana and Ben, and Ben's browser."""
    ana, ben = await world.people("ana", "ben")
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    return ana, ben, visitor


async def press(visitor, path, do, **filled):
    """Press the button of a page that says `do`; the page that comes then."""
    page = await visitor.open(path)
    form = next(at for at, form in enumerate(page.forms) if ("do", do) in form.buttons)
    return await visitor.send(page, form=form, button=("do", do), **filled)


async def between(world, person, other):
    """How somebody stands to another, as apps are told."""
    answer = await world.client(person).get("/api/v1/accounts/relationships", params={"id[]": other.id})
    return answer.json()[0]


@pytest.mark.parametrize(
    ("before", "do", "undo", "flag"),
    [
        ([], "follow", "unfollow", "following"),
        (["follow"], "notify", "ignore", "notifying"),
        (["follow"], "hear", "spare", "showing_reblogs"),
        ([], "mute", "unmute", "muting"),
        ([], "block", "unblock", "blocking"),
    ],
)
async def test_a_button_of_a_profile_does_what_it_says_and_takes_it_back(world, town, before, do, undo, flag):
    ana, ben, visitor = town
    for first in before:
        await press(visitor, "/@ana", first)
    if do == "hear":
        await press(visitor, "/@ana", "spare")

    await press(visitor, "/@ana", do)
    assert (await between(world, ben, ana))[flag] is True
    await press(visitor, "/@ana", undo)
    assert (await between(world, ben, ana))[flag] is False


async def test_a_mute_lasts_as_long_as_was_chosen(world, town):
    ana, ben, visitor = town

    page = await press(visitor, "/@ana", "mute", duration="86400")
    assert "You hear nothing of ana until" in page.text
    assert "until" in (await visitor.open("/mutes")).text

    world.clock.move(timedelta(days=1, seconds=1))
    assert (await between(world, ben, ana))["muting"] is False


async def test_a_note_is_kept_and_read_by_its_writer_alone(world, town):
    _, _, visitor = town

    page = await press(visitor, "/@ana", "note", note=EVIL)

    assert EVIL in page.text
    assert "Your note" not in (await Visitor(world).open("/@ana")).text


async def test_whoever_is_locked_is_asked_and_accepts_or_refuses(world, town):
    ana, ben, visitor = town
    await world.client(ana).patch("/api/v1/accounts/update_credentials", json={"locked": True})
    hers = Visitor(world)
    await hers.sign_in("ana")

    assert "ana has not answered yet" in (await press(visitor, "/@ana", "follow")).text
    assert "Nobody waits" in (await press(hers, "/follow_requests", "refuse")).text
    await press(visitor, "/@ana", "follow")
    await press(hers, "/follow_requests", "accept")

    assert (await between(world, ben, ana))["following"] is True
    assert "ben" in (await hers.open("/@ana/followers")).text
    await press(hers, "/@ben", "remove")
    assert (await between(world, ben, ana))["following"] is False


async def test_followers_are_shown_to_anybody_unless_they_are_hidden(world, town):
    ana, _, visitor = town
    await press(visitor, "/@ana", "follow")
    stranger = Visitor(world)

    assert "@ben" in (await stranger.open("/@ana/followers")).text
    assert "@ana" in (await stranger.open("/@ben/following")).text

    await world.client(ana).patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    assert "@ben" not in (await stranger.open("/@ana/followers")).text


async def test_a_page_of_people_leads_on(world, town):
    ana, _, visitor = town
    for person in await world.people(*(f"p{number}" for number in range(41))):
        await world.follow(person, ana)

    first = await visitor.open("/@ana/followers")
    [more] = [link for link in first.links if "max_id" in link]
    second = await visitor.open(more)

    assert "@p40" in first.text
    assert "@p0" not in first.text
    assert "@p0" in second.text
    assert not [link for link in second.links if "max_id" in link and "lang" not in link]


@pytest.mark.parametrize("path", ["/mutes", "/blocks", "/follow_requests", "/followed_tags"])
async def test_lists_of_one_s_own_are_for_members(world, town, path):
    _, _, visitor = town

    assert (await visitor.open(path)).status == 200
    assert (await Visitor(world).client.get(path)).headers["location"].startswith("/auth/sign_in")


async def test_whoever_is_blocked_can_be_unblocked_from_the_list(world, town):
    ana, ben, visitor = town
    await press(visitor, "/@ana", "block")

    assert "You have blocked nobody" in (await press(visitor, "/blocks", "unblock")).text
    assert (await between(world, ben, ana))["blocking"] is False


async def test_a_hashtag_is_followed_from_its_page_used_or_not(town):
    _, _, visitor = town

    await press(visitor, "/tags/LHC", "follow")
    assert "/tags/lhc" in (await visitor.open("/followed_tags")).links
    assert "You follow no hashtag" in (await press(visitor, "/followed_tags", "unfollow")).text


async def test_what_cannot_be_done_is_refused(world, town):
    ana, ben, visitor = town
    fields = next(form for form in (await visitor.open("/@ana")).forms if form.action.startswith("/people/")).fields

    async def send(id, **data):
        return (await visitor.client.post(f"/people/{id}", data={**fields, **data})).status_code

    assert await send(ana.id, do="explode") == 400
    assert await send(ben.id, do="follow") == 403
    assert await send(1, do="block") == 404
    assert await send(ana.id, do="accept") == 404
    assert await send(ana.id, do="note", note="x" * 2001) == 422
    answer = await visitor.client.post(f"/people/{ana.id}", data={**fields, "do": "follow", "back": "//evil.example"})
    assert answer.headers["location"] == "/"


async def test_a_script_gets_the_buttons_alone(town):
    ana, _, visitor = town
    page = await visitor.open("/@ana")
    form = next(form for form in page.forms if form.action == f"/people/{ana.id}")

    answer = await visitor.client.post(form.action, data={**form.fields, "do": "follow"}, headers={"x-fragment": "1"})

    assert answer.text.strip().startswith('<section class="stand"')
    assert 'value="unfollow"' in answer.text


async def test_a_report_reaches_the_moderators_with_the_post_it_is_about(world, town):
    ana, _, visitor = town
    post = await world.publish(ana, "Achetez vite")
    path = f"/posts/{post.id}/report"
    assert path in (await visitor.open(f"/@ana/{post.id}")).links
    page = await visitor.open(path)

    answer = await visitor.send(page, category="spam", comment=EVIL)

    assert "Achetez vite" in page.text
    assert "The moderators will look at it" in answer.text
    moderator = await world.person("mod", role=UserRole.MODERATOR)
    [report] = (await world.client(moderator).get("/api/v1/admin/reports")).json()
    assert (report["category"], report["comment"]) == ("spam", EVIL)
    assert [status["id"] for status in report["statuses"]] == [str(post.id)]


async def test_a_report_arrives_though_a_rule_that_it_names_was_withdrawn_meanwhile(world, town):
    _, _, visitor = town
    kept, gone = [await world.write(instance.add_rule, text=text, hint="") for text in ("Be kind", "No spam")]
    page = await visitor.open("/@ana/report")
    await world.write(instance.remove_rule, id=gone.id)

    await visitor.send(page, category="violation", comment="Look", **{"rule_ids[]": [str(kept.id), str(gone.id)]})

    moderator = await world.person("mod", role=UserRole.MODERATOR)
    [report] = (await world.client(moderator).get("/api/v1/admin/reports")).json()
    assert (report["comment"], [rule["text"] for rule in report["rules"]]) == ("Look", ["Be kind"])


async def test_a_stranger_has_no_buttons_and_reports_by_the_form_for_everybody(world, town):
    stranger = Visitor(world)

    assert (await stranger.open("/@ana")).forms == []
    assert (await stranger.client.get("/@ana/report")).headers["location"].startswith("/notice?address=")


async def test_whoever_has_several_accounts_chooses_as_whom_they_act(world, town):
    ana, ben, visitor = town
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.AUTHOR)
    page = await visitor.open("/auth/account")

    assert "/auth/account" in page.links
    home = await visitor.send(page, button=("account_id", ana.id))
    assert 'title="@ana@pinson.example"' in home.html
    cora = await world.person("cora")
    assert (await visitor.send(page, button=("account_id", cora.id))).status == 404


# --- muted conversations, and lists -------------------------------------------------------------------------------


async def test_a_conversation_is_muted_from_a_post_in_it_and_heard_again(world, town):
    ana, _, visitor = town
    first = await world.publish(ana, f"Le premier mot {EVIL}")
    answer = await world.publish(ana, "La suite", in_reply_to_id=str(first.id))

    await press(visitor, f"/@ana/{answer.id}", "mute")

    page = await visitor.open("/muted_conversations")
    assert f"Le premier mot {EVIL}" in page.text
    assert EVIL not in page.html
    assert "Muted: hear it again" in (await visitor.open(f"/@ana/{first.id}")).text
    assert "Muted: hear it again" not in (await Visitor(world).open(f"/@ana/{first.id}")).text

    form = next(at for at, form in enumerate(page.forms) if form.action.startswith("/muted_conversations/"))
    page = await visitor.send(page, form=form)
    assert "Le premier mot" not in page.text
    assert "Mute this conversation" in (await visitor.open(f"/@ana/{first.id}")).text


async def test_a_muted_conversation_whose_first_post_is_gone_can_be_heard_again(world, town):
    ana, _, visitor = town
    first = await world.publish(ana, "Le premier mot")
    await press(visitor, f"/@ana/{first.id}", "mute")
    await world.client(ana).delete(f"/api/v1/statuses/{first.id}")

    page = await visitor.open("/muted_conversations")
    assert "The post that began it is not there any more." in page.text
    form = next(at for at, form in enumerate(page.forms) if form.action.startswith("/muted_conversations/"))
    assert "not there any more" not in (await visitor.send(page, form=form)).text


async def test_a_profile_says_in_which_lists_somebody_is_and_puts_them_there(world, town):
    visitor = town[2]
    await visitor.send(await visitor.open("/lists"), title=f"Voisins {EVIL}")
    assert "Put into a list" not in (await visitor.open("/@ana")).text  # only whom one follows can be in one
    page = await press(visitor, "/@ana", "follow")
    [into] = {value for form in page.forms for _, value in form.buttons if str(value).startswith("list:")}

    page = await press(visitor, "/@ana", into)
    assert f"In your lists: Voisins {EVIL}" in page.text
    assert EVIL not in page.html
    page = await press(visitor, "/@ana", f"un{into}")
    assert "Put into a list" in page.text

    page = await visitor.open("/@ana")
    form = next(form for form in page.forms if form.action.startswith("/people/"))
    for do, status in (("list:1", 404), ("list:x", 400), ("list:9999999999999999999", 404)):
        answer = await visitor.client.post(form.action, data={**form.fields, "do": do})
        assert answer.status_code == status
