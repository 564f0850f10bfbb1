"""A status asks something: https://docs.joinmastodon.org/methods/polls."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pinson import schedule
from pinson.domain.posts import polls
from pinson.domain.posts.polls import AlreadyVoted, BadChoice, Ballot, Poll, PollEnded, PollVoted, rules
from pinson.lib import log
from tests.world import NOW

QUESTION = {"options": ["tea", "coffee", "water"], "expires_in": 3600}


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
async def bob(world):
    return await world.person("bob")


async def ask(world, who, status="Which?", **poll):
    """Publish a poll; the status."""
    answer = await world.client(who).post("/api/v1/statuses", json={"status": status, "poll": QUESTION | poll})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def vote(world, who, status, *choices):
    """Vote; the answer."""
    return await world.client(who).post(f"/api/v1/polls/{status['poll']['id']}/votes", json={"choices": choices})


async def seen(world, who, status):
    """The poll of a status as somebody sees it, wherever that is: all of them show the same."""
    client = world.client(who)
    alone = (await client.get(f"/api/v1/polls/{status['poll']['id']}")).json()
    for path in (f"/api/v1/statuses/{status['id']}", "/api/v1/timelines/public"):
        answer = (await client.get(path)).json()
        assert (answer[0] if isinstance(answer, list) else answer)["poll"] == alone
    return alone


async def facts(world, kind):
    """What was recorded of this kind."""
    lines = await world.ask(log.after, 0)
    return [fact for line in lines if isinstance(fact := log.Kinds([kind]).decode(line), kind)]


async def test_a_new_poll_shows_what_it_asks_and_when_it_ends(world, alice):
    poll = (await ask(world, alice))["poll"]

    assert {key: value for key, value in poll.items() if key != "id"} == {
        "expires_at": "2026-03-30T14:06:00.000Z",
        "expired": False,
        "multiple": False,
        "votes_count": 0,
        "voters_count": 0,
        "options": [{"title": title, "votes_count": 0} for title in ("tea", "coffee", "water")],
        "emojis": [],
        "voted": True,  # nobody votes in their own
        "own_votes": [],
    }


async def test_whoever_votes_sees_that_they_did_and_all_see_the_figures(world, alice, bob):
    status = await ask(world, alice)
    before = await seen(world, bob, status)

    answered = (await vote(world, bob, status, 1)).json()

    assert (before["voted"], before["own_votes"]) == (False, [])
    assert (answered["voted"], answered["own_votes"]) == (True, [1])
    assert [one["votes_count"] for one in answered["options"]] == [0, 1, 0]
    assert await seen(world, bob, status) == answered
    stranger = await seen(world, None, status)
    assert "voted" not in stranger
    assert "own_votes" not in stranger
    assert (stranger["votes_count"], stranger["voters_count"]) == (1, 1)
    assert [(fact.account_id, fact.author_id) for fact in await facts(world, PollVoted)] == [
        (bob.account_id, alice.account_id)
    ]


async def test_a_poll_is_voted_in_as_a_form_or_as_json(world, alice, bob):
    status = await world.client(alice).post(
        "/api/v1/statuses",
        data={
            "status": "Which?",
            "poll[options][]": ["tea", "water"],
            "poll[expires_in]": "300",
            "poll[multiple]": "true",
            "poll[hide_totals]": "0",
        },
    )

    answer = await world.client(bob).post(
        f"/api/v1/polls/{status.json()['poll']['id']}/votes", data={"choices[]": ["0", "1"]}
    )

    assert answer.json()["own_votes"] == [0, 1]
    assert (answer.json()["votes_count"], answer.json()["voters_count"]) == (2, 1)


async def test_where_several_may_be_chosen_more_can_be_added(world, alice, bob):
    status = await ask(world, alice, multiple=True)
    await vote(world, bob, status, 2)

    added = (await vote(world, bob, status, 0)).json()
    again = await vote(world, bob, status, 0, 1)

    assert (added["own_votes"], added["votes_count"], added["voters_count"]) == ([0, 2], 2, 1)
    assert again.status_code == 422
    assert (await seen(world, bob, status))["own_votes"] == [0, 2]


async def test_votes_that_do_not_count_are_refused(world, alice, bob):
    status, cleo = await ask(world, alice), await world.person("cleo")
    await vote(world, bob, status, 0)

    for who, choices, why in [
        (bob, [0], "already"),
        (bob, [1], "already"),
        (alice, [0], "own"),
        (cleo, [0, 1], "Only one"),
        (cleo, [3], "not exist"),
        (cleo, [-1], "not exist"),
        (cleo, [], "not exist"),
    ]:
        answer = await vote(world, who, status, *choices)
        assert (answer.status_code, why in answer.json()["error"]) == (422, True), answer.text
    assert (await world.client(cleo).post(f"/api/v1/polls/{status['poll']['id']}/votes")).status_code == 400
    world.clock.move(timedelta(hours=1))
    late = await vote(world, cleo, status, 0)
    assert (late.status_code, "ended" in late.json()["error"]) == (422, True)
    assert (await seen(world, cleo, status))["votes_count"] == 1


async def test_a_poll_is_for_those_who_may_see_its_status(world, alice, bob):
    private = await world.client(alice).post(
        "/api/v1/statuses", json={"status": "Which?", "poll": QUESTION, "visibility": "private"}
    )
    plain = await world.publish(alice, "Hello")

    for id in (private.json()["poll"]["id"], plain.id, 1, "x"):
        assert (await world.client(bob).get(f"/api/v1/polls/{id}")).status_code == 404
        answer = await world.client(bob).post(f"/api/v1/polls/{id}/votes", json={"choices": [0]})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["tea"]},
        {"options": ["tea", "tea"]},
        {"options": ["tea", " tea "]},
        {"options": ["tea", "  "]},
        {"options": ["tea", "x" * 51]},
        {"options": list("abcde")},
        {"expires_in": 299},
        {"expires_in": 2_629_747},
        {"expires_in": None},
    ],
)
async def test_a_poll_beyond_the_limits_is_refused(world, alice, poll):
    answer = await world.client(alice).post("/api/v1/statuses", json={"status": "Which?", "poll": QUESTION | poll})

    assert answer.status_code == 422
    assert await world.home(alice) == []


async def test_an_option_is_measured_as_people_count(world, alice):
    family = "👨‍👩‍👧‍👦" * 50

    assert (await ask(world, alice, options=[family, "tea"]))["poll"]["options"][0]["title"] == family


async def test_a_poll_alone_is_not_enough(world, alice):
    answer = await world.client(alice).post("/api/v1/statuses", json={"poll": QUESTION})

    assert (answer.status_code, "blank" in answer.json()["error"]) == (422, True)


async def test_hidden_figures_show_once_the_poll_has_ended(world, alice, bob):
    status = await ask(world, alice, hide_totals=True)
    await vote(world, bob, status, 0)

    for who in (alice, bob, None):
        poll = await seen(world, who, status)
        assert [one["votes_count"] for one in poll["options"]] == [None] * 3
    world.clock.move(timedelta(hours=1))
    ended = await seen(world, None, status)
    assert ([one["votes_count"] for one in ended["options"]], ended["expired"]) == ([1, 0, 0], True)


async def test_the_end_of_a_poll_is_recorded_once_and_on_time(world, alice):
    first, later = await ask(world, alice), await ask(world, alice, expires_in=7200)

    world.clock.move(timedelta(minutes=59, seconds=59))
    await schedule.sweep(world.tools)
    assert await facts(world, PollEnded) == []
    world.clock.move(timedelta(seconds=1))
    for _ in range(2):
        await schedule.sweep(world.tools)

    assert [str(fact.post_id) for fact in await facts(world, PollEnded)] == [first["id"]]
    world.clock.move(timedelta(hours=1))
    await schedule.sweep(world.tools)
    assert [str(fact.post_id) for fact in await facts(world, PollEnded)] == [first["id"], later["id"]]


async def test_who_voted_can_be_asked_in_pages(world, alice, bob):
    status, cleo = await ask(world, alice), await world.person("cleo")
    for who in (bob, cleo):
        await vote(world, who, status, 0)
    id = int(status["id"])

    first = await world.ask(polls.voters, id, limit=1)
    rest = await world.ask(polls.voters, id, after=first[0], limit=5)

    assert [*first, *rest] == sorted([bob.account_id, cleo.account_id])


async def test_another_question_begins_anew_and_another_end_does_not(world, alice, bob):
    status = await ask(world, alice)
    await vote(world, bob, status, 1)
    path, client = f"/api/v1/statuses/{status['id']}", world.client(alice)
    world.clock.move(timedelta(minutes=10))

    later = await client.put(
        path, json={"status": "Which?", "poll": QUESTION | {"expires_in": 7200, "hide_totals": True}}
    )
    kept = await seen(world, bob, status)
    changed = await client.put(path, json={"status": "Which?", "poll": QUESTION | {"options": ["tea", "wine"]}})
    anew = await seen(world, bob, status)

    assert later.json()["edited_at"] is None
    assert later.json()["poll"]["expires_at"] == "2026-03-30T15:16:00.000Z"
    assert (kept["voted"], kept["votes_count"]) == (True, 1)
    assert changed.json()["edited_at"] is not None
    assert (anew["voted"], anew["votes_count"], anew["voters_count"]) == (False, 0, 0)
    assert (await vote(world, bob, status, 1)).status_code == 200
    several = await client.put(
        path, json={"status": "Which?", "poll": QUESTION | {"options": ["tea", "wine"], "multiple": True}}
    )
    assert several.json()["poll"]["votes_count"] == 0


async def test_the_history_shows_what_each_version_asked(world, alice):
    status = await ask(world, alice)
    path, client = f"/api/v1/statuses/{status['id']}", world.client(alice)
    await client.put(path, json={"status": "Which?", "poll": QUESTION | {"options": ["tea", "wine"]}})
    await client.put(path, json={"status": "Never mind"})

    versions = (await client.get(f"{path}/history")).json()

    assert [[one["title"] for one in version["poll"]["options"]] for version in versions if "poll" in version] == [
        ["tea", "coffee", "water"],
        ["tea", "wine"],
    ]
    assert len(versions) == 3
    assert (await client.get(path)).json()["poll"] is None
    assert (await client.get(f"/api/v1/polls/{status['id']}")).status_code == 404


async def test_a_deleted_poll_can_be_written_anew_and_its_votes_are_gone(world, alice, bob):
    status = await ask(world, alice, multiple=True)
    await vote(world, bob, status, 0)

    deleted = (await world.client(alice).delete(f"/api/v1/statuses/{status['id']}")).json()
    await world.settle()

    assert deleted["text"] == "Which?"
    assert [one["title"] for one in deleted["poll"]["options"]] == ["tea", "coffee", "water"]
    assert deleted["poll"]["multiple"]
    assert await world.ask(polls.voters, int(status["id"])) == []


async def test_whoever_closes_their_account_leaves_the_figures_and_nothing_else(world, alice, bob):
    status = await ask(world, alice)
    await vote(world, bob, status, 0)

    while await world.tools.db.write(polls.forget_votes_by, account_id=bob.account_id):
        pass

    assert await world.ask(polls.voters, int(status["id"])) == []
    assert (await seen(world, None, status))["votes_count"] == 1


@settings(deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(-1, 3), max_size=3)), max_size=20))
def test_the_figures_of_a_poll_are_those_of_the_votes_that_counted(multiple, ballots):
    poll: Poll = rules.opened(Ballot(("a", "b", "c"), 300, multiple), 1, now=NOW)
    chosen: dict[int, set[int]] = {}

    for who, choices in ballots:
        before = chosen.get(who, set())
        try:
            poll = rules.voted(poll, before, choices)
        except (AlreadyVoted, BadChoice):
            assert not choices or not choices <= {0, 1, 2} or before or len(choices) > 1
            continue
        chosen[who] = before | choices

    assert poll.votes == tuple(sum(place in one for one in chosen.values()) for place in range(3))
    assert poll.voters == len(chosen)
    assert multiple or all(len(one) == 1 for one in chosen.values())
