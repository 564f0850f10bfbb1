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

from pinson.interfaces.mastodon import openapi
from tests.contract import answers
from tests.contract.town import found

GOOD, BAD = 4, 2  # requests of each kind to an operation
FIXED = {"max_examples": GOOD, "derandomize": True, "database": None, "deadline": None, "phases": [Phase.generate]}
BEYOND = ["0", "9223372036854775807", "9999999999999999999"]
SILENT = ("/api/v1/streaming",)  # an event stream has no end
SIZE = 2  # of the town
MOST_ANSWERED = 0.6  # of the operations go well at least once
ANONYMOUS_ALSO = 2  # of the requests to an operation are sent without a token too


@pytest.mark.slow
async def test_whatever_is_sent_is_answered_as_the_document_says(world):
    town = await found(world, SIZE)
    statuses = {}
    for operation in operations(town):
        cases = [
            *requests(operation, GenerationMode.POSITIVE, GOOD),
            *requests(operation, GenerationMode.NEGATIVE, BAD),
        ]
        for number, case in enumerate(cases):
            for person in (town.reader, None) if number < ANONYMOUS_ALSO else (town.reader,):
                async with world.client(person) as client:
                    answer = await client.request(**case)
                assert answer.status_code < 500, (case, answer.text)
                statuses.setdefault(operation.label, set()).add(answer.status_code)

    answered = [label for label, codes in statuses.items() if min(codes) < 400]
    assert len(answered) > len(statuses) * MOST_ANSWERED, sorted(set(statuses) - set(answered))


def operations(town):
    """What the documents describe, with the ids of what there is in the town, for the most part, where it asks for
    one."""
    ids = [*town.neighbours, *town.posts, town.ids["/api/v1/lists/"]]
    made = []
    for described in (answers.document(), answers.own_document()):
        document = copy.deepcopy(described)
        for path in [path for path in document["paths"] if path.startswith(SILENT)]:
            del document["paths"][path]
        for path, methods in document["paths"].items():
            for operation in methods.values():
                _name_what_there_is(town, path, operation["parameters"])
        of_document = schemathesis.openapi.from_dict(_with_ids(document, {"enum": [*ids, *BEYOND]}))
        made += [result.ok() for result in of_document.get_all_operations()]
    return sorted(made, key=lambda operation: operation.method == "delete")  # last, so that there is something to ask


def _name_what_there_is(town, path, parameters):
    for parameter in parameters:
        if parameter["in"] == "path":
            there = town.ids[path[: path.index(f"{{{parameter['name']}}}")]]
            other = {"enum": BEYOND} if parameter["schema"] == openapi.ID else parameter["schema"]
            parameter["schema"] = {"anyOf": [{"enum": [there]}, other]}


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
