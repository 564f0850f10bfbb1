"""The document that describes the interface, and what holds every answer in tests against it."""

import jsonschema_rs
import msgspec
import pytest

from pinson.interfaces import mastodon
from pinson.interfaces.mastodon import openapi
from pinson.interfaces.mastodon.api import Who, json
from pinson.interfaces.mastodon.entities import AccountEntity, Empty, StatusEntity
from pinson.interfaces.request import Routes
from tests.contract import answers


async def test_the_document_is_served_to_anyone_and_may_be_kept(world):
    answer = await world.client().get("/api/openapi.json")

    assert answer.json() == answers.document()
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_every_route_says_what_it_answers():
    silent = [route for route in mastodon.routes() if "answers" not in route.options and route.method != "WEBSOCKET"]

    assert [f"{route.method} {route.path}" for route in silent] == []


def test_it_describes_every_route_by_what_stands_in_the_code():
    described = answers.document()["paths"]
    routes = [route for route in mastodon.routes() if route.method != "WEBSOCKET"]

    assert {(route.method.lower(), route.path) for route in routes} == {
        (method, path) for path, methods in described.items() for method in methods
    }
    block = described["/api/v1/accounts/{id}/block"]["post"]
    assert block["summary"] == "Keep an account and oneself from each other."
    assert block["tags"] == ["relations"]
    assert block["security"] == [{"oauth": ["write:blocks"]}]
    assert block["parameters"] == [{"name": "id", "in": "path", "required": True, "schema": openapi.ID}]
    assert set(block["responses"]) == {"200", "401", "403", "404", "422", "429", "4XX", "503"}


def test_every_schema_is_one():
    for schema in answers.document()["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_what_a_form_takes_is_described_as_clients_write_it():
    described = answers.document()["paths"]

    in_query = {one["name"]: one for one in described["/api/v1/accounts/relationships"]["get"]["parameters"]}
    assert in_query["id[]"]["schema"] == {"type": "array", "items": openapi.ID}
    assert in_query["with_suspended"]["schema"] == {"type": "boolean"}
    body = described["/api/v1/lists/{id}"]["put"]["requestBody"]["content"]
    assert set(body) == {"application/json", "application/x-www-form-urlencoded"}
    assert set(body["application/json"]["schema"]["properties"]) == {"title", "replies_policy", "exclusive"}
    file = described["/api/v2/media"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert file["properties"]["file"] == {"type": "string", "format": "binary"}


def test_an_answer_may_be_one_of_several_or_of_several_statuses_or_empty():
    routes = Routes()

    async def handler(_call):
        """Answer."""
        return json({})

    routes.get("/api/one", answers=AccountEntity | StatusEntity)(handler)
    routes.get("/api/two", answers={200: Empty, 202: None}, who=Who.NOBODY, deprecated=True)(handler)
    described = openapi.document(routes.all, "https://pinson.example")["paths"]

    one = described["/api/one"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert one == {
        "anyOf": [{"$ref": "#/components/schemas/AccountEntity"}, {"$ref": "#/components/schemas/StatusEntity"}]
    }
    two = described["/api/two"]["get"]
    assert two["deprecated"]
    assert "content" in two["responses"]["200"]
    assert "content" not in two["responses"]["202"]


def test_a_field_is_required_unless_it_may_be_unset_and_no_two_entities_share_a_name():
    class Inner(msgspec.Struct):
        always: int = 1
        sometimes: int | msgspec.UnsetType = msgspec.UNSET

    class AccountEntity(msgspec.Struct):
        inner: list[Inner] = []

    routes, other = Routes(), Routes()

    async def handler(_call):
        """Answer."""
        return json({})

    routes.get("/api/one", answers=AccountEntity)(handler)
    other.get("/api/two", answers=StatusEntity)(handler)
    described = openapi.document(routes.all, "https://pinson.example")["components"]["schemas"]

    assert described["Inner"]["required"] == ["always"]
    assert described["AccountEntity"]["required"] == ["inner"]
    with pytest.raises(ValueError, match="both have a AccountEntity"):
        openapi.document([*routes.all, *other.all], "https://pinson.example")


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "body", "said"),
    [
        ("GET", "/api/v1/lists", 200, "application/json", b"[]", []),
        ("GET", "/api/v1/lists/", 200, "application/json; charset=utf-8", b"[]", []),
        ("GET", "/api/v1/lists", 204, "", b"", ["the status 204 is not documented"]),
        ("GET", "/api/v1/lists", 200, "text/html", b"[]", ["the media type is text/html, not application/json"]),
        ("GET", "/api/v1/lists", 401, "application/json", b'{"error": "No", "more": 1}', []),
        ("GET", "/api/v1/lists", 404, "application/json", b"{}", ['(all of it): "error" is a required property']),
        ("GET", "/api/v1/lists", 200, "application/json", b"{}", ['(all of it): {} is not of type "array"']),
        ("GET", "/api/v1/emails/check_confirmation", 200, "application/json", b"true", []),
        ("POST", "/oauth/revoke", 200, "application/json", b'{"a": 1}', ["a"]),
        ("GET", "/somewhere/else", 200, "text/html", b"", []),
    ],
)
def test_an_answer_that_is_not_as_described_is_found(method, path, status, media_type, body, said):
    found = answers.differences(method, path, status, media_type, body)

    assert len(found) == len(said)
    assert all(part in whole for part, whole in zip(said, found, strict=True)), found


NOW = "2026-03-30T13:06:00.000Z"


@pytest.mark.parametrize(
    ("method", "path", "answer", "said"),
    [
        ("GET", "/api/v1/markers", {"home": {"last_read_id": "1", "version": 1, "updated_at": NOW}}, []),
        ("GET", "/api/v1/markers", {"home": {"last_read_id": 1, "version": 1, "updated_at": NOW}}, ["last_read_id"]),
        ("GET", "/api/v1/markers", {"home": {"last_read_id": "1", "version": 1, "updated_at": NOW[:-5]}}, [NOW[:-5]]),
        ("GET", "/api/v1/instance/languages", [{"code": "fr"}], ['"name" is a required property']),
        ("PUT", "/api/v2/notifications/policy", {}, ["for_bots"]),
        ("GET", "/api/v1/lists/{id}/tags", [], []),
    ],
)
def test_an_answer_that_lets_apps_down_is_found_whatever_the_document_says(method, path, answer, said):
    found = " ".join(answers.let_down(method, path, answer))

    assert bool(found) == bool(said)
    assert all(part in found for part in said), found
