"""Filters of both versions of the API, and that a status says which of its reader's filters it matches."""

from datetime import timedelta

import pytest

from pinson.domain import accounts
from tests.interfaces.mastodon.test_boosts import listening
from tests.interfaces.mastodon.test_query_counts import counted

V2, V1 = "/api/v2/filters", "/api/v1/filters"
BLANK = "Validation failed: {} can't be blank"


async def new(client, *keywords, title="Rain", context=("home",), **more):
    """A filter of these keywords."""
    attributes = [{"keyword": keyword, "whole_word": True} for keyword in keywords]
    sent = {"title": title, "context": context, "keywords_attributes": attributes, **more}
    answer = await client.post(V2, json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(status):
    """What a status says of filters: title, keyword matches, status matches."""
    return [(one["filter"]["title"], one["keyword_matches"], one["status_matches"]) for one in status["filtered"]]


@pytest.fixture
async def client(world):
    """Alice's app."""
    return world.client(await world.person("alice"))


# --- what filters are -----------------------------------------------------------------------------------------------


async def test_a_filter_is_made_read_changed_and_deleted(world, client):
    made = await new(client, "pluie", "neige", context=["home", "thread", "home"], filter_action="hide", expires_in=60)

    assert made["expires_at"] == "2026-03-30T13:07:00.000Z"
    assert (made["title"], made["context"], made["filter_action"]) == ("Rain", ["home", "thread"], "hide")
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("pluie", True), ("neige", True)]
    assert made["statuses"] == []
    assert (await client.get(V2)).json() == [made]
    address = f"{V2}/{made['id']}"
    assert (await client.get(address)).json() == made

    edit = {"title": "Weather", "filter_action": "blur", "expires_in": ""}
    changed = (await client.put(address, data=edit)).json()

    assert changed == made | {"title": "Weather", "filter_action": "blur", "expires_at": None}
    assert (await client.put(address, data={"title": "Climate"})).json() == changed | {"title": "Climate"}
    assert (await client.delete(address)).json() == {}
    assert (await client.get(address)).status_code == 404
    assert (await client.get(V2)).json() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"keywords_attributes": [{"keyword": "b", "whole_word": False}, {"keyword": "c"}]}},
        {"json": {"keywords_attributes": {"0": {"keyword": "b", "whole_word": "0"}, "7": {"keyword": "c"}}}},
        {
            "data": {
                "keywords_attributes[0][keyword]": "b",
                "keywords_attributes[0][whole_word]": "false",
                "keywords_attributes[1][keyword]": "c",
            }
        },
        {
            "content": "&".join(
                f"keywords_attributes[][{name}]={value}"
                for name, value in (("keyword", "b"), ("whole_word", "off"), ("keyword", "c"))
            )
        },
    ],
)
async def test_keywords_are_taken_in_every_encoding(client, sent):
    made = await new(client, "a")
    headers = {"content-type": "application/x-www-form-urlencoded"} if "content" in sent else {}

    changed = await client.put(f"{V2}/{made['id']}", headers=headers, **sent)

    keywords = [(one["keyword"], one["whole_word"]) for one in changed.json()["keywords"]]
    assert keywords == [("a", True), ("b", False), ("c", True)]


async def test_keywords_are_changed_and_removed_with_their_filter(client):
    made = await new(client, "a", "b", "c")
    a, b, c = (one["id"] for one in made["keywords"])
    edits = [{"id": a, "keyword": "A"}, {"id": b, "_destroy": True}, {"id": c, "whole_word": "false"}, {}]

    changed = (await client.put(f"{V2}/{made['id']}", json={"keywords_attributes": edits})).json()

    assert [(one["id"], one["keyword"], one["whole_word"]) for one in changed["keywords"]] == [
        (a, "A", True),
        (c, "c", False),
    ]


async def test_a_keyword_of_another_filter_is_not_there_and_nothing_is_changed(client):
    made, other = await new(client, "a"), await new(client, "b")
    edits = [{"keyword": "new"}, {"id": other["keywords"][0]["id"], "keyword": "stolen"}]

    answer = await client.put(f"{V2}/{made['id']}", json={"title": "Changed", "keywords_attributes": edits})

    assert answer.status_code == 404
    assert (await client.get(V2)).json() == [made, other]


async def test_keywords_have_addresses_of_their_own(client):
    made = await new(client)
    address = f"{V2}/{made['id']}/keywords"

    one = (await client.post(address, data={"keyword": "a"})).json()
    two = (await client.post(address, data={"keyword": "b", "whole_word": "false"})).json()

    assert (one["keyword"], one["whole_word"], two["whole_word"]) == ("a", True, False)
    assert (await client.get(address)).json() == [one, two]
    assert (await client.get(f"{V2}/keywords/{one['id']}")).json() == one
    changed = (await client.put(f"{V2}/keywords/{one['id']}", data={"keyword": "A"})).json()
    assert changed == one | {"keyword": "A"}
    assert (await client.delete(f"{V2}/keywords/{two['id']}")).json() == {}
    assert (await client.get(address)).json() == [changed]


async def test_single_statuses_are_filtered_once_and_boosts_stand_for_what_they_show(world, client):
    ben = await world.person("ben")
    post = await world.publish(ben, "Hello")
    boost = (await world.client(ben).post(f"/api/v1/statuses/{post.id}/reblog")).json()
    made = await new(client)
    address = f"{V2}/{made['id']}/statuses"

    one = (await client.post(address, data={"status_id": boost["id"]})).json()

    assert one["status_id"] == str(post.id)
    assert (await client.post(address, data={"status_id": post.id})).json() == one
    assert (await client.get(address)).json() == [one]
    assert (await client.get(f"{V2}/statuses/{one['id']}")).json() == one
    assert said((await client.get(f"/api/v1/statuses/{post.id}")).json()) == [("Rain", None, [str(post.id)])]
    assert (await client.delete(f"{V2}/statuses/{one['id']}")).json() == {}
    assert (await client.get(address)).json() == []
    assert said((await client.get(f"/api/v1/statuses/{post.id}")).json()) == []


async def test_a_deleted_status_leaves_filters_and_a_hidden_one_cannot_be_filtered(world, client):
    ben = await world.person("ben")
    post, hidden = await world.publish(ben, "Hello"), await world.publish(ben, "Psst", visibility="direct")
    made = await new(client)
    await client.post(f"{V2}/{made['id']}/statuses", data={"status_id": post.id})

    await world.client(ben).delete(f"/api/v1/statuses/{post.id}")

    assert (await client.get(V2)).json() == [made]
    for id in (post.id, hidden.id):
        assert (await client.post(f"{V2}/{made['id']}/statuses", data={"status_id": id})).status_code == 404


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"title": "", "context": ["home"]}, BLANK.format("Title")),
        ({"title": " ", "context": ["home"]}, BLANK.format("Title")),
        ({"title": "x" * 257, "context": ["home"]}, "Validation failed: Title is too long (maximum is 256 characters)"),
        ({"title": "x"}, "Validation failed: Context None or invalid context supplied"),
        ({"title": "x", "context": []}, "Validation failed: Context None or invalid context supplied"),
        ({"title": "x", "context": ["everywhere"]}, "Validation failed: context is invalid"),
        ({"title": "x", "context": ["home"], "filter_action": "shred"}, "Validation failed: filter_action is invalid"),
        ({"title": "x", "context": ["home"], "keywords_attributes": [{"whole_word": True}]}, BLANK.format("Keyword")),
        (
            {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x" * 513}]},
            "Validation failed: Keyword is too long (maximum is 512 characters)",
        ),
    ],
)
async def test_what_is_no_filter_is_refused(client, sent, error):
    answer = await client.post(V2, json=sent)

    assert (answer.status_code, answer.json()) == (422, {"error": error})
    assert (await client.get(V2)).json() == []


@pytest.mark.parametrize("expires_in", [10**18, -(10**18), 0])
async def test_any_number_of_seconds_is_taken(client, expires_in):
    made = await new(client, expires_in=expires_in)

    assert made["expires_at"] == (None if expires_in > 0 else "2026-03-30T13:06:00.000Z")


async def test_what_is_somebody_elses_is_not_there(world, client):
    post = await world.publish(await world.person("cleo"), "Hello")
    made = await new(client, "a")
    status = (await client.post(f"{V2}/{made['id']}/statuses", data={"status_id": post.id})).json()
    made = (await client.get(f"{V2}/{made['id']}")).json()
    ben = world.client(await world.person("ben"))
    keyword = made["keywords"][0]["id"]

    for method, path in [
        *((method, f"{V2}/{made['id']}") for method in ("GET", "PUT", "DELETE")),
        *((method, f"{V2}/{made['id']}/keywords") for method in ("GET", "POST")),
        *((method, f"{V2}/keywords/{keyword}") for method in ("GET", "PUT", "DELETE")),
        *((method, f"{V2}/{made['id']}/statuses") for method in ("GET", "POST")),
        *((method, f"{V2}/statuses/{status['id']}") for method in ("GET", "DELETE")),
        *((method, f"{V1}/{keyword}") for method in ("GET", "PUT", "DELETE")),
    ]:
        sent = {"keyword": "stolen", "phrase": "stolen", "title": "stolen", "status_id": str(post.id)}
        answer = await ben.request(method, path, json=sent)
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"}), (method, path)
    assert (await ben.get(V2)).json() == (await ben.get(V1)).json() == []
    assert (await client.get(V2)).json() == [made]


async def test_there_is_an_end_to_filters_keywords_and_filtered_statuses(world, client, monkeypatch):
    for name, most in (("MOST_FILTERS", 1), ("MOST_KEYWORDS", 2), ("MOST_POSTS", 1)):
        monkeypatch.setattr(f"pinson.domain.filters.rules.{name}", most)
    ben = await world.person("ben")
    made = await new(client, "a", "b")
    address = f"{V2}/{made['id']}"
    one, two = await world.publish(ben, "One"), await world.publish(ben, "Two")
    await client.post(f"{address}/statuses", data={"status_id": one.id})

    refused = [
        await client.post(V2, json={"title": "Another", "context": ["home"]}),
        await client.post(f"{address}/keywords", data={"keyword": "c"}),
        await client.post(f"{address}/statuses", data={"status_id": two.id}),
    ]

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert len((await client.get(f"{address}/keywords")).json()) == 2


@pytest.mark.parametrize(("method", "scope"), [("GET", "read:filters"), ("POST", "write:filters")])
async def test_filters_ask_for_their_scopes(world, method, scope):
    alice = await world.person("alice")
    given, other = await world.limited(alice, scope), await world.limited(alice, "read:statuses write:statuses")

    for path in (V1, V2):
        sent = {"title": "x", "phrase": "x", "context": ["home"]}
        assert (await world.client(given).request(method, path, json=sent)).status_code == 200
        assert (await world.client(other).request(method, path, json=sent)).status_code == 403
        assert (await world.client().request(method, path, json=sent)).status_code == 401


async def test_a_closed_account_leaves_no_filters(world, client):
    await new(client, "a")
    alice = await world.write(_close, username="alice")

    await world.settle()

    assert await world.ask(_count, alice) == 0


async def _close(tx, *, username, now):
    account = (await accounts.by_accts(tx, [username]))[username]
    await accounts.delete(tx, account_id=account.id, now=now)
    return account.id


async def _count(tx, account_id):
    return await tx.one(int, "SELECT count(*) FROM filters WHERE account_id = :id", id=account_id)


# --- one keyword a filter -------------------------------------------------------------------------------------------


async def test_old_apps_see_every_keyword_as_a_filter(client):
    made = await new(client, "a", "b", filter_action="hide", expires_in=60)
    a, b = (one["id"] for one in made["keywords"])

    found = (await client.get(V1)).json()

    shared = {"context": ["home"], "whole_word": True, "expires_at": made["expires_at"], "irreversible": True}
    assert found == [{"id": a, "phrase": "a", **shared}, {"id": b, "phrase": "b", **shared}]
    assert (await client.get(f"{V1}/{b}")).json() == found[1]


async def test_old_apps_make_change_and_delete_filters(client):
    sent = {"phrase": "pluie", "context[]": ["home", "public"], "whole_word": "false", "expires_in": "60"}
    one = (await client.post(V1, data=sent)).json()

    assert one | {"id": "1"} == {
        "id": "1",
        "phrase": "pluie",
        "context": ["home", "public"],
        "whole_word": False,
        "expires_at": "2026-03-30T13:07:00.000Z",
        "irreversible": False,
    }
    (whole,) = (await client.get(V2)).json()
    assert (whole["title"], whole["keywords"][0]["id"]) == ("pluie", one["id"])

    changed = await client.put(f"{V1}/{one['id']}", data={"phrase": "neige", "irreversible": "1", "expires_in": ""})

    assert changed.json() == one | {"phrase": "neige", "irreversible": True, "expires_at": None}
    (whole,) = (await client.get(V2)).json()
    assert (whole["title"], whole["filter_action"]) == ("neige", "hide")
    assert (await client.delete(f"{V1}/{one['id']}")).json() == {}
    assert (await client.get(V2)).json() == []


async def test_old_apps_leave_alone_what_several_keywords_share(client):
    made = await new(client, "a", "b", filter_action="blur")
    id = made["keywords"][0]["id"]

    for shared in ({"context": ["thread"]}, {"irreversible": True}, {"expires_in": 60}):
        answer = await client.put(f"{V1}/{id}", json={"phrase": "other", **shared})
        assert answer.status_code == 422, shared
    assert (await client.get(V2)).json() == [made]
    same = {"phrase": "A", "whole_word": False, "context": ["home"], "irreversible": False, "expires_in": ""}
    assert (await client.put(f"{V1}/{id}", json=same)).status_code == 200
    assert (await client.delete(f"{V1}/{id}")).json() == {}
    (whole,) = (await client.get(V2)).json()
    assert (whole["filter_action"], [one["keyword"] for one in whole["keywords"]]) == ("blur", ["b"])


@pytest.mark.parametrize(
    "sent", [{"context": ["home"]}, {"phrase": " ", "context": ["home"]}, {"phrase": "x"}, {"phrase": "x" * 513}]
)
async def test_old_apps_are_refused_what_new_ones_are(client, sent):
    assert (await client.post(V1, json=sent)).status_code == 422


# --- what statuses say ----------------------------------------------------------------------------------------------


async def test_a_status_says_everywhere_which_filters_it_matches(world):
    alice, ben = await world.people("alice", "ben")
    await world.follow(alice, ben)
    client = world.client(alice)
    post = await world.publish(ben, "Il PLEUT sur #Genève")
    boost = (await world.client(ben).post(f"/api/v1/statuses/{post.id}/reblog")).json()
    await client.post(f"/api/v1/statuses/{post.id}/bookmark")
    answer = await world.publish(ben, "Encore", in_reply_to_id=str(post.id))
    await new(client, "pleut", "genève", title="Weather")
    await new(client, "#genève", title="Places", context=["public"])
    await new(client, "neige", title="Snow")
    expected = [("Weather", ["PLEUT"], None), ("Places", ["#Genève"], None)]

    shown = [
        (await client.get(f"/api/v1/statuses/{post.id}")).json(),
        (await client.get(f"/api/v1/statuses/{answer.id}/context")).json()["ancestors"][0],
        *(await client.get("/api/v1/bookmarks")).json(),
        *(await client.get("/api/v1/timelines/tag/genève")).json(),
        (await client.get("/api/v1/timelines/public")).json()[-1],
        (await client.get(f"/api/v1/accounts/{ben.id}/statuses")).json()[-1],
        (await client.get(f"/api/v1/statuses/{boost['id']}")).json(),
        (await client.get(f"/api/v1/statuses/{boost['id']}")).json()["reblog"],
        (await client.post(f"/api/v1/statuses/{post.id}/favourite")).json(),
    ]

    assert [said(status) for status in shown] == [expected] * len(shown)
    assert said((await client.get(f"/api/v1/statuses/{answer.id}")).json()) == []
    assert "filtered" not in (await world.client().get(f"/api/v1/statuses/{post.id}")).json()
    assert said((await world.client(ben).get(f"/api/v1/statuses/{post.id}")).json()) == []


async def test_a_status_is_searched_in_all_it_says_and_anew_when_it_is_edited(world, client):
    ben = world.client(await world.person("ben"))
    await new(client, "secret")
    sent = {"status": "Text", "spoiler_text": "Warning"}
    post = (await ben.post("/api/v1/statuses", json=sent)).json()
    address = f"/api/v1/statuses/{post['id']}"
    assert said((await client.get(address)).json()) == []

    found = []
    for edit in ({"status": "A secret"}, {"status": "Text"}, {"spoiler_text": "Secret!"}, {"spoiler_text": "Warning"}):
        await ben.put(address, json=sent | edit)
        found.append([one[1] for one in said((await client.get(address)).json())])

    assert found == [[["secret"]], [], [["Secret"]], []]


async def test_notifications_and_conversations_say_it_too(world):
    alice, ben = await world.people("alice", "ben")
    await world.follow(alice, ben)
    client = world.client(alice)
    await new(client, "rain")
    await world.publish(ben, "@alice Rain", visibility="direct")
    await world.settle()

    shown = [
        (await client.get("/api/v1/notifications")).json()[0]["status"],
        (await client.get("/api/v2/notifications")).json()["statuses"][0],
        (await client.get("/api/v1/conversations")).json()[0]["last_status"],
    ]

    assert [said(status) for status in shown] == [[("Rain", ["Rain"], None)]] * 3


async def test_a_poll_and_what_is_quoted_are_searched_too(world, client):
    ben = world.client(await world.person("ben"))
    await new(client, "secret")
    sent = {"status": "Which one?", "poll": {"options": ["A secret", "Another"], "expires_in": 300}}
    asked = (await ben.post("/api/v1/statuses", json=sent)).json()
    quoting = (await ben.post("/api/v1/statuses", json={"status": "Secrets", "quoted_status_id": asked["id"]})).json()
    matched = [("Rain", ["secret"], None)]

    assert said((await client.get(f"/api/v1/statuses/{asked['id']}")).json()) == matched
    shown = (await client.get(f"/api/v1/statuses/{quoting['id']}")).json()
    assert (said(shown), said(shown["quote"]["quoted_status"])) == ([], matched)


async def test_a_change_of_filters_shows_at_once(client):
    address = f"/api/v1/statuses/{(await client.post('/api/v1/statuses', data={'status': 'Rain'})).json()['id']}"
    assert said((await client.get(address)).json()) == []

    made = await new(client, "rain")
    assert said((await client.get(address)).json()) == [("Rain", ["Rain"], None)]
    keyword = made["keywords"][0]["id"]
    await client.put(f"{V2}/keywords/{keyword}", data={"keyword": "snow"})
    assert said((await client.get(address)).json()) == []
    await client.post(f"{V2}/{made['id']}/keywords", data={"keyword": "rain"})
    assert said((await client.get(address)).json()) == [("Rain", ["Rain"], None)]
    await client.delete(f"{V2}/{made['id']}")
    assert said((await client.get(address)).json()) == []


async def test_an_expired_filter_stays_and_matches_nothing(world, client):
    address = f"/api/v1/statuses/{(await client.post('/api/v1/statuses', data={'status': 'Rain'})).json()['id']}"
    made = await new(client, "rain", expires_in=60)
    assert len((await client.get(address)).json()["filtered"]) == 1

    world.clock.move(timedelta(seconds=60))

    assert (await client.get(address)).json()["filtered"] == []
    assert (await client.get(V2)).json() == [made]


async def test_a_stream_says_which_filters_a_status_matches(world):
    alice, ben = await world.people("alice", "ben")
    await new(world.client(alice), "rain")

    async with listening(world, alice, "public") as next_event:
        await world.publish(ben, "Rain")
        event, status = await next_event()

    assert (event, said(status)) == ("update", [("Rain", ["Rain"], None)])


async def test_filters_cost_one_statement_for_new_posts_and_none_for_those_met_before(world, client):
    ben = await world.person("ben")
    path = "/api/v1/timelines/public"
    for number in range(5):
        await world.publish(ben, f"{number}")
    await client.get(path)
    await new(client, "4")

    with counted(world) as first:
        page = (await client.get(path)).json()
    with counted(world) as again:
        assert (await client.get(path)).json() == page

    assert [len(status["filtered"]) for status in page] == [1, 0, 0, 0, 0]
    assert sorted(first.values()) == [1, 1, 1, 1], first  # filters, keywords, filtered posts, and what the posts say
    assert again == {}
