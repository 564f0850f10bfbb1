"""People report accounts, and moderators are to know."""

import pytest

from pinson.domain import accounts, instance, moderation
from pinson.domain.access import UserRole
from pinson.domain.moderation import Reported
from pinson.lib import log
from pinson.lib.paging import Page
from tests.interfaces.mastodon.test_accounts import MISSING

NEWEST = Page(None, None, None, 100)


async def report(world, who, whom, **form):
    """One person reports another."""
    return await world.client(who).post("/api/v1/reports", json={"account_id": whom.id, **form})


async def facts(world, kind):
    """What the log holds of a kind."""
    return [fact for line in await world.ask(log.after, 0) if (fact := log.Kinds([kind]).decode(line))]


async def test_an_account_is_reported_with_posts_that_the_reporter_may_see(world):
    alice, mallory = await world.people("alice", "mallory")
    await world.follow(alice, mallory)
    seen = await world.publish(mallory, "Buy this", visibility="private")

    answer = await report(
        world, alice, mallory, status_ids=[str(seen.id), str(seen.id)], comment="Spam", category="spam", forward="true"
    )

    shown = answer.json()
    assert shown == {
        "id": shown["id"],
        "action_taken": False,
        "action_taken_at": None,
        "category": "spam",
        "comment": "Spam",
        "forwarded": False,
        "created_at": "2026-03-30T13:06:00.000Z",
        "status_ids": [str(seen.id)],
        "rule_ids": [],
        "collection_ids": [],
        "target_account": (await world.client(alice).get(f"/api/v1/accounts/{mallory.id}")).json(),
    }
    assert [str(fact.report_id) for fact in await facts(world, Reported)] == [shown["id"]]


async def test_whoever_names_rules_reports_their_violation(world):
    alice, mallory = await world.people("alice", "mallory")
    first, second = [await world.write(instance.add_rule, text=text, hint="") for text in ("Be kind", "No spam")]

    named = [str(second.id), first.id, second.id]
    answer = await report(world, alice, mallory, rule_ids=named, category="spam")
    unknown = await report(world, alice, mallory, rule_ids=[first.id, 999])

    assert (answer.json()["category"], answer.json()["rule_ids"]) == ("violation", [str(second.id), str(first.id)])
    assert (unknown.status_code, "rules of this server" in unknown.text) == (422, True)
    assert (await report(world, alice, mallory)).json()["category"] == "other"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"account_id": ""}, 400),
        ({"account_id": "1"}, 404),
        ({"category": "boring"}, 422),
        ({"comment": "x" * 1001}, 422),
        ({"status_ids": ["1"]}, 404),
        ({"status_ids": [str(number) for number in range(1, 102)]}, 422),
    ],
)
async def test_what_cannot_be_reported_is_refused(world, form, status):
    alice, mallory = await world.people("alice", "mallory")

    answer = await report(world, alice, mallory, **form)

    assert answer.status_code == status
    assert await world.ask(moderation.reports, page=NEWEST) == []


async def test_a_post_of_somebody_else_or_not_for_the_reporter_is_as_if_it_were_not_there(world):
    alice, mallory, bob = await world.people("alice", "mallory", "bob")
    hidden = await world.publish(mallory, "For friends", visibility="private")
    other = await world.publish(bob, "Hello")

    for post in (hidden, other):
        answer = await report(world, alice, mallory, status_ids=[str(post.id)])
        assert (answer.status_code, answer.json()) == (404, MISSING)


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.reports_per_24_hours": 1}])
async def test_reports_are_limited(world, settings):
    alice, mallory = await world.people("alice", "mallory")

    assert [(await report(world, alice, mallory)).status_code for _ in "12"] == [200, 429]


async def test_reporting_takes_the_scope(world):
    alice, mallory = await world.people("alice", "mallory")

    assert (await report(world, await world.limited(alice, "write:follows"), mallory)).status_code == 403


async def test_reports_and_decisions_go_with_the_accounts_they_are_about(world):
    alice, mallory, bob = await world.people("alice", "mallory", "bob")
    await report(world, alice, mallory)
    await report(world, mallory, bob)
    kept = (await report(world, alice, bob)).json()["id"]

    await world.write(accounts.delete, account_id=mallory.account_id)
    await world.settle()

    assert [str(one.id) for one in await world.ask(moderation.reports, page=NEWEST)] == [kept]


async def test_moderators_are_notified_of_a_report_and_its_account_of_what_was_decided(world):
    moderator = await world.person("moderator", role=UserRole.MODERATOR)
    alice, mallory = await world.people("alice", "mallory")
    reported = (await report(world, alice, mallory, comment="Spam")).json()
    await world.settle()

    [told] = await notified(world, moderator, "admin.report")
    assert (told["account"]["username"], told["report"]) == ("alice", reported)
    assert (await group(world, moderator, "admin.report"))["report"] == reported
    assert await notified(world, alice, "admin.report") == []

    decision = {"type": "silence", "text": "Spam", "report_id": reported["id"]}
    await world.client(moderator).post(f"/api/v1/admin/accounts/{mallory.id}/action", json=decision)
    await world.settle()

    [told] = await notified(world, mallory, "moderation_warning")
    warning = told["moderation_warning"]
    assert (warning["action"], warning["text"], warning["status_ids"]) == ("silence", "Spam", [])
    assert (warning["target_account"]["limited"], warning["appeal"]) == (True, None)
    assert (await group(world, mallory, "moderation_warning"))["moderation_warning"] == warning


async def notified(world, who, kind):
    """What somebody was told of a kind."""
    return (await world.client(who).get(f"/api/v1/notifications?types[]={kind}")).json()


async def group(world, who, kind):
    """The group of it."""
    return (await world.client(who).get(f"/api/v2/notifications?types[]={kind}")).json()["notification_groups"][0]
