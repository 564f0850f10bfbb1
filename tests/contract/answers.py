"""Holds answers of the Mastodon interface and of our own API against their OpenAPI documents, and those of the former
against what apps of Mastodon rely on (`facts.py`): `tests/world.py` does so with every one.

An answer is wrong if its status or media type is not in the document, if a key is missing or has another type, or if
a key is not described at all. Refusals may tell more than `ErrorEntity` does. What apps rely on is said of success
only, and an answer may tell more.
"""

import functools
import json
import re
from typing import Any, NamedTuple

import jsonschema_rs

from pinson.interfaces import mastodon, own
from pinson.interfaces import openapi as any_openapi
from pinson.interfaces.mastodon import openapi
from tests.contract import facts

BASE = "https://pinson.example"
SHOWN = 5  # differences in a message
REFERENCE = re.compile(r'"#/components/schemas/([^"/]+)"')
STREAMED = {  # what comes with an event of a stream: our entity, and what apps know it as
    "update": ("StatusEntity", "Status"),
    "status.update": ("StatusEntity", "Status"),
    "notification": ("NotificationEntity", "Notification"),
    "conversation": ("ConversationEntity", "Conversation"),
    "announcement": ("AnnouncementEntity", "Announcement"),
}


class Answer(NamedTuple):
    """What the document says about one status of an operation. validator: None if the body is no JSON."""

    media_type: str | None
    validator: Any


@functools.cache
def document():
    """The document of all routes."""
    return json.loads(json.dumps(openapi.document(mastodon.routes(), BASE)))


@functools.cache
def own_document():
    """The document of all routes of our own API."""
    return json.loads(json.dumps(any_openapi.document(own.routes(), BASE, own.INTRODUCTION)))


def _document_of(template):
    return own_document() if template.startswith(own.ROOT) else document()


@functools.cache
def _operations():
    """Each path's pattern and methods, those with the fewest parameters first, since they win."""
    found = []
    for path, methods in [*document()["paths"].items(), *own_document()["paths"].items()]:
        pattern = re.compile(re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(path)) + "/?")
        found.append((path.count("{"), pattern, path, methods))
    return sorted(found, key=lambda one: one[0])


@functools.cache
def operation(method, path):
    """The path as it is in the document, and what it says of this method there; None if there is no such route."""
    for _, pattern, template, methods in _operations():
        if pattern.fullmatch(path):
            described = methods.get(("get" if method == "HEAD" else method).lower())
            return (template, described) if described else None
    return None


def differences(method, path, status, media_type, body):
    """How an answer differs from the document, in words; nothing if it does not, or if no route is its origin."""
    found = operation(method, path)
    if found is None or status == 500:
        return []
    template, described = found
    answers = described["responses"]
    key = next((key for key in (str(status), f"{str(status)[0]}XX") if key in answers), None)
    if key is None:
        return [f"the status {status} is not documented"]
    expected = _answer(method.lower() if method != "HEAD" else "get", template, key)
    if expected.media_type is None or method == "HEAD":
        return [f"a body where none is documented: {body[:80]!r}"] if body else []
    if media_type.partition(";")[0] != expected.media_type:
        return [f"the media type is {media_type}, not {expected.media_type}"]
    if expected.validator is None:
        return []
    answer = json.loads(body)
    found = _told(expected.validator, answer)
    return found or (let_down(method, template, answer) if status < 300 else [])


def let_down(method, template, answer):
    """How a successful answer differs from what apps rely on, in words; nothing if they do not know the operation.

    template: the path as it is in the document.
    """
    relied_on = _relied_on(method, template)
    return [] if relied_on is None else [f"apps rely on another answer, {one}" for one in _told(relied_on, answer)]


def _told(validator, answer):
    errors = validator.iter_errors(answer)
    return [f"{'/'.join(map(str, error.instance_path)) or '(all of it)'}: {error.message[:300]}" for error in errors]


def check(response, body):
    """Fail with what is wrong about an answer.

    Raises:
        AssertionError
    """
    request = response.request
    found = differences(
        request.method, request.url.path, response.status_code, response.headers.get("content-type", ""), body
    )
    if found:
        shown = "\n  ".join(found[:SHOWN])
        raise AssertionError(f"{request.method} {request.url.path} ({response.status_code}) answers:\n  {shown}")


def check_event(event, payload):
    """Fail with what is wrong about an event of a stream. payload: as it comes, a text.

    Raises:
        AssertionError
    """
    if event in STREAMED:
        ours, theirs = STREAMED[event]
        shown = json.loads(payload)
        found = _told(_entity(ours), shown) + _told(_fact(facts.type_of(theirs)), shown)
        assert not found, f"the event {event} tells:\n  " + "\n  ".join(found[:SHOWN])


@functools.cache
def _entity(name):
    return _validator(json.dumps({"$ref": f"#/components/schemas/{name}"}), "mastodon", closed=True)


@functools.cache
def _relied_on(method, template):
    """What apps of Mastodon rely on that an operation answers; None if they do not know it."""
    answer = facts.answers().get(facts.anonymous(f"{method} {template}"))
    return None if answer is None else _fact(answer)


def _fact(schema):
    return _validator(json.dumps(schema), "apps", closed=False)


@functools.cache
def _answer(method, template, status):
    whole = _document_of(template)
    described = whole["paths"][template][method]["responses"][status]
    is_refusal = "$ref" in described
    if is_refusal:
        described = whole["components"]["responses"]["Refused"]
    if "content" not in described:
        return Answer(None, None)
    [(media_type, content)] = described["content"].items()
    if not media_type.endswith("json"):
        return Answer(media_type, None)
    of = "own" if template.startswith(own.ROOT) else "mastodon"
    return Answer(media_type, _validator(json.dumps(content["schema"]), of, closed=not is_refusal))


@functools.cache
def _validator(schema, of, *, closed):
    """One for a schema, written as JSON.

    It holds those schemas which this one leads to: with all there are, each would be megabytes.

    Args:
        of, closed: what it may lead to, see `_schemas`.
    """
    schema, schemas, led_to = json.loads(schema), _schemas(of, closed=closed), {}
    waiting = [schema]
    while waiting:
        for name in set(REFERENCE.findall(json.dumps(waiting.pop()))) - led_to.keys():
            led_to[name] = schemas[name]
            waiting.append(schemas[name])
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": led_to}})


@functools.cache
def _schemas(of, *, closed):
    """By name, those of the documents "mastodon" or "own", or what "apps" rely on.

    closed: they allow no key that they do not describe.
    """
    if of == "apps":
        found = facts.entities()
    else:
        found = (own_document() if of == "own" else document())["components"]["schemas"]
    return {name: _close(schema) for name, schema in found.items()} if closed else found


def _close(schema):
    return {**schema, "additionalProperties": False} if "properties" in schema else schema
