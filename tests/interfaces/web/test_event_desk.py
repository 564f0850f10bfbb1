"""The desk of a live event, as its team works at it with plain forms."""

from datetime import timedelta

import pytest

from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor

API = "/api/pinson/v1/events"
STEPS = [{"value": 0, "label": "Départ"}, {"value": 1.75, "label": "Mi-chemin"}, {"value": 3.5, "label": "Record"}]
DESK = "/e/premieres-collisions/regie"
SAID = {"text": "Le faisceau tourne à 10 h 31"}


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Le laboratoire")


@pytest.fixture
async def event(world, ana):
    starts = world.clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    answer = await world.client(ana).post(
        API,
        json={
            "title": "Premières collisions",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=8)).isoformat(),
            "zone": "Europe/Zurich",
            "language": "fr",
            "gauge_unit": "TeV",
            "gauge_steps": STEPS,
        },
    )
    return answer.json()


@pytest.fixture
async def at_desk(world, event):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


async def messages(world, event):
    return (await world.client().get(f"{API}/{event['id']}/messages")).json()


async def told(world, ana, event, status, **said):
    world.clock.move(timedelta(minutes=1))
    answer = await world.client(ana).post(f"{API}/{event['id']}/messages", json={"status": status, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ready(world, ana, event, text, **said):
    answer = await world.client(ana).post(f"{API}/{event['id']}/drafts", json={"text": text, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


def composer(page):
    return next(place for place, form in enumerate(page.forms) if ("do", "keep") in form.buttons)


def with_button(page, do, **fields):
    """The place of the form with this button, and of several the one that holds these fields."""
    return next(
        place
        for place, form in enumerate(page.forms)
        if ("do", do) in form.buttons and fields.items() <= form.fields.items()
    )


async def press(visitor, page, do, filled=(), **fields):
    return await visitor.send(page, form=with_button(page, do, **fields), button=("do", do), **dict(filled))


async def write(visitor, page, *, do="publish", **filled):
    return await visitor.send(page, form=composer(page), button=("do", do), **{**SAID, **filled})


async def test_who_is_not_of_the_team_finds_the_desk_closed_and_strangers_sign_in_first(world, event):
    await world.person("eve")
    visitor = Visitor(world)
    assert "Please sign in" in (await visitor.open(f"{DESK}?lang=en")).text or (await visitor.open(DESK)).status == 200

    await visitor.sign_in("eve")

    for path in (DESK, f"{DESK}/situation", "/e/premieres-collisions/desk"):
        assert (await visitor.open(path)).status == 403, path
    csrf = (await visitor.open("/write")).forms[-1].fields["csrf"]
    for path in (DESK, f"{DESK}/do"):
        sent = await visitor.client.post(path, data={"csrf": csrf, "do": "pause", **SAID})
        assert sent.status_code == 403, path
    assert await messages(world, event) == []


async def test_a_writer_of_the_team_works_at_the_desk_and_pauses_the_wall_but_does_not_set_it_up(world, ana, event):
    bob = await world.person("bob")
    await world.client(ana).put(f"{API}/{event['id']}/team/{bob.account_id}", json={"role": "writer"})
    visitor = Visitor(world)
    await visitor.sign_in("bob")

    page = await visitor.open(f"{DESK}?lang=en")
    assert "/e/premieres-collisions/edit" not in page.links
    page = await press(visitor, page, "pause")

    assert "The wall stands still" in page.text
    wall = await Visitor(world).open("/e/premieres-collisions/mur?lang=en")
    assert "the story goes on shortly" in wall.text
    page = await press(visitor, page, "resume")
    assert "The wall stands still" not in page.text


async def test_a_message_from_the_desk_is_what_its_form_says_of_it(world, at_desk, event):
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await write(at_desk, page, is_key="1", gauge="1,75", expects_from="30", expects_until="40", promises="1")

    (message,) = await messages(world, event)
    assert (message["is_key"], message["gauge"], message["promises"]) == (True, 1.75, True)
    assert "1 message is out" in page.text
    assert "1.75\u00a0TeV · Mi-chemin" in page.text
    assert "1 question open for" in page.text
    assert "News expected at" in page.text


async def test_what_is_expected_turns_late_and_the_news_that_were_promised_close_it(world, at_desk, ana, event):
    first = await told(world, ana, event, "Suite bientôt", expects=[5, 10], promises=True)
    world.clock.move(timedelta(minutes=16))
    page = await at_desk.open(f"{DESK}?lang=en")
    assert "late by 6 minutes" in page.text
    assert "1 question open for 16 minutes" in page.text

    page = await write(at_desk, page, keeps_id=first["id"], meets_id=first["id"])

    assert "None is open" in page.text
    assert "Nobody waits for anything" in page.text


async def test_a_message_taken_back_stands_in_the_form_again_and_what_it_answered_is_open_again(
    world, at_desk, ana, event
):
    first = await told(world, ana, event, "Pourquoi ? Réponse ce soir", promises=True)
    page = await at_desk.open(f"{DESK}?lang=en")
    page = await write(at_desk, page, keeps_id=first["id"], is_key="1", gauge="1.75", expects_from="5")
    assert "Published at" in page.text

    page = await press(at_desk, page, "take_back")

    fields = page.forms[composer(page)].fields
    assert (fields["text"], fields["is_key"], fields["gauge"]) == (SAID["text"], "1", "1.75")
    assert (fields["expects_from"], fields["expects_until"]) == ("5", "5")
    assert "1 question open" in page.text
    assert [one["id"] for one in await messages(world, event)] == [first["id"]]
    page = await write(at_desk, page)
    assert len(await messages(world, event)) == 2


async def test_nobody_takes_back_what_somebody_else_wrote(world, at_desk, ana, event):
    bob = await world.person("bob")
    await world.client(ana).put(f"{API}/{event['id']}/team/{bob.account_id}", json={"role": "writer"})
    theirs = await told(world, bob, event, "Écrit par bob")
    page = await at_desk.open(f"{DESK}?lang=en")
    assert ("do", "take_back") not in [button for form in page.forms for button in form.buttons]

    csrf = page.forms[composer(page)].fields["csrf"]
    await at_desk.client.post(f"{DESK}/do", data={"csrf": csrf, "do": "take_back", "post_id": theirs["id"]})

    assert [one["id"] for one in await messages(world, event)] == [theirs["id"]]


async def test_a_correction_begins_with_what_it_corrects_and_is_tied_to_it(world, at_desk, ana, event):
    wrong = await told(world, ana, event, "Un à-coup de courant")
    page = await at_desk.open(f"{DESK}?lang=en")
    (link,) = [link for link in page.links if "corrects_id" in link]

    page = await at_desk.open(link.partition("#")[0])
    text = page.forms[composer(page)].fields["text"]
    assert text.startswith("RECTIFICATIF au message de ")
    page = await write(at_desk, page, text=f"{text}deux circuits se gênaient, reprise à 11 h")

    right, first = await messages(world, event)
    assert (right["corrects_id"], first["corrected_by_id"]) == (wrong["id"], right["id"])
    assert "corrects the message of" in page.text


async def test_ready_drafts_go_out_by_one_press_and_only_once(world, at_desk, ana, event):
    draft = await ready(world, ana, event, "Les portes sont ouvertes", is_key=True)
    page = await at_desk.open(f"{DESK}?lang=en")

    after = await press(at_desk, page, "send")
    again = await press(at_desk, page, "send", draft_id=str(draft["id"]))

    (message,) = await messages(world, event)
    assert message["is_key"]
    assert "Les portes sont ouvertes" in after.text
    assert again.status in (200, 404)


async def test_ready_drafts_are_opened_changed_moved_and_kept(world, at_desk, ana, event):
    first = await ready(world, ana, event, "Un")
    await ready(world, ana, event, "Deux")
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await press(at_desk, page, "last", draft_id=str(first["id"]))
    assert page.text.index("Deux") < page.text.index("Un ")
    page = await press(at_desk, page, "earlier", draft_id=str(first["id"]))
    assert page.text.index("Un ") < page.text.index("Deux")

    page = await at_desk.open(f"{DESK}?draft_id={first['id']}&lang=en")
    assert page.forms[composer(page)].fields["text"] == "Un"
    page = await write(at_desk, page, do="keep", text="Un, mieux dit", is_key="1")
    page = await write(at_desk, page, do="keep", text="Trois")

    held = (await world.client(ana).get(f"{API}/{event['id']}/drafts")).json()
    assert [(one["text"], one["marks"]["is_key"]) for one in held] == [
        ("Un, mieux dit", True), ("Deux", False), ("Trois", False),
    ]  # fmt: skip
    page = await at_desk.open(f"{DESK}?draft_id={first['id']}")
    await write(at_desk, page)
    assert len(await messages(world, event)) == 1


async def test_lines_that_are_pasted_are_drafts_with_their_hours_and_a_bad_one_loses_none(world, at_desk, event):
    page = await at_desk.open(f"{DESK}?lang=en")

    refused = await press(at_desk, page, "add_drafts", {"drafts": "10:15 Les portes\n25:00 Trop tard"})
    assert refused.status == 422
    assert "Line 2 begins with no time of day" in refused.text
    assert refused.forms[with_button(refused, "add_drafts")].fields["drafts"].startswith("10:15 Les portes")
    page = await press(
        at_desk, refused, "add_drafts", {"drafts": "10:15 Les portes\r\n\r\n11 h 30 : Premier bilan\r\nSans heure"}
    )

    assert "10:15 Les portes" in page.text
    assert "11:30 Premier bilan" in page.text
    assert "Sans heure" in page.text


async def test_the_next_line_of_the_programme_is_late_or_over_by_one_press(world, at_desk, ana, event):
    starts = world.clock.now() + timedelta(minutes=5)
    await world.client(ana).post(
        f"{API}/{event['id']}/programme", json={"starts_at": starts.isoformat(), "what": "Conférence"}
    )
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await press(at_desk, page, "line_later")
    (line,) = (await world.client().get(f"{API}/{event['id']}/programme")).json()
    assert line["starts_at"][:16] == (starts + timedelta(minutes=10)).isoformat()[:16]
    page = await press(at_desk, page, "line_done")

    assert "Nothing more is planned" in page.text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"gauge": "beaucoup"}, "are numbers"),
        ({"expects_from": "demi"}, "are numbers"),
        ({"expects_from": "40", "expects_until": "30"}, "from how many minutes"),
        ({"text": ""}, ""),
        ({"keeps_id": "1"}, ""),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_written_is_still_there(world, at_desk, event, wrong, why):
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await write(at_desk, page, is_key="1", **wrong)

    assert page.status in (404, 422)
    assert why in page.text
    fields = page.forms[composer(page)].fields
    assert fields["text"] == {**SAID, **wrong}["text"]
    assert fields["is_key"] == "1"
    assert await messages(world, event) == []


async def test_an_empty_message_is_asked_about_once(world, at_desk, event):
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await write(at_desk, page, text="Super !")
    assert "Nothing to learn" in page.text
    await write(at_desk, page, text="Super !")

    assert len(await messages(world, event)) == 1


async def test_looking_once_more_publishes_nothing_and_keeps_all(world, at_desk, event):
    page = await at_desk.open(f"{DESK}?lang=en")

    page = await write(at_desk, page, do="look", gauge="1.75", promises="1")

    fields = page.forms[composer(page)].fields
    assert (fields["text"], fields["gauge"], fields["promises"]) == (SAID["text"], "1.75", "1")
    assert await messages(world, event) == []


async def test_a_button_that_there_is_not_is_refused(world, at_desk, event):
    page = await at_desk.open(DESK)

    assert (await write(at_desk, page, do="explode")).status == 400
    csrf = page.forms[composer(page)].fields["csrf"]
    assert (await at_desk.client.post(f"{DESK}/do", data={"csrf": csrf, "do": "explode"})).status_code == 400


async def test_the_part_that_goes_on_by_itself_shows_what_others_wrote(world, at_desk, ana, event):
    await told(world, ana, event, "Vu d'ailleurs")

    answer = await at_desk.client.get(f"{DESK}/situation", headers={"x-fragment": "1"})

    assert "Vu d" in answer.text
    assert 'data-part="out"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("number", [3, 12])
async def test_the_desk_asks_no_more_however_much_is_out_and_ready(world, at_desk, ana, event, number):
    for one in range(number):
        await told(world, ana, event, f"Message {one}", promises=True)
        await ready(world, ana, event, f"Prêt {one}")
    await at_desk.open(DESK)

    with counted(world) as statements:
        await at_desk.open(DESK)

    assert sum(statements.values()) <= 30, statements


async def test_the_page_of_the_event_leads_its_team_to_the_desk(world, at_desk, event):
    assert DESK in (await at_desk.open("/e/premieres-collisions")).links
    assert DESK not in (await Visitor(world).open("/e/premieres-collisions")).links


async def test_a_draft_is_skipped_and_put_back_and_keeps_its_place_and_time(world, ana, at_desk, event):
    first = await ready(world, ana, event, "Les portes ouvrent", after_start=3600)
    await ready(world, ana, event, "On ferme")

    page = await press(at_desk, await at_desk.open(f"{DESK}?lang=en"), "skip", draft_id=first["id"])
    assert "1 message skipped" in page.text
    assert [form.fields["draft_id"] for form in page.forms if ("do", "send") in form.buttons] != [first["id"]]
    assert not [
        form for form in page.forms if ("do", "send") in form.buttons and form.fields["draft_id"] == first["id"]
    ]
    page = await press(at_desk, page, "put_back", draft_id=first["id"])

    assert "skipped" not in page.text
    sends = [form.fields["draft_id"] for form in page.forms if ("do", "send") in form.buttons]
    assert sends[0] == first["id"]
    held = (await world.client(ana).get(f"{API}/{event['id']}/drafts")).json()
    assert held[0]["after_start"] == 3600


async def test_when_a_draft_is_meant_to_go_out_is_changed_at_the_desk(world, ana, at_desk, event):
    draft = await ready(world, ana, event, "Les portes ouvrent à 10 h", after_start=3600)
    page = await at_desk.open(f"{DESK}?draft_id={draft['id']}")
    before = page.forms[composer(page)].fields["time"]

    async def kept(time):
        page = await at_desk.open(f"{DESK}?draft_id={draft['id']}&lang=en")
        page = await write(at_desk, page, do="keep", time=time)
        return page, (await world.client(ana).get(f"{API}/{event['id']}/drafts")).json()[0]["after_start"]

    hour, minute = map(int, before.split(":"))
    _, same = await kept(before)
    _, later = await kept(f"{hour:02}:{minute + 1 if minute < 59 else 58:02}")
    _, never = await kept("")
    refused, still = await kept("25:99")

    assert same == 3600
    assert abs(later - 3600) == 60
    assert never is None
    assert "Say a time of day" in refused.text
    assert still is None


async def test_a_draft_that_was_sent_and_taken_back_waits_once(world, ana, at_desk, event):
    draft = await ready(world, ana, event, "Le faisceau tourne à 10 h 31")
    page = await press(at_desk, await at_desk.open(f"{DESK}?lang=en"), "send")
    page = await press(at_desk, page, "take_back")

    assert page.forms[composer(page)].fields["draft_id"] == draft["id"]
    assert not [form for form in page.forms if ("do", "send") in form.buttons]
    fragment = await at_desk.open(f"{DESK}/situation?draft_id={draft['id']}")
    assert not [form for form in fragment.forms if ("do", "send") in form.buttons]
    page = await write(at_desk, page)

    assert len(await messages(world, event)) == 1
    assert not [form for form in page.forms if ("do", "send") in form.buttons]
