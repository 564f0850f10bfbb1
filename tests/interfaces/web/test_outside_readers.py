"""Pages of events and posts, read back by programs that are not ours: what they find is what was said.

Microformats are in `test_microformats.py`, feeds in `test_feeds.py`.
"""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import extruct
import icalendar
import pytest
from PIL import Image

from tests.interfaces.own.test_events_api import ROOT, made, told
from tests.interfaces.web.visitor import Visitor
from tests.world import URL


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Le laboratoire", note="Physique")


async def read(world, path):
    """What a search engine or a chat finds on a page: schema.org, and Open Graph as a mapping."""
    page = await Visitor(world).open(path)
    found = extruct.extract(page.html, base_url=URL + path, syntaxes=["json-ld", "opengraph"])
    (data,), (graph,) = found["json-ld"], found["opengraph"]
    return data, dict(graph["properties"])


async def pictured(world, person):
    """A picture that can be attached; its id."""
    drawn = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(drawn, "PNG")
    sent = await world.client(person).post("/api/v2/media", files={"file": ("a.png", drawn.getvalue(), "image/png")})
    await world.settle()
    return sent.json()["id"]


def at(said):
    return datetime.fromisoformat(said)


async def test_a_day_told_live_is_read_back_field_by_field(world, ana):
    ben = await world.person("ben", display_name="Léa, équipe de quart")
    event = await made(world, ana, text="Racontée\n\ndepuis la salle", place="Genève & Meyrin", language="fr")
    added = await world.client(ana).put(f"{ROOT}/events/{event['id']}/team/{ben.id}", json={"role": "writer"})
    assert added.status_code == 200, added.text
    wrong = await told(world, ana, event, "Panne : un câble <coupé> & « rien d’autre »", is_key=True)
    picture = await pictured(world, ben)
    shown = await told(world, ben, event, "La salle", media_ids=[picture])
    right = await told(world, ana, event, "C’était une alimentation", corrects_id=wrong["id"])
    world.clock.move(timedelta(minutes=5))
    await world.client(ben).put(
        f"/api/v1/statuses/{shown['id']}", json={"status": "La salle, à 10 h", "media_ids": [picture]}
    )
    event = (await world.client(None).get(f"{ROOT}/events/{event['id']}")).json()
    messages = (await world.client(None).get(f"{ROOT}/events/{event['id']}/messages")).json()

    data, graph = await read(world, f"/e/{event['slug']}")

    by = {"@type": "Organization", "name": "Le laboratoire", "url": f"{URL}/@ana"}
    assert (data["@context"], data["@type"]) == ("https://schema.org", "LiveBlogPosting")
    assert data["@id"] == data["url"] == event["url"]
    assert (data["headline"], data["inLanguage"]) == (event["title"], "fr")
    assert data["description"] == "Racontée depuis la salle"
    assert data["author"] == data["publisher"] == by
    assert at(data["coverageStartTime"]) == at(event["starts_at"])
    assert at(data["coverageEndTime"]) == at(event["ends_at"])
    assert at(data["datePublished"]) == at(event["created_at"])
    assert at(data["dateModified"]) == world.clock.now()

    about = data["about"]
    assert (about["@type"], about["name"], about["url"]) == ("Event", event["title"], event["url"])
    assert about["description"] == event["text"]
    assert at(about["startDate"]) == at(event["starts_at"])
    assert at(about["startDate"]).utcoffset() == timedelta(hours=2)  # Geneva's summer
    assert at(about["endDate"]) == at(event["ends_at"])
    assert about["location"] == {"@type": "Place", "name": "Genève & Meyrin", "address": "Genève & Meyrin"}
    assert about["organizer"] == by
    assert about["eventStatus"] == "https://schema.org/EventScheduled"

    updates = data["liveBlogUpdate"]
    assert [update["url"] for update in updates] == [message["url"] for message in messages]
    for update, message in zip(updates, messages, strict=True):
        assert update["@type"] == "BlogPosting"
        assert update["articleBody"] == message["text"]
        assert at(update["datePublished"]) == at(message["created_at"])
        assert at(update["dateModified"]) == max(
            at(said) for said in (message["created_at"], message["edited_at"], message["corrected_at"]) if said
        )
        assert update["author"]["name"] == message["account"]["display_name"]
        assert update["author"]["url"] == message["account"]["url"]
    by_url = {update["url"]: update for update in updates}
    assert by_url[wrong["url"]]["correction"] == {
        "@type": "CorrectionComment",
        "text": "C’était une alimentation",
        "datePublished": by_url[right["url"]]["datePublished"],
        "url": right["url"],
    }
    assert sum("correction" in update for update in updates) == 1
    (address,) = by_url[shown["url"]]["image"]
    assert (await world.client().get(address.removeprefix(URL))).headers["content-type"].startswith("image/")

    assert (graph["og:title"], graph["og:url"]) == (event["title"], event["url"])
    drawn = await world.client().get(graph["og:image"].removeprefix(URL))
    assert Image.open(BytesIO(drawn.content)).size == (int(graph["og:image:width"]), int(graph["og:image:height"]))


async def test_a_cancelled_event_without_a_place_says_so(world, ana):
    event = await made(world, ana)
    await world.client(ana).patch(f"{ROOT}/events/{event['id']}", json={"is_cancelled": True})

    about = (await read(world, f"/e/{event['slug']}"))[0]["about"]

    assert about["eventStatus"] == "https://schema.org/EventCancelled"
    assert about["location"] == {"@type": "VirtualLocation", "url": event["url"]}


async def test_a_post_and_a_profile_are_read_back(world, ana):
    post = await world.publish(ana, "Feu vert <b> & #LHC", place="Genève")

    data, graph = await read(world, f"/@ana/{post.id}")
    person, _ = await read(world, "/@ana")

    assert (data["@type"], data["articleBody"]) == ("SocialMediaPosting", "Feu vert <b> & #LHC")
    assert at(data["datePublished"]) == post.created_at
    assert data["url"] == graph["og:url"] == f"{URL}/@ana/{post.id}"
    assert data["author"] == {"@type": "Person", "name": "Le laboratoire", "url": f"{URL}/@ana"}
    assert person["mainEntity"]["name"] == "Le laboratoire"
    assert person["mainEntity"]["description"] == "Physique"


class Subscribed:
    """A calendar program that subscribed to an event: it knows each entry by its uid, and reads strictly."""

    def __init__(self, world, event):
        self._world, self._path = world, f"/e/{event['slug']}.ics"
        self.calendar, self.entries = None, {}

    async def look(self):
        """Read again. Every entry that it knows and finds has to have a sequence that is no lower than before."""
        answer = await Visitor(self._world).client.get(self._path)
        calendar = icalendar.Calendar.from_ical(answer.content)
        assert [error for part in calendar.walk() for error in part.errors] == []
        assert calendar.to_ical().split(b"\r\n")[0] == b"BEGIN:VCALENDAR"
        found = {str(entry["UID"]): entry for entry in calendar.walk("VEVENT")}
        assert len(found) == len(calendar.walk("VEVENT"))
        for uid in found.keys() & self.entries.keys():
            assert found[uid]["SEQUENCE"] >= self.entries[uid]["SEQUENCE"]
        before, self.entries, self.calendar = self.entries, found, calendar
        return before


async def test_each_change_of_the_programme_raises_the_sequence_and_no_uid_changes(world, ana):
    event = await made(world, ana)
    path = f"{ROOT}/events/{event['id']}/programme"
    starts = world.clock.now() + timedelta(hours=2)
    line = {"starts_at": starts.isoformat(), "what": "Reprise", "who": "Léa"}
    line = (await world.client(ana).post(path, json=line)).json()
    program = Subscribed(world, event)
    await program.look()
    (own,) = [uid for uid, entry in program.entries.items() if "RELATED-TO" in entry]

    changes = [
        {"what": "Reprise des faisceaux"},
        {"who": "Léa et Noé"},
        {"starts_at": (starts + timedelta(minutes=30)).isoformat()},
        {"ends_at": (starts + timedelta(minutes=90)).isoformat()},
        {"is_done": True},
    ]
    for change in changes:
        world.clock.move(timedelta(minutes=1))
        assert (await world.client(ana).patch(f"{path}/{line['id']}", json=change)).status_code == 200
        before = await program.look()
        assert program.entries.keys() == before.keys()
        assert program.entries[own]["SEQUENCE"] > before[own]["SEQUENCE"]
        assert program.entries[own].decoded("LAST-MODIFIED") > before[own].decoded("LAST-MODIFIED")
        assert program.entries[own].decoded("DTSTAMP") == world.clock.now().replace(microsecond=0)
    assert str(program.entries[own]["SUMMARY"]).startswith("Reprise des faisceaux")
    assert program.entries[own].decoded("DTSTART").astimezone(UTC) == (starts + timedelta(minutes=30)).replace(
        microsecond=0
    )

    again = await world.client(ana).patch(f"{path}/{line['id']}", json={"who": "Léa et Noé"})
    before = await program.look()
    assert again.status_code == 200
    assert program.entries[own]["SEQUENCE"] == before[own]["SEQUENCE"]  # nothing changed, nobody is asked to look

    await world.client(ana).post(path, json={"starts_at": starts.isoformat(), "what": "Visite"})
    before = await program.look()
    assert before.keys() < program.entries.keys()
    await world.client(ana).delete(f"{path}/{line['id']}")
    await program.look()
    assert own not in program.entries


async def test_a_calendar_says_how_often_to_look_and_rings_for_nobody(world, ana):
    event = await made(world, ana)
    starts = (world.clock.now() + timedelta(hours=2)).isoformat()
    await world.client(ana).post(
        f"{ROOT}/events/{event['id']}/programme", json={"starts_at": starts, "what": "Reprise"}
    )
    program = Subscribed(world, event)
    await program.look()

    assert len(program.entries) == 2
    assert program.calendar.walk("VALARM") == []
    assert program.calendar.decoded("REFRESH-INTERVAL") == timedelta(minutes=15)
    assert str(program.calendar["X-PUBLISHED-TTL"]) == "PT15M"
    assert str(program.calendar["SOURCE"]) == event["calendar_url"]
    assert {str(entry["TRANSP"]) for entry in program.entries.values()} == {"TRANSPARENT"}
