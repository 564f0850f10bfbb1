"""Anybody, without an account, tells of what is against the law, is answered with reasons, and may contest that."""

import re
from datetime import timedelta

import pytest

from pinson import schedule
from pinson.domain import moderation
from pinson.domain.access import UserRole
from pinson.lib.paging import Page
from tests.interfaces.own.test_events_api import made
from tests.interfaces.web.test_desk import decide
from tests.interfaces.web.visitor import Visitor, visitor_from

WRITTEN = {"subject": "privacy", "text": "C’est mon adresse.", "name": "Zoé Rey", "email": "zoe@mail.example"}


@pytest.fixture
async def mona(world):
    """A moderator's browser."""
    await world.person("mona", role=UserRole.MODERATOR)
    visitor = Visitor(world)
    await visitor.sign_in("mona")
    return visitor


@pytest.fixture
async def post(world):
    """A message that says too much."""
    mal = await world.person("mal")
    return await world.publish(mal, "Zoé habite au 4, rue des Lilas.")


async def tell(world, address, visitor=None, **filled):
    """Fill in the form for everybody; the page that follows."""
    visitor = visitor or Visitor(world)
    page = await visitor.open("/notice")
    return await visitor.send(page, **{"address": address, "good_faith": "1", **WRITTEN, **filled})


async def open_reports(world):
    """Reports that wait."""
    return await world.ask(moderation.reports, page=Page(None, None, None, 20))


async def letters_to(world, address):
    """What was written to an address."""
    await world.settle()
    return [one for one in world.letters() if one["to"] == address]


def body(letter):
    return letter.get_body(("plain",)).get_content()


def link_of(letter):
    return re.search(r"/notices/\S+", body(letter))[0]


async def test_a_stranger_comes_from_the_menu_of_a_message_is_receipted_and_answered_and_may_contest_it(
    world, mona, post
):
    stranger = Visitor(world)
    page = await stranger.open(f"/@mal/{post.id}")
    [menu] = {link for link in page.links if link.endswith("/report")}
    form = await stranger.open(menu)
    assert form.forms[0].fields["address"] == f"{world.tools.settings.url}/@mal/{post.id}"

    receipt = await stranger.send(form, good_faith="1", **WRITTEN)
    assert "Thank you, it has arrived" in receipt.text
    [arrived] = await letters_to(world, "zoe@mail.example")
    assert f"/@mal/{post.id}" in body(arrived)
    assert "mon adresse" not in body(arrived)  # whoever reads it may be another
    assert [link_of(one) for one in await letters_to(world, "mona@mail.example") if "notices/" in body(one)] == []

    [report] = await open_reports(world)
    assert (report.account_id, report.post_ids) == (None, (post.id,))
    assert "From somebody without an account" in (await mona.open("/moderation")).text
    desk = await mona.open(f"/moderation/reports/{report.id}")
    assert "Zoé Rey" in desk.text
    assert "zoe@mail.example" in desk.text
    answer = next(n for n, form in enumerate(desk.forms) if form.action.endswith("/answer"))
    kept = await mona.send(desk, form=answer, outcome="kept", text="L’adresse est celle de la mairie.")
    assert await open_reports(world) == []
    assert "Closed" in kept.text

    answered = (await letters_to(world, "zoe@mail.example"))[-1]
    assert "It stays as it is." in body(answered)
    assert "celle de la mairie" in body(answered)
    assert "court" in body(answered)
    again = await stranger.send(await stranger.open(link_of(answered)), text="Non, c’est la mienne.")
    assert "A moderator will read it, look at it again" in again.text
    assert not any(form.action.startswith("/notices/") for form in again.forms)
    assert "asks for the answer" in body((await letters_to(world, "mona@mail.example"))[-1])

    desk = await mona.open(f"/moderation/reports/{report.id}")
    assert "Non, c’est la mienne." in desk.text
    decision = await mona.open(
        f"/moderation/accounts/{post.author_id}/decide?do=hide&report_id={report.id}&post_ids[]={post.id}"
    )
    await mona.send(decision, text="Adresse privée.")
    last = (await letters_to(world, "zoe@mail.example"))[-1]
    assert "It is hidden" in body(last)
    assert "Adresse privée." in body(last)
    assert "It is hidden" in (await stranger.open(link_of(last))).text
    assert (await stranger.open(f"/@mal/{post.id}")).status == 404


async def test_what_the_law_asks_for_is_asked_for_and_nothing_that_was_typed_is_lost(world, post):
    address = f"{world.tools.settings.url}/@mal/{post.id}"
    wanting = {
        "name": "Give your name.",
        "email": "Give an e-mail address.",
        "text": "Say why it is against the law",
        "subject": "Choose what is against the law.",
        "good_faith": "Tick that what you write is right",
    }
    for field, says in wanting.items():
        page = await tell(world, address, **{field: ""})
        assert says in page.text, field
        assert page.forms[0].fields["address"] == address
    elsewhere = await tell(world, "https://elsewhere.example/@mal/1")
    assert "We find no message, account or live event" in elsewhere.text
    assert await open_reports(world) == []


async def test_whoever_tells_of_the_abuse_of_a_child_may_stay_unnamed_and_comes_back_by_the_page(world, mona, post):
    receipt = await tell(world, f"/@mal/{post.id}", subject="child", name="", email="")
    assert "Note the address of this page" in receipt.text
    [report] = await open_reports(world)
    notice = (await world.ask(moderation.notices_by_ids, [report.id]))[report.id]
    await decide(mona, f"/moderation/accounts/{post.author_id}", "suspend", "Contraire à la loi")
    await world.settle()

    page = await Visitor(world).open(f"/notices/{notice.key}")

    assert "The account is suspended" in page.text
    assert "Contraire à la loi" in page.text
    assert (await Visitor(world).open("/notices/another")).status == 404


@pytest.mark.parametrize("path", ["/@mal", "/@mal/feed.atom", "/s/mal", "pinson.example/@mal"])
async def test_an_account_can_be_told_of_by_any_of_its_addresses(world, post, path):
    address = path if path.startswith("/") else world.tools.settings.url.partition("://")[2] + "/@mal"

    await tell(world, address)

    [report] = await open_reports(world)
    assert (report.target_id, report.post_ids) == (post.author_id, ())


@pytest.mark.parametrize(
    "address", ["http://[", "/posts/9999999999999999999", "/@mal/9999999999999999999", "", "/e/no", "/"]
)
async def test_an_address_that_leads_to_nothing_is_said_to(world, post, address):
    page = await tell(world, address)

    assert page.status == 422
    assert "We find no message, account or live event" in page.text


async def test_a_letter_holds_nothing_that_a_stranger_wrote(world, post):
    await tell(world, f"/@mal/{post.id}/Win-a-car?Buy#Now", text="Buy now")

    [letter] = await letters_to(world, "zoe@mail.example")
    assert f"{world.tools.settings.url}/@mal/{post.id}" in body(letter).split()
    assert "Win-a-car" not in body(letter)
    assert "Buy now" not in body(letter)


async def test_a_live_event_can_be_told_of(world, post):
    lab = await world.person("lab")
    event = await made(world, lab)

    await tell(world, f"/e/{event['slug']}/mur")

    [report] = await open_reports(world)
    assert report.target_id == lab.account_id


async def test_a_message_for_few_can_be_told_of_by_whoever_has_its_address(world):
    mal = await world.person("mal")
    post = await world.publish(mal, "Entre nous", visibility="private")

    page = await tell(world, f"/@mal/{post.id}")

    assert "Entre nous" not in page.text
    assert [one.post_ids for one in await open_reports(world)] == [(post.id,)]


async def test_a_notice_is_not_closed_without_an_answer_and_apps_do_not_know_it(world, mona, post):
    moderator = await world.person("max", role=UserRole.MODERATOR)
    await tell(world, f"/@mal/{post.id}")
    [report] = await open_reports(world)
    api = world.client(moderator)

    assert (await api.get("/api/v1/admin/reports")).json() == []
    assert (await api.get(f"/api/v1/admin/reports/{report.id}")).status_code == 404
    assert (await api.post(f"/api/v1/admin/reports/{report.id}/resolve")).status_code == 422
    desk = await mona.open(f"/moderation/reports/{report.id}")
    answer = next(n for n, form in enumerate(desk.forms) if form.action.endswith("/answer"))
    assert "Say why" in (await mona.send(desk, form=answer, outcome="kept", text=" ")).text
    assert len(await open_reports(world)) == 1


@pytest.mark.parametrize("settings", [{"limits.enabled": True}])
async def test_nobody_floods_moderators_nor_the_mailbox_of_a_stranger(world, post):
    address = f"/@mal/{post.id}"
    from_everywhere = [await tell(world, address, visitor_from(world, f"192.0.2.{n}")) for n in range(10, 16)]
    from_one_place = [await tell(world, address, email=f"zoe{n}@mail.example") for n in range(21)]

    assert [page.status for page in from_everywhere] == [200] * 5 + [429]
    assert [page.status for page in from_one_place] == [200] * 20 + [429]
    assert len(await letters_to(world, "zoe@mail.example")) == 5


async def test_who_made_a_notice_is_forgotten_six_months_after_the_answer(world, mona, post):
    await tell(world, f"/@mal/{post.id}")
    [report] = await open_reports(world)
    world.clock.move(timedelta(days=400))
    await schedule.sweep(world.tools)  # it is owed an answer still
    waiting = (await world.ask(moderation.notices_by_ids, [report.id]))[report.id]
    await mona.sign_in("mona")
    await decide(mona, f"/moderation/accounts/{post.author_id}", "suspend", "Contraire à la loi")
    world.clock.move(timedelta(days=183))
    await schedule.sweep(world.tools)
    answered = (await world.ask(moderation.notices_by_ids, [report.id]))[report.id]
    world.clock.move(timedelta(days=2))
    await schedule.sweep(world.tools)
    over = (await world.ask(moderation.notices_by_ids, [report.id]))[report.id]

    assert (waiting.email, answered.email) == ("zoe@mail.example", "zoe@mail.example")
    assert (over.name, over.email, over.phone) == ("", "", "")
    assert "contest" not in (await Visitor(world).open(f"/notices/{over.key}")).text
