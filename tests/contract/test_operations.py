"""Each operation of the interfaces for programs goes well, refuses whom and what it must, and leads through its pages.

All of them are tried in one town, from the table of routes: a new route must say here how it goes well. What is
answered is held against the document by the client, as in all tests; a 500 would be raised.
"""

import re
from collections.abc import Callable
from itertools import count, pairwise
from typing import NamedTuple

import pytest
import pytest_asyncio

from pinson.domain import access
from pinson.domain.access import ALL_SCOPES, covers
from pinson.interfaces import mastodon, own
from pinson.interfaces.mastodon.api import Who
from pinson.interfaces.openapi import answered
from tests.contract.town import EVENTS, found
from tests.interfaces.mastodon.test_oauth import registered
from tests.interfaces.mastodon.test_push import sent
from tests.interfaces.mastodon.test_sign_up import app_client
from tests.interfaces.mastodon.test_status_media import a_picture
from tests.world import PASSWORD, open_world

ROUTES = [route for route in [*mastodon.routes(), *own.routes()] if route.method != "WEBSOCKET"]
OPERATIONS = {f"{route.method} {route.path}": route for route in ROUTES}
SETTINGS = {"registration.mode": "approval", "registration.confirm_email": True}
SIZE = 5  # of the town: some pages of two, and one of one
NOT_FOUND = (404, {"error": "Record not found"})
NEEDS_USER = (422, {"error": "This method requires an authenticated user"})
DISABLED = (403, {"error": "Your login is currently disabled"})
OUTSIDE = (403, {"error": "This action is outside the authorized scopes"})
NO_STREAM = (401, {"error": "Access token does not have the required scopes"})
NO_IDS = ("1", "9223372036854775807", "99999999999999999999", "-1", "nobody", "%00", "١")
NEVER_FOUND = {  # what is always refused, and why
    "GET /api/v1/annual_reports/{year}": "there are no summaries of years",
    "POST /api/v1/annual_reports/{year}/read": "there are no summaries of years",
    "GET /api/v1_alpha/async_refreshes/{id}": "nothing is fetched behind an answer",
}
ANY_NAME = {  # parameters that need not be the name of something yet
    "/api/v1/tags/{name}": "every name that a tag can have",
    "/api/v1/timelines/tag/{hashtag}": "a tag that nobody uses has an empty timeline",
    "/api/v1/annual_reports/{year}": "a year",
    "/api/v1/streaming/{channel}": "a channel that there is not is a mistake: 400",
    "DELETE /api/pinson/v1/events/{id}/team/{account_id}": "who is not in the team is out of it",
    "/reactions/{name}": "an emoji that there is not is a mistake: 422; a reaction that is not there is gone",
}
SEARCH, GROUPS = "GET /api/v2/search", "GET /api/v2/notifications"
COUNTS = ("GET /api/v1/notifications/unread_count", "GET /api/v2/notifications/unread_count")  # limits, but no lists
# Whose limit of 0 is none, as in Mastodon.
ALL_AT_ZERO = ("GET /api/v1/lists/{id}/accounts", "GET /api/v1/endorsements")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory):
    """The town that all operations are tried in."""
    async with open_world(tmp_path_factory.mktemp("town"), SETTINGS) as world:
        yield await found(world, SIZE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(town):
    """A client of an app for itself."""
    return await app_client(town.world)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def disabled(town):
    """A client of somebody who may not sign in any more."""
    person = await town.world.person("disabled")
    await town.world.write(access.disable, user_id=person.user_id)
    return town.world.client(person)


def each(names):
    """Run a test for each of these, in the loop of the town."""

    def decorate(test):
        return pytest.mark.asyncio(loop_scope="module")(pytest.mark.parametrize("name", list(names))(test))

    return decorate


def who(name):
    return OPERATIONS[name].options.get("who", Who.USER)


def scopes(name):
    return OPERATIONS[name].options.get("scopes", ())


def answers_in_any_state(name):
    return "any_state" in OPERATIONS[name].options


def named(name):
    """The parameters of a path that must be the name of something."""
    ends = [name[: found.end()] for found in re.finditer(r"{\w+}", name)]
    return [end[end.rindex("{") :] for end in ends if not end.endswith(tuple(ANY_NAME))]


# --- refusals -----------------------------------------------------------------------------------------------------


@each(name for name in OPERATIONS if who(name) in (Who.USER, Who.TOKEN, Who.APP))
async def test_a_stranger_is_asked_for_a_token(town, name):
    stranger = town.world.client()
    method, path = name.split()[0], town.filled(OPERATIONS[name].path)

    for headers in ({}, {"authorization": "Bearer made-up"}, {"authorization": "Basic YTpi"}):
        answer = await stranger.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.json().keys() == {"error"}
        assert answer.headers["www-authenticate"].startswith("Bearer ")


@each(name for name in OPERATIONS if who(name) is Who.ANYONE and "/streaming/{" not in name)
async def test_what_is_for_everyone_is_answered_without_a_token_but_not_with_a_wrong_one(town, name):
    method, path = name.split()[0], town.filled(OPERATIONS[name].path)
    stranger, query = town.world.client(), town.query(OPERATIONS[name].path)

    answer = await stranger.request(method, path, params=query)
    wrong = await stranger.request(method, path, params=query, headers={"authorization": "Bearer made-up"})

    assert answer.status_code == 200
    assert wrong.status_code == 401


@each(name for name in OPERATIONS if scopes(name))
async def test_a_token_that_lacks_the_scope_is_refused(town, name):
    others = " ".join(one for one in ALL_SCOPES if not any(covers(one, scope) for scope in scopes(name)))
    limited = await town.limited(others)
    enough = [await town.limited(scope) for scope in scopes(name)]
    method, path = name.split()[0], town.filled(OPERATIONS[name].path)

    answer = await limited.request(method, path, params=town.query(OPERATIONS[name].path))

    is_stream = "/streaming/" in path
    assert (answer.status_code, answer.json()) == (NO_STREAM if is_stream else OUTSIDE)
    if method == "GET" and not is_stream:
        for client in enough:
            answer = await client.request(method, path, params=town.query(OPERATIONS[name].path))
            assert (answer.status_code, answer.json()) != OUTSIDE


@each(name for name in OPERATIONS if who(name) is Who.USER)
async def test_an_app_for_itself_is_told_that_it_takes_a_user(town, app, name):
    method, path = name.split()

    answer = await app.request(method, town.filled(path))

    assert (answer.status_code, answer.json()) == NEEDS_USER


@each(name for name in OPERATIONS if who(name) is Who.USER and not answers_in_any_state(name))
async def test_who_may_not_sign_in_may_do_nothing(town, disabled, name):
    method, path = name.split()

    answer = await disabled.request(method, town.filled(path))

    assert (answer.status_code, answer.json()) == DISABLED


@each(name for name in OPERATIONS if named(name))
async def test_what_does_not_exist_is_not_found(town, name):
    method, path = name.split()
    way = WAYS.get(name)
    form = {"json": way.body} if isinstance(way, Way) and way.body else {}

    for parameter in named(name):
        for id in NO_IDS:
            answer = await town.client.request(method, town.filled(path, {parameter: id}), **form)
            assert (answer.status_code, answer.json()) == NOT_FOUND, id


# --- pages --------------------------------------------------------------------------------------------------------


def pages(*fields):
    """The lists whose pages are chosen by these parameters. Search is in the order of a ranking, without a header."""
    taken = {
        name: getattr(route.form, "__struct_fields__", ()) for name, route in OPERATIONS.items() if name not in COUNTS
    }
    return [name for name, form in taken.items() if name.startswith("GET") and set(form).issuperset(fields)]


@each(name for name in pages("limit", "max_id") if name != SEARCH)
@pytest.mark.parametrize("limit", [1, 2])
async def test_pages_lead_through_the_whole_list_and_back(town, name, limit):
    whole = await walked(town, name, limit=1000)
    expected = [one for page in whole for one in page.entries]

    forth = await walked(town, name, limit=limit)

    shown = [one for page in forth for one in page.entries]
    assert len(expected) > 2
    assert (list(dict.fromkeys(shown)) if name == GROUPS else shown) == expected
    assert len(set(expected)) == len(expected)
    assert all(len(page.entries) == limit for page in forth[:-1])
    assert (await page_at(town, forth[0].links["prev"])).entries == []
    for page, after in pairwise(forth) if name != GROUPS else ():  # a group stands on each page that it goes on to
        back = await page_at(town, after.links["prev"])
        assert back.entries == (page if "min_id=" in after.links["prev"] else forth[0]).entries


@each(pages("limit", "offset"))
async def test_pages_by_offset_lead_through_the_whole_list(town, name):
    query = {"type": "statuses"} if name == SEARCH else {}
    expected = (await page_of(town, name, limit=1000, **query)).entries

    forth = [await page_of(town, name, limit=2, offset=offset, **query) for offset in range(0, len(expected) + 2, 2)]

    shown = [one for page in forth for one in page.entries]
    assert len(expected) > 2
    assert shown == expected
    assert len(set(shown)) == len(shown)
    for page, after in pairwise(forth) if forth[0].links else ():
        if "next" in page.links:
            assert await page_at(town, page.links["next"]) == after
        assert await page_at(town, after.links["prev"]) == page


@each(pages("limit"))
async def test_a_limit_counts_without_its_sign_and_none_is_none(town, name):
    few, none = await page_of(town, name, limit=-1), await page_of(town, name, limit=0)

    assert len(few.entries) == 1 or name == SEARCH
    assert none == Shown([], {}) or name in ALL_AT_ZERO


class Shown(NamedTuple):
    """A page: how its entries are told apart, and where its header leads."""

    entries: list
    links: dict


async def page_of(town, name, **query):
    path = OPERATIONS[name].path
    return await page_at(town, town.filled(path), town.query(path) | query)


async def page_at(town, address, query=None):
    answer = await town.client.get(address, params=query)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    if isinstance(shown, dict):
        shown = next(shown[name] for name in ("notification_groups", "statuses", "collections") if name in shown)
    links = {way: link for link, way in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("link", ""))}
    return Shown([_told_apart(one) for one in shown], links)


def _told_apart(entry):
    """By what an entry is named, or its account is."""
    if isinstance(entry, str):
        return entry
    named = {**entry, "account": entry["account"]["id"]} if "sources" in entry else entry
    return next(named[name] for name in ("id", "account", "group_key", "message_id", "url") if name in named)


async def walked(town, name, **query):
    """All pages from the first on, but for one without anything at the end."""
    pages = [await page_of(town, name, **query)]
    while "next" in pages[-1].links and (page := await page_at(town, pages[-1].links["next"])).entries:
        pages.append(page)
    return pages


# --- success ------------------------------------------------------------------------------------------------------


@each(name for name in OPERATIONS if name not in NEVER_FOUND and "/streaming/" not in name)
async def test_an_operation_goes_well(town, name):
    method, path = name.split()
    way = WAYS.get(name, Way())
    assert method == "GET" or name in WAYS, "say in WAYS how it does"

    answer = await (way.go if isinstance(way, Way) else way)(town, method, path)

    assert answer.status_code in answered(OPERATIONS[name]), answer.text


@each(NEVER_FOUND)
async def test_what_there_is_not_is_not_found(town, name):
    method, path = name.split()

    answer = await town.client.request(method, town.filled(path))

    assert (answer.status_code, answer.json()) == NOT_FOUND


# --- how each goes well -------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """How an operation goes well.

    body: what is sent.
    made: makes what the path names and returns the ids in its order; those that it does not make are the town's.
    about: makes what the body names, in place of ONE.
    is_file: whether a file is sent.
    """

    body: dict | None = None
    made: Callable | None = None
    about: Callable | None = None
    is_file: bool = False

    async def go(self, town, method, path):
        """The answer."""
        given = dict(zip(re.findall(r"{\w+}", path), await self.made(town) if self.made else (), strict=False))
        body = self.body
        if self.about:
            [id] = await self.about(town)
            body = {name: id if value == ONE else [id] for name, value in body.items()}
        sent = {} if body is None else {"files" if self.is_file else "json": body}
        return await town.client.request(method, town.filled(path, given), params=town.query(path), **sent)


async def newcomer(town):
    return await town.world.person(f"person{next(NUMBERS)}")


async def somebody(town):
    return [(await newcomer(town)).id]


async def somebody_followed(town):
    [id] = await somebody(town)
    await town.post(None, f"/api/v1/accounts/{id}/follow")
    return [id]


async def somebody_discoverable(town):
    person = await newcomer(town)
    await town.discoverable(person)
    return [person.id]


async def somebody_asking(town):
    person = await newcomer(town)
    await town.post(person, f"/api/v1/accounts/{town.reader.id}/follow")
    return [person.id]


def somebody_after(action):
    """Somebody about whom the reader decided."""

    async def made(town):
        [id] = await somebody(town)
        await town.post(None, f"/api/v1/admin/accounts/{id}/action", type=action)
        return [id]

    return made


async def somebody_waiting(town):
    """Somebody who signed up and waits for approval."""
    username = f"person{next(NUMBERS)}"
    await signed_up(town, username)
    [one] = await town.send(None, "GET", f"/api/v1/admin/accounts?username={username}")
    return [one["id"]]


async def signed_up(town, username):
    """The answer to a sign-up."""
    form = {"username": username, "email": f"{username}@mail.example", "password": PASSWORD}
    client = await app_client(town.world)
    return await client.post("/api/v1/accounts", json={**form, "agreement": True, "locale": "fr", "reason": "Birds"})


async def sign_up(town, *_operation):
    return await signed_up(town, f"person{next(NUMBERS)}")


async def ask_for_another_letter(town, method, path):
    token = (await sign_up(town)).json()["access_token"]
    return await town.world.client().request(method, path, headers={"authorization": f"Bearer {token}"})


async def by_a_newcomer(town, method, path):
    return await town.world.client(await newcomer(town)).request(method, path)


async def by_a_subscriber(town, method, path):
    client = town.world.client(await newcomer(town))
    await client.post("/api/v1/push/subscription", json=SUBSCRIPTION)
    return await client.request(method, path)


async def by_whom_is_featured(town, method, path):
    """Somebody who leaves the collection that they are in."""
    person = await newcomer(town)
    await town.discoverable(person)
    id, item = await an_item(town, person)
    given = {"{id}": id, "{item_id}": item}
    return await town.world.client(person).request(method, town.filled(path, given))


async def ask_for_a_token(town, method, path):
    app = await registered(town.world)
    return await town.world.client().request(method, path, data={**app, "grant_type": "client_credentials"})


async def revoke_a_token(town, method, path):
    app = await registered(town.world)
    return await town.world.client().request(method, path, data={**app, "token": "made-up"})


async def my_post(town):
    return [await town.published(None, "Mine")]


async def a_post(town):
    return [await town.published(await newcomer(town), "Hello")]


async def my_quoted_post(town):
    [mine] = await my_post(town)
    return [mine, await town.published(await newcomer(town), "Look", quoted_status_id=mine)]


async def a_poll(town):
    form = {"status": "Well?", "poll": {"options": ["yes", "no"], "expires_in": 300}}
    return [(await town.post(await newcomer(town), "/api/v1/statuses", **form))["poll"]["id"]]


async def a_picture_of_mine(town):
    return [await town.picture(None, "A bird")]


async def an_item(town, person=None):
    """A collection, and somebody's place in it."""
    member = person.id if person else (await somebody_discoverable(town))[0]
    id = town.ids["/api/v1/collections/"]
    made = await town.post(None, f"/api/v1/collections/{id}/items", account_id=member)
    return [id, made["collection_item"]["id"]]


async def a_collection(town):
    made = await town.post(None, "/api/v1/collections", name="Birds", discoverable=True)
    return [made["collection"]["id"]]


async def a_group(town):
    """Somebody's liking of a post of the reader's."""
    [mine], liker = await my_post(town), await newcomer(town)
    await town.post(None, f"/api/v1/accounts/{liker.id}/follow")
    await town.post(liker, f"/api/v1/statuses/{mine}/favourite")
    await town.world.settle()
    groups = (await town.send(None, "GET", "/api/v2/notifications"))["notification_groups"]
    return [next(one["group_key"] for one in groups if one.get("status_id") == mine)]


def newest(path, *, after=None):
    """The first of a list, once somebody wrote this to the reader."""

    async def made(town):
        if after is not None:
            await town.published(await newcomer(town), "@reader Hello", visibility=after)
            await town.world.settle()
        return [(await town.send(None, "GET", path))[0]["id"]]

    return made


def made_by(path, **form):
    """What a POST makes. {n} in its form: a number that is new each time."""

    async def made(town):
        number = next(NUMBERS)
        numbered = {name: value.format(n=number) if isinstance(value, str) else value for name, value in form.items()}
        return [(await town.post(None, path, **numbered))["id"]]

    return made


NUMBERS, ONE = count(1), "1"
POINT, PERIOD = sent(), {"start_at": "2026-03-01", "end_at": "2026-03-30"}
SUBSCRIPTION = {
    "subscription": {
        "endpoint": POINT["subscription[endpoint]"],
        "keys": {name: POINT[f"subscription[keys][{name}]"] for name in ("p256dh", "auth")},
    },
    "data": {"alerts": {"mention": True}, "policy": "followed"},
}
POLICY = {
    "domain_blocks": {"domain": "block{n}.example"},
    "domain_allows": {"domain": "allow{n}.example"},
    "email_domain_blocks": {"domain": "letters{n}.example"},
    "ip_blocks": {"ip": "203.0.113.{n}", "severity": "no_access"},
    "canonical_email_blocks": {"email": "nobody{n}@evil.example"},
}
A_FILTER = {"title": "Birds", "context": ["home"]}
a_filter, a_v1_filter = made_by("/api/v2/filters", **A_FILTER), made_by("/api/v1/filters", phrase="x", context=["home"])
a_list = made_by("/api/v1/lists", title="Friends")
a_status_for_later = made_by("/api/v1/statuses", status="Later", scheduled_at="2026-05-02T12:00:00Z")


AN_EVENT = {"title": "Fair", "starts_at": "2026-03-30T12:00:00Z", "ends_at": "2026-03-30T18:00:00Z"}
A_LINE = {"starts_at": "2026-03-30T14:00:00Z", "what": "Lunch"}
A_PROMISE = {"status": "Results within the hour", "promises": True}
an_event = made_by(EVENTS, **AN_EVENT)


def in_event(kind, **form):
    """Something in an event of its own."""

    async def made(town):
        [event] = await an_event(town)
        return [event, (await town.post(None, f"{EVENTS}/{event}/{kind}", **form))["id"]]

    return made


async def a_short_link(town):
    return [(await town.post(None, "/api/pinson/v1/links", target="https://example.org/there"))["code"]]


async def my_post_for_an_event(town):
    return [*await an_event(town), *await my_post(town)]


def of_a_filter(what, **form):
    async def made(town):
        [id] = await a_filter(town)
        if what == "statuses":
            form["status_id"] = (await my_post(town))[0]
        return [(await town.post(None, f"/api/v2/filters/{id}/{what}", **form))["id"]]

    return made


WAYS = {
    "POST /api/v1/accounts": sign_up,
    "PATCH /api/v1/accounts/update_credentials": Way({"display_name": "The reader"}),
    "PATCH /api/v1/profile": Way({"display_name": "The reader"}),
    "DELETE /api/v1/profile/avatar": Way(),
    "DELETE /api/v1/profile/header": Way(),
    **{
        f"POST /api/v1/accounts/{{id}}/{verb}": Way(made=somebody)
        for verb in (
            *("block", "unblock", "mute", "unmute", "follow", "unfollow", "remove_from_followers", "unendorse"),
            *("unpin", "note"),
        )
    },
    "POST /api/v1/accounts/{id}/endorse": Way(made=somebody_followed),
    "POST /api/v1/accounts/{id}/pin": Way(made=somebody_followed),
    "POST /api/v1/accounts/{id}/email_subscriptions": Way({"email": "lea@example.org"}),
    "POST /api/v1/domain_blocks": Way({"domain": "far.example"}),
    "DELETE /api/v1/domain_blocks": Way({"domain": "far.example"}),
    "POST /api/v1/follow_requests/{id}/authorize": Way(made=somebody_asking),
    "POST /api/v1/follow_requests/{id}/reject": Way(made=somebody_asking),
    "DELETE /api/v1/suggestions/{id}": Way(made=somebody),
    "POST /api/v1/statuses": Way({"status": "Hello"}),
    "PUT /api/v1/statuses/{id}": Way({"status": "Hello again"}, my_post),
    "DELETE /api/v1/statuses/{id}": Way(made=my_post),
    "PUT /api/v1/statuses/{id}/interaction_policy": Way({"quote_approval_policy": "nobody"}, my_post),
    "POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke": Way(made=my_quoted_post),
    **{
        f"POST /api/v1/statuses/{{id}}/{prefix}{verb}": Way(made=my_post if verb == "pin" else a_post)
        for verb in ("favourite", "bookmark", "reblog", "mute", "pin")
        for prefix in ("un", "")
    },
    "POST /api/v1/media": Way({"file": ("x.png", a_picture())}, is_file=True),
    "POST /api/v2/media": Way({"file": ("x.png", a_picture())}, is_file=True),
    "PUT /api/v1/media/{id}": Way({"description": "A bird"}, a_picture_of_mine),
    "DELETE /api/v1/media/{id}": Way(made=a_picture_of_mine),
    "POST /api/v1/polls/{id}/votes": Way({"choices": [1]}, a_poll),
    "PUT /api/v1/scheduled_statuses/{id}": Way({"scheduled_at": "2026-05-03T12:00:00Z"}, a_status_for_later),
    "DELETE /api/v1/scheduled_statuses/{id}": Way(made=a_status_for_later),
    "POST /api/v1/conversations/{id}/read": Way(made=newest("/api/v1/conversations", after="direct")),
    "POST /api/v1/conversations/{id}/unread": Way(made=newest("/api/v1/conversations", after="direct")),
    "DELETE /api/v1/conversations/{id}": Way(made=newest("/api/v1/conversations", after="direct")),
    "POST /api/v1/markers": Way({"home": {"last_read_id": "1"}}),
    "POST /api/v1/lists": Way({"title": "Friends"}),
    "PUT /api/v1/lists/{id}": Way({"title": "Friends"}, a_list),
    "DELETE /api/v1/lists/{id}": Way(made=a_list),
    "POST /api/v1/lists/{id}/accounts": Way({"account_ids": [ONE]}, a_list, somebody_followed),
    "DELETE /api/v1/lists/{id}/accounts": Way({"account_ids": [ONE]}, a_list),
    "POST /api/v1/lists/{id}/tags": Way({"tags": ["birds"]}, a_list),
    "DELETE /api/v1/lists/{id}/tags": Way({"tags": ["birds"]}, a_list),
    **{f"POST /api/v1/tags/{{name}}/{verb}": Way() for verb in ("follow", "unfollow", "feature", "unfeature")},
    "POST /api/v1/featured_tags": Way({"name": "owls"}),
    "DELETE /api/v1/featured_tags/{id}": Way(made=made_by("/api/v1/featured_tags", name="owl{n}")),
    "POST /api/v1/notifications/clear": by_a_newcomer,
    "POST /api/v2/notifications/clear": by_a_newcomer,
    "POST /api/v1/notifications/{id}/dismiss": Way(made=newest("/api/v1/notifications")),
    "POST /api/v2/notifications/{group_key}/dismiss": Way(made=a_group),
    **{
        f"{method} /api/v{version}/notifications/policy": Way({name: value})
        for method in ("PUT", "PATCH")
        for version, name, value in ((1, "filter_bots", True), (2, "for_bots", "accept"))
    },
    "POST /api/v1/notifications/requests/{id}/accept": Way(
        made=newest("/api/v1/notifications/requests", after="public")
    ),
    "POST /api/v1/notifications/requests/{id}/dismiss": Way(
        made=newest("/api/v1/notifications/requests", after="public")
    ),
    "POST /api/v1/notifications/requests/accept": Way({"id": [ONE]}),
    "POST /api/v1/notifications/requests/dismiss": Way({"id": [ONE]}),
    "POST /api/v1/push/subscription": Way(SUBSCRIPTION),
    "PUT /api/v1/push/subscription": Way({"data": {"alerts": {"mention": False}}}),
    "DELETE /api/v1/push/subscription": by_a_subscriber,
    "POST /api/v2/filters": Way(A_FILTER),
    "PUT /api/v2/filters/{id}": Way({"title": "Owls"}, a_filter),
    "DELETE /api/v2/filters/{id}": Way(made=a_filter),
    "POST /api/v2/filters/{filter_id}/keywords": Way({"keyword": "owl"}, a_filter),
    "PUT /api/v2/filters/keywords/{id}": Way({"keyword": "owls"}, of_a_filter("keywords", keyword="owl")),
    "DELETE /api/v2/filters/keywords/{id}": Way(made=of_a_filter("keywords", keyword="owl")),
    "POST /api/v2/filters/{filter_id}/statuses": Way({"status_id": ONE}, a_filter, my_post),
    "DELETE /api/v2/filters/statuses/{id}": Way(made=of_a_filter("statuses")),
    "POST /api/v1/filters": Way({"phrase": "owl", "context": ["home"]}),
    "PUT /api/v1/filters/{id}": Way({"phrase": "owls", "context": ["home"]}, a_v1_filter),
    "DELETE /api/v1/filters/{id}": Way(made=a_v1_filter),
    "POST /api/v1/reports": Way({"account_id": ONE}, about=somebody),
    **{
        f"{name} /api/{version}/collections{path}": way
        for version in ("v1", "v1_alpha")
        for name, path, way in (
            ("POST", "", Way({"name": "Owls"})),
            ("PATCH", "/{id}", Way({"name": "Owls"})),
            ("DELETE", "/{id}", Way(made=a_collection)),
            ("POST", "/{id}/items", Way({"account_id": ONE}, about=somebody_discoverable)),
            ("DELETE", "/{id}/items/{item_id}", Way(made=an_item)),
            ("POST", "/{id}/items/{item_id}/revoke", by_whom_is_featured),
        )
    },
    "POST /api/v1/annual_reports/{year}/generate": Way(),
    "POST /api/v1/announcements/{id}/dismiss": Way(),
    "PUT /api/v1/announcements/{id}/reactions/{name}": Way(),
    "DELETE /api/v1/announcements/{id}/reactions/{name}": Way(),
    "POST /api/v1/apps": Way({"client_name": "Toot", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}),
    "POST /api/v1/emails/confirmations": ask_for_another_letter,
    "POST /oauth/token": ask_for_a_token,
    "POST /oauth/revoke": revoke_a_token,
    "POST /oauth/userinfo": Way(),
    "DELETE /api/v1/admin/accounts/{id}": Way(made=somebody_after("suspend")),
    "POST /api/v1/admin/accounts/{id}/action": Way({"type": "silence"}, somebody),
    "POST /api/v1/admin/accounts/{id}/approve": Way(made=somebody_waiting),
    "POST /api/v1/admin/accounts/{id}/reject": Way(made=somebody_waiting),
    "POST /api/v1/admin/accounts/{id}/enable": Way(made=somebody_after("disable")),
    "POST /api/v1/admin/accounts/{id}/unsilence": Way(made=somebody_after("silence")),
    "POST /api/v1/admin/accounts/{id}/unsuspend": Way(made=somebody_after("suspend")),
    "POST /api/v1/admin/accounts/{id}/unsensitive": Way(made=somebody_after("sensitive")),
    "PUT /api/v1/admin/reports/{id}": Way({"category": "spam"}),
    **{
        f"POST /api/v1/admin/reports/{{id}}/{verb}": Way()
        for verb in ("assign_to_self", "unassign", "resolve", "reopen")
    },
    **{
        f"POST /api/v1/admin/{what}": Way({name: value.format(n=0) for name, value in form.items()})
        for what, form in POLICY.items()
    },
    **{
        f"DELETE /api/v1/admin/{what}/{{id}}": Way(made=made_by(f"/api/v1/admin/{what}", **form))
        for what, form in POLICY.items()
    },
    "PUT /api/v1/admin/domain_blocks/{id}": Way({"severity": "silence"}),
    "PUT /api/v1/admin/ip_blocks/{id}": Way({"comment": "Trolls"}),
    "POST /api/v1/admin/canonical_email_blocks/test": Way({"email": "troll1@evil.example"}),
    "PUT /api/v1/admin/tags/{id}": Way({"trendable": True}),
    **{
        f"POST /api/v1/admin/trends/{what}/{{id}}/{verb}": Way()
        for what in ("tags", "links", "statuses", "links/publishers")
        for verb in ("approve", "reject")
    },
    "POST /api/pinson/v1/events": Way(AN_EVENT),
    "PATCH /api/pinson/v1/events/{id}": Way({"place": "Genève"}),
    "DELETE /api/pinson/v1/events/{id}": Way(made=an_event),
    "POST /api/pinson/v1/events/{id}/copies": Way({"starts_at": "2026-05-01T12:00:00Z"}),
    "POST /api/pinson/v1/events/{id}/follow": Way(),
    "POST /api/pinson/v1/events/{id}/unfollow": Way(),
    "PUT /api/pinson/v1/events/{id}/team/{account_id}": Way({"role": "writer"}),
    "DELETE /api/pinson/v1/events/{id}/team/{account_id}": Way(),
    "POST /api/pinson/v1/events/{id}/programme": Way({"starts_at": "2026-03-30T14:00:00Z", "what": "Lunch"}),
    "PATCH /api/pinson/v1/events/{id}/programme/{line_id}": Way({"is_done": True}),
    "DELETE /api/pinson/v1/events/{id}/programme/{line_id}": Way(made=in_event("programme", **A_LINE)),
    "POST /api/pinson/v1/events/{id}/drafts": Way({"text": "Soon"}),
    "PUT /api/pinson/v1/events/{id}/drafts/{draft_id}": Way({"text": "Very soon"}),
    "POST /api/pinson/v1/events/{id}/drafts/order": Way({"draft_ids": [ONE]}),
    "DELETE /api/pinson/v1/events/{id}/drafts/{draft_id}": Way(made=in_event("drafts", text="Soon")),
    "POST /api/pinson/v1/events/{id}/messages": Way({"status": "Here we are"}),
    "PUT /api/pinson/v1/events/{id}/messages/{message_id}/marks": Way({"is_key": True}),
    "POST /api/pinson/v1/events/{id}/messages/{message_id}/settle": Way(made=in_event("messages", **A_PROMISE)),
    "POST /api/pinson/v1/events/{id}/messages/{message_id}/reopen": Way(made=in_event("messages", **A_PROMISE)),
    "PUT /api/pinson/v1/events/{id}/messages/{message_id}": Way(made=my_post_for_an_event),
    "DELETE /api/pinson/v1/events/{id}/messages/{message_id}": Way(made=in_event("messages", status="Oh")),
    "POST /api/pinson/v1/links": Way({"target": "https://example.org/here"}),
    "PATCH /api/pinson/v1/links/{code}": Way({"title": "Here"}),
    "DELETE /api/pinson/v1/links/{code}": Way(made=a_short_link),
    "POST /api/pinson/v1/messages/{id}/corrections": Way({"status": "Rather this"}, my_post),
    "POST /api/v1/admin/measures": Way({"keys": ["new_users"], **PERIOD}),
    "POST /api/v1/admin/dimensions": Way({"keys": ["languages"], **PERIOD}),
    "POST /api/v1/admin/retention": Way({"frequency": "day", **PERIOD}),
}
