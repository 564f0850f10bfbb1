"""Where one writes: everything without script."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from pinson import schedule
from pinson.domain import access, accounts
from pinson.domain.access import MemberRole
from pinson.domain.posts import drafts
from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.visitor import Visitor

NEWS = "La ligne 4 repart à 9 h 15, toutes les stations."
EVIL = "<script>alert(1)</script>"


@pytest.fixture
async def town(world):
    """Ana, and her browser."""
    ana = await world.person("ana", display_name="Ana")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return ana, visitor


def picture():
    """A file as a form sends it."""
    file = BytesIO()
    Image.new("RGB", (8, 8), "navy").save(file, "PNG")
    return ("a.png", file.getvalue(), "image/png")


async def at(visitor, path, name):
    """The page at a path, and the number of its form whose action contains `name`."""
    page = await visitor.open(path)
    return page, next(place for place, form in enumerate(page.forms) if name in form.action)


async def send(visitor, page, *, files=None, to=None, **filled):
    """Send the form where one writes."""
    form = next(form for form in page.forms if "key" in form.fields)
    answer = await visitor.client.post(to or form.action, data={**form.fields, **filled}, files=files)
    return await visitor._arrive(answer)


async def statuses(world, person):
    return (await world.client(person).get(f"/api/v1/accounts/{person.id}/statuses")).json()


async def test_what_is_written_is_published_and_shown(world, town):
    ana, visitor = town

    page = await send(visitor, await visitor.open("/write"), text=NEWS, language="fr")

    assert [re.sub("\\s", " ", text) for text in texts(page)] == [NEWS]  # with the spaces of French typography
    (status,) = await statuses(world, ana)
    assert (status["visibility"], status["language"]) == ("public", "fr")


async def test_a_form_sent_twice_publishes_once(world, town):
    ana, visitor = town
    page = await visitor.open("/write")

    first, second = [await send(visitor, page, text=NEWS) for _ in range(2)]

    assert len(await statuses(world, ana)) == 1
    assert first.text == second.text


async def test_an_empty_phrase_asks_for_a_second_tap(world, town):
    ana, visitor = town

    page = await send(visitor, await visitor.open("/write"), text="Bonne journée à tous !")
    assert "Nothing to learn, nothing to do." in page.text
    assert await statuses(world, ana) == []

    await send(visitor, page)
    assert len(await statuses(world, ana)) == 1


async def test_a_picture_is_asked_to_be_described_but_goes_without(world, town):
    ana, visitor = town

    page = await send(
        visitor, await visitor.open("/write"), text=NEWS, files={"new[0][file]": picture(), "new[1][file]": ("", b"")}
    )
    assert "A picture has no description." in page.text
    (field,) = [name for name in page.forms[0].fields if name.endswith("[alt]") and name.startswith("pictures")]
    page = await send(visitor, page, **{field: f"La gare {EVIL}"})

    (status,) = await statuses(world, ana)
    assert [one["description"] for one in status["media_attachments"]] == [f"La gare {EVIL}"]
    assert EVIL not in page.html


async def test_a_picture_comes_back_with_what_is_refused_and_can_be_taken_out(world, town):
    ana, visitor = town
    files = {"new[0][file]": picture(), "new[0][alt]": (None, "La gare")}

    page = await send(visitor, await visitor.open("/write"), text="x" * 501, files=files)
    assert page.status == 422
    assert "character limit of 500 exceeded" in page.text
    assert "Validation failed" not in page.text
    (field,) = [name for name in page.forms[0].fields if name.endswith("[alt]") and name.startswith("pictures")]
    assert page.forms[0].fields[field] == "La gare"
    await send(visitor, page, text=NEWS, **{field.replace("[alt]", "[drop]"): "1"})

    (status,) = await statuses(world, ana)
    assert status["media_attachments"] == []


async def test_a_question_is_asked_with_its_answers(world, town):
    ana, visitor = town

    await send(
        visitor,
        await visitor.open("/write"),
        text="Marché samedi ou dimanche ?",
        **{"options[]": ["Samedi", "Dimanche", ""], "poll_seconds": "3600", "several": "1"},
    )

    (status,) = await statuses(world, ana)
    assert [one["title"] for one in status["poll"]["options"]] == ["Samedi", "Dimanche"]
    assert status["poll"]["multiple"] is True


async def test_an_answer_names_whom_it_answers_and_is_seen_by_no_more(world, town):
    ana, visitor = town
    ben = await world.person("ben")
    asked = await world.publish(ben, "@ana à quelle heure, le marché ?", visibility="direct")

    page = await visitor.open(f"/write?in_reply_to_id={asked.id}")
    assert texts(page)[0].startswith("@ana à quelle heure")
    await send(visitor, page, text="@ben à 9 h, place du Port")

    (answer,) = [one for one in await statuses(world, ana) if one["in_reply_to_id"]]
    assert (answer["in_reply_to_id"], answer["visibility"]) == (str(asked.id), "direct")
    assert next(form for form in page.forms if "key" in form.fields).fields["text"] == "@ben "


async def test_what_is_hidden_cannot_be_answered(world, town):
    _, visitor = town
    ben = await world.person("ben")
    hidden = await world.publish(ben, "entre nous", visibility="private")

    assert (await visitor.open(f"/write?in_reply_to_id={hidden.id}")).status == 404


async def test_a_message_is_planned_by_the_clock_of_the_server_and_taken_back(world, town):
    ana, visitor = town

    page = await send(visitor, await visitor.open("/write"), text=NEWS, at="2026-03-31T09:15")
    assert "Planned for 31 March 2026, 09:15 (Europe/Paris)" in page.text
    planned = (await world.client(ana).get("/api/v1/scheduled_statuses")).json()
    assert [one["scheduled_at"] for one in planned] == ["2026-03-31T07:15:00.000Z"]

    page = await visitor.send(page, form=next(n for n, form in enumerate(page.forms) if "unschedule" in form.action))
    form = next(form for form in page.forms if "key" in form.fields)
    assert (form.fields["text"], form.fields["at"]) == (NEWS, "2026-03-31T09:15")
    assert (await world.client(ana).get("/api/v1/scheduled_statuses")).json() == []


@pytest.mark.parametrize("when", ["tomorrow", "9999-12-31T23:59", "0001-01-01T00:00", "2026-03-30T15:06"])
async def test_a_moment_that_cannot_be_is_refused_and_nothing_is_lost(world, town, when):
    ana, visitor = town

    page = await send(visitor, await visitor.open("/write"), text=NEWS, at=when)

    form = next((form for form in page.forms if "key" in form.fields), None)
    if form is None:  # a time that has come is now
        assert len(await statuses(world, ana)) == 1
    else:
        assert page.status == 422
        assert form.fields["text"] == NEWS


async def test_what_is_looked_at_says_what_it_costs_and_can_be_rewritten(world, town):
    ana, visitor = town
    text = "Fête de la forêt : rendez-vous à l’entrée du bois, nous plantons 40 chênes. Bottes et gants conseillés !"

    page = await send(visitor, await visitor.open("/write"), text=text, do="look")
    assert "2 SMS" in page.text
    assert "<del>ê</del><ins>e</ins>" in page.html
    page = await send(visitor, page, do="rewrite")

    form = next(form for form in page.forms if "key" in form.fields)
    assert form.fields["text"] == text.replace("ê", "e").replace("’", "'")
    assert "1 SMS" in page.text
    assert await statuses(world, ana) == []


async def test_a_draft_is_kept_found_again_published_and_gone(world, town):
    ana, visitor = town

    page = await visitor.open("/write")
    files = {"new[0][file]": picture(), "new[0][alt]": (None, "La gare")}
    listed = await send(visitor, page, text=NEWS, to="/write/draft", files=files)
    assert NEWS in listed.text
    world.clock.move(timedelta(days=3))
    await schedule.sweep(world.tools)
    (link,) = [link for link in listed.links if "draft=" in link]
    page = await visitor.open(link)
    await send(visitor, page)

    (status,) = await statuses(world, ana)
    assert [one["description"] for one in status["media_attachments"]] == ["La gare"]
    assert NEWS not in (await visitor.open("/drafts")).text


async def test_a_draft_that_comes_late_does_not_bring_back_what_was_published(world, town):
    _, visitor = town
    page = await visitor.open("/write")
    await send(visitor, page, text=NEWS)

    late = await send(visitor, page, text=NEWS, to="/write/draft")

    assert late.status == 404
    assert NEWS not in (await visitor.open("/drafts")).text


async def test_a_draft_that_is_thrown_away_comes_back_for_a_day(world, town):
    _, visitor = town
    await send(visitor, await visitor.open("/write"), text=NEWS, to="/write/draft")

    page, form = await at(visitor, "/drafts", "discard")
    page = await visitor.send(page, form=form)
    (link,) = [link for link in page.links if "draft=" in link]
    again = await visitor.open(link)
    assert next(form for form in again.forms if "key" in form.fields).fields["text"] == NEWS
    world.clock.move(timedelta(days=1))
    await schedule.sweep(world.tools)

    assert (await visitor.open(link)).status == 404


async def test_a_deleted_post_is_put_back_with_its_pictures(world, town):
    ana, visitor = town
    files = {"new[0][file]": picture(), "new[0][alt]": (None, "La gare")}
    page = await send(visitor, await visitor.open("/write"), text=NEWS, files=files)
    (status,) = await statuses(world, ana)

    fields = page.forms[0].fields
    gone = await visitor._arrive(await visitor.client.post(f"/posts/{status['id']}/delete", data=fields))
    assert await statuses(world, ana) == []
    (link,) = [link for link in gone.links if "draft=" in link]
    await send(visitor, await visitor.open(link))

    (again,) = await statuses(world, ana)
    assert again["content"] == status["content"]
    assert [one["description"] for one in again["media_attachments"]] == ["La gare"]


async def test_one_edits_and_deletes_only_what_is_ones_own(world, town):
    _, visitor = town
    ben = await world.person("ben")
    post = await world.publish(ben, NEWS)
    page = await visitor.open(f"/@ben/{post.id}")
    fields = page.forms[0].fields

    assert (await visitor.open(f"/posts/{post.id}/edit")).status == 404
    for deed in ("edit", "delete"):
        assert (await visitor.client.post(f"/posts/{post.id}/{deed}", data={**fields, "text": "x"})).status_code == 404
    assert f"/posts/{post.id}/delete" not in page.html


async def test_a_message_is_edited_and_says_what_it_said_before(world, town):
    ana, visitor = town
    post = await world.publish(ana, f"Première version {EVIL} à 9 h")

    page = await visitor.open(f"/posts/{post.id}/edit")
    assert next(form for form in page.forms if "key" in form.fields).fields["text"] == post.text
    page = await send(visitor, page, text="Seconde version à 10 h")
    assert texts(page) == ["Seconde version à 10\u00a0h"]

    history = await Visitor(world).open(f"/posts/{post.id}/history")
    assert texts(history) == []
    assert history.text.index("Seconde version") < history.text.index("Première version")
    assert EVIL not in history.html


async def test_editing_a_question_keeps_its_votes(world, town):
    ana, visitor = town
    ben = await world.person("ben")
    post = await world.publish(ana, "Samedi ?", poll={"options": ["Oui", "Non"], "expires_in": 3600})
    await world.client(ben).post(f"/api/v1/polls/{post.id}/votes", json={"choices": [0]})
    world.clock.move(timedelta(hours=2))

    await send(visitor, await visitor.open(f"/posts/{post.id}/edit"), text="Samedi 4 avril ?")

    (status,) = await statuses(world, ana)
    assert "Samedi 4 avril" in status["content"]
    assert (status["poll"]["votes_count"], status["poll"]["expired"]) == (1, True)


async def test_a_question_that_is_edited_shows_no_pictures(world, town):
    ana, visitor = town
    post = await world.publish(ana, "Samedi ?", poll={"options": ["Oui", "Non"], "expires_in": 3600})
    page = await visitor.open(f"/posts/{post.id}/edit")

    answer = await send(visitor, page, text="Samedi ?", **{"seen[]": ["no_alt"]}, files={"new[0][file]": picture()})

    assert answer.status == 422
    assert (await statuses(world, ana))[0]["poll"]["options"][0]["title"] == "Oui"


async def test_a_script_is_told_why_a_picture_is_not_taken(town):
    _, visitor = town
    fields = (await visitor.open("/write")).forms[0].fields

    answer = await visitor.client.post("/write/picture", data=fields, files={"new[0][file]": ("a.png", b"no picture")})

    assert answer.status_code == 422
    assert "File content type is invalid" in answer.text
    assert "<html" not in answer.text


async def test_the_drafts_of_an_account_that_is_closed_are_gone(world, town):
    ana, visitor = town
    await send(visitor, await visitor.open("/write"), text=NEWS, to="/write/draft")

    await world.write(accounts.delete, account_id=ana.account_id)
    await world.settle()

    assert await world.ask(drafts.of_account, ana.account_id) == []


async def test_who_may_not_publish_keeps_drafts_for_those_who_may(world, town):
    ana, visitor = town
    ben = await world.person("ben")
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.AUTHOR)
    author = Visitor(world)
    await author.sign_in("ben")
    author.client.cookies.set("__Host-account", ana.id)

    page = await author.open("/write")
    assert "somebody else publishes" in page.text
    assert (await send(author, page, text=NEWS)).status == 403
    await send(author, page, text=NEWS, to="/write/draft")

    assert NEWS in (await visitor.open("/drafts")).text
    assert await statuses(world, ana) == []


async def test_strangers_and_analysts_do_not_write(world, town):
    ana, _ = town
    ben = await world.person("ben")
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.ANALYST)
    analyst = Visitor(world)
    await analyst.sign_in("ben")
    analyst.client.cookies.set("__Host-account", ana.id)

    assert (await Visitor(world).client.get("/write")).headers["location"] == "/auth/sign_in?next=%2Fwrite"
    assert (await analyst.open("/write")).status == 403
    assert (await analyst.open("/drafts")).status == 403


async def test_drafts_are_ones_own(world, town):
    _, visitor = town
    await world.person("ben")
    await send(visitor, await visitor.open("/write"), text=NEWS, to="/write/draft")
    (link,) = [link for link in (await visitor.open("/drafts")).links if "draft=" in link]
    other = Visitor(world)
    await other.sign_in("ben")

    assert (await other.open(link)).status == 404


async def test_what_a_link_fills_in_is_text(town):
    _, visitor = town

    page = await visitor.open(f"/write?text={EVIL}</textarea>{EVIL}")

    assert EVIL not in page.html
    assert next(form for form in page.forms if "key" in form.fields).fields["text"] == f"{EVIL}</textarea>{EVIL}"
