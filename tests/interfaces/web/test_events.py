"""The page of a live event before, during and after, its calendar and its feed, and how it is made and changed."""

import json
import re
from datetime import UTC, timedelta

import feedparser
import icalendar
import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import drawing, encoded
from tests.world import URL

API = "/api/pinson/v1/events"
STEPS = [{"value": 0, "label": "Départ"}, {"value": 1.75, "label": "Mi-chemin"}, {"value": 3.5, "label": "Record"}]


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Le laboratoire")


async def made(world, person, *, begins=timedelta(hours=-1), **said):
    starts = world.clock.now() + begins
    event = {
        "title": "Premières collisions",
        "text": "Raconté <b>depuis</b> la salle",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=8)).isoformat(),
        "zone": "Europe/Zurich",
        "place": "Genève",
        "language": "fr",
        "hashtag": "LHC",
    }
    answer = await world.client(person).post(API, json=event | said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(world, person, event, status, **said):
    world.clock.move(timedelta(minutes=1))
    answer = await world.client(person).post(f"{API}/{event['id']}/messages", json={"status": status, **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


def data_of(page):
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.html, re.DOTALL)
    return json.loads(found)


async def test_before_it_begins_the_page_counts_down_and_says_what_will_be(world, ana):
    event = await made(world, ana, begins=timedelta(days=3), webcast_url="https://tube.example/w/abc123")
    starts = (world.clock.now() + timedelta(days=3)).isoformat()
    await world.client(ana).post(f"{API}/{event['id']}/programme", json={"starts_at": starts, "what": "Visite"})

    page = await Visitor(world).open("/e/premieres-collisions?lang=en")

    assert "Begins in 3 days" in page.text
    assert "Coming up" in page.text
    assert "Visite" in page.text
    assert "The video begins with the event" in page.text
    assert "<b>depuis" not in page.html


async def test_while_it_lasts_the_page_tells_its_messages_newest_first_numbered_and_reversible(world, ana):
    event = await made(world, ana, gauge_unit="TeV", gauge_steps=STEPS)
    await told(world, ana, event, "Départ des faisceaux")
    await told(world, ana, event, "Mi-chemin atteint", is_key=True, gauge=1.75, expects=[5, 10])
    world.clock.move(timedelta(minutes=16))

    page = await Visitor(world).open("/e/premieres-collisions?lang=fr")

    assert page.html.index("Mi-chemin atteint") < page.html.index("Départ des faisceaux")
    assert re.search(r'<li value="2" id="m2" class="key">', page.html)
    assert 'role="meter" aria-valuemin="0" aria-valuemax="3.5" aria-valuenow="1.75"' in page.html
    assert "1,75\u00a0TeV" in page.text
    assert "en retard de 6 minutes" in page.text
    turned = await Visitor(world).open("/e/premieres-collisions?order=oldest")
    assert turned.html.rindex('id="m1"') < turned.html.rindex('id="m2"')


async def test_afterwards_the_page_stays_and_nothing_is_late_any_more(world, ana):
    event = await made(world, ana)
    await told(world, ana, event, "Suite dans un quart d'heure", expects=[10, 15])
    world.clock.move(timedelta(days=3650))

    page = await Visitor(world).open(f"/e/{event['slug']}?lang=en")

    assert "It is over" in page.text
    assert "Suite dans" in page.text
    assert "late by" not in page.text


async def test_a_long_event_leads_on_in_either_order(world, ana, monkeypatch):
    monkeypatch.setattr("pinson.interfaces.web.events.page.PAGE", 2)
    event = await made(world, ana)
    for number in range(1, 6):
        await told(world, ana, event, f"Message {number}")
    visitor = Visitor(world)

    for start, link, expected in (
        ("?lang=en", "Older messages", "54321"),
        ("?order=oldest", "Newer messages", "12345"),
    ):
        seen, path = "", f"/e/{event['slug']}{start}"
        while path:
            page = await visitor.open(path)
            seen += "".join(re.findall(r'id="m(\d)"', page.html))
            found = re.search(rf'<a href="([^"]+)">{link}</a>', page.html)
            path = found and found[1].replace("&amp;", "&")
        assert seen.startswith(expected)


async def test_a_correction_is_tied_to_its_message_and_stands_in_the_log_of_the_event(world, ana):
    event = await made(world, ana)
    wrong = await told(world, ana, event, "Un à-coup de courant")
    right = await told(world, ana, event, "Le courant n'y est pour rien", corrects_id=wrong["id"])

    page = await Visitor(world).open(f"/e/{event['slug']}?lang=en")

    assert f'<a href="/@ana/{right["id"]}"><time' in page.html[page.html.index("Corrected on") :]
    assert "corrects the message of" in page.html[page.html.index('id="corrections"') :]
    (first, second) = data_of(page)["liveBlogUpdate"]
    assert second["correction"]["url"] == f"{URL}/@ana/{right['id']}" == first["url"]
    assert second["dateModified"] == first["datePublished"]


async def test_programs_read_what_takes_place_and_how_it_is_told(world, ana):
    event = await made(world, ana)
    await told(world, ana, event, "</script><script>alert(1)</script> & voilà")

    page = await Visitor(world).open(f"/e/{event['slug']}")
    data = data_of(page)

    assert "<script>alert" not in page.html
    assert data["@type"] == "LiveBlogPosting"
    assert data["liveBlogUpdate"][0]["articleBody"].startswith("</script>")
    assert data["about"]["@type"] == "Event"
    assert data["about"]["startDate"].endswith(("+01:00", "+02:00"))
    assert f'<link rel="canonical" href="{URL}/e/{event["slug"]}">' in page.html
    assert f'property="og:image" content="{URL}/e/{event["slug"]}/card.png"' in page.html


async def test_only_a_page_with_a_video_of_another_site_may_show_it_and_of_no_other(world, ana):
    plain = await made(world, ana)
    shown = await made(world, ana, title="Filmé", webcast_url="https://www.youtube.com/watch?v=abcdefghijk")
    stream = await made(world, ana, title="En flux", webcast_url="https://live.example/salle/master.m3u8")
    visitor = Visitor(world)

    policies = [
        (await visitor.open(f"/e/{one['slug']}")).headers["content-security-policy"] for one in (plain, shown, stream)
    ]

    assert "frame-src" not in policies[0]
    assert "frame-src https://www.youtube-nocookie.com" in policies[1]
    assert "media-src 'self' https://live.example" in policies[2]
    page = await visitor.open(f"/e/{shown['slug']}")
    assert "<iframe" not in page.html
    assert 'data-frame="https://www.youtube-nocookie.com/embed/abcdefghijk"' in page.html


async def test_who_is_signed_in_follows_and_leaves_an_event_by_its_button(world, ana):
    bob = await world.person("bob")
    event = await made(world, ana)
    visitor = Visitor(world)
    await visitor.sign_in("bob")
    page = await visitor.open(f"/e/{event['slug']}?lang=en")

    followed = await visitor.send(page, form=form_to(page, f"/e/{event['slug']}"), button=("do", "follow"))
    await told(world, ana, event, "C'est parti")

    assert "You follow this event" in followed.text
    assert [post.text for post in await world.home(bob)] == ["C'est parti"]
    left = await visitor.send(followed, form=form_to(followed, f"/e/{event['slug']}"), button=("do", "unfollow"))
    assert "You follow this event" not in left.text


async def calendar_of(world, path):
    answer = await world.client().get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return icalendar.Calendar.from_ical(answer.content)


async def test_its_calendar_holds_the_event_and_its_programme_in_its_own_zone(world, ana):
    event = await made(
        world, ana, title="Une journée; avec, des « signes » qui gênent, et un titre bien trop long pour"
    )
    starts = world.clock.now() + timedelta(hours=3)
    line = {"starts_at": starts.isoformat(), "what": "Reprise", "who": "Léa"}
    await world.client(ana).post(f"{API}/{event['id']}/programme", json=line)

    calendar = await calendar_of(world, f"/e/{event['slug']}.ics")

    whole, part = calendar.walk("VEVENT")
    assert str(whole["SUMMARY"]) == event["title"]
    assert whole.decoded("DTSTART").astimezone(UTC).isoformat() == event["starts_at"].replace("Z", "+00:00")
    assert whole["DTSTART"].params["TZID"] == "Europe/Zurich"
    assert part.decoded("DTSTART").astimezone(UTC) == starts.replace(microsecond=0)
    assert part["RELATED-TO"] == whole["UID"]
    (zone,) = calendar.walk("VTIMEZONE")
    rules = zone.to_tz()
    for month in range(1, 13):
        at = starts.replace(month=month, day=15)
        assert rules.utcoffset(at.replace(tzinfo=None)) == whole.decoded("DTSTART").tzinfo.utcoffset(
            at.replace(tzinfo=None)
        )


async def test_a_calendar_that_is_read_again_knows_what_changed(world, ana):
    event = await made(world, ana)
    (before,) = (await calendar_of(world, f"/e/{event['slug']}.ics")).walk("VEVENT")

    world.clock.move(timedelta(minutes=5))
    await world.client(ana).patch(f"{API}/{event['id']}", json={"place": "Meyrin", "is_cancelled": True})

    (after,) = (await calendar_of(world, "/@ana/calendar.ics")).walk("VEVENT")
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("LAST-MODIFIED") > before.decoded("LAST-MODIFIED")
    assert (str(after["LOCATION"]), str(after["STATUS"])) == ("Meyrin", "CANCELLED")


@pytest.mark.parametrize("kind", ["atom", "rss"])
async def test_an_event_has_a_feed(world, ana, kind):
    event = await made(world, ana)
    message = await told(world, ana, event, "C'est parti")

    found = feedparser.parse((await world.client().get(f"/e/{event['slug']}/feed.{kind}")).content)

    assert found.feed.title == event["title"]
    assert [entry.id for entry in found.entries] == [f"{URL}/@ana/{message['id']}"]


async def test_four_things_said_make_an_event_with_a_first_message_ready(world, ana):
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    step = await visitor.open(
        "/start/events?lang=en&step=5&first=Fête du port&second=samedi&third=la parade&fourth=Port"
    )
    (link,) = [link for link in step.links if link.startswith("/events/new")]
    page = await visitor.open(link)

    edited = await visitor.send(
        page, form=form_to(page, "/events"), starts="2026-05-01T10:00", zone="Europe/Paris", place="Le quai"
    )

    assert "Fête du port" in edited.text
    assert "la parade" in edited.text
    shown = await Visitor(world).open("/e/fete-du-port?lang=en")
    assert "Friday 1 May 2026, 10:00 – 14:00" in shown.text
    assert "#Port" in shown.text


async def test_what_an_event_says_is_changed_bit_by_bit_and_what_is_wrong_is_told_and_not_lost(world, ana):
    bob = await world.person("bob")
    event = await made(world, ana)
    path = f"/e/{event['slug']}/edit"
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"{path}?lang=en")

    page = await visitor.send(
        page,
        form=form_with(page, "gauge_steps"),
        button=("do", "save"),
        gauge_steps="0 Départ\n1,75 Mi-chemin",
        title="Autre",
    )
    assert "Autre" in page.text
    page = await visitor.send(page, form=form_with(page, "gauge_steps"), button=("do", "save"), gauge_steps="beaucoup")
    assert "One a line" in page.text
    assert "beaucoup" in page.html
    page = await visitor.open(path)
    for name, do, said in (
        ("what", "add_line", {"what": "Visite", "starts": "2026-05-01T10:00"}),
        ("minutes", "add_draft", {"text": "Bonjour", "minutes": "10"}),
        ("acct", "add_member", {"acct": "@bob"}),
    ):
        page = await visitor.send(page, form=form_with(page, name), button=("do", do), **said)

    shown = (await world.client(ana).get(f"{API}/{event['id']}")).json()
    assert [step["value"] for step in shown["gauge_steps"]] == [0, 1.75]
    programme = (await world.client().get(f"{API}/{event['id']}/programme")).json()
    assert [one["what"] for one in programme] == ["Visite"]
    drafts = (await world.client(ana).get(f"{API}/{event['id']}/drafts")).json()
    assert [(one["text"], one["after_start"]) for one in drafts] == [("Bonjour", 600)]
    team = (await world.client().get(f"{API}/{event['id']}/team")).json()
    assert [(one["account_id"], one["role"]) for one in team] == [(str(bob.id), "writer")]


def form_with(page, name):
    """The place of the form that asks for this."""
    return next(place for place, form in enumerate(page.forms) if name in form.fields)


def form_to(page, action, nth=0):
    """The place of the form that goes there."""
    return [place for place, form in enumerate(page.forms) if form.action == action][nth]


async def test_a_good_day_becomes_another_with_all_its_drafts_on_the_new_day(world, ana):
    event = await made(world, ana)
    await world.client(ana).post(f"{API}/{event['id']}/drafts", json={"text": "C'est parti", "after_start": 600})
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/e/{event['slug']}/copy?lang=en")

    edited = await visitor.send(
        page, form=form_with(page, "starts"), title="Deuxième édition", starts="2027-03-30T08:30"
    )

    assert "08:40 · " in edited.text
    assert "C'est parti" in edited.text
    assert "Tuesday 30 March 2027, 08:30" in (await visitor.open("/e/deuxieme-edition")).text


async def test_a_model_is_for_its_team_only(world, ana):
    event = await made(world, ana)
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/e/{event['slug']}/copy")
    await visitor.send(page, form=form_with(page, "as_model"))
    (model,) = (await world.client(ana).get(API, params={"account_id": ana.id, "models": "true"})).json()

    assert model["slug"] in (await visitor.open("/events")).html
    for path in ("", ".ics", "/feed.atom", "/card.png", "/situation"):
        assert (await world.client().get(f"/e/{model['slug']}{path}")).status_code == 404


async def test_nobody_else_opens_the_page_that_changes_an_event(world, ana):
    await world.person("eve")
    event = await made(world, ana)
    visitor = Visitor(world)
    await visitor.sign_in("eve")

    assert (await visitor.open(f"/e/{event['slug']}/edit")).status == 403
    assert (await visitor.open("/e/nowhere")).status == 404


@pytest.mark.parametrize("number", [3, 12])
async def test_the_page_asks_no_more_however_much_is_told(world, ana, number):
    event = await made(world, ana, gauge_steps=STEPS)
    previous = None
    for one in range(number):
        message = await told(
            world, ana, event, f"Message {one}", is_key=one % 2 == 0, gauge=one / 10, corrects_id=previous
        )
        previous = message["id"] if one % 3 == 0 else None
    await Visitor(world).open(f"/e/{event['slug']}")

    with counted(world) as statements:
        await Visitor(world).open(f"/e/{event['slug']}")

    assert sum(statements.values()) <= 24, statements


async def test_a_message_written_from_the_page_is_part_of_the_event_and_may_be_a_key_moment(world, ana):
    event = await made(world, ana, adds_hashtag=True)
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/write?event={event['slug']}&lang=en")

    shown = await visitor.send(
        page, form=form_with(page, "event_id"), text="Feu vert : on relance à 10 h 31", is_key="1"
    )

    assert "Feu vert" in shown.text
    assert "Key moment" in shown.text
    (message,) = (await world.client().get(f"{API}/{event['id']}/messages")).json()
    assert (message["is_key"], message["by_tag"], message["tags"]) == (True, False, ["lhc"])


async def test_a_message_of_an_event_is_corrected_from_its_card_and_the_correction_is_part_of_it_too(world, ana):
    event = await made(world, ana)
    wrong = await told(world, ana, event, "Un à-coup de courant")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/e/{event['slug']}?lang=en")
    (link,) = {link for link in page.links if link.startswith("/write?corrects_id=")}
    page = await visitor.open(link)
    assert "Un à-coup de courant" in page.text

    await visitor.send(page, form=form_with(page, "corrects_id"), text="Deux circuits voisins se gênaient")

    right, first = (await world.client().get(f"{API}/{event['id']}/messages")).json()
    assert (right["corrects_id"], first["corrected_by_id"]) == (wrong["id"], right["id"])


async def test_a_message_for_followers_is_corrected_for_followers(world, ana):
    wrong = await world.publish(ana, "Fermé lundi", visibility="private")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/write?corrects_id={wrong.id}")

    await visitor.send(page, form=form_with(page, "corrects_id"), text="Fermé mardi, toute la journée")

    (latest, _) = (await world.client(ana).get(f"/api/v1/accounts/{ana.id}/statuses")).json()
    assert (latest["visibility"], latest["pinson"]["corrects_id"]) == ("private", str(wrong.id))


async def test_a_profile_shows_the_event_that_goes_on_or_is_next_and_none_that_is_over(world, ana):
    over = await made(world, ana, begins=timedelta(days=-9), title="Hier")
    later = await made(world, ana, begins=timedelta(days=9), title="Plus tard")
    soon = await made(world, ana, begins=timedelta(days=1), title="Demain")

    page = await Visitor(world).open("/@ana?lang=en")

    assert [slug in page.html for slug in (over["slug"], later["slug"], f"/e/{soon['slug']}")] == [False, False, True]
    assert 'type="text/calendar"' in page.html


async def test_of_a_suspended_account_there_is_no_event(world, ana):
    event = await made(world, ana)
    assert (await world.client().get(f"/e/{event['slug']}.ics")).status_code == 200

    await world.write(accounts.suspend, account_id=ana.account_id)

    for path in ("", ".ics", "/feed.atom", "/card.png", "/situation"):
        assert (await world.client().get(f"/e/{event['slug']}{path}")).status_code == 404, path
    assert (await world.client().get(f"{API}/{event['id']}")).status_code == 404
    assert (await world.client().get(API)).json() == []


async def test_a_draft_kept_on_the_page_is_still_of_its_event_when_it_is_opened_again(world, ana):
    event = await made(world, ana)
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/write?event={event['slug']}&lang=en")
    fields = {**page.forms[form_with(page, "event_id")].fields, "text": "Feu vert à 10 h 31", "is_key": "1"}
    await visitor.client.post("/write/draft", data=fields)

    (link,) = [one for one in (await visitor.open("/drafts")).links if one.startswith("/write?draft=")]
    page = await visitor.open(link)
    await visitor.send(page, form=form_with(page, "event_id"))

    (message,) = (await world.client().get(f"{API}/{event['id']}/messages")).json()
    assert message["is_key"]


async def test_a_draft_outlives_its_place_in_a_team(world, ana):
    event = await made(world, ana)
    bob = await world.person("bob")
    await world.client(ana).put(f"{API}/{event['id']}/team/{bob.account_id}", json={"role": "writer"})
    visitor = Visitor(world)
    await visitor.sign_in("bob")
    page = await visitor.open(f"/write?event={event['slug']}&lang=en")
    fields = {**page.forms[form_with(page, "event_id")].fields, "text": "Feu vert à 10 h 31"}
    await visitor.client.post("/write/draft", data=fields)
    await world.client(ana).delete(f"{API}/{event['id']}/team/{bob.account_id}")

    (link,) = [one for one in (await visitor.open("/drafts")).links if one.startswith("/write?draft=")]
    page = await visitor.open(link)

    assert "Feu vert" in page.text
    assert not any("event_id" in form.fields for form in page.forms)


async def test_an_event_has_a_picture_that_its_lead_puts_there_and_takes_away(world, ana):
    event = await made(world, ana)
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open(f"/e/{event['slug']}/edit?lang=en")
    csrf = page.forms[-1].fields["csrf"]

    async def send(do, **files):
        data = {"csrf": csrf, "do": do, "alt": "La salle de commande"}
        return await visitor.client.post(f"/e/{event['slug']}/edit", data=data, files=files or None)

    missing = await send("save_cover")
    text = await send("save_cover", cover=("a.png", b"no picture", "image/png"))
    kept = await send("save_cover", cover=("a.png", encoded(drawing(60, 40), "PNG"), "image/png"))
    shown = await Visitor(world).open(f"/e/{event['slug']}")
    await send("drop_cover")
    gone = await Visitor(world).open(f"/e/{event['slug']}")

    assert (missing.status_code, text.status_code, kept.status_code) == (422, 422, 303)
    assert 'alt="La salle de commande"' in shown.html
    assert "La salle de commande" not in gone.html


async def test_a_calendar_rings_before_the_lines_of_the_programme_for_those_who_ask(world, ana):
    event = await made(world, ana)
    for hours, what in ((3, "Reprise"), (4, "Premiers croisements")):
        line = {"starts_at": (world.clock.now() + timedelta(hours=hours)).isoformat(), "what": what}
        await world.client(ana).post(f"{API}/{event['id']}/programme", json=line)
    page = await Visitor(world).open(f"/e/{event['slug']}?lang=en")
    [all_of_them] = [link for link in page.links if "remind=5" in link]
    doors = [link for link in page.links if link.startswith("/s/r/")]
    [one, *_], [other, *_] = [
        [link for link in (await Visitor(world).open(door)).links if "remind=5" in link and link.startswith("/e/")]
        for door in doors
    ]

    plain = await calendar_of(world, f"/e/{event['slug']}.ics")
    ringing = await calendar_of(world, all_of_them)
    (alone,) = (await calendar_of(world, one)).walk("VEVENT")
    nowhere = await Visitor(world).client.get(f"/e/{event['slug']}.ics?line=12&remind=5")

    assert not plain.walk("VALARM")
    assert [alarm.decoded("TRIGGER") for alarm in ringing.walk("VALARM")] == [timedelta(minutes=-5)] * 2
    assert str(alone["SUMMARY"]).startswith("Reprise")
    assert alone["UID"] in [part["UID"] for part in plain.walk("VEVENT")]
    assert "line=" in other
    assert nowhere.status_code == 404
    world.clock.move(timedelta(hours=5))
    assert "remind=5" not in (await Visitor(world).open(f"/e/{event['slug']}?lang=en")).html


async def test_a_video_that_not_every_browser_plays_says_where_it_does(world, ana):
    event = await made(world, ana, webcast_url="https://film.example/live.m3u8")

    page = await Visitor(world).open(f"/e/{event['slug']}?lang=en")

    assert "It plays in Safari" in page.text
    assert page.links.count("https://film.example/live.m3u8") == 1
