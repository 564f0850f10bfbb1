"""Live events through our own API, and what the same messages are in Mastodon's."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from pinson.interfaces import own
from tests.contract import answers
from tests.interfaces.mastodon.test_query_counts import counted

ROOT = "/api/pinson/v1"
STEPS = [{"value": 0, "label": "Départ"}, {"value": 1.75, "label": "Mi-chemin"}, {"value": 3.5, "label": "Record"}]


async def made(world, person, **said):
    begin = world.clock.now() - timedelta(hours=1)
    event = {
        "title": "Premières collisions",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=8)).isoformat(),
        "zone": "Europe/Zurich",
        "hashtag": "LHC",
    }
    answer = await world.client(person).post(f"{ROOT}/events", json=event | said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(world, person, event, status, **said):
    world.clock.move(timedelta(minutes=1))
    answer = await world.client(person).post(f"{ROOT}/events/{event['id']}/messages", json={"status": status, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def get(world, person, path, **query):
    answer = await world.client(person).get(f"{ROOT}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_document_is_served_and_every_schema_in_it_is_one(world):
    answer = await world.client().get(f"{ROOT}/openapi.json")

    assert answer.json() == answers.own_document()
    for schema in answer.json()["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    assert [route.path for route in own.routes() if "answers" not in route.options] == []


async def test_what_is_said_about_an_event_is_shown_to_anybody_and_can_be_changed_by_its_team(world):
    ana, bob = await world.people("ana", "bob")
    event = await made(world, ana, gauge_unit="TeV", gauge_steps=STEPS, place="Genève")

    shown = await get(world, None, "/events/lookup", slug="premieres-collisions")
    assert shown == event
    assert (event["url"], event["state"]) == ("https://pinson.example/e/premieres-collisions", "during")
    assert event["gauge_steps"] == STEPS

    path = f"{ROOT}/events/{event['id']}"
    refused = await world.client(bob).patch(path, json={"title": "À moi"})
    changed = await world.client(ana).patch(path, json={"place": "", "is_cancelled": True})
    assert refused.status_code == 403
    assert (changed.json()["place"], changed.json()["title"], changed.json()["sequence"]) == ("", event["title"], 1)
    assert changed.json()["cancelled_at"] is not None


async def test_a_message_of_an_event_is_a_status_and_its_marks_are_told_beside(world):
    ana, bob = await world.people("ana", "bob")
    event = await made(world, ana, adds_hashtag=True, gauge_steps=STEPS)
    first = await told(world, ana, event, "Comptez une bonne demi-heure", expects=[30, 40], promises=True)
    key = await told(world, ana, event, "Mi-chemin", is_key=True, gauge=1.75, meets_id=first["id"])

    status = (await world.client(bob).get(f"/api/v1/statuses/{key['id']}")).json()
    assert "#<span>LHC</span>" in status["content"] or "LHC" in status["content"]
    assert (key["number"], key["is_key"], key["gauge"]) == (2, True, 1.75)
    situation = await get(world, None, f"/events/{event['id']}/situation")
    assert (situation["gauge"], situation["next_step"]) == (1.75, STEPS[2])
    assert situation["expecting"] is None
    assert [one["message_id"] for one in situation["promising"]] == [first["id"]]

    settled = await world.client(ana).post(f"{ROOT}/events/{event['id']}/messages/{first['id']}/settle", json={})
    assert settled.json()["kept_at"] is not None


async def test_what_is_expected_is_late_once_its_time_has_passed(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    await told(world, ana, event, "Suite dans un quart d'heure", expects=[10, 15])
    world.clock.move(timedelta(minutes=21))

    assert (await get(world, None, f"/events/{event['id']}/situation"))["late_seconds"] == 6 * 60


async def test_messages_are_read_in_either_order_page_by_page(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    for number in range(1, 6):
        await told(world, ana, event, f"Message {number}")
    path = f"{ROOT}/events/{event['id']}/messages"

    for order, expected in (("newest", [5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5])):
        seen, url, query = [], path, {"order": order, "limit": 2}
        while True:
            answer = await world.client().get(url, params=query)
            if not answer.json():
                break
            seen += [one["number"] for one in answer.json()]
            url, query = answer.links["next"]["url"].removeprefix("https://pinson.example"), None
        assert seen == expected


async def test_a_day_is_of_the_clock_of_the_event(world):
    ana = await world.person("ana")
    past = world.clock.now() - timedelta(days=30)
    event = await made(world, ana)
    midnight = past.replace(hour=22, minute=30, second=0, microsecond=0)  # 23:30 or 0:30 there, by the season
    early, late = midnight, midnight + timedelta(hours=2)
    for at in (early, late):
        await told(world, ana, event, f"À {at:%H:%M}", created_at=at.isoformat())

    def day(at):

        return at.astimezone(ZoneInfo("Europe/Zurich")).date().isoformat()

    for at in (early, late):
        found = await get(world, None, f"/events/{event['id']}/messages", day=day(at))
        assert f"À {at:%H:%M}" in [one["text"] for one in found]
    assert len(await get(world, None, f"/events/{event['id']}/messages", day="1999-01-01")) == 0
    refused = await world.client().get(f"{ROOT}/events/{event['id']}/messages", params={"day": "demain"})
    assert refused.status_code == 422


async def test_a_message_may_say_where_it_is_from(world):
    ana = await world.person("ana")
    event = await made(world, ana)

    there = await told(world, ana, event, "Premier faisceau", place=" Point 1,\nMeyrin ")
    nowhere = await told(world, ana, event, "Rien de neuf")

    assert (there["place"], nowhere["place"]) == ("Point 1, Meyrin", "")
    status = (await world.client(ana).get(f"/api/v1/statuses/{there['id']}")).json()
    assert status["pinson"]["place"] == "Point 1, Meyrin"
    path = f"{ROOT}/events/{event['id']}/messages"
    refused = await world.client(ana).post(path, json={"status": "Trop loin", "place": "x" * 101})
    assert (refused.status_code, "at most 100 characters" in refused.text) == (422, True)


async def test_only_key_moments_or_pictures_can_be_asked_for(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    await told(world, ana, event, "Rien de neuf")
    key = await told(world, ana, event, "Collisions !", is_key=True)

    found = await get(world, None, f"/events/{event['id']}/messages", only_key="true")
    assert [one["id"] for one in found] == [key["id"]]
    assert await get(world, None, f"/events/{event['id']}/messages", only_media="true") == []


async def test_a_message_that_is_sent_twice_under_one_key_is_published_once(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    sent = {"json": {"status": "Une fois", "is_key": True}, "headers": {"Idempotency-Key": "k1"}}
    client = world.client(ana)

    ids = [(await client.post(f"{ROOT}/events/{event['id']}/messages", **sent)).json()["id"] for _ in range(2)]

    assert ids[0] == ids[1]
    assert len(await get(world, None, f"/events/{event['id']}/messages")) == 1


async def test_what_somebody_of_the_team_writes_under_the_hashtag_from_any_app_joins(world):
    ana, bob, eve = await world.people("ana", "bob", "eve")
    event = await made(world, ana)
    put = await world.client(ana).put(f"{ROOT}/events/{event['id']}/team/{bob.id}", json={"role": "writer"})
    assert put.status_code == 200

    for person in (bob, eve):
        await world.publish(person, "J'y suis #lhc")
    await world.settle()

    found = await get(world, None, f"/events/{event['id']}/messages")
    assert [(one["account"]["acct"], one["by_tag"]) for one in found] == [("bob", True)]


async def test_of_posts_that_changed_meanwhile_those_join_that_are_under_the_hashtag_now(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    late, gone, _plain = [await world.publish(ana, text) for text in ("J'y suis", "J'y suis #lhc", "Ailleurs #autre")]
    await world.client(ana).put(f"/api/v1/statuses/{late.id}", json={"status": "J'y suis #lhc"})
    await world.client(ana).put(f"/api/v1/statuses/{gone.id}", json={"status": "J'y étais"})
    await world.settle()

    found = await get(world, None, f"/events/{event['id']}/messages")
    assert [one["id"] for one in found] == [str(late.id)]


async def test_who_follows_an_event_finds_its_messages_at_home_and_who_does_not_does_not(world):
    ana, bob, eve = await world.people("ana", "bob", "eve")
    event = await made(world, ana)
    await world.client(bob).post(f"{ROOT}/events/{event['id']}/follow")
    await told(world, ana, event, "C'est parti")

    assert [post.text for post in await world.home(bob)] == ["C'est parti"]
    assert await world.home(eve) == []

    await world.client(bob).post(f"{ROOT}/events/{event['id']}/unfollow")
    assert await world.home(bob) == []


async def test_a_correction_leads_both_ways_and_stands_in_the_public_log(world):
    ana, bob = await world.people("ana", "bob")
    event = await made(world, ana)
    wrong = await told(world, ana, event, "Un à-coup de courant")
    right = await told(world, ana, event, "Le courant n'y est pour rien", corrects_id=wrong["id"])

    shown = await get(world, None, f"/events/{event['id']}/messages/{wrong['id']}")
    assert (shown["corrected_by_id"], shown["corrected_at"]) == (right["id"], right["created_at"])
    assert right["corrects_id"] == wrong["id"]
    for path in (
        f"/events/{event['id']}/corrections",
        f"/accounts/{ana.id}/corrections",
        f"/messages/{wrong['id']}/corrections",
    ):
        found = await get(world, None, path)
        assert [(one["message_id"], one["corrects_id"]) for one in found] == [(right["id"], wrong["id"])]

    refused = await world.client(bob).post(f"{ROOT}/messages/{wrong['id']}/corrections", json={"status": "Non"})
    assert refused.status_code == 422


async def test_any_message_of_ones_own_can_be_corrected_for_the_same_readers(world):
    ana, bob = await world.people("ana", "bob")
    wrong = await world.publish(ana, "Fermé lundi", visibility="private")

    answer = await world.client(ana).post(f"{ROOT}/messages/{wrong.id}/corrections", json={"status": "Fermé mardi"})

    assert answer.status_code == 200, answer.text
    status = (await world.client(ana).get(f"/api/v1/statuses/{answer.json()['message_id']}")).json()
    assert status["visibility"] == "private"
    assert await get(world, bob, f"/accounts/{ana.id}/corrections") == []


async def test_drafts_are_for_the_team_and_say_what_they_became(world):
    ana, eve = await world.people("ana", "eve")
    event = await made(world, ana)
    path = f"{ROOT}/events/{event['id']}/drafts"
    first, second = [
        (await world.client(ana).post(path, json={"text": text, "after_start": 600, "is_key": True})).json()
        for text in ("Premier", "Second")
    ]

    await world.client(ana).post(f"{path}/order", json={"draft_ids": [second["id"], first["id"]]})
    message = await told(world, ana, event, "Second", draft_id=second["id"])

    shown = await get(world, ana, f"/events/{event['id']}/drafts")
    assert [(one["text"], one["message_id"]) for one in shown] == [("Second", message["id"]), ("Premier", None)]
    assert (await world.client(eve).get(path)).status_code == 403


async def test_a_draft_is_skipped_and_put_back_by_a_program(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    path = f"{ROOT}/events/{event['id']}/drafts"
    draft = (await world.client(ana).post(path, json={"text": "Premier"})).json()

    skipped = (
        await world.client(ana).put(f"{path}/{draft['id']}", json={"text": "Premier", "is_skipped": True})
    ).json()
    back = (await world.client(ana).put(f"{path}/{draft['id']}", json={"text": "Premier"})).json()

    assert [one["is_skipped"] for one in (draft, skipped, back)] == [False, True, False]


async def test_the_programme_is_in_the_order_of_time(world):
    ana = await world.person("ana")
    event = await made(world, ana)
    path = f"{ROOT}/events/{event['id']}/programme"
    noon = world.clock.now() + timedelta(hours=1)
    for minutes, what in ((60, "Visite"), (0, "Reprise")):
        at = (noon + timedelta(minutes=minutes)).isoformat()
        line = (await world.client(ana).post(path, json={"starts_at": at, "what": what, "who": "Léa"})).json()
    await world.client(ana).patch(f"{path}/{line['id']}", json={"is_done": True, "who": ""})

    shown = await get(world, None, f"/events/{event['id']}/programme")
    assert [(one["what"], one["who"], one["done_at"] is not None) for one in shown] == [
        ("Reprise", "", True),
        ("Visite", "Léa", False),
    ]
    assert (await get(world, None, f"/events/{event['id']}/situation"))["next_line"]["what"] == "Visite"


async def test_a_model_is_seen_by_its_team_only_and_events_are_made_of_it(world):
    ana, eve = await world.people("ana", "eve")
    event = await made(world, ana)
    copies = f"{ROOT}/events/{event['id']}/copies"
    model = (await world.client(ana).post(copies, json={"starts_at": event["starts_at"], "is_model": True})).json()

    assert (await world.client(eve).get(f"{ROOT}/events/{model['id']}")).status_code == 404
    assert [one["id"] for one in await get(world, ana, "/events", account_id=ana.id, models="true")] == [model["id"]]
    assert [one["id"] for one in await get(world, eve, "/events", account_id=ana.id, models="true")] == [event["id"]]
    later = await world.client(ana).post(f"{ROOT}/events/{model['id']}/copies", json={"starts_at": "2030-01-01T08:00Z"})
    assert (later.json()["is_model"], later.json()["starts_at"]) == (False, "2030-01-01T08:00:00Z")


@pytest.mark.parametrize("number", [3, 9])
async def test_a_page_of_messages_asks_no_more_however_many_there_are(world, number):
    ana = await world.person("ana")
    event = await made(world, ana)
    for one in range(number):
        await told(world, ana, event, f"Message {one}")
    await get(world, None, f"/events/{event['id']}/messages")

    with counted(world) as statements:
        await get(world, None, f"/events/{event['id']}/messages")

    assert sum(statements.values()) <= 7, statements
