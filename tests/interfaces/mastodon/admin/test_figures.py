"""What happened, in numbers by day: what was done is what is counted."""

from datetime import timedelta

import pytest

from pinson.domain import posts
from tests.interfaces.mastodon.test_reports import report
from tests.interfaces.mastodon.test_sign_up import app_client
from tests.world import PASSWORD

DAY = timedelta(days=1)
PERIOD = {"start_at": "2026-03-30", "end_at": "2026-04-01T12:00:00Z"}


async def ask(world, who, path, **form):
    """What an endpoint answers."""
    answer = await world.client(who).post(f"/api/v1/admin/{path}", json=PERIOD | form)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def days(world, moderator):
    """Three days on which things happened."""
    alice, bob = await world.people("alice", "bob")
    first = await world.publish(alice, "Bonjour #birds", language="fr")
    await world.client(bob).post(f"/api/v1/statuses/{first.id}/favourite")
    opened = (await report(world, bob, alice)).json()["id"]
    world.clock.move(DAY)
    carol = await world.person("carol")
    await world.publish(alice, "Encore #birds", language="fr")
    await world.publish(carol, "Hello #birds", language="en")
    await world.client(carol).post(f"/api/v1/statuses/{first.id}/reblog")
    await world.publish(carol, "@alice Yes", in_reply_to_id=str(first.id))
    await world.client(moderator).post(f"/api/v1/admin/reports/{opened}/resolve")
    world.clock.move(DAY)
    return await world.ask(posts.tag, "birds")


async def test_what_happened_is_counted_by_day(world, moderator, days):
    tag = {"id": str(days.id)}
    keys = [
        *("new_users", "active_users", "interactions", "opened_reports", "resolved_reports"),
        *("tag_accounts", "tag_uses", "tag_servers", "instance_statuses", "instance_media_attachments", "weather"),
    ]

    shown = await ask(
        world,
        moderator,
        "measures",
        keys=keys,
        tag_accounts=tag,
        tag_uses=tag,
        tag_servers=tag,
        instance_statuses={"domain": "other.example"},
        instance_media_attachments={"domain": "other.example"},
    )

    assert {one["key"]: (one["total"], [day["value"] for day in one["data"]]) for one in shown} == {
        "new_users": ("4", ["3", "1", "0"]),
        "active_users": ("2", ["1", "2", "0"]),  # on both days alice is one
        "interactions": ("3", ["1", "2", "0"]),
        "opened_reports": ("1", ["1", "0", "0"]),
        "resolved_reports": ("1", ["0", "1", "0"]),
        "tag_accounts": ("2", ["1", "2", "0"]),
        "tag_uses": ("3", ["1", "2", "0"]),
        "tag_servers": ("1", ["1", "1", "0"]),
        "instance_statuses": ("0", ["0", "0", "0"]),
        "instance_media_attachments": ("0", ["0", "0", "0"]),
    }
    assert [one["key"] for one in shown] == keys[:-1]
    assert {one["previous_total"] for one in shown} == {"0"}
    assert [day["date"] for day in shown[0]["data"]] == [
        f"{day}T00:00:00.000Z" for day in ("2026-03-30", "2026-03-31", "2026-04-01")
    ]
    later = await ask(
        world, moderator, "measures", keys=["tag_uses"], tag_uses=tag, start_at="2026-03-31", end_at="2026-03-31"
    )
    assert (later[0]["total"], later[0]["previous_total"]) == ("2", "1")


async def test_what_is_asked_about_nothing_is_left_out(world, moderator):
    keys = ["tag_uses", "tag_servers", "instance_accounts", "tag_languages"]

    assert await ask(world, moderator, "measures", keys=keys) == []
    assert await ask(world, moderator, "dimensions", keys=keys) == []
    assert await ask(world, moderator, "measures", keys=["tag_uses"], tag_uses={"id": "7"}) != []


async def test_what_there_was_is_counted_by_what_it_was(world, moderator, days):
    form = {"username": "ana", "email": "ana@mail.example", "password": PASSWORD, "agreement": "1"}
    await (await app_client(world)).post("/api/v1/accounts", data=form)
    tag = {"id": str(days.id)}
    about = {"tag_servers": tag, "tag_languages": tag, "instance_languages": {"domain": "other.example"}}

    shown = await ask(
        world,
        moderator,
        "dimensions",
        keys=["languages", "sources", "servers", "weather", *about],
        **about,
    )

    assert {one["key"]: [(it["key"], it["human_key"], it["value"]) for it in one["data"]] for one in shown} == {
        "languages": [("und", "Unknown", "2")],
        "sources": [("web", "Website", "4"), ("Toot", "Toot", "1")],
        "servers": [("pinson.example", "pinson.example", "5")],
        "tag_servers": [("pinson.example", "pinson.example", "3")],
        "tag_languages": [("fr", "French", "2"), ("en", "English", "1")],
        "instance_languages": [],
    }
    [few] = await ask(world, moderator, "dimensions", keys=["tag_languages"], limit=1, **about)
    assert len(few["data"]) == 1


async def test_what_the_server_is_made_of_is_told(world, moderator):
    answer = await world.client(moderator).post(
        "/api/v1/admin/dimensions", json={"keys": ["software_versions", "space_usage"]}
    )

    versions, space = answer.json()
    assert [one["key"] for one in versions["data"]] == ["pinson", "python", "sqlite"]
    assert all(one["value"][0].isdigit() for one in versions["data"])
    assert [(one["key"], one["unit"]) for one in space["data"]] == [("database", "bytes"), ("media", "bytes")]
    assert int(space["data"][0]["value"]) > 100_000
    assert space["data"][1]["human_value"] == "0 B"


async def test_newcomers_who_stay_are_counted_by_day_and_by_month(world, moderator, days):
    by_day = await ask(world, moderator, "retention", frequency="day")
    by_month = await ask(world, moderator, "retention", frequency="month")

    assert [[(one["value"], round(one["rate"], 2)) for one in cohort["data"]] for cohort in by_day] == [
        [("1", 0.33), ("1", 0.33), ("0", 0.0)],
        [("1", 1.0), ("0", 0.0)],
        [("0", 0.0)],
    ]
    assert [cohort["period"][:10] for cohort in by_day] == ["2026-03-30", "2026-03-31", "2026-04-01"]
    assert [[(one["date"][:7], one["value"], one["rate"]) for one in cohort["data"]] for cohort in by_month] == [
        [("2026-03", "2", 0.5), ("2026-04", "0", 0.0)],
        [("2026-04", "0", 0.0)],
    ]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"start_at": None}, 400),
        ({"start_at": "yesterday"}, 422),
        ({"end_at": "2026-03-29"}, 422),
        ({"end_at": "2028-03-29"}, 422),
    ],
)
@pytest.mark.parametrize("path", ["measures", "retention"])
async def test_a_period_that_is_none_is_refused(world, moderator, path, form, status):
    form = PERIOD | {"keys": ["new_users"], "frequency": "day"} | form

    answer = await world.client(moderator).post(f"/api/v1/admin/{path}", json=form)

    assert answer.status_code == status
    assert (await world.client(moderator).post("/api/v1/admin/retention", json=PERIOD)).status_code == 400
