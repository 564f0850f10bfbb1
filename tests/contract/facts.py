"""What apps of Mastodon rely on, read from mastodon.txt, and how our own document is compared with it.

A fact is a schema in the words of JSON Schema: entities by name, each a schema of an object with its fields.
"""

import functools
import re
from pathlib import Path

WORDS = {
    "str": {"type": "string"},
    "id": {"type": "string", "pattern": r"^[0-9]{1,19}$"},
    "time": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    "second": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "url": {"type": "string", "pattern": r"^https?://[!-~]+$"},
    "digits": {"type": "string", "pattern": r"^[0-9]+$"},
    "int": {"type": "integer"},
    "num": {"type": "number"},
    "bool": {"type": "boolean"},
    "any": {},
}
NUMBERS = {"integer", "number"}


@functools.cache
def entities():
    """The schema of each entity, by name."""
    read = {}
    for line in _lines():
        if "->" not in line:
            name, _, fields = line.partition(":")
            read[name] = _entity(fields.strip(), read)
    return read


@functools.cache
def answers():
    """The schema of what each endpoint answers, by method and path; the names of parameters do not count."""
    read = {}
    for line in _lines():
        if "->" in line:
            endpoint, _, answer = line.partition(" -> ")
            read[anonymous(endpoint.rpartition(" ")[0])] = type_of(answer)
    return read


@functools.cache
def scopes():
    """What a token must have for each endpoint, as it is written in the file."""
    endpoints = [line.partition(" -> ")[0].rpartition(" ") for line in _lines() if "->" in line]
    return {anonymous(endpoint): scope for endpoint, _, scope in endpoints}


def anonymous(endpoint):
    """An endpoint without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", endpoint)


def disagreements(ours, schemas, fact, seen=frozenset(), at=""):
    """Where an answer as our document describes it may be what apps do not expect, in words.

    Args:
        ours: a schema of our document; `schemas` holds those that it names.
        fact: what apps expect.
        seen: pairs of ours and theirs that are being compared already.
    """
    found = []
    for one in _alternatives(ours):
        options = _alternatives(fact)
        alike = [option for option in options if _kind(_named(option)) == _kind(_named(one, schemas))]
        found += min((_compared(one, schemas, option, seen, at) for option in alike or options), key=len)
    return found


def _compared(ours, schemas, fact, seen, at):
    if "$ref" in ours and "$ref" in fact:
        pair = ours["$ref"], fact["$ref"]
        if pair in seen:
            return []
        seen = seen | {pair}
    ours, fact = _named(ours, schemas), _named(fact)
    if not fact:
        return []
    if "enum" in fact:
        words = set(ours.get("enum", [ours["const"]] if "const" in ours else []))
        if not words:
            return [f"{at}: any {ours.get('type', 'thing')}, not one of {fact['enum']}"]
        more = words - set(fact["enum"])
        return [f"{at}: {sorted(more)} is not one of {fact['enum']}"] if more else []
    kind, expected = _kind(ours), fact["type"]
    if kind != expected and {kind, expected} != NUMBERS:
        return [f"{at}: {kind or 'anything'}, not {expected}"]
    if kind == "array" and ours.get("maxItems") == 0:
        return []
    if kind == "array":
        return disagreements(ours.get("items", {}), schemas, fact["items"], seen, f"{at}[]")
    if kind != "object":
        return []
    if "properties" not in fact:
        inner = list(ours.get("properties", {}).values()) or [ours.get("additionalProperties", {})]
        return [
            one
            for each in inner
            for one in disagreements(each, schemas, fact["additionalProperties"], seen, f"{at}{{}}")
        ]
    found = []
    fields, always = ours.get("properties", {}), set(ours.get("required", ()))
    for field, schema in fact["properties"].items():
        where = f"{at}.{field}".lstrip(".")
        if field in fact["required"] and field not in always:
            found.append(f"{where}: {'sometimes' if field in fields else 'always'} missing")
        if field in fields:
            found += disagreements(fields[field], schemas, schema, seen, where)
    return found


def _named(schema, schemas=None):
    """The schema itself, where one only names it. schemas: ours; the facts if there are none."""
    if "$ref" not in schema:
        return schema
    return (entities() if schemas is None else schemas)[schema["$ref"].rpartition("/")[2]]


def _alternatives(schema):
    """The schemas, any of which a value may have."""
    if "anyOf" in schema:
        return [inner for one in schema["anyOf"] for inner in _alternatives(one)]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": one} for one in schema["type"]]
    if None in schema.get("enum", ()):
        return [{"type": "null"}, {"enum": [one for one in schema["enum"] if one is not None]}]
    return [schema]


def _kind(schema):
    if "type" in schema:
        return schema["type"]
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values and all(isinstance(one, bool) for one in values):
        return "boolean"
    return "string" if values and all(isinstance(one, str) for one in values) else None


def _lines():
    text = (Path(__file__).parent / "mastodon.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _entity(fields, known):
    schema = {"type": "object", "properties": {}, "required": []}
    for field in filter(None, fields.split(", ")):
        if field.startswith("+"):
            base = known[field[1:]]
            schema["properties"] |= base["properties"]
            schema["required"] += base["required"]
            continue
        name, _, kind = field.partition(" ")
        schema["properties"][name.removesuffix("?")] = type_of(kind)
        if not name.endswith("?"):
            schema["required"].append(name)
    return schema


def type_of(text):
    """The schema of a type as the file writes it."""
    if text.endswith("?"):
        return {"anyOf": [{"type": "null"}, type_of(text[:-1])]}
    if text.startswith("["):
        return {"type": "array", "items": type_of(text[1:-1])}
    if text.startswith("{"):
        return {"type": "object", "additionalProperties": type_of(text[1:-1])}
    if "|" in text:
        parts = text.split("|")
        if all(part in WORDS or part[0].isupper() for part in parts):
            return {"anyOf": [type_of(part) for part in parts]}
        return {"enum": parts}
    return WORDS.get(text, {"$ref": f"#/components/schemas/{text}"})
