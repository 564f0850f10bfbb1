"""Above and beside home: what the server announces, what one missed and why it is named, and ways on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from pinson.domain import access, instance, notifications
from pinson.domain.access import MemberRole
from tests.interfaces.mastodon.test_query_counts import counted
from tests.interfaces.web.test_filters import hide
from tests.interfaces.web.test_pages import EVIL
from tests.interfaces.web.test_query_counts import cost
from tests.interfaces.web.visitor import Visitor

EVENTS = "/api/pinson/v1/events"


@pytest.fixture
async def town(world):
    """Ana, whom Ben follows, and Ben's browser, which has seen his home."""
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)
    await world.publish(ana, "Bien avant")
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    await visitor.open("/")
    return ana, ben, visitor


async def miss(world, ana, count=6):
    """Let an hour go by, in which there are posts."""
    world.clock.move(timedelta(hours=1))
    return [await world.publish(ana, f"Nouvelle {number}") for number in range(count)]


def hour(world, at):
    """As the clocks of the server's place show it."""
    return f"{at.astimezone(ZoneInfo(world.tools.settings.instance.time_zone)):%H:%M}"


def strip(page):
    """What is said above the feed of what was missed; None if nothing is."""
    if '<details class="away"' not in page.html:
        return None
    return page.text.split("While you were away")[1].split("I am up to date")[0]


# --- while you were away ------------------------------------------------------------------------------------------


async def test_what_one_missed_is_named_with_its_reason_until_one_is_up_to_date(world, town):
    ana, ben, visitor = town
    cleo, dan = await world.people("cleo", "dan")
    missed = await miss(world, ana, 7)
    for person in (cleo, dan):
        await world.client(person).post(f"/api/v1/statuses/{missed[2].id}/reblog")
        await world.client(person).post(f"/api/v1/statuses/{missed[4].id}/favourite")
        await world.publish(person, "@ana Ah", in_reply_to_id=str(missed[5].id))
    await world.client(cleo).post(f"/api/v1/statuses/{missed[4].id}/reblog")
    await world.client(cleo).post(f"/api/v1/statuses/{missed[1].id}/favourite")  # once is not enough
    await world.publish(ana, f"@ben {EVIL}")

    page = await visitor.open("/")

    said = strip(page)
    assert "8 new posts since" in said
    order = [said.index(one) for one in (f"@ben {EVIL}", "Nouvelle 4", "Nouvelle 5", "Nouvelle 2")]
    assert order == sorted(order)
    for one, why in (
        (f"@ben {EVIL}", "mentions you"),
        ("Nouvelle 4", "liked 2 times"),
        ("Nouvelle 5", "2 replies"),
        ("Nouvelle 2", "repeated 2 times"),
    ):
        assert f"{why} {one}" in said
    assert "Nouvelle 1" not in said
    assert EVIL not in page.html
    assert strip(await visitor.open("/")) == said  # it waits, however often one comes back

    form = next(at for at, form in enumerate(page.forms) if form.action == "/home/read" and form.fields["id"])
    page = await visitor.send(page, form=form)
    assert strip(page) is None
    marker = (await world.client(ben).get("/api/v1/markers?timeline[]=home")).json()["home"]
    assert int(marker["last_read_id"]) > int(missed[-1].id)


@pytest.mark.parametrize(("away", "count"), [(timedelta(minutes=59), 6), (timedelta(hours=1), 5)])
async def test_nothing_is_named_after_a_moment_or_where_little_is_new(world, town, away, count):
    ana, _, visitor = town
    await miss(world, ana, 0)
    await visitor.open("/")
    world.clock.move(away)
    for number in range(count):
        await world.publish(ana, f"Nouvelle {number}")

    assert strip(await visitor.open("/")) is None


async def test_the_first_visit_an_older_page_and_own_posts_name_nothing(world, town):
    ana, ben, visitor = town
    posts = await miss(world, ana)
    assert strip(await visitor.open(f"/?max_id={posts[-1].id}")) is None

    cleo = await world.person("cleo")
    await world.follow(cleo, ana)
    other = Visitor(world)
    await other.sign_in("cleo")
    assert strip(await other.open("/")) is None

    await world.publish(ben, "@ben Note")
    assert "Note" not in strip(await visitor.open("/"))


async def test_what_a_filter_covers_is_not_named(world, town):
    ana, ben, visitor = town
    await hide(world, ben, "fin")
    await miss(world, ana)
    await world.publish(ana, "@ben La fin")
    await world.publish(ana, "@ben Bonjour")

    said = strip(await visitor.open("/"))

    assert "Bonjour" in said
    assert "La fin" not in said


async def test_more_than_a_hundred_are_not_counted(world, town):
    ana, _, visitor = town
    await miss(world, ana, 101)

    assert "100 new posts and more since" in strip(await visitor.open("/"))


async def event_of(world, person, **given):
    """A live event of theirs, which begins now."""
    starts = world.clock.now()
    times = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=5)).isoformat()}
    answer = await world.client(person).post(EVENTS, json={"slug": "fete", "title": "La fête", **times, **given})
    assert answer.status_code == 200, answer.text
    return f"{EVENTS}/{answer.json()['id']}"


async def test_a_key_moment_is_named(world, town):
    ana, _, visitor = town
    event = await event_of(world, ana)
    await miss(world, ana)
    await world.client(ana).post(f"{event}/messages", json={"status": "Le feu d’artifice", "is_key": True})

    assert "key moment of an event Le feu d’artifice" in strip(await visitor.open("/"))


async def test_whoever_only_reads_moves_no_marker(world, town):
    ana, ben, visitor = town
    cleo = await world.person("cleo")
    await world.write(access.set_member, account_id=cleo.account_id, user_id=ben.user_id, role=MemberRole.ANALYST)
    await world.follow(cleo, ana)
    visitor.client.cookies.set("__Host-account", cleo.id)
    await world.write(instance.announce, text="Travaux")

    page = await visitor.open("/")

    assert "Travaux" in page.text
    assert not any(form.action.startswith(("/announcements", "/home")) for form in page.forms)
    async with world.tools.db.read() as tx:
        assert await notifications.markers(tx, cleo.account_id, ["home"]) == []


# --- announcements ------------------------------------------------------------------------------------------------


async def test_an_announcement_stands_above_home_until_it_is_dismissed(world, town):
    _, ben, visitor = town
    starts, ends = world.clock.now(), world.clock.now() + timedelta(hours=2)
    one = await world.write(
        instance.announce, text=f"Coupure https://ville.example {EVIL}", starts_at=starts, ends_at=ends
    )
    await world.write(instance.announce, text="Une autre")

    page = await visitor.open("/")
    assert EVIL in page.text
    assert EVIL not in page.html
    assert 'href="https://ville.example"' in page.html
    assert f"30 March 2026, {hour(world, starts)} – 30 March 2026, {hour(world, ends)}" in page.text
    assert "Coupure" not in (await Visitor(world).open("/")).text
    assert "Annonce" in (await visitor.open("/?lang=fr")).html
    await visitor.open("/?lang=en")

    form = next(at for at, form in enumerate(page.forms) if form.action == f"/announcements/{one.id}/dismiss")
    after = await visitor.send(page, form=form)
    assert "Coupure" not in after.text
    assert "Une autre" in after.text
    assert "Coupure" not in (await visitor.open("/")).text
    [told] = (await world.client(ben).get("/api/v1/announcements")).json()
    assert "Une autre" in told["content"]

    world.clock.move(timedelta(hours=3))  # it is over: the button of a page from before does no harm
    assert (await visitor.send(page, form=form)).status == 200


# --- ways on ------------------------------------------------------------------------------------------------------


async def test_beside_home_stand_lists_and_followed_hashtags(world, town):
    _, ben, visitor = town
    assert 'class="beside"' not in (await visitor.open("/")).html
    await world.client(ben).post("/api/v1/lists", json={"title": f"Voisins {EVIL}"})
    await world.client(ben).post("/api/v1/tags/Mer/follow")

    page = await visitor.open("/")

    assert f"Lists Voisins {EVIL} Followed hashtags #Mer" in page.text
    assert EVIL not in page.html


async def test_beside_home_stands_what_comes_next_in_events_that_one_follows(world, town):
    ana, ben, visitor = town
    event = await event_of(world, ana, title=f"La fête {EVIL}")
    client = world.client(ana)
    for hours, what in ((-1, "Le discours"), (1, f"Le bal {EVIL}"), (2, "Le feu")):
        at = world.clock.now() + timedelta(hours=hours)
        assert (await client.post(f"{event}/programme", json={"starts_at": at.isoformat(), "what": what})).is_success
    await client.post(f"{event}/messages", json={"status": f"Combien de bateaux ? {EVIL}", "promises": True})
    assert 'class="beside"' not in (await visitor.open("/")).html
    await world.client(ben).post(f"{event}/follow")

    page = await visitor.open("/")

    beside = page.text.split("Events that you follow")[1]
    first, second = (hour(world, world.clock.now() + timedelta(hours=hours)) for hours in (1, 2))
    assert f"La fête {EVIL} now Coming next {first} Le bal {EVIL} {second} Le feu" in beside
    assert f"Still to be answered Combien de bateaux ? {EVIL}" in beside
    assert "discours" not in beside
    assert EVIL not in page.html
    world.clock.move(timedelta(hours=5))
    assert "Events that you follow" not in (await visitor.open("/")).text


# --- costs --------------------------------------------------------------------------------------------------------


async def test_a_home_with_all_of_it_costs_as_many_statements_for_much_as_for_little(world, town):
    ana, ben, visitor = town

    async def more(count):
        for number in range(count):
            await world.client(ben).post("/api/v1/lists", json={"title": f"Liste {number}"})
            await world.write(instance.announce, text=f"Travaux {number}")
            await world.publish(ana, f"@ben Nouvelle {number}")

    await miss(world, ana)
    await more(1)
    few = await cost(world, visitor, "/")
    assert strip(await visitor.open("/")) is not None
    await more(12)

    assert await cost(world, visitor, "/") == few


async def test_home_costs_five_statements_more_than_its_older_pages_when_it_has_nothing_more_to_show(world, town):
    _, _, visitor = town
    await visitor.open("/")

    with counted(world) as first:
        await visitor.open("/")
    with counted(world) as older:
        await visitor.open("/?max_id=1")

    assert sum(first.values()) - sum(older.values()) <= 6, first
