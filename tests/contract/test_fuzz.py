"""The real application under requests that nobody would write: whatever is sent, it answers as its document says.

schemathesis makes requests of the document, half of what it describes and half of what it does not; they are the
same in each run. Every answer is held against the document by the client, as in all tests.
"""

import copy
import json
from contextlib import suppress
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from pinson.domain.access import UserRole
from pinson.interfaces.mastodon import openapi
from tests.contract import answers

GOOD, BAD = 4, 2  # requests of each kind to an operation
FIXED = {"max_examples": GOOD, "derandomize": True, "database": None, "deadline": None, "phases": [Phase.generate]}
BEYOND = ["0", "9223372036854775807", "9999999999999999999"]
SILENT = ("/api/v1/streaming",)  # an event stream has no end
ANONYMOUS_ALSO = 2  # of the requests to an operation are sent without a token too


@pytest.mark.slow
async def test_whatever_is_sent_is_answered_as_the_document_says(world):
    ids = await populate(world)
    statuses = {}
    for operation in operations(ids):
        admin = await world.person(f"admin{len(statuses)}", role=UserRole.ADMIN)
        cases = [
            *requests(operation, GenerationMode.POSITIVE, GOOD),
            *requests(operation, GenerationMode.NEGATIVE, BAD),
        ]
        for number, case in enumerate(cases):
            for person in (admin, None) if number < ANONYMOUS_ALSO else (admin,):
                async with world.client(person) as client:
                    answer = await client.request(**case)
                assert answer.status_code < 500, (case, answer.text)
                statuses.setdefault(operation.label, set()).add(answer.status_code)

    answered = [label for label, codes in statuses.items() if min(codes) < 400]
    assert len(answered) > len(statuses) / 2, sorted(set(statuses) - set(answered))


async def populate(world):
    """People and things to ask about; the ids of all of them."""
    alice, bob = await world.people("alice", "bob")
    await world.follow(bob, alice)
    first = await world.publish(alice, "Hello #birds")
    answer = await world.publish(bob, "@alice Hello", in_reply_to_id=str(first.id))
    made = await world.client(alice).post("/api/v1/lists", json={"title": "Friends"})
    event = {"title": "Open day", "starts_at": "2026-03-30T08:00Z", "ends_at": "2026-03-30T18:00Z"}
    held = await world.client(alice).post("/api/pinson/v1/events", json=event)
    return [alice.id, bob.id, str(first.id), str(answer.id), made.json()["id"], held.json()["id"]]


def operations(ids):
    """What the documents describe, with ids that exist, for the most part, where it asks for one."""
    found = []
    for document in map(copy.deepcopy, (answers.document(), answers.own_document())):
        for path in [path for path in document["paths"] if path.startswith(SILENT)]:
            del document["paths"][path]
        loaded = schemathesis.openapi.from_dict(_with_ids(document, {"enum": [*ids, *BEYOND]}))
        found += [result.ok() for result in loaded.get_all_operations()]
    return found


def requests(operation, mode, count):
    """At most so many requests to an operation, as httpx takes them; none where there is nothing to vary."""
    made = []

    @hypothesis_settings(**FIXED | {"max_examples": count}, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case):
        made.append(_as_httpx(case))

    with suppress(Unsatisfiable):
        collect()
    return made


def _with_ids(described, replacement):
    if described == openapi.ID:
        return replacement
    if isinstance(described, dict):
        return {key: _with_ids(value, replacement) for key, value in described.items()}
    return [_with_ids(one, replacement) for one in described] if isinstance(described, list) else described


def _as_httpx(case):
    sent = case.as_transport_kwargs(base_url="")
    request = {
        "method": case.method,
        "url": sent["url"],
        "params": urlencode(case.query or {}, doseq=True, errors="replace"),
    }
    request["headers"] = {}
    if "json" in sent:
        request["content"] = json.dumps(sent["json"])
        request["headers"]["content-type"] = "application/json"
    elif sent.get("files"):
        request["files"] = [(name, _part(value)) for name, value in sent["files"]]
    elif isinstance(sent.get("data"), dict):
        request["content"] = urlencode(sent["data"], doseq=True, errors="replace")
        request["headers"]["content-type"] = "application/x-www-form-urlencoded"
    return request


def _part(value):
    """A part of a multipart body: the name of its file, None for none, and its content."""
    name, content = value[:2] if isinstance(value, tuple) else ("file", value)
    return name, content if isinstance(content, str | bytes) else json.dumps(content)
