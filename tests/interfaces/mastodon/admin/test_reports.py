"""Moderators work through reports."""

from datetime import timedelta

import pytest

from pinson.domain import instance
from tests.interfaces.mastodon.test_accounts import MISSING, cursors
from tests.interfaces.mastodon.test_reports import report

PATH = "/api/v1/admin/reports"


@pytest.fixture
async def reported(world):
    """A report of alice's about mallory, with a private post, and one of bob's about alice."""
    alice, mallory, bob = await world.people("alice", "mallory", "bob")
    await world.follow(alice, mallory)
    post = await world.publish(mallory, "Buy this", visibility="private")
    first = await report(world, alice, mallory, status_ids=[str(post.id)], comment="Spam", category="spam")
    second = await report(world, bob, alice)
    return alice, mallory, bob, post, first.json()["id"], second.json()["id"]


async def test_a_report_is_shown_with_all_it_is_about(world, moderator, reported):
    _, mallory, _, post, id, _ = reported

    one = (await world.client(moderator).get(f"{PATH}/{id}")).json()

    assert (one["account"]["username"], one["target_account"]["username"]) == ("alice", "mallory")
    assert one["target_account"]["email"] == "mallory@mail.example"
    assert [status["id"] for status in one["statuses"]] == [str(post.id)]
    rest = {name: value for name, value in one.items() if name not in ("account", "target_account", "statuses")}
    assert rest == {
        "id": id,
        "action_taken": False,
        "action_taken_at": None,
        "category": "spam",
        "comment": "Spam",
        "forwarded": False,
        "created_at": "2026-03-30T13:06:00.000Z",
        "updated_at": "2026-03-30T13:06:00.000Z",
        "assigned_account": None,
        "action_taken_by_account": None,
        "rules": [],
    }
    await world.client(mallory).delete(f"/api/v1/statuses/{post.id}")
    assert (await world.client(moderator).get(f"{PATH}/{id}")).json()["statuses"] == []


async def test_a_report_is_taken_on_resolved_and_reopened(world, moderator, admin, reported):
    *_, id, _ = reported
    client = world.client(moderator)

    async def after(verb):
        world.clock.move(timedelta(seconds=1))
        return (await client.post(f"{PATH}/{id}/{verb}")).json()

    assert (await after("assign_to_self"))["assigned_account"]["username"] == "moderator"
    assert (await after("unassign"))["assigned_account"] is None
    resolved = await after("resolve")
    assert (resolved["action_taken"], resolved["action_taken_by_account"]["username"]) == (True, "moderator")
    assert resolved["action_taken_at"] == resolved["updated_at"] == "2026-03-30T13:06:03.000Z"
    again = (await world.client(admin).post(f"{PATH}/{id}/resolve")).json()
    assert again["action_taken_by_account"]["username"] == "moderator"
    reopened = await after("reopen")
    assert (reopened["action_taken"], reopened["action_taken_at"]) == (False, None)
    assert reopened["action_taken_by_account"] is None


async def test_what_a_report_is_about_can_be_corrected(world, moderator, reported):
    *_, id, _ = reported
    client = world.client(moderator)

    async def changed(**form):
        answer = await client.put(f"{PATH}/{id}", json=form)
        assert answer.status_code == 200, answer.text
        return answer.json()["category"]

    assert await changed(category="legal") == "legal"
    assert await changed() == "legal"
    rule = await world.write(instance.add_rule, text="No spam", hint="")
    assert await changed(rule_ids=[str(rule.id)]) == "violation"
    assert (await client.put(f"{PATH}/{id}", json={"rule_ids": ["999"]})).status_code == 422
    assert [one["text"] for one in (await client.get(f"{PATH}/{id}")).json()["rules"]] == ["No spam"]
    assert (await client.put(f"{PATH}/{id}", json={"category": "boring"})).status_code == 422


async def test_open_reports_are_listed_in_pages_and_by_account(world, moderator, reported):
    alice, _, bob, _, first, second = reported
    client = world.client(moderator)

    async def ids(query=""):
        return [one["id"] for one in (await client.get(f"{PATH}{query}")).json()]

    assert await ids() == [second, first]
    assert await ids(f"?account_id={alice.id}") == [first]
    assert await ids(f"?target_account_id={alice.id}") == [second]
    assert await ids(f"?target_account_id={bob.id}") == []
    page = await client.get(f"{PATH}?limit=1")
    assert cursors(page) == {"next": f"max_id={second}", "prev": f"min_id={second}"}
    assert await ids(f"?limit=1&max_id={second}") == [first]
    assert await ids(f"?limit=1&min_id={first}") == [second]
    await client.post(f"{PATH}/{first}/resolve")
    assert (await ids(), await ids("?resolved=true")) == ([second], [first])


@pytest.mark.parametrize("verb", ["", "/assign_to_self", "/unassign", "/resolve", "/reopen"])
async def test_a_report_that_is_not_there_is_refused(world, moderator, verb):
    client = world.client(moderator)
    for id in ("1", "none"):
        answer = await (client.post if verb else client.get)(f"{PATH}/{id}{verb}")
        assert (answer.status_code, answer.json()) == (404, MISSING)
    assert (await client.put(f"{PATH}/1")).status_code == 404
