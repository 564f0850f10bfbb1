"""Moderators hide single posts: nobody but the author sees them, on no page, in no list, until they are shown again."""

from datetime import timedelta

import pytest

from pinson.domain.access import UserRole
from pinson.domain.trends import Kind, queries
from tests.interfaces.mastodon.test_reports import report
from tests.interfaces.web.visitor import Visitor

WORD = "Zinzolin"  # stands in the post that is hidden, and nowhere else


@pytest.fixture
async def desk(world):
    """A moderator's browser, at the desk."""
    await world.person("mona", role=UserRole.MODERATOR)
    visitor = Visitor(world)
    await visitor.sign_in("mona")
    return visitor


@pytest.fixture
async def case(world):
    """Mal published what Ana likes, keeps, repeats, quotes and reports; `(ana, mal, post, path of the report)`."""
    ana, mal = await world.people("ana", "mal")
    await world.follow(ana, mal)
    await world.client(mal).patch("/api/v1/accounts/update_credentials", json={"indexable": True})
    first = await world.publish(mal, "Au début")
    post = await world.publish(mal, f"{WORD} @ana #couleur", in_reply_to_id=str(first.id))
    app, path = world.client(ana), f"/api/v1/statuses/{post.id}"
    for deed in ("favourite", "bookmark", "reblog"):
        assert (await app.post(f"{path}/{deed}")).status_code == 200
    await world.publish(ana, "Voyez", quoted_status_id=str(post.id))
    await world.client(mal).post(f"{path}/pin")
    told = await report(world, ana, mal, status_ids=[str(post.id)], comment="Encore lui")
    await world.settle()
    return ana, mal, post, f"/moderation/reports/{told.json()['id']}"


async def hide(desk, path, text="Assez", **chosen):
    """Hide the posts that are chosen on the page of a report; the page that comes then."""
    page = await desk.open(path)
    form = next(form for form in page.forms if form.action.endswith("/decide"))
    answer = await desk.client.get(form.action, params=form.fields | chosen)
    return await desk.send(await desk._arrive(answer), text=text)


async def where_it_shows(world, ana, mal, post):
    """All places where anybody but its author would come upon the post."""
    app, status, account = world.client(ana), f"/api/v1/statuses/{post.id}", f"/api/v1/accounts/{mal.id}"
    paths = [
        status,
        f"{status}/context",
        f"{status}/history",
        f"/api/v1/statuses?id[]={post.id}",
        f"/api/v1/statuses/{post.in_reply_to_id}/context",
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/couleur",
        f"{account}/statuses",
        f"{account}/statuses?pinned=true",
        f"{account}/statuses?tagged=couleur",
        f"/api/v1/accounts/{ana.id}/statuses",
        "/api/v1/bookmarks",
        "/api/v1/favourites",
        "/api/v1/notifications",
        "/api/v2/notifications",
        f"/api/v2/search?q={WORD}&type=statuses",
        f"/api/oembed?url={world.tools.settings.url}/@mal/{post.id}",
    ]
    found = {path for path in paths if WORD in (await app.get(path)).text}
    reader = Visitor(world)
    await reader.sign_in("ana")
    pages = ["/", "/notifications", "/kept", "/liked", "/tags/couleur", "/search?q=couleur&in=posts", "/@ana"]
    found |= {f"web {path}" for path in pages if WORD in (await reader.open(path)).html}
    stranger = Visitor(world)
    public = [
        *(
            "/@mal",
            "/@mal/feed.rss",
            "/@mal/feed.atom",
            "/@mal/feed.json",
            "/@mal/2026-03-30",
            "/explore",
            "/tags/couleur",
        ),
        *(
            "/tags/couleur/feed.rss",
            "/tags/couleur/feed.json",
            f"/@mal/{post.id}",
            f"/@mal/{post.id}/embed",
            f"/@mal/{post.in_reply_to_id}",
        ),
    ]
    found |= {f"stranger {path}" for path in public if WORD in (await stranger.open(path)).html}
    return found


async def test_a_hidden_post_is_seen_nowhere_until_it_is_shown_again(world, desk, case):
    ana, mal, post, path = case
    before = await where_it_shows(world, ana, mal, post)
    assert len(before) >= 35, sorted(before)

    await hide(desk, path)

    assert await where_it_shows(world, ana, mal, post) == set()
    page = await Visitor(world).open(f"/@mal/{post.id}")
    assert (page.status, (await Visitor(world).client.get(f"/@mal/{post.id}/card.png")).status_code) == (404, 404)
    account = await desk.open(f"/moderation/accounts/{mal.id}")
    form = await desk.open(next(link for link in account.links if "lift?do=hide" in link))
    assert WORD in form.text
    after = await desk.send(form, text="Une erreur")
    assert after.status == 200
    assert await where_it_shows(world, ana, mal, post) == before
    register = (await desk.open("/moderation/register")).text
    assert "mona @mona hid posts of @mal" in register
    assert "mona @mona showed posts again of @mal Une erreur" in register


async def test_its_author_sees_it_marked_is_told_why_and_has_it_shown_again_by_an_appeal(world, desk, case):
    _, mal, post, path = case
    after = await hide(desk, path, "Trop violet")
    assert "Closed" in after.text
    await world.settle()

    author = Visitor(world)
    await author.sign_in("mal")
    for page in ("/@mal", "/", f"/@mal/{post.id}"):
        shown = await author.open(page)
        assert WORD in shown.text
        assert "only you see it. Trop violet" in shown.text
    letter = world.letters()[-1].get_body(("plain",)).get_content()
    assert "have hidden posts" in letter
    assert "Trop violet" in letter
    (told,) = (await world.client(mal).get("/api/v1/notifications?types[]=moderation_warning")).json()
    assert told["moderation_warning"]["action"] == "delete_statuses"
    assert told["moderation_warning"]["status_ids"] == [str(post.id)]

    decision = await author.open(next(link for link in shown.links if link.startswith("/appeals/")))
    assert WORD in decision.text
    await author.send(decision, text="C’est une couleur")
    appeal = await desk.open(
        next(link for link in (await desk.open("/moderation/appeals")).links if "appeals/" in link)
    )
    await desk.send(appeal, text="En effet", granted="1")

    assert (await Visitor(world).open(f"/@mal/{post.id}")).status == 200
    assert "only you see it" not in (await author.open("/@mal")).text


async def test_only_what_is_chosen_and_theirs_and_not_hidden_yet_can_be_hidden(world, desk, case):
    ana, mal, post, path = case
    other = await world.publish(mal, "Bleu")
    foreign = await world.publish(ana, "Rouge")

    nothing = await hide(desk, path, **{"post_ids[]": []})
    not_theirs = await hide(desk, path, **{"post_ids[]": [str(post.id), str(foreign.id)]})
    assert (nothing.status, not_theirs.status) == (422, 404)
    assert (await Visitor(world).open(f"/@mal/{post.id}")).status == 200

    page = await desk.open(f"/@mal/{other.id}")
    form = await desk.open(next(link for link in page.links if "do=hide" in link))
    await desk.send(form, text="Assez")
    assert (await Visitor(world).open(f"/@mal/{other.id}")).status == 404
    assert (await Visitor(world).open(f"/@mal/{post.id}")).status == 200
    again = await desk.send(form, text="Assez")
    assert (again.status, "not hidden yet" in again.text) == (422, True)


async def test_the_author_of_a_hidden_post_cannot_bring_it_back_by_passing_it_on_or_editing_it(world, desk, case):
    ana, mal, post, path = case
    await hide(desk, path)
    app = world.client(mal)

    await app.put(f"/api/v1/statuses/{post.id}", json={"status": f"{WORD} encore @ana"})
    await app.post(f"/api/v1/statuses/{post.id}/reblog")
    await world.publish(mal, "Voyez", quoted_status_id=str(post.id))
    await world.settle()

    assert await where_it_shows(world, ana, mal, post) == set()


async def test_a_hidden_direct_post_leaves_the_conversation_of_the_other_until_it_is_shown(world, desk):
    ana, mal = await world.people("ana", "mal")
    await world.publish(ana, "Bonjour @mal", visibility="direct")
    first = await world.publish(mal, "Salut @ana", visibility="direct")
    post = await world.publish(mal, f"{WORD} @ana", visibility="direct", in_reply_to_id=str(first.id))
    await world.settle()
    told = await report(world, ana, mal, status_ids=[str(post.id)])

    async def last():
        return [one["last_status"]["id"] for one in (await world.client(ana).get("/api/v1/conversations")).json()]

    assert str(post.id) in await last()
    await hide(desk, f"/moderation/reports/{told.json()['id']}")
    await world.settle()
    assert str(first.id) in await last()
    assert str(post.id) not in await last()

    form = await desk.open(f"/moderation/accounts/{mal.id}/lift?do=hide")
    await desk.send(form, text="Bon")
    await world.settle()
    assert str(post.id) in await last()


async def test_a_hidden_post_raises_no_trend(world, desk):
    people = await world.people("ana", "ben", "cleo", "dan")
    await world.client(people[0]).patch("/api/v1/accounts/update_credentials", json={"discoverable": True})
    post = await world.publish(people[0], f"{WORD} #couleur")
    for one in people:
        await world.publish(one, "Ah #couleur")
        await world.client(one).post(f"/api/v1/statuses/{post.id}/favourite")

    async def rising():
        found = await world.tools.db.read_in_thread(queries.measured, now=world.clock.now() + timedelta(minutes=1))
        return {trend.kind: trend.reason.posts or trend.id for trend in found}

    assert await rising() == {Kind.TAG: 5, Kind.POST: post.id}
    page = await desk.open(f"/@ana/{post.id}")
    await desk.send(await desk.open(next(link for link in page.links if "do=hide" in link)), text="Assez")
    assert await rising() == {Kind.TAG: 4}


async def test_apps_cannot_ask_for_what_they_do_not_know(world, desk, case):
    _, mal, _, _ = case
    root = await world.person("root", role=UserRole.ADMIN)

    answer = await world.client(root).post(f"/api/v1/admin/accounts/{mal.id}/action", json={"type": "hide"})

    assert answer.status_code == 422


async def test_nothing_leads_to_a_hidden_correction(world, desk):
    ana = await world.person("ana")
    post = await world.publish(ana, "La ligne 4 repart à 9 h")
    answer = await world.client(ana).post(f"/api/pinson/v1/messages/{post.id}/corrections", json={"status": WORD})
    assert answer.status_code == 200, answer.text
    id = answer.json()["message_id"]

    async def links():
        pages = [(await Visitor(world).open(path)).html for path in (f"/@ana/{post.id}", "/@ana", "/@ana/feed.atom")]
        return [f"/@ana/{id}" in page for page in pages]

    assert await links() == [True, True, True]
    page = await desk.open(f"/@ana/{id}")
    await desk.send(await desk.open(next(link for link in page.links if "do=hide" in link)), text="Assez")
    assert await links() == [False, False, False]
