"""Whoever runs the server sees how it is and mends what can be mended; everybody sees the short of it."""

import sqlite3
from datetime import timedelta

import pytest

from pinson import doctor
from pinson.backup import back_up
from pinson.domain.access import UserRole
from pinson.domain.alerts import Publisher, publishers
from pinson.lib import vitals
from tests.interfaces.web.visitor import Visitor
from tests.street import DRAWN


@pytest.fixture
def settings(request):
    return getattr(request, "param", {})


@pytest.fixture
async def root(world):
    """The administrator's browser."""
    await world.person("root", role=UserRole.ADMIN)
    visitor = Visitor(world)
    await visitor.sign_in("root")
    return visitor


@pytest.fixture
async def stuck(world):
    """A letter that cannot be handed over, since its folder is a file."""
    await world.person("ana")
    (world.folder / "mail").write_text("in the way")
    browser = Visitor(world)
    await browser.send(await browser.open("/auth/password"), email="ana@mail.example")
    await world.settle()


def give_up(world):
    """As after the last attempt."""
    with sqlite3.connect(world.folder / "pinson.db") as db:
        db.execute("UPDATE retries SET dead_at = 1774875960000, attempts = 99")


async def test_only_administrators_find_the_page_of_health(world, root):
    await world.person("mona", role=UserRole.MODERATOR)
    mona = Visitor(world)
    await mona.sign_in("mona")
    await world.settle()

    page = await root.open("/operator")

    assert page.status == 200
    for said in (
        "Running since 30 March 2026, 15:06",
        "GB are free",
        "facts behind. 0 were given up",
        "0 streams are open",
        "SQLite",
    ):
        assert said in page.text
    assert "/operator" in (await root.open("/moderation")).links
    assert "/operator" not in (await mona.open("/moderation")).links
    assert (await mona.open("/operator")).status == 404


async def test_a_backup_is_seen_until_it_is_old(world, root, tmp_path_factory):
    assert "none was made so far" in (await root.open("/operator")).text

    back_up(world.folder, tmp_path_factory.mktemp("away") / "one", now=world.clock.now(), tell=lambda *_: None)
    assert "the newest is of 30 March 2026, 15:06" in (await root.open("/operator")).text
    assert "Make one every day" not in (await root.open("/operator")).text

    world.clock.move(timedelta(days=3))
    assert "Make one every day" in (await root.open("/operator")).text


async def test_letters_that_do_not_go_out_are_told_to_whoever_runs_it_and_in_short_to_everybody(world, root, stuck):
    assert "1 to be tried again, 0 given up" in (await root.open("/operator")).text
    public = await Visitor(world).open("/status")
    assert "Some e-mails about accounts go out late" in public.text
    assert str(world.folder) not in public.html

    give_up(world)
    assert "0 to be tried again, 1 given up" in (await root.open("/operator")).text


async def test_a_dead_letter_is_tried_again_once_its_cause_is_mended(world, root, stuck):
    give_up(world)
    (world.folder / "mail").unlink()
    page = await root.open("/operator")
    form = next(at for at, form in enumerate(page.forms) if form.action.endswith("/retry"))

    after = await root.send(page, form=form)
    await world.settle()

    assert "To be tried again" in after.text
    assert "whatever had to follow has followed" in (await root.open("/operator")).text
    assert [letter["to"] for letter in world.letters()] == ["ana@mail.example"]
    assert "tried again the dead letter" in (await root.open("/moderation/register")).text
    assert (await root.send(page, form=form)).status == 404


async def test_a_dead_letter_is_given_up_with_a_reason(world, root, stuck):
    give_up(world)
    page = await root.open("/operator")
    form = next(at for at, form in enumerate(page.forms) if form.action.endswith("/drop"))

    assert (await root.send(page, form=form)).status == 422
    await root.send(page, form=form, reason="Adresse morte")

    assert "whatever had to follow has followed" in (await root.open("/operator")).text
    assert "gave up the dead letter" in (await root.open("/moderation/register")).text
    assert "Adresse morte" in (await root.open("/moderation/register")).text


async def test_anybody_sees_that_all_is_well_and_a_proxy_may_hold_it(world):
    page = await Visitor(world).open("/status")

    assert "What is published is saved" in page.text
    assert "To be watched" not in page.text
    assert page.headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    ("free", "level"), [(vitals.LITTLE_ROOM, "ok"), (vitals.NO_ROOM, "warning"), (vitals.NO_ROOM - 1, "broken")]
)
def test_room_runs_out_by_degrees(free, level):
    assert vitals.room(free) == level


@pytest.mark.parametrize("settings", [{"mail.backend": "smtp"}])
async def test_administrators_of_a_server_that_sends_see_what_belongs_into_dns(world, root):
    page = await root.open("/operator")

    assert "pinson._domainkey.pinson.example" in page.text
    assert "v=DKIM1; k=rsa; p=" in page.text


@pytest.mark.parametrize("settings", [DRAWN | {"sms.price_per_part": "0.05"}], indirect=True)
async def test_what_texts_cost_today_and_whose_credits_end_stands_there(world, root):
    lab, town = await world.people("lab", "town")
    for person, credits in ((lab, 100), (town, 1000)):
        await world.tools.db.write(publishers.change, publisher=Publisher(person.account_id, credits=credits))
        await world.write(publishers.spend, account_id=person.account_id, parts=45, ceiling=None)
    fine = (await root.open("/operator?lang=en")).text
    await world.write(publishers.spend, account_id=lab.account_id, parts=15, ceiling=None)
    page = (await root.open("/operator?lang=en")).text
    async with world.tools.db.read() as tx:
        found = await doctor.spending(world.tools.settings, world.clock.now(), tx)

    assert [(one.level, one.text) for one in found] == [
        ("warning", "105 of the 100 SMS of the day (UTC) are spent."),
        ("warning", "The credits of some accounts would not last a week: @lab 40."),
    ]
    assert "drawn on a page, and to nobody. Today" in page
    assert "Credits" not in fine
    assert "Today 105 of 100 are spent. They cost €5.25. At the ceiling" in page
    assert "Credits that would not last a week: @lab 40" in page
