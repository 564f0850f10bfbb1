"""The wall of a live event: the page that any proxy may hold, and the stream that all who watch share."""

import asyncio
from datetime import timedelta

import pytest

from pinson.domain import events
from pinson.domain.events import Changes
from pinson.interfaces.web import walls
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.own.test_events_api import STEPS, made, told
from tests.interfaces.web.test_home import Ear, started
from tests.interfaces.web.visitor import Visitor

WALL = "/e/premieres-collisions/mur"


@pytest.fixture
async def event(world):
    """Ana's event, which began an hour ago in Geneva, and goes on for seven."""
    ana = await world.person("ana", display_name="Laboratoire")
    return ana, await made(
        world, ana, gauge_unit="TeV", gauge_steps=STEPS, place="Genève", language="fr", hashtag="LHC"
    )


@pytest.fixture
async def hub(world):
    work = asyncio.create_task(world.tools.hub.run())
    yield
    work.cancel()


async def shown(world, path=WALL, **headers):
    """The wall as a browser gets it that has never been here."""
    return await Visitor(world).client.get(
        path, headers={name.replace("_", "-"): said for name, said in headers.items()}
    )


def texts(html):
    """What its messages say, in order."""
    return [part.partition("<p>")[2].partition("</p>")[0] for part in html.split('<div class="text"')[1:]]


async def test_a_wall_shows_the_event_its_gauge_and_its_messages_newest_first(world, event):
    ana, made = event
    await told(world, ana, made, "Le premier", gauge=1.75)
    await told(world, ana, made, "Le deuxième", is_key=True)

    answer = await shown(world)

    assert texts(answer.text) == ["Le deuxième", "Le premier"]
    assert 'aria-valuenow="1.75"' in answer.text
    assert 'aria-valuetext="1,75\N{NO-BREAK SPACE}TeV"' in answer.text
    assert answer.text.count("data-key") == 1
    assert ">15:08</time>" in answer.text  # Geneva’s clock in summer


async def test_a_wall_is_the_same_for_everybody_and_a_proxy_may_hold_it(world, event):
    member = Visitor(world)
    await member.sign_in("ana")

    stranger, signed_in = await shown(world), await member.client.get(WALL)

    assert stranger.text == signed_in.text
    assert stranger.headers["cache-control"].startswith("public, ")
    assert "set-cookie" not in stranger.headers
    assert "cookie" not in stranger.headers["vary"]
    assert (await shown(world, if_none_match=stranger.headers["etag"])).status_code == 304


async def test_a_wall_speaks_the_language_of_its_event_unless_the_address_says_otherwise(world, event):
    assert '<html lang="fr"' in (await shown(world, accept_language="en")).text
    assert '<html lang="en"' in (await shown(world, f"{WALL}?lang=en")).text
    assert (await shown(world, "/e/premieres-collisions/wall")).text == (await shown(world)).text


async def test_light_and_columns_can_be_chosen_for_a_projector(world, event):
    html = (await shown(world, f"{WALL}?theme=dark&colonnes=2")).text

    assert 'data-theme="dark"' in html
    assert 'class="columns-2"' in html
    assert "data-theme" not in (await shown(world, f"{WALL}?theme=%22%3E%3Cscript")).text


async def test_a_correction_is_tied_to_what_it_corrects_and_that_to_it(world, event):
    ana, made = event
    cause = await told(world, ana, made, "Un à-coup de courant")
    await told(world, ana, made, "Rectificatif : deux circuits", corrects_id=cause["id"])

    html = (await shown(world)).text

    nbsp = "\N{NO-BREAK SPACE}"
    assert f"Rectifie le message de 15{nbsp}h{nbsp}07" in html
    assert f"Rectifié à 15{nbsp}h{nbsp}08" in html
    assert (
        texts(html)
        == ["Rectificatif : deux circuits".replace(" :", "\N{NARROW NO-BREAK SPACE}:")] + ["Un à-coup de courant"] * 2
    )  # as what is corrected, and in its place


async def test_a_correction_on_the_wall_still_says_what_it_corrects_when_that_has_left_the_wall(world, event):
    ana, made = event
    cause = await told(world, ana, made, "Un à-coup de courant")
    for number in range(walls.MOST_SHOWN):
        await told(world, ana, made, f"Message {number}")
    await told(world, ana, made, "Deux circuits", corrects_id=cause["id"])

    assert texts((await shown(world)).text)[:2] == ["Deux circuits", "Un à-coup de courant"]


async def test_what_is_not_for_everybody_is_not_on_a_wall(world, event):
    ana, made = event
    await told(world, ana, made, "Un")
    two = await told(world, ana, made, "Deux")
    await world.client(ana).delete(f"/api/v1/statuses/{two['id']}")
    await told(world, ana, made, "<script>alert(1)</script>")

    html = (await shown(world)).text

    assert texts(html) == ["&lt;script&gt;alert(1)&lt;/script&gt;", "Un"]


async def test_a_paused_wall_and_a_cancelled_event_say_so_and_nothing_else(world, event):
    ana, made = event
    await told(world, ana, made, "Un")

    async def change(**said):
        path = f"/api/pinson/v1/events/{made['id']}"
        assert (await world.client(ana).patch(path, json=said)).status_code == 200
        return (await shown(world)).text

    paused = await change(is_paused=True)
    assert texts(paused) == []
    assert "Un instant" in paused
    assert texts(await change(is_paused=False)) == ["Un"]
    assert "annulé" in await change(is_cancelled=True)


async def test_an_expectation_is_on_the_wall_until_it_is_met(world, event):
    ana, made = event
    first = await told(world, ana, made, "Une bonne demi-heure", expects=[30, 40])
    waiting = (await shown(world)).text
    await told(world, ana, made, "C'est reparti", meets_id=first["id"])

    assert 'data-part="expected"' in waiting
    assert "Suite avant 15\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}47" in waiting
    assert 'data-part="expected"' not in (await shown(world)).text


async def test_the_programme_shows_what_goes_on_and_what_comes(world, event):
    ana, made = event
    for minutes, what in [(-90, "Passé"), (-10, "En cours"), (50, "À venir")]:
        line = {"starts_at": (world.clock.now() + timedelta(minutes=minutes)).isoformat(), "what": what}
        answer = await world.client(ana).post(f"/api/pinson/v1/events/{made['id']}/programme", json=line)
        assert answer.status_code == 200, answer.text

    html = (await shown(world)).text

    assert "Passé" not in html
    assert '<li class="now"><b>14' in html
    assert "À venir" in html


@pytest.mark.parametrize("path", ["/e/nothing/mur", "/e/nothing/mur/stream"])
async def test_there_is_no_wall_of_what_is_no_event(world, path):
    assert (await shown(world, path)).status_code == 404


async def test_a_model_has_no_wall(world, event):
    ana, made = event
    await world.write(events.change, id=int(made["id"]), account_id=ana.account_id, said=Changes(is_model=True))

    assert (await shown(world)).status_code == 404


async def test_a_film_from_elsewhere_may_be_shown_and_nothing_else_may(world, event):
    ana, made = event
    path = f"/api/pinson/v1/events/{made['id']}"
    await world.client(ana).patch(path, json={"webcast_url": "https://films.example/live.m3u8"})

    policy = (await shown(world)).headers["content-security-policy"]

    assert "media-src 'self' https://films.example;" in policy
    assert "default-src 'none'" in policy


async def test_whoever_watches_gets_the_whole_wall_when_something_is_written(world, event, hub):
    ana, made = event
    await told(world, ana, made, "Un")
    async with Ear(Visitor(world), "lang=fr", path=f"{WALL}/stream") as ear:
        kind, first = await ear.hear()
        while kind != "wall":
            kind, first = await ear.hear()
        await told(world, ana, made, "Deux")
        kind, second = await ear.hear()

    assert texts(first["html"]) == ["Un"]
    assert (kind, texts(second["html"])) == ("wall", ["Deux", "Un"])
    assert second["html"] in (await shown(world)).text


async def test_whoever_has_the_wall_as_it_is_hears_only_that_it_stands(world, event, hub):
    ana, made = event
    await told(world, ana, made, "Un")
    version = (await shown(world)).text.partition('data-version="')[2].partition('"')[0]
    async with Ear(Visitor(world), f"lang=fr&seen={version}", path=f"{WALL}/stream") as ear:
        await started(world)
        heard = [await ear.hear()]
        await told(world, ana, made, "Deux")
        heard.append(await ear.hear())
        while heard[-1][0] == "stands":
            heard.append(await ear.hear())

    assert heard[0] == ("stands", {})
    assert [texts(told["html"]) for kind, told in heard if kind == "wall"] == [["Deux", "Un"]]


async def test_a_pause_is_on_every_wall_at_once(world, event, hub):
    ana, made = event
    async with Ear(Visitor(world), "lang=en", path=f"{WALL}/stream") as ear:
        kind, wall = await ear.hear()
        while kind != "wall":
            kind, wall = await ear.hear()
        await world.client(ana).patch(f"/api/pinson/v1/events/{made['id']}", json={"is_paused": True})
        while "One moment" not in wall["html"]:
            _, wall = await ear.hear()


async def test_walls_are_rendered_once_for_all_who_watch_and_nobody_listens_when_nobody_does(world, event, hub):
    ana, made = event
    ears = [Ear(Visitor(world), "lang=fr", path=f"{WALL}/stream") for _ in range(5)]
    for ear in ears:
        await ear.__aenter__()
        while (await ear.hear())[0] != "wall":
            pass
    with counted(world) as statements:
        await told(world, ana, made, "Un")
        for ear in ears:
            while "Un" not in texts((await ear.hear())[1].get("html", "")):
                pass
    listeners = len(world.tools.hub)
    for ear in ears:
        await ear.__aexit__()
    await asyncio.sleep(0)

    assert listeners == 1
    assert max(statements.values()) <= 3
    assert len(world.tools.hub) == 0


async def test_a_wall_of_many_messages_costs_as_many_statements_as_one_of_few(world, event):
    ana, made = event

    async def cost():
        await forget(world)
        with counted(world) as statements:
            assert (await shown(world)).status_code == 200
        return statements

    async def write(count):
        for number in range(count):
            last = await told(world, ana, made, f"Message {number}")
            await told(world, ana, made, "Rectifié", corrects_id=last["id"])

    await write(25)  # more than the newest that are kept in memory: below them the album is looked for in tables
    few = await cost()
    await write(10)

    assert await cost() == few
