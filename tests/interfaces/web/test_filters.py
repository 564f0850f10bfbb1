"""Words to hide: the pages where a member says which, and what becomes of posts with them wherever pages show posts."""

from datetime import timedelta

import pytest

from tests.interfaces.web.test_home import Ear, hub, press, started  # noqa: F401  (`hub` is a fixture)
from tests.interfaces.web.test_pages import EVIL
from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.visitor import Visitor

EVERYWHERE = ["home", "notifications", "public", "thread", "account"]


@pytest.fixture
async def town(world):
    """Ana, whom Ben follows, and Ben's browser."""
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    return ana, ben, visitor


async def hide(world, person, *words, title="Fin de série", action="warn", where=EVERYWHERE):
    keywords = [{"keyword": word, "whole_word": True} for word in words]
    body = {"title": title, "context": where, "filter_action": action, "keywords_attributes": keywords}
    return (await world.client(person).post("/api/v2/filters", json=body)).json()


def folds(page):
    """How many posts of a page are folded."""
    return page.html.count('<details class="veil">')


async def send(visitor, path, **filled):
    """Fill in the form of a page of filters, and send it."""
    page = await visitor.open(path)
    form = next(at for at, form in enumerate(page.forms) if "sent" in form.fields)
    return await visitor.send(page, form=form, **filled)


# --- the pages ----------------------------------------------------------------------------------------------------


async def test_words_are_hidden_changed_removed_and_put_back(world, town):
    _, ben, visitor = town
    everywhere = {"where[]": EVERYWHERE}

    typed = {"words[0][text]": "spoiler", "words[1][text]": "fin", "words[0][whole]": "0"}
    page = await send(visitor, "/settings/filters/new", **typed)
    assert "spoiler" in page.text
    [made] = (await world.client(ben).get("/api/v2/filters")).json()
    assert (made["title"], made["filter_action"], made["expires_at"]) == ("spoiler", "warn", None)
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("spoiler", False), ("fin", True)]

    changed = {"words[0][text]": "", "words[1][text]": "la fin", "words[1][whole]": "1", "title": "Série"}
    page = await send(visitor, f"/settings/filters/{made['id']}", action="hide", lasts="86400", **changed, **everywhere)
    assert "It is saved." in page.text
    [one] = (await world.client(ben).get("/api/v2/filters")).json()
    assert (one["title"], one["filter_action"]) == ("Série", "hide")
    assert [(word["keyword"], word["whole_word"]) for word in one["keywords"]] == [("la fin", True)]
    assert one["expires_at"] is not None

    page = await visitor.open("/settings/filters")
    page = await visitor.send(page, form=next(at for at, form in enumerate(page.forms) if "remove" in form.action))
    assert "“Série” is removed." in page.text
    assert (await world.client(ben).get("/api/v2/filters")).json() == []
    await visitor.send(page, form=next(at for at, form in enumerate(page.forms) if "sent" in form.fields))
    [back] = (await world.client(ben).get("/api/v2/filters")).json()
    assert (back["title"], back["filter_action"], back["context"]) == ("Série", "hide", one["context"])
    assert back["expires_at"] == one["expires_at"]
    assert [word["keyword"] for word in back["keywords"]] == ["la fin"]


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(world, town):
    _, _, visitor = town

    page = await send(visitor, "/settings/filters/new", title=EVIL)
    assert (page.status, "Write at least one word to hide." in page.text) == (422, True)
    assert next(form for form in page.forms if "sent" in form.fields).fields["title"] == EVIL

    page = await send(visitor, "/settings/filters/new", **{"words[0][text]": "x" * 513})
    assert page.status == 422
    assert "x" * 513 in page.html

    page = await send(visitor, "/settings/filters/new", **{"words[0][text]": "fin", "where[]": ""})
    assert page.status == 422


async def test_an_end_that_is_left_alone_stays_and_one_that_passed_is_told(world, town):
    _, ben, visitor = town
    await send(visitor, "/settings/filters/new", lasts="3600", **{"words[0][text]": "fin", "where[]": EVERYWHERE})
    [one] = (await world.client(ben).get("/api/v2/filters")).json()

    await send(visitor, f"/settings/filters/{one['id']}", title="Fin")
    [same] = (await world.client(ben).get("/api/v2/filters")).json()
    assert (same["title"], same["expires_at"]) == ("Fin", one["expires_at"])

    world.clock.move(timedelta(hours=2))
    assert "over since" in (await visitor.open("/settings/filters")).text


async def test_somebody_else_s_filter_is_not_there_and_strangers_sign_in(world, town):
    ana, _, visitor = town
    one = await hide(world, ana, "secret")

    assert (await visitor.open(f"/settings/filters/{one['id']}")).status == 404
    page = await visitor.open("/settings/filters/new")
    token = next(form for form in page.forms if "sent" in form.fields).fields["csrf"]
    answer = await visitor.client.post(f"/settings/filters/{one['id']}/remove", data={"csrf": token})
    assert answer.status_code == 404
    for path in ("/settings/filters", "/settings/filters/new", f"/settings/filters/{one['id']}"):
        assert (await Visitor(world).client.get(path)).status_code == 303


# --- what becomes of posts ----------------------------------------------------------------------------------------


async def places(world, ben, ana):
    """The pages that show posts with a word that Ben hides, by context."""
    made = (await world.client(ben).post("/api/v1/lists", json={"title": "Voisins"})).json()
    await world.client(ben).post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [ana.id]})
    own = await world.publish(ben, "Que dit-on ?")
    await world.publish(ana, "La fin, #fin")
    await world.publish(ana, "@ben La fin, #fin", in_reply_to_id=str(own.id))
    await world.settle()
    return {
        "home": ["/", f"/lists/{made['id']}"],
        "public": ["/explore", "/tags/fin", "/search?q=fin"],
        "account": ["/@ana/with_replies", "/@ana/tagged/fin"],
        "thread": [f"/@ben/{own.id}"],
        "notifications": ["/notifications"],
    }


@pytest.mark.parametrize("where", EVERYWHERE)
async def test_a_filter_folds_and_hides_where_it_counts_and_nowhere_else(world, town, where):
    ana, ben, visitor = town
    pages = await places(world, ben, ana)
    made = await hide(world, ben, "fin", where=[where], title=f"Série {EVIL}")

    for context, paths in pages.items():
        for path in paths:
            page = await visitor.open(path)
            assert any("La fin" in text for text in texts(page)), path
            assert bool(folds(page)) == (context == where), path
            assert (f"Hidden: Série {EVIL}" in page.text) == (context == where)
            assert EVIL not in page.html

    await world.client(ben).put(f"/api/v2/filters/{made['id']}", json={"filter_action": "hide"})
    for path in pages[where]:
        assert "La fin" not in (await visitor.open(path)).text, path
        assert "La fin" in (await Visitor(world).open("/@ana/with_replies")).text


async def test_nobody_s_own_posts_are_kept_from_them(world, town):
    _, ben, visitor = town
    await hide(world, ben, "fin", action="hide")
    await world.publish(ben, "La fin")

    assert texts(await visitor.open("/")) == ["La fin"]


async def test_a_post_that_is_passed_on_or_quoted_is_folded_too(world, town):
    ana, ben, visitor = town
    far = await world.person("far")
    first = await world.publish(far, "La fin")
    await world.publish(ana, "À lire", quoted_status_id=str(first.id))
    await world.client(ana).post(f"/api/v1/statuses/{first.id}/reblog")
    await hide(world, ben, "fin")

    assert folds(await visitor.open("/")) == 2

    [one] = (await world.client(ben).get("/api/v2/filters")).json()
    await world.client(ben).put(f"/api/v2/filters/{one['id']}", json={"filter_action": "hide"})
    page = await visitor.open("/")
    assert texts(page) == ["À lire"]
    assert "The quoted post is not shown here." in page.text


async def test_pictures_are_blurred_and_the_text_stays(world, town):
    ana, ben, visitor = town
    await world.publish(ana, "La fin")
    await hide(world, ben, "fin", action="blur")

    page = await visitor.open("/")

    assert folds(page) == 0
    assert "Blurred pictures: Fin de série" in page.text
    assert page.html.index("</summary></details>") < page.html.index("La fin")


async def test_the_opened_post_itself_and_the_card_one_has_just_used_are_not_folded(world, town):
    ana, ben, visitor = town
    post = await world.publish(ana, "La fin")
    await hide(world, ben, "fin", action="hide")

    page = await visitor.open(f"/@ana/{post.id}")
    assert (texts(page), folds(page)) == (["La fin"], 0)
    data = {**page.forms[0].fields, "do": "like"}
    answer = await visitor.client.post(f"/posts/{post.id}", data=data, headers={"x-fragment": "1"})
    assert "La fin" in answer.text


async def test_private_messages_are_folded_on_their_list(world, town):
    ana, ben, visitor = town
    await world.publish(ana, "@ben La fin", visibility="direct")
    await world.settle()
    await hide(world, ben, "fin", where=["thread"])

    page = await visitor.open("/messages")

    assert "Hidden: Fin de série" in page.text
    assert "La fin" not in page.text


async def test_a_live_page_folds_and_leaves_out_as_it_does_when_it_is_opened(world, town, hub):  # noqa: F811
    ana, ben, visitor = town
    await hide(world, ben, "fin", where=["home"])
    await hide(world, ben, "mort", where=["home"], action="hide")
    async with Ear(visitor, "on=home&back=/") as ear, Ear(visitor, "on=explore&back=/") as other:
        await started(world, 2)
        await world.publish(ana, "La mort")
        post = await world.publish(ana, "La fin")

        kind, told = await ear.hear()
        assert (kind, told["id"]) == ("published", str(post.id))
        assert '<details class="veil">' in told["html"]
        assert "La mort" in (await other.hear())[1]["html"]
        assert "veil" not in (await other.hear())[1]["html"]

        await world.client(ana).put(f"/api/v1/statuses/{post.id}", json={"status": "La mort"})
        assert await ear.hear() == ("deleted", {"id": str(post.id)})
