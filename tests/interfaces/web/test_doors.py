"""Anybody follows by one page, without an account or an app, and changes and leaves there too."""

import re
from datetime import timedelta

import pytest

from pinson.domain import alerts, posts
from pinson.domain.alerts import Confirmed, NoteKind, Publisher, Rhythm, Source
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from tests.interfaces.web.test_query_counts import cost
from tests.interfaces.web.visitor import Visitor, visitor_from
from tests.push_sink import Browser

EMAIL = 2  # where its form stands among those of the page that nobody is known on


@pytest.fixture
async def lab(world):
    return await world.person("lab", display_name="Le Labo")


async def the_note(world, kind=NoteKind.CODE):
    """What the service says last to an address: as a channel would find it."""
    async with world.tools.db.read() as tx:
        ids = await tx.all(int, "SELECT id FROM notes WHERE kind = :kind ORDER BY id DESC", kind=kind)
        return (await alerts.notes(tx, ids[:1]))[ids[0]]


async def wishes(world):
    """Every alert there is."""
    async with world.tools.db.read() as tx:
        return await alerts.alerts_of(tx, await tx.all(alerts.AddressId, "SELECT id FROM addresses"))


async def proofs(world):
    """The register."""
    return await world.ask(alerts.register.page)


def form_of(page, door):
    """Which form of a page is this door's."""
    return next(number for number, form in enumerate(page.forms) if form.fields.get("door") == door)


async def ask_by_letter(visitor, email="ana@mail.example", path="/s/lab", **filled):
    page = await visitor.open(path)
    return await visitor.send(page, form=form_of(page, "email"), email=email, **filled)


async def test_every_door_stands_on_the_page(world, lab):
    page = await Visitor(world).open("/s/lab")

    assert page.status == 200
    assert "Get the news of Le Labo" in page.text
    for words in ("On any phone", "Notification on this device", "By e-mail", "In an app", "In a news reader"):
        assert (words in page.text) == (words != "On any phone"), words  # there is nothing here to send texts
    assert "@lab@pinson.example" in page.text
    assert "webcal://pinson.example/@lab/calendar.ics" in page.links
    assert "/@lab/feed.atom" in page.links


async def test_nothing_is_ticked_before_somebody_agrees(world, lab):
    await world.tools.db.write(alerts.publishers.change, publisher=Publisher(lab.account_id, commercial=True))
    visitor = Visitor(world)
    page = await visitor.open("/s/lab?agree=1")
    assert "offers included" in page.text
    assert all("agree" not in form.fields for form in page.forms)

    refused = await ask_by_letter(visitor)
    assert refused.status == 422
    assert "Tick that you agree" in refused.text
    assert await wishes(world) == []
    assert 'value="ana@mail.example"' in refused.html

    assert (await ask_by_letter(visitor, agree="1")).status == 200
    (proof,) = await proofs(world)
    assert "offers included" in proof.wording


async def test_the_link_of_the_letter_is_enough_in_the_browser_that_asked(world, lab):
    visitor = Visitor(world, lang="fr")
    page = await ask_by_letter(visitor, path="/s/lab?via=affiche", rhythm="all", per_week="5")
    assert "a…@mail.example" in page.text
    assert (await wishes(world))[0].confirmed_at is None

    link = (await the_note(world)).data["link"]
    page = await visitor.open(f"/s/confirm/{link}")

    (wish,) = await wishes(world)
    assert (wish.confirmed_at, wish.rhythm, wish.per_week) == (world.clock.now(), Rhythm.ALL, 5)
    assert "ana@mail.example" in page.text, "the page of doors knows the browser now"
    (proof,) = await proofs(world)
    assert (proof.source, proof.confirmed_how, proof.lang) == (Source.POSTER, Confirmed.LINK, "fr")
    assert "Le Labo" in proof.wording


async def test_a_program_that_looks_at_letters_confirms_nothing(world, lab):
    await ask_by_letter(Visitor(world))
    link = (await the_note(world)).data["link"]
    scanner = visitor_from(world, "203.0.113.9")

    page = await scanner.open(f"/s/confirm/{link}")
    await scanner.client.head(f"/s/confirm/{link}")
    assert (await wishes(world))[0].confirmed_at is None

    done = await scanner.send(page)
    assert (await wishes(world))[0].confirmed_at is not None
    assert "ana@mail.example" in done.text
    again = await scanner.send(page)
    assert again.status == 404


async def test_the_code_of_the_letter_can_be_typed(world, lab):
    visitor = Visitor(world)
    page = await ask_by_letter(visitor)
    code = (await the_note(world)).data["code"]

    wrong = await visitor.send(page, code="000000" if code != "000000" else "111111")
    assert wrong.status == 422
    assert "not right" in wrong.text

    done = await visitor.send(wrong, code=f" {code[:3]} {code[3:]} ")
    assert "Done." in done.text
    assert (await wishes(world))[0].confirmed_at is not None


async def test_without_the_cookie_of_who_asked_there_is_no_code_to_type(world, lab):
    page = await visitor_from(world, "203.0.113.9").open("/s/code/email")
    assert page.status == 404


async def test_a_browser_that_allows_it_is_reached_at_once(world, lab):
    visitor, device = Visitor(world), Browser()
    page = await visitor.open("/s/lab")
    keys = {"endpoint": "https://push.example/one", **device.subscription}
    done = await visitor.send(page, form=form_of(page, "browser"), **keys)

    assert "Done." in done.text
    (proof,) = await proofs(world)
    assert (proof.channel, proof.confirmed_how) == (Channel.BROWSER, Confirmed.PERMISSION)
    for bad in ({"endpoint": "http://push.example/one"}, {"endpoint": "https://localhost/"}, {"auth": "x"}):
        refused = await visitor.send(page, form=form_of(page, "browser"), **keys | bad)
        assert refused.status == 422, bad


@pytest.mark.parametrize(
    "filled",
    [
        {"email": "nobody"},
        {"email": ""},
        {"per_week": "51"},
        {"rhythm": "never"},
        {"per_week": "x"},
        {"door": "pigeon"},
        {"door": "sms", "number": "0639980001"},
    ],
)
async def test_what_cannot_be_is_refused_and_what_was_typed_stays(world, lab, filled):
    visitor = Visitor(world)
    page = await visitor.open("/s/lab")
    refused = await visitor.send(page, form=form_of(page, "email"), **{"email": "ana@mail.example", **filled})
    assert refused.status == 422
    assert await wishes(world) == []


@pytest.mark.parametrize("settings", [{"sms.backend": "simulator", "sms.number": "38000"}])
async def test_a_phone_writes_by_itself_or_gets_a_code(world, lab):
    visitor = Visitor(world, lang="fr")
    page = await visitor.open("/s/lab")
    assert "sms:38000?&body=SUIVRE%20lab" in page.links
    page = await visitor.send(page, form=form_of(page, "sms"), number="06 39 98 00 01")
    assert "Vérifiez votre téléphone" in page.text
    assert "+33…01" in page.text

    done = await visitor.send(page, code=(await the_note(world)).data["code"])
    assert "C’est fait" in done.text
    (proof,) = await proofs(world)
    assert (proof.channel, proof.confirmed_how) == (Channel.SMS, Confirmed.CODE)
    refused = await ask_by_letter(visitor, door="sms", number="12")
    assert refused.status == 422


async def test_a_hashtag_is_followed_before_anybody_has_used_it(world):
    visitor = Visitor(world)
    await ask_by_letter(visitor, path="/s/%23LHC")
    await visitor.open(f"/s/confirm/{(await the_note(world)).data['link']}")

    tag = await world.ask(posts.tag, "lhc")
    (wish,) = await wishes(world)
    assert (wish.kind, wish.topic_id) == (TopicKind.TAG, tag.id)


async def test_an_event_is_followed_whole_unless_one_says_otherwise(world, lab):
    made = await world.client(lab).post(
        "/api/pinson/v1/events",
        json={"title": "Premier faisceau", "starts_at": "2026-03-31T08:00:00Z", "ends_at": "2026-03-31T18:00:00Z"},
    )
    slug = made.json()["slug"]
    visitor = Visitor(world)
    await ask_by_letter(visitor, path=f"/e/{slug}/suivre")
    (wish,) = await wishes(world)
    assert (wish.kind, wish.rhythm) == (TopicKind.EVENT, Rhythm.ALL)
    assert (await proofs(world))[0].account_id == lab.account_id


async def test_a_member_is_known_and_their_browser_gets_no_key(world, lab):
    await world.person("ana")
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    page = await visitor.open("/s/lab")
    keys = {"endpoint": "https://push.example/one", **Browser().subscription}
    await visitor.send(page, form=form_of(page, "browser"), **keys)

    assert "__Host-reader" not in visitor.client.cookies
    assert (await proofs(world))[0].source is Source.MEMBER
    assert "Le Labo" in (await visitor.open("/alertes")).text


class Arranging:
    """Somebody whose browser is known, on the page of what they get."""

    def __init__(self, world):
        self.world, self.visitor = world, Visitor(world)

    async def begin(self, **filled):
        await ask_by_letter(self.visitor, **filled)
        await self.visitor.open(f"/s/confirm/{(await the_note(self.world)).data['link']}")
        return self

    async def press(self, do, **filled):
        """Press the button that does this."""
        page = await self.visitor.open("/alertes")
        number = next(at for at, form in enumerate(page.forms) if ("do", do) in form.buttons)
        return await self.visitor.send(page, form=number, button=("do", do), **filled)


async def test_stopping_works_at_once_and_can_be_taken_back(world, lab):
    ana = await Arranging(world).begin(rhythm="digest", per_week="3")
    stopped = await ana.press("stop")
    assert "It has stopped" in stopped.text
    assert await wishes(world) == []

    number = next(at for at, form in enumerate(stopped.forms) if "left" in form.fields)
    await ana.visitor.send(stopped, form=number, button=("do", "again"))
    (wish,) = await wishes(world)
    assert (wish.rhythm, wish.per_week, wish.confirmed_at) == (Rhythm.DIGEST, 3, world.clock.now())
    new, old = await proofs(world)
    assert old.withdrawn_at is not None
    assert (new.withdrawn_at, new.confirmed_how) == (None, Confirmed.KNOWN)


async def test_one_alert_is_left_on_the_page_of_its_doors(world, lab):
    ana = await Arranging(world).begin()
    page = await ana.visitor.open("/s/lab")
    left = await ana.visitor.send(page, form=0, button=("do", "leave"))
    assert "Get the news of Le Labo" in left.text
    assert "Take it up again" in left.text
    assert await wishes(world) == []


async def test_how_much_is_changed_for_each_address(world, lab):
    ana = await Arranging(world).begin()
    page = await ana.visitor.open("/s/lab")
    keys = {"endpoint": "https://push.example/one", **Browser().subscription}
    await ana.visitor.send(page, form=form_of(page, "browser"), **keys)
    letter, device = sorted((await wishes(world)), key=lambda wish: wish.address_id)

    page = await ana.press("arrange", **{"cells[1][rhythm]": "digest", "cells[1][cap]": "5", "cells[2][rhythm]": "no"})
    (wish,) = await wishes(world)
    assert (wish.id, wish.rhythm, wish.per_week) == (letter.id, Rhythm.DIGEST, 5)
    assert "Take it up again" in page.text

    await ana.press("arrange", **{"cells[2][rhythm]": "all"})
    assert {wish.address_id: wish.rhythm for wish in await wishes(world)} == {
        letter.address_id: "digest",
        device.address_id: "all",
    }


async def test_a_pause_ends_in_two_hours_or_on_monday_morning(world, lab):
    ana = await Arranging(world).begin()
    page = await ana.press("monday")
    assert "6 April 2026, 08:00" in page.text  # a Monday, as today
    await ana.press("resume")
    page = await ana.press("hours")
    assert "Paused until 30 March 2026, 17:06" in page.text
    world.clock.move(timedelta(hours=2))
    assert "Pause for 2 hours" in (await ana.visitor.open("/alertes")).text


async def test_one_topic_is_paused_and_goes_on(world, lab):
    await world.people("bus")
    ana = await Arranging(world).begin()
    await ask_by_letter(ana.visitor, path="/s/bus")

    page = await ana.press("hold")
    there = await wishes(world)
    assert page.text.count("Paused until 30 March 2026, 17:06") == 1
    assert page.text.count("Pause for 2 hours") == 2  # of all, and of the other
    assert sum(one.paused_until is not None for one in there) == 1
    await ana.press("go")
    assert {one.paused_until for one in await wishes(world)} == {None}


async def test_hours_zone_and_language_are_chosen(world, lab):
    ana = await Arranging(world).begin()
    chosen = {"quiet_from": "20:30", "quiet_until": "08:00", "digest_hour": "12", "zone": "Asia/Tokyo"}
    page = await ana.press("set", language="fr", **chosen)
    assert 'value="20:30"' in page.html
    async with world.tools.db.read() as tx:
        (reader,) = await tx.all(alerts.ReaderId, "SELECT id FROM readers")
        kept = await alerts.reader(tx, reader)
    assert (kept.lang, kept.zone, kept.digest_hour, kept.quiet_from, kept.quiet_until) == (
        "fr",
        "Asia/Tokyo",
        12,
        1230,
        480,
    )
    assert (await ana.press("set", quiet_from="25:00")).status == 422
    assert (await ana.press("set", digest_hour="24")).status == 422


async def test_a_test_is_sent_to_an_address_of_ones_own(world, lab):
    ana = await Arranging(world).begin()
    page = await ana.press("test")
    assert "on its way" in page.text
    address = (await the_note(world, NoteKind.TEST)).address_id
    other = visitor_from(world, "203.0.113.9")
    await ask_by_letter(other, "bob@mail.example")
    await other.open(f"/s/confirm/{(await the_note(world)).data['link']}")
    page = await other.open("/alertes")
    number = next(at for at, form in enumerate(page.forms) if "address" in form.fields)
    refused = await other.send(page, form=number, button=("do", "forget"), address=str(address))
    assert refused.status == 404
    assert len(await wishes(world)) == 2


async def test_the_link_of_a_letter_opens_that_address_alone(world, lab):
    ana = await Arranging(world).begin()
    keys = {"endpoint": "https://push.example/one", **Browser().subscription}
    page = await ana.visitor.open("/s/lab")
    await ana.visitor.send(page, form=form_of(page, "browser"), **keys)
    letter, _device = sorted((await wishes(world)), key=lambda wish: wish.address_id)
    key = await world.ask(alerts.key_of, letter.address_id)
    anywhere = visitor_from(world, "203.0.113.9")

    page = await anywhere.open(f"/s/gerer/{key}")
    assert "ana@mail.example" in page.text
    assert "Browser, since" not in page.text
    number = next(at for at, form in enumerate(page.forms) if ("do", "stop") in form.buttons)
    await anywhere.send(page, form=number, button=("do", "stop"))
    assert [wish.id for wish in await wishes(world)] == [_device.id]
    assert (await anywhere.open(f"/s/gerer/{key[:-1]}x")).status == 404


async def test_who_is_not_known_learns_how_to_be(world):
    page = await Visitor(world).open("/alertes")
    assert page.status == 200
    assert "at the end of any letter or text" in page.text
    refused = await Visitor(world).client.post("/alertes", data={"do": "stop"})
    assert refused.status_code == 403


async def test_forms_of_other_sites_do_nothing(world, lab):
    visitor = Visitor(world)
    page = await visitor.open("/s/lab")
    fields = page.forms[form_of(page, "email")].fields | {"email": "ana@mail.example", "csrf": "no"}
    assert (await visitor.client.post("/s/lab", data=fields)).status_code == 403
    assert re.search("__Host-form", str(visitor.client.cookies))
    assert await wishes(world) == []


async def test_the_page_of_all_alerts_costs_as_much_for_many_as_for_one(world, lab):
    ana = await Arranging(world).begin()
    await world.people("bus", "shop", "town")
    await ask_by_letter(ana.visitor, path="/s/bus")
    few = await cost(world, ana.visitor, "/alertes")
    for name in ("shop", "town"):
        await ask_by_letter(ana.visitor, path=f"/s/{name}")
    assert await cost(world, ana.visitor, "/alertes") == few
