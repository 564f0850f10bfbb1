"""What every request to this interface may count on, however it is put."""

import json
import re
import sqlite3

import pytest
from structlog.testing import capture_logs

from pinson.domain import access
from pinson.domain.access import UserRole
from pinson.domain.filters import FilteredPosts
from pinson.domain.instance import Emojis
from pinson.interfaces.mastodon import Renderings
from pinson.interfaces.mastodon.api import MastodonApi
from pinson.interfaces.mastodon.api import json as answer_in_json
from pinson.interfaces.request import Dispatcher, Routes
from pinson.interfaces.shortlinks import ShortLinks
from tests.world import URL

ANYTHING = ("/api/v1/timelines/public", "/api/v1/no/such/thing", "/oauth/token", "/nodeinfo/2.0")


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance", "/api/v1/timelines/public"])
async def test_a_slash_at_the_end_makes_no_difference(world, path):
    plain, with_slash = await world.client().get(path), await world.client().get(f"{path}/")

    assert with_slash.status_code == 200
    assert with_slash.json() == plain.json()


async def test_head_answers_as_get_does(world):
    answer = await world.client().head("/api/v2/instance")

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ANYTHING)
async def test_a_browser_app_may_ask_from_anywhere(world, path):
    asking = {"origin": "https://elk.example", "access-control-request-method": "POST"}

    allowed = await world.client().options(path, headers=asking)
    answer = await world.client().get(path, headers=asking)

    assert allowed.status_code == 200
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    for one in (allowed, answer):
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers
        assert "Link" in one.headers["access-control-expose-headers"]


async def test_other_sites_cannot_read_the_pages_for_people(world):
    for path in ("/", "/oauth/authorize", "/auth/sign_in"):
        answer = await world.client().get(path, headers={"origin": "https://elk.example"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_a_path_that_leads_nowhere_is_refused_in_json(world, method):
    for path in ("/api/v1/no/such/thing", "/api/v9", "/nodeinfo/", "/.well-known/other", "/api/v2/instance/x"):
        answer = await world.client().request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


async def test_no_segment_is_taken_for_a_parameter_of_the_table(world):
    for path in ("/api/v1/tags/{}", "/{}", "/@{}", "/api/v1/accounts/@", "/api/v1/accounts//methods"):
        assert (await world.client().get(path)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_a_method_that_does_not_exist_is_refused_in_json(world, method):
    answer = await world.client().request(method, "/api/v2/instance")

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
PART = b"--x\r\nContent-Disposition: form-data"
UNREADABLE = {
    "JSON that ends early": (JSON, b"{", 400),
    "JSON that is not UTF-8": (JSON, b'{"status": "\xff"}', 400),
    "half of a surrogate pair": (JSON, b'{"status": "\\ud800"}', 400),
    "lists without end": (JSON, b"[" * 100_000, 400),
    "objects without end": (JSON, b'{"a":' * 100_000, 400),
    "a number beyond all bounds": (JSON, b'{"status": "a", "in_reply_to_id": 1e400}', 400),
    "a list for an object": (JSON, b"[1, 2]", 422),
    "nothing for an object": (JSON, b"null", 422),
    "an object for a text": (JSON, b'{"status": {"a": 1}}', 422),
    "a word that is none of ours": (JSON, b'{"status": "a", "visibility": "secret"}', 422),
    "an id that no table can hold": (JSON, b'{"status": "a", "in_reply_to_id": 99999999999999999999}', 422),
    "a list for true or false": (JSON, b'{"status": "a", "sensitive": []}', 422),
    "JSON that is too long": (JSON, b'{"status": "' + b"a" * (1 << 20) + b'"}', 413),
    "a form that is not UTF-8": (FORM, b"status=\xff", 400),
    "a form of too many fields": (FORM, b"&".join(b"a%d=1" % n for n in range(3000)), 400),
    "a form too deep": (FORM, b"status" + b"[a]" * 50 + b"=1", 400),
    "a value that is a container too": (FORM, b"status=a&status[b]=c", 400),
    "a form that is too long": (FORM, b"status=" + b"a" * (1 << 20), 413),
    "parts without a boundary": ("multipart/form-data", b"x", 400),
    "parts that are none": (MULTIPART, b"nothing of the sort", 400),
    "a part without a name": (MULTIPART, PART + b"\r\n\r\na\r\n--x--\r\n", 400),
    "a file for a text": (MULTIPART, PART + b'; name="status"; filename="a"\r\n\r\na\r\n--x--\r\n', 422),
    "parts that are too long": (MULTIPART, PART + b"; name=a\r\n\r\n" + b"a" * (1 << 20), 413),
    "no form at all": ("text/plain", b"\x00\x01", 422),
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_cannot_be_read_is_refused_clearly(world, what):
    content_type, body, status = UNREADABLE[what]
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/statuses", content=body, headers={"content-type": content_type})

    assert answer.status_code == status
    assert answer.json()["error"]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_every_answer_has_a_name_by_which_it_can_be_asked_about(world):
    client = world.client()
    paths = ("/api/v2/instance", "/api/v1/lists", "/api/v1/statuses/1", "/api/nothing")

    ids = [(await client.get(path)).headers["x-request-id"] for path in paths]

    assert len(set(ids)) == len(paths)
    assert all(re.fullmatch("[0-9a-f]{16}", id) for id in ids)


async def test_a_bug_is_in_the_log_under_the_name_that_its_answer_tells(world):
    with sqlite3.connect(world.folder / "pinson.db") as outsider:
        outsider.execute("DROP TABLE rules")

    with capture_logs() as logged:
        answer = await world.client().get("/api/v1/instance/rules")

    assert answer.status_code == 500
    assert [one["request_id"] for one in logged if one["event"] == "bug"] == [answer.headers["x-request-id"]]


async def test_bytes_that_are_no_text_are_shown_as_such(world):
    alice = await world.person("alice")
    headers = {"content-type": "application/x-www-form-urlencoded"}

    answer = await world.client(alice).post("/api/v1/statuses", content=b"status=a%FFb", headers=headers)

    assert answer.json()["content"] == "<p>a\N{REPLACEMENT CHARACTER}b</p>"


@pytest.mark.parametrize(
    ("sent", "is_sensitive"),
    [
        ({"json": {"sensitive": True}}, True),
        ({"json": {"sensitive": "1"}}, True),
        ({"json": {"sensitive": 1}}, True),
        ({"json": {"sensitive": "on"}}, True),
        ({"json": {"sensitive": None}}, False),
        ({"json": {"sensitive": ""}}, False),
        ({"json": {"sensitive": "off"}}, False),
        ({"data": {"sensitive": "false"}}, False),
        ({"data": {"sensitive": "F"}}, False),
        ({"data": {"sensitive": "yes"}}, True),
        ({"files": {"sensitive": (None, "true")}}, True),
    ],
)
async def test_true_and_false_come_in_many_words(world, sent, is_sensitive):
    alice = await world.person("alice")

    answer = await world.client(alice).post("/api/v1/statuses?status=Hello", **sent)

    assert answer.json()["sensitive"] is is_sensitive


async def test_ids_come_as_text_or_number_and_what_is_unknown_is_ignored(world):
    alice = await world.person("alice")
    first = await world.publish(alice, "First")
    client = world.client(alice)

    answers = [
        await client.post("/api/v1/statuses", json={"status": "a", "in_reply_to_id": first.id, "content_type": "x"}),
        await client.post("/api/v1/statuses", data={"status": "b", "in_reply_to_id": str(first.id), "lang": "fr"}),
    ]

    assert [answer.json()["in_reply_to_id"] for answer in answers] == [str(first.id)] * 2


async def test_a_question_may_carry_its_parameters_in_a_body(world):
    alice = await world.person("alice")
    for text in ("One", "Two"):
        await world.publish(alice, text)

    answer = await world.client(alice).request("GET", "/api/v1/timelines/home", data={"limit": "1"})

    assert len(answer.json()) == 1


async def test_delete_may_carry_a_body(world):
    alice = await world.person("alice")
    post = await world.publish(alice, "Hello")

    answer = await world.client(alice).request("DELETE", f"/api/v1/statuses/{post.id}", json={"delete_media": True})

    assert (answer.status_code, answer.json()["text"]) == (200, "Hello")


async def test_nothing_overrides_the_path(world):
    alice, bob = await world.people("alice", "bob")

    answer = await world.client(alice).request("GET", f"/api/v1/accounts/{alice.id}?id={bob.id}", json={"id": bob.id})

    assert answer.json()["username"] == "alice"


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"authorization": "Bearer {token}"}},
        {"headers": {"authorization": "bearer  {token}"}},
        {"params": {"access_token": "{token}"}},
        {"data": {"access_token": "{token}"}},
        {"json": {"access_token": "{token}"}},
    ],
)
async def test_a_token_may_come_in_several_places(world, sent):
    alice = await world.person("alice")
    sent = json.loads(json.dumps(sent).replace("{token}", alice.token))

    answer = await world.client().post("/api/v1/tags/birds/follow", **sent)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, "This method requires an authenticated user"),
        ({"headers": {"authorization": "Basic YTpi"}}, "This method requires an authenticated user"),
        ({"headers": {"authorization": "Bearer nonsense"}}, "The access token is invalid"),
        ({"headers": {"authorization": b"Bearer \xff"}}, "The access token is invalid"),
        ({"params": {"access_token": "\x00"}}, "The access token is invalid"),
        ({"params": {"access_token[]": "a"}}, "The access token is invalid"),
        ({"params": {"access_token[b]": "a"}}, "The access token is invalid"),
    ],
)
async def test_who_has_no_good_token_is_told_to_get_one(world, sent, error):
    answer = await world.client().get("/api/v1/timelines/home", **sent)

    assert (answer.status_code, answer.json()) == (401, {"error": error})
    assert answer.headers["www-authenticate"] == 'Bearer realm="pinson", error="invalid_token"'


async def test_a_bad_token_is_refused_even_where_none_is_needed(world):
    headers = {"authorization": "Bearer nonsense"}

    public = await world.client().get("/api/v1/timelines/public", headers=headers)
    instance = await world.client().get("/api/v2/instance", headers=headers)

    assert (public.status_code, instance.status_code) == (401, 200)


async def test_who_is_disabled_is_told_so(world):
    alice = await world.person("alice")
    await world.write(access.disable, user_id=alice.user_id)

    answer = await world.client(alice).get("/api/v1/timelines/home")

    assert (answer.status_code, answer.json()) == (403, {"error": "Your login is currently disabled"})


async def test_a_token_in_the_query_is_not_handed_back_in_links(world):
    alice = await world.person("alice")
    await world.publish(alice, "Hello")

    answer = await world.client().get(f"/api/v1/timelines/home?limit=1&access_token={alice.token}")

    assert "limit=1&max_id=" in answer.headers["link"]
    assert alice.token not in answer.headers["link"]


async def test_links_keep_a_path_with_accents_as_it_was_sent(world):
    alice = await world.person("alice")
    await world.publish(alice, "#été")

    answer = await world.client().get("/api/v1/timelines/tag/%C3%A9t%C3%A9?local=true")

    assert answer.headers["link"].startswith(
        "<https://pinson.example/api/v1/timelines/tag/%C3%A9t%C3%A9?local=true&max_id="
    )


LIMITED = {"limits.enabled": True, "limits.user_requests_per_5_minutes": 3, "limits.address_requests_per_5_minutes": 2}


@pytest.mark.parametrize("settings", [LIMITED])
async def test_limits_are_told_with_every_answer_and_kept_by_user_and_address(world, settings):
    alice, admin = await world.person("alice"), await world.person("admin", role=UserRole.ADMIN)

    of_alice = [await world.client(alice).get("/api/v1/timelines/home") for _ in range(4)]
    of_admin = await world.client(admin).get("/api/v1/timelines/home")
    of_strangers = [
        await world.client().get(path) for path in ("/api/v1/accounts/1", "/api/v2/instance", "/nodeinfo/2.0")
    ]

    assert [answer.status_code for answer in of_alice] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in of_alice] == ["2", "1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit"] for answer in of_alice} == {"3"}
    assert {answer.headers["x-ratelimit-reset"] for answer in of_alice} == {"2026-03-30T13:11:00.000000Z"}
    assert of_admin.status_code == 200
    assert [answer.status_code for answer in of_strangers] == [404, 200, 429]


@pytest.mark.parametrize("settings", [LIMITED])
async def test_a_household_is_one_address_however_many_it_has(world, settings):
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:a::9", "2001:db8:1:2:ffff::", "2001:db8:1:3::1", "unknown")

    answers = [await world.client(address=address).get("/api/v2/instance") for address in addresses]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200]


@pytest.mark.parametrize("settings", [LIMITED])
async def test_guessing_tokens_counts_as_a_strangers_requests(world, settings):
    headers = [{"authorization": f"Bearer guess{n}"} for n in range(3)]

    answers = [await world.client().get("/api/v1/timelines/home", headers=one) for one in headers]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.posts_per_3_hours": 2}])
async def test_the_tightest_limit_is_the_one_that_is_told(world, settings):
    alice = await world.person("alice")
    client = world.client(alice)

    answers = [await client.post("/api/v1/statuses", data={"status": str(n)}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["2", "2", "2"]
    assert answers[2].headers["x-ratelimit-reset"] == "2026-03-30T16:06:00.000000Z"


@pytest.mark.parametrize(
    ("role", "scope", "answered"),
    [
        (UserRole.USER, "admin:read", (403, {"error": "This action is not allowed"})),
        (UserRole.MODERATOR, "read", (403, {"error": "This action is outside the authorized scopes"})),
        (UserRole.MODERATOR, "admin:read", (200, {})),
        (UserRole.ADMIN, "admin:read", (200, {})),
    ],
)
async def test_a_route_may_be_for_a_role_on_the_server_and_those_above(world, role, scope, answered):
    routes = Routes()
    routes.get("/api/v1/desk", role=UserRole.MODERATOR, scopes=("admin:read",))(nothing_to_say)
    renderings = Renderings(URL, world.tools.shapes, Emojis(), FilteredPosts(), clock=world.clock)
    interfaces = [MastodonApi(world.tools, renderings, routes.all)]
    application = Dispatcher(world.tools, interfaces, front=ShortLinks(world.tools))
    someone = await world.person("someone", role=role)

    client = world.client(await world.limited(someone, scope), application=application)
    answer = await client.get("/api/v1/desk")

    assert (answer.status_code, answer.json()) == answered


async def nothing_to_say(_call):
    return answer_in_json({})
