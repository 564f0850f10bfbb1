"""Our document, against what apps of Mastodon rely on.

That answers in all tests are what the document says (tests/world.py) makes this hold for them too.
"""

import pytest

from tests.contract import answers, facts

SCHEMAS = answers.document()["components"]["schemas"]


def described():
    """The operations of our document that Mastodon has too, by endpoint."""
    found = {}
    for path, methods in answers.document()["paths"].items():
        for method, operation in methods.items():
            endpoint = facts.anonymous(f"{method.upper()} {path}")
            if endpoint in facts.answers():
                found[endpoint] = operation
    return found


def successes(operation):
    """The schemas of what an operation answers when it goes well."""
    return [
        content["schema"]
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for content in answer.get("content", {}).values()
    ]


@pytest.mark.parametrize("endpoint", sorted(described()))
def test_an_endpoint_answers_what_apps_rely_on(endpoint):
    fact = facts.answers()[endpoint]

    schemas = successes(described()[endpoint])

    assert schemas
    assert [one for schema in schemas for one in facts.disagreements(schema, SCHEMAS, fact)] == []


@pytest.mark.parametrize("endpoint", sorted(described()))
def test_an_endpoint_needs_no_other_scope_than_apps_ask_for(endpoint):
    scope = facts.scopes()[endpoint]
    ways = [way["oauth"] if way else None for way in described()[endpoint]["security"]]

    needed = {one for way in ways if way for one in way}
    is_open = not ways or None in ways

    assert scope == "*" or is_open is (scope[0] in "-?")
    assert scope in ("*", "any") or needed == {*scope.strip("-?").split("|")} - {""}


def an_object(**fields):
    return {"type": "object", "properties": fields, "required": list(fields)}


TEXT, NUMBER, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}


@pytest.mark.parametrize(
    ("ours", "expected", "said"),
    [
        (TEXT, "str", []),
        (NUMBER, "str", [": integer, not string"]),
        ({}, "str", [": anything, not string"]),
        ({}, "any", []),
        ({"anyOf": [TEXT, NULL]}, "str?", []),
        ({"anyOf": [TEXT, NULL]}, "str", [": null, not string"]),
        (TEXT, "str?", []),
        ({"enum": ["a"]}, "a|b", []),
        ({"enum": ["a", "c"]}, "a|b", [": ['c'] is not one of ['a', 'b']"]),
        (TEXT, "a|b", [": any string, not one of ['a', 'b']"]),
        ({"type": "array", "items": NUMBER}, "[str]", ["[]: integer, not string"]),
        ({"type": "object", "additionalProperties": TEXT}, "{int}", ["{}: string, not integer"]),
        (an_object(name=TEXT, value=TEXT, more=TEXT), "Language", ["code: always missing"]),
        (an_object(name=NUMBER, code=TEXT), "Language", ["name: integer, not string"]),
        (an_object(name=TEXT, code=TEXT) | {"required": ["name"]}, "Language", ["code: sometimes missing"]),
        (an_object(name=TEXT, code=TEXT), "Language|str", []),
        (TEXT, "Language?", [": string, not null"]),
    ],
)
def test_what_disagrees_is_found(ours, expected, said):
    assert facts.disagreements(ours, {}, facts.type_of(expected)) == said
