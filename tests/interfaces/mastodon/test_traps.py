"""What servers trip over: the odd ways in which apps ask, and what they take for granted in answers.

Of every route at once where that can be. See also test_requests.py (bodies, booleans, tokens, refusals of requests),
test_limits.py, test_media.py (parts without a name or type) and tests/flows (real clients).
"""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest

from pinson.domain import access
from tests.contract import answers
from tests.interfaces.mastodon.test_accounts import cursors
from tests.wires import Wire, client_frame

ENDLESS = ("/api/v1/streaming",)
FORM = "application/x-www-form-urlencoded"


def operations():
    """Every operation of the document: its method and a path that has something for each parameter."""
    for path, methods in answers.document()["paths"].items():
        if not path.startswith(ENDLESS):
            for method in methods:
                yield method.upper(), re.sub(r"\{[^}]*\}", "1", path)


def schemas():
    """Every property of every entity, by the name of both."""
    for entity, described in answers.document()["components"]["schemas"].items():
        for name, field in described.get("properties", {}).items():
            yield f"{entity}.{name}", field


# --- requests -----------------------------------------------------------------------------------------------------


async def test_no_route_minds_a_slash_at_its_end_or_sends_elsewhere(world):
    alice = await world.person("alice")
    client, differing = world.client(alice), []

    for method, path in operations():
        plain, with_slash = await client.request(method, path), await client.request(method, f"{path}/")
        if plain.status_code != with_slash.status_code:
            differing.append((method, path, plain.status_code, with_slash.status_code))

    assert differing == []


def sent(*ids):
    """The same list in each way an app may send it, as arguments of httpx."""
    pairs = [("id[]", id) for id in ids]
    form, indexed = (
        {"content": "&".join(f"{name}={id}" for name, id in named), "headers": {"content-type": FORM}}
        for named in (pairs, [(f"id[{n}]", id) for n, id in enumerate(ids)])
    )
    return {
        "a query": {"params": pairs},
        "a form": form,
        "an indexed form": indexed,
        "JSON": {"json": {"id": ids}},
        "JSON by index": {"json": {"id": {str(n): id for n, id in enumerate(ids)}}},
        "JSON of numbers": {"json": {"id": [int(id) for id in ids]}},
        "multipart": {"files": [(name, (None, id)) for name, id in pairs]},
    }


@pytest.mark.parametrize("way", sent())
async def test_a_list_may_be_written_in_many_ways_even_in_the_body_of_a_question(world, way):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    request = sent(bob.id, carol.id)[way]

    answer = await world.client(alice).request("GET", "/api/v1/accounts/relationships", **request)

    assert [one["id"] for one in answer.json()] == [bob.id, carol.id]


async def test_a_list_of_one_may_be_written_without_brackets(world):
    alice, bob = await world.people("alice", "bob")

    answer = await world.client(alice).get(f"/api/v1/accounts/relationships?id={bob.id}")

    assert [one["id"] for one in answer.json()] == [bob.id]


FIELDS = [("Site", "one"), ("Pronouns", "two")]


PAIRS = [(n, key, said) for n, field in enumerate(FIELDS) for key, said in zip(("name", "value"), field, strict=True)]
OBJECTS = [{"name": name, "value": value} for name, value in FIELDS]
REPEATED = "&".join(f"fields_attributes[][{key}]={said}" for _, key, said in PAIRS)


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {f"fields_attributes[{n}][{key}]": said for n, key, said in PAIRS}},
        {"files": [(f"fields_attributes[{7 - n}][{key}]", (None, said)) for n, key, said in PAIRS]},
        {"content": REPEATED, "headers": {"content-type": FORM}},
        {"json": {"fields_attributes": OBJECTS}},
        {"json": {"fields_attributes": {str(n): one for n, one in enumerate(OBJECTS)}}},
    ],
    ids=["indexed form", "indexed multipart", "repeated keys", "JSON list", "JSON by index"],
)
async def test_a_list_of_objects_may_be_written_in_many_ways(world, request_):
    alice = await world.person("alice")

    answer = await world.client(alice).patch("/api/v1/accounts/update_credentials", **request_)

    assert [(one["name"], one["value"]) for one in answer.json()["source"]["fields"]] == FIELDS


@pytest.mark.parametrize(
    "request_",
    [
        lambda ids: {"params": [("account_ids[]", id) for id in ids]},
        lambda ids: {"data": {"account_ids[]": ids}},
        lambda ids: {"data": {f"account_ids[{n}]": id for n, id in enumerate(ids)}},
        lambda ids: {"json": {"account_ids": ids}},
        lambda ids: {"files": [("account_ids[]", (None, id)) for id in ids]},
    ],
    ids=["query", "form", "indexed", "JSON", "multipart"],
)
async def test_a_deletion_may_carry_any_body(world, request_):
    alice, bob, carol = await world.people("alice", "bob", "carol")
    client = world.client(alice)
    for one in (bob, carol):
        await world.follow(alice, one)
    path = f"/api/v1/lists/{(await client.post('/api/v1/lists', json={'title': 'All'})).json()['id']}/accounts"
    await client.post(path, json={"account_ids": [bob.id, carol.id]})

    answer = await client.request("DELETE", path, **request_([bob.id, carol.id]))

    assert (answer.status_code, answer.json(), (await client.get(path)).json()) == (200, {}, [])


@pytest.mark.parametrize("unset", ["", None, []])
async def test_what_is_empty_or_null_is_not_given(world, unset):
    alice = await world.person("alice")
    names = ("spoiler_text", "in_reply_to_id", "language", "visibility", "sensitive", "poll", "scheduled_at")
    lists = dict.fromkeys(("media_ids", "media_attributes", "allowed_mentions"), [] if unset == [] else unset)
    others = dict.fromkeys(names, None if unset == [] else unset)

    answer = await world.client(alice).post("/api/v1/statuses", json={"status": "Hello", **others, **lists})

    status = answer.json()
    assert (answer.status_code, status["visibility"], status["spoiler_text"]) == (200, "public", "")
    assert (status["sensitive"], status["in_reply_to_id"], status["media_attachments"]) == (False, None, [])


async def test_numbers_may_be_text_and_text_numbers(world):
    alice = await world.person("alice")
    for text in ("One", "Two"):
        await world.publish(alice, text)
    client = world.client(alice)

    by_text = await client.request("GET", "/api/v1/timelines/home", json={"limit": "1"})
    by_number = await client.request("GET", "/api/v1/timelines/home", json={"limit": 1, "max_id": 2**62})
    titled = await client.post("/api/v1/lists", json={"title": 2026, "exclusive": "0"})

    assert (len(by_text.json()), len(by_number.json())) == (1, 1)
    assert (titled.json()["title"], titled.json()["exclusive"]) == ("2026", False)


async def test_what_no_route_knows_is_ignored(world):
    alice = await world.person("alice")
    client, unknown = world.client(alice), {"lang": "fr", "content_type": "text/plain", "no[such][]": "thing"}

    refused = [
        (method, path)
        for method, path in operations()
        if (await client.request(method, path, params=unknown)).status_code
        != (await client.request(method, path)).status_code
    ]

    assert refused == []


async def test_two_requests_with_one_key_at_once_publish_once(world):
    alice = await world.person("alice")
    client, key = world.client(alice), {"Idempotency-Key": "one"}

    refused = await client.post("/api/v1/statuses", data={"status": ""}, headers=key)
    both = await asyncio.gather(
        *(client.post("/api/v1/statuses", data={"status": "Hello"}, headers=key) for _ in range(5))
    )

    assert refused.status_code == 422
    assert {answer.status_code for answer in both} == {200}
    assert len({answer.json()["id"] for answer in both}) == 1
    assert len(await world.home(alice)) == 1


# --- answers ------------------------------------------------------------------------------------------------------


def test_success_has_a_body_that_is_json():
    """Apps read JSON from every answer: `{}` with 200, not 204. Where it is empty, it is so in Mastodon too."""
    without = {
        f"{method.upper()} {path} {status}"
        for path, methods in answers.document()["paths"].items()
        for method, described in methods.items()
        for status, answer in described["responses"].items()
        if status.startswith("2") and "content" not in answer
    }
    assert {one for one in without if "/collections/" not in one} == {"GET /api/v1/donation_campaigns 204"}


NUMBERS = ("WebPush", "ScheduledParams", "NotificationGroup.most_recent_notification_id")  # in Mastodon too


def test_ids_are_text():
    numbers = [
        name
        for name, field in schemas()
        if re.search(r"(\.|_)ids?$", name)
        and {"integer", "number"}
        & {one.get("type") for one in (field, field.get("items", {}), *field.get("anyOf", ()))}
    ]
    assert [name for name in numbers if not name.startswith(NUMBERS)] == []


async def test_text_of_refusals_is_what_apps_look_for(world):
    alice = await world.person("alice")
    secret = access.new_secret()
    app = await world.write(
        access.register_app,
        name="App",
        redirect_uris=["urn:ietf:wg:oauth:2.0:oob"],
        asked_scopes="read write",
        website=None,
        client_id="app",
        secret=secret,
    )
    form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": secret, "scope": "read"}
    token = (await world.client().post("/oauth/token", data=form)).json()["access_token"]
    reader = await world.limited(alice, "read:statuses")

    of_app = await world.client().get(
        "/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {token}"}
    )
    outside = await world.client(reader).post("/api/v1/statuses", data={"status": "Hello"})
    missing = await world.client().get("/api/v1/statuses/1")
    blank = await world.client(alice).post("/api/v1/statuses", data={"status": ""})
    unnamed = await world.client(alice).get("/api/v2/search")

    assert [(answer.status_code, answer.json()["error"]) for answer in (of_app, outside, missing, blank, unnamed)] == [
        (422, "This method requires an authenticated user"),
        (403, "This action is outside the authorized scopes"),
        (404, "Record not found"),
        (422, "Validation failed: Text can't be blank"),
        (400, "param is missing or the value is empty: q"),
    ]


# --- paging -------------------------------------------------------------------------------------------------------


def links(answer):
    """Where a page leads on to: by relation, the address without its query, and the query."""
    found = {}
    for address, way in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", "")):
        parts = urlsplit(address)
        found[way] = (f"{parts.scheme}://{parts.netloc}{parts.path}", dict(parse_qsl(parts.query)))
    return found


@pytest.fixture
async def posts(world):
    """Alice, and three posts of hers that she likes, oldest first."""
    alice = await world.person("alice")
    made = [await world.publish(alice, f"{n} #birds") for n in range(3)]
    for one in made:
        await world.client(alice).post(f"/api/v1/statuses/{one.id}/favourite")
    return alice, [str(one.id) for one in made]


@pytest.mark.parametrize(
    "path", ["timelines/home", "timelines/public?local=true", "timelines/tag/birds?any[]=x", "accounts/{id}/statuses"]
)
async def test_a_timeline_leads_on_both_ways_and_keeps_what_was_asked(world, posts, path):
    alice, [first, second, third] = posts
    path = "/api/v1/" + path.replace("{id}", alice.id)
    client = world.client(alice)

    answer = await client.get(path, params=dict(parse_qsl(urlsplit(path).query)) | {"limit": "2", "max_id": str(2**62)})
    whole = await client.get(path, params=dict(parse_qsl(urlsplit(path).query)))
    none = await client.get(path, params=dict(parse_qsl(urlsplit(path).query)) | {"max_id": first})

    here, kept = f"https://pinson.example{urlsplit(path).path}", dict(parse_qsl(urlsplit(path).query)) | {"limit": "2"}
    assert [one["id"] for one in answer.json()] == [third, second]
    assert links(answer) == {
        "next": (here, kept | {"max_id": second}),
        "prev": (here, kept | {"min_id": third}),
    }
    assert set(links(whole)) == {"next", "prev"}
    assert (none.json(), links(none)) == ([], {})


async def test_cursors_need_not_exist_and_the_ways_up_differ(world, posts):
    alice, [first, second, third] = posts
    client = world.client(alice)

    async def shown(**query):
        answer = await client.get("/api/v1/timelines/home", params=query)
        assert answer.status_code == 200, query
        return [one["id"] for one in answer.json()]

    assert await shown(min_id=first, limit=1) == [second]
    assert await shown(since_id=first, limit=1) == [third]
    assert await shown(min_id=first, since_id=second) == [third, second]
    assert await shown(min_id=first, max_id=third) == [second]
    assert await shown(max_id=str(int(second) + 1)) == [second, first]
    assert await shown(max_id="9" * 30) == [third, second, first]
    assert await shown(min_id="9" * 30) == await shown(max_id="-1") == []
    assert await shown(max_id="", min_id="", limit="") == [third, second, first]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("timelines/home", 40),
        ("timelines/public", 40),
        ("timelines/tag/birds", 40),
        ("favourites", 40),
        ("statuses/{post}/favourited_by", 80),
        ("accounts/{id}/followers", 80),
        ("blocks", 80),
        ("domain_blocks", 200),
        ("followed_tags", 200),
    ],
)
async def test_a_limit_of_none_gives_none_and_any_is_a_number_without_its_sign(world, posts, path, most):
    alice, [post, *_] = posts
    bob, carol = await world.people("bob", "carol")
    path = "/api/v1/" + path.replace("{id}", alice.id).replace("{post}", post)
    client = world.client(alice)
    await world.follow(bob, alice)
    await client.post(f"/api/v1/accounts/{carol.id}/block")
    await client.post("/api/v1/domain_blocks", data={"domain": "other.example"})
    await client.post("/api/v1/tags/birds/follow")

    none = await client.get(path, params={"limit": "0"})
    usual, signed, vast = [await client.get(path, params={"limit": limit}) for limit in ("1", "-1", "100000")]

    assert (none.status_code, none.json(), links(none)) == (200, [], {})
    assert usual.json() == signed.json()
    assert len(usual.json()) == 1
    assert vast.status_code == 200
    assert len(vast.json()) <= most


async def test_lists_by_hidden_cursors_lead_up_by_the_name_that_apps_expect(world, posts):
    alice, [post, *_] = posts
    bob, carol = await world.people("bob", "carol")
    for one in (bob, carol):
        await world.follow(one, alice)
        await world.client(one).post(f"/api/v1/statuses/{post}/favourite")
    client = world.client(alice)

    people = [
        await client.get(f"/api/v1/{path}", params={"limit": "1"})
        for path in (f"accounts/{alice.id}/followers", f"statuses/{post}/favourited_by")
    ]
    own = await client.get("/api/v1/favourites", params={"limit": "1"})
    whole = await client.get(f"/api/v1/accounts/{alice.id}/followers")

    for answer in people:
        assert (cursors(answer)["next"][:7], cursors(answer)["prev"][:9]) == ("max_id=", "since_id=")
    assert cursors(own)["prev"][:7] == "min_id="
    assert set(links(whole)) == {"prev"}


# --- WebSocket ----------------------------------------------------------------------------------------------------


class Socket:
    """A client's end of a WebSocket. headers: of the answer that opened it."""

    def __init__(self, wire, headers):
        self._wire = wire
        self.headers = headers

    async def say(self, *, text=None, bytes=None):
        """Say something."""
        self._wire.say(client_frame(1, text.encode()) if bytes is None else client_frame(2, bytes))

    async def ask(self, **wanted):
        """Say what is wanted."""
        await self.say(text=json.dumps(wanted))

    async def hear(self):
        """What is said next, or by which code it ends."""
        kind, payload = await self._wire.frame()
        return int.from_bytes(payload[:2], "big") if kind == 8 else json.loads(payload)


@asynccontextmanager
async def socket(world, query="", **headers):
    """Connect to the streaming endpoint, until the block ends."""
    wire = Wire(world.machine.application)
    work = asyncio.create_task(world.tools.hub.run())
    wire.upgrade(f"/api/v1/streaming?{query}", **headers)
    status, told = await wire.head()
    assert status == 101
    yield Socket(wire, told)
    wire.hang_up()
    work.cancel()


async def test_the_token_of_a_socket_comes_by_header_query_or_as_the_protocol_which_is_said_back(world):
    alice = await world.person("alice")

    async with socket(world, sec_websocket_protocol=alice.token) as by_protocol:
        assert by_protocol.headers["sec-websocket-protocol"] == alice.token
    async with socket(world, authorization=f"Bearer {alice.token}") as by_header:
        assert "sec-websocket-protocol" not in by_header.headers
    async with socket(world, f"access_token={alice.token}") as by_query:
        assert "sec-websocket-protocol" not in by_query.headers


@pytest.mark.parametrize(("query", "why"), [("", "Missing access token"), ("access_token=no", "Invalid access token")])
async def test_a_socket_without_a_good_token_is_refused_before_it_opens(world, query, why):
    wire = Wire(world.machine.application)
    wire.upgrade(f"/api/v1/streaming?{query}")

    status, headers = await wire.head()

    assert (status, headers["x-error-message"], wire.sent) == (401, why, b"")


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (None, "Missing access token"),
        ("", "Invalid access token"),
        ("write", "Access token does not have the required scopes"),
    ],
)
async def test_an_event_stream_is_refused_in_the_words_of_streams(world, scopes, said):
    alice = await world.person("alice")
    client = world.client(await world.limited(alice, scopes) if scopes else None)
    if scopes == "":
        client.headers["authorization"] = "Bearer no"

    answer = await client.get("/api/v1/streaming/user")

    assert (answer.status_code, answer.json()) == (401, {"error": said})
    assert answer.headers["www-authenticate"].startswith("Bearer ")


async def test_a_socket_says_objects_as_text_in_text_and_a_deletion_as_an_id(world):
    alice = await world.person("alice")

    async with socket(world, f"access_token={alice.token}&stream=user") as opened:
        while not len(world.tools.hub):  # noqa: ASYNC110  (nothing tells that it listens)
            await asyncio.sleep(0)
        post = await world.publish(alice, "Hello")
        told = await opened.hear()
        await world.client(alice).delete(f"/api/v1/statuses/{post.id}")
        gone = await opened.hear()

    assert (told["stream"], told["event"]) == (["user"], "update")
    assert json.loads(told["payload"])["id"] == str(post.id)
    answers.check_event("update", told["payload"])
    assert gone == {"stream": ["user"], "event": "delete", "payload": str(post.id)}


async def test_a_socket_stays_open_when_a_stream_is_refused_or_what_is_said_is_no_json(world):
    alice = await world.person("alice")
    wanted = [
        {"stream": "nonsense"},
        {"stream": "hashtag"},
        {"stream": "list"},
        {"stream": "list", "list": "12"},
    ]

    async with socket(world, f"access_token={alice.token}") as opened:
        await opened.say(text="{")
        said = []
        for one in wanted:
            await opened.ask(type="subscribe", **one)
            said.append(await opened.hear())

    assert said == [
        {"error": "Unknown stream type", "status": 400},
        {"error": "Missing tag name parameter", "status": 400},
        {"error": "Missing list name parameter", "status": 400},
        {"error": "Not authorized to stream this list", "status": 401},
    ]


async def test_a_socket_closes_with_a_code_that_says_why(world):
    alice = await world.person("alice")

    async with socket(world, f"access_token={alice.token}") as opened:
        await opened.say(bytes=b"binary")
        assert await opened.hear() == 1003

    async with socket(world, f"access_token={alice.token}&stream=user") as opened:
        while not len(world.tools.hub):  # noqa: ASYNC110  (nothing tells that it listens)
            await asyncio.sleep(0)
        await world.write(access.disable, user_id=alice.user_id)
        assert await opened.hear() == 1008


async def test_to_subscribe_twice_is_to_subscribe_once(world):
    alice = await world.person("alice")

    async with socket(world, f"access_token={alice.token}") as opened:
        for _ in range(2):
            await opened.ask(type="subscribe", stream="hashtag", tag="birds")
        await opened.ask(type="subscribe", stream="nonsense")  # what came before has been taken in when this is refused
        await opened.hear()
        await world.publish(alice, "Hello #birds")
        told = await opened.hear()
        await opened.ask(type="unsubscribe", stream="hashtag", tag="birds")
        await opened.ask(type="subscribe", stream="nonsense")
        last = await opened.hear()

    assert (told["stream"], last["status"]) == (["hashtag", "birds"], 400)
