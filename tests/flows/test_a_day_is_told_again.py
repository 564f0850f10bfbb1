"""The button that plays a day: what was told once goes out again as if it were now, on a demo, and nowhere else."""

import re
from datetime import timedelta

import pytest

from pinson.demo import day
from pinson.domain import access, events, media, posts
from pinson.domain.access import SignUp
from pinson.playing import MOST_AN_HOUR
from tests.interfaces.web.visitor import Visitor
from tests.world import open_world

DAY = "/e/premieres-collisions"


@pytest.fixture
async def world(tmp_path):
    """A demo, with the day told as the past."""
    async with open_world(tmp_path, {"demo": True}) as world:
        form = SignUp("guest", "guest@mail.example", agreement=True)
        guest = await access.prepare(form, password="correct horse", passwords=world.tools.passwords)
        tools = world.tools
        await day.tell(tools.db, tools.studio, tools.settings, guest=guest, now=world.clock.now(), told=lambda: None)
        yield world


async def press(visitor, page, do, **fields):
    form = next(
        place
        for place, form in enumerate(page.forms)
        if ("do", do) in form.buttons and form.fields.items() >= fields.items()
    )
    return await visitor.send(page, form=form, button=("do", do))


def path_of(page):
    """Where the event is whose page it is."""
    return re.search(r'data-from="([^"]+)/situation"', page.html)[1]


async def told(world, id):
    """What was told, oldest first: its text, and what it is."""
    entries = await world.ask(events.page, id, limit=30, ascending=True)
    written = await world.ask(posts.posts, [entry.post_id for entry in entries])
    return [(written[entry.post_id], entry) for entry in entries]


async def play(world, id, *, until=None):
    """Let time pass until all is told, or so many messages; the seconds after which each was."""
    began, heard = world.clock.now(), []
    while (left := await world.machine.plays.step(id)) is not None:
        number = await world.ask(events.number_of, id)
        heard += [(world.clock.now() - began).total_seconds()] * (number - len(heard))
        if until is not None and number >= until:
            return heard
        world.clock.move(timedelta(seconds=left))
    return [*heard, (world.clock.now() - began).total_seconds()]


async def test_a_stranger_plays_the_day_and_it_goes_out_message_by_message_as_if_it_were_now(world):
    visitor = Visitor(world)
    page = await visitor.open(f"{DAY}?lang=fr")
    assert "4\N{NO-BREAK SPACE}min 42\N{NO-BREAK SPACE}s" in page.text

    page = await press(visitor, page, "begin", speed="60")
    again = (await world.ask(events.current, now=world.clock.now()))[0]
    heard = await play(world, again.id)

    assert again.title == "Premières collisions (rejoué, ×60)"
    assert path_of(page) == f"/e/{again.slug}"
    assert [round(seconds - heard[0]) for seconds in (heard[0], heard[19], heard[20])] == [0, 266, 282]
    said = await told(world, again.id)
    assert len(said) == 21
    assert [post.text.partition("http")[0] for post, _ in said] == [one.fr.partition("{")[0] for one in day.DAY]
    assert [entry.gauge for _, entry in said if entry.gauge is not None] == [0, 1.75, 3, 3.5]
    assert [one.at for one, (_, entry) in zip(day.DAY, said, strict=True) if entry.is_key] == [
        one.at for one in day.DAY if one.is_key
    ]
    by_time = {one.at: post for one, (post, _) in zip(day.DAY, said, strict=True)}
    assert by_time["10:58"].corrects_id == by_time["10:15"].id
    assert await world.ask(events.still_open, again.id) == []
    shown = await world.ask(media.of_posts, [post.id for post, _ in said])
    assert [len(shown[by_time[at].id]) for at in ("09:20", "13:06")] == [3, 1]
    assert all(one.description for several in shown.values() for one in several)
    assert f"/e/{again.slug}/revivre" in by_time["13:22"].text
    assert await world.ask(events.number_of, (await world.ask(events.by_slug, "premieres-collisions")).id) == 21


async def test_whoever_presses_while_a_day_is_played_is_led_there(world):
    first, second = Visitor(world), Visitor(world)
    there = await press(first, await first.open(DAY), "begin", speed="60")

    page = await press(second, await second.open("/e/first-collisions"), "begin", speed="1")

    assert path_of(page) == path_of(there)
    assert len(await world.ask(events.current, now=world.clock.now())) == 1


async def test_it_stops_when_somebody_says_so_and_goes_on_from_there(world):
    visitor = Visitor(world)
    page = await press(visitor, await visitor.open(f"{DAY}?lang=en"), "begin", speed="60")
    again = (await world.ask(events.current, now=world.clock.now()))[0]
    await play(world, again.id, until=4)
    page = await visitor.open(path_of(page))
    assert "4 of 21 messages" in page.text

    page = await press(visitor, page, "stop")
    world.clock.move(timedelta(minutes=30))
    page = await visitor.open(path_of(page))
    assert "stopped on its way" in page.text
    assert world.machine.plays.running is None
    page = await press(visitor, page, "go_on")
    assert await world.machine.plays.step(again.id) > 1  # the next one went out, the others wait as long as before
    heard = await play(world, again.id)

    assert len(await told(world, again.id)) == 21
    assert heard[-1] < 282
    assert "told again to its end" in (await visitor.open(path_of(page))).text


async def test_a_server_that_was_started_again_says_how_far_it_was(tmp_path, world):
    visitor = Visitor(world)
    page = await press(visitor, await visitor.open(f"{DAY}?lang=en"), "begin", speed="60")
    again = (await world.ask(events.current, now=world.clock.now()))[0]
    await play(world, again.id, until=2)
    await world.machine.plays.close()

    async with open_world(tmp_path, {"demo": True}) as later:
        shown = await Visitor(later).open(f"{path_of(page)}?lang=en")

    assert "2 of 21 messages are told. Somebody stopped it, or the server was started again." in shown.text


async def test_a_day_is_not_played_again_and_again_within_an_hour(world):
    visitor = Visitor(world)
    for _ in range(MOST_AN_HOUR):
        page = await press(visitor, await visitor.open(f"{DAY}?lang=en"), "begin", speed="60")
        world.machine.plays.stop(world.machine.plays.running)
        world.clock.move(timedelta(seconds=1))

    page = await press(visitor, await visitor.open(f"{DAY}?lang=en"), "begin", speed="60")
    assert page.status == 429
    world.clock.move(timedelta(hours=1))
    page = await press(visitor, await visitor.open(f"{DAY}?lang=en"), "begin", speed="60")
    assert page.status == 200


async def test_the_front_page_still_leads_to_the_day_itself(world):
    visitor = Visitor(world)
    await press(visitor, await visitor.open(DAY), "begin", speed="60")
    again = (await world.ask(events.current, now=world.clock.now()))[0]
    await play(world, again.id)
    world.clock.move(timedelta(hours=1))

    answer = await Visitor(world).client.get("/start/day", headers={"accept-language": "fr"})

    assert answer.headers["location"] == f"{DAY}/revivre?visite=1"


async def test_elsewhere_no_event_is_told_again(tmp_path):
    (tmp_path / "real").mkdir()
    async with open_world(tmp_path / "real", {}) as real:
        ana = await real.person("ana")
        start = real.clock.now() - timedelta(hours=2)
        said = {"title": "Portes ouvertes", "starts_at": start.isoformat(), "ends_at": real.clock.now().isoformat()}
        event = (await real.client(ana).post("/api/pinson/v1/events", json=said)).json()
        await real.client(ana).post(f"/api/pinson/v1/events/{event['id']}/messages", json={"status": "On ouvre."})
        visitor = Visitor(real)
        await visitor.sign_in("ana")
        page = await visitor.open("/e/portes-ouvertes?lang=en")
        csrf = page.forms[-1].fields["csrf"]

        sent = await visitor.client.post("/e/portes-ouvertes/rejouer", data={"csrf": csrf, "do": "begin"})

        assert "Play the day" not in page.text
        assert sent.status_code == 404
        assert len(await real.ask(events.current, now=start)) == 1


async def test_the_wall_may_stand_beside_on_our_own_pages_only(world):
    wall = await Visitor(world).client.get(f"{DAY}/mur")
    page = await Visitor(world).client.get(DAY)

    assert "frame-ancestors 'self'" in wall.headers["content-security-policy"]
    assert wall.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_the_desk_sends_what_is_told_again_with_all_that_it_showed(world):
    team = Visitor(world)
    await team.sign_in("cern_demo")
    page = await press(team, await team.open(f"{DAY}?lang=en"), "begin", speed="1")
    again = (await world.ask(events.current, now=world.clock.now()))[0]
    world.machine.plays.stop(again.id)
    album = (await world.ask(events.drafts, again.id))[4]

    desk = await team.open(f"{path_of(page)}/regie")
    assert "stopped on its way" in desk.text
    composing = await team.open(f"{path_of(page)}/regie?draft_id={album.id}")
    place = next(at for at, form in enumerate(composing.forms) if ("do", "keep") in form.buttons)
    desk = await team.send(composing, form=place, button=("do", "keep"), text="La salle en 3 photos")
    await press(team, desk, "send", draft_id=str(album.id))

    (post, _) = (await told(world, again.id))[-1]
    assert post.text == "La salle en 3 photos"
    assert len((await world.ask(media.of_posts, [post.id]))[post.id]) == 3


async def test_beside_the_wall_a_drawn_telephone_takes_commands_and_gets_the_messages_in_parts(tmp_path):
    chosen = {"demo": True, "sms.backend": "simulator", "sms.number": "38000"}
    async with open_world(tmp_path, chosen) as world:
        form = SignUp("guest", "guest@mail.example", agreement=True)
        guest = await access.prepare(form, password="correct horse", passwords=world.tools.passwords)
        tools = world.tools
        await day.tell(tools.db, tools.studio, tools.settings, guest=guest, now=world.clock.now(), told=lambda: None)
        visitor = Visitor(world)
        page = await press(visitor, await visitor.open(f"{DAY}?lang=fr"), "begin", speed="60")
        again = (await world.ask(events.current, now=world.clock.now()))[0]
        number = next(number for number, form in enumerate(page.forms) if form.action.startswith("/telephone/"))
        asked = await visitor.send(page, form=number)
        await world.settle()

        ready = next(number for number, form in enumerate(asked.forms) if form.action.startswith("/telephone/"))
        await visitor.send(asked, form=ready, text="OUI")
        world.clock.move(timedelta(seconds=1))
        await play(world, again.id, until=3)
        await world.settle()

        phone = await visitor.open(page.forms[number].action)
        assert page.forms[number].fields["text"] == f"SUIVRE {again.slug}"
        assert "Arrêt imprévu : plus de faisceau dans l'anneau." in phone.text
        assert "Comptez une bonne demi-heure" in phone.text  # of a day that one follows, each message
        assert "2\u00a0SMS" in phone.text
