"""The OpenAPI document of an interface, made of its routes and served beside them.

What a route takes is read from its form, as `pinson.lib.forms` binds it; what it answers from its option
`answers`; who may call it from `who` and `scopes`. Tests hold every answer of the interface against this
document, so it is what the server does. Not in it: WebSockets, which OpenAPI cannot describe.

Source: https://spec.openapis.org/oas/v3.1.0
"""

import functools
import inspect
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

import pinson
from pinson.domain.access import ALL_SCOPES
from pinson.interfaces.api import Call, Who, json
from pinson.interfaces.request import Route

SCHEMAS = "#/components/schemas/{name}"
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
IN_QUERY = ("GET", "DELETE")  # whose parameters stand there; both may be sent in a body too
ID = {"type": "string", "pattern": "^[0-9]{1,19}$"}


class FlawEntity(msgspec.Struct):
    """What is wrong with one field of a form. error: a code such as ERR_TAKEN."""

    error: str
    description: str


class ErrorEntity(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Error; details: by field, where several may be wrong."""

    error: str
    error_description: str | msgspec.UnsetType = msgspec.UNSET
    details: dict[str, list[FlawEntity]] | msgspec.UnsetType = msgspec.UNSET


def serving(routes: Sequence[Route], *, path: str, introduction: str) -> Route:
    """The route that serves the document of itself and these routes. It is made when it is first asked for."""

    @functools.lru_cache(1)
    def encoded(base_url: str) -> bytes:
        return msgspec.json.encode(document([*routes, route], base_url, introduction))

    async def show(call: Call) -> Response:
        """This document."""
        return json(encoded(call.base_url), headers={"cache-control": "public, max-age=3600"})

    route = Route("GET", path, show, None, {"who": Who.NOBODY, "answers": dict[str, Any]})
    return route


def document(routes: Sequence[Route], base_url: str, introduction: str) -> dict[str, Any]:
    """The document of these routes, as JSON has it.

    Args:
        base_url: public address of the server.
        introduction: what is said of all of it.
    """
    routes = [route for route in routes if route.method != "WEBSOCKET"]
    types = [type for route in routes for answer in answered(route).values() for type in alternatives(answer)]
    schemas, components = msgspec.json.schema_components((ErrorEntity, *types), ref_template=SCHEMAS)
    for name, made in _named(types, {}).items():
        if issubclass(made, msgspec.Struct):
            _require_what_is_sent(components[name], made)
    schema_of = dict(zip((ErrorEntity, *types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(routes, key=lambda route: route.path):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    modules = sorted({route.handler.__module__ for route in routes})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pinson", "version": pinson.__version__, "description": introduction},
        "servers": [{"url": base_url}],
        "tags": [{"name": _tag(name), "description": _first_line(sys.modules[name])} for name in modules],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                "Refused": {"description": "Refused.", "content": {JSON: {"schema": schema_of[ErrorEntity]}}},
            },
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": f"{base_url}/oauth/authorize",
                            "tokenUrl": f"{base_url}/oauth/token",
                            "scopes": dict.fromkeys(ALL_SCOPES, ""),
                        },
                        "clientCredentials": {
                            "tokenUrl": f"{base_url}/oauth/token",
                            "scopes": dict.fromkeys(ALL_SCOPES, ""),
                        },
                    },
                }
            },
        },
    }


def _named(annotation: Any, found: dict[str, Any]) -> dict[str, Any]:
    """The structs and enumerations that a type is made of, by name. found: those known already.

    Raises:
        ValueError: two have the same name, by which the document would tell them apart no more.
    """
    if not (inspect.isclass(annotation) and issubclass(annotation, (msgspec.Struct, Enum))):
        for part in annotation if isinstance(annotation, list) else get_args(annotation):
            _named(part, found)
        return found
    name = annotation.__name__
    if name not in found:
        found[name] = annotation
        for field in msgspec.structs.fields(annotation) if issubclass(annotation, msgspec.Struct) else ():
            _named(field.type, found)
    elif found[name] is not annotation:
        raise ValueError(f"{found[name].__module__} and {annotation.__module__} both have a {name}")
    return found


def _require_what_is_sent(schema: dict[str, Any], struct: Any) -> None:
    """An entity is sent with all its fields but those that are UNSET: one that has a default is no exception."""
    always = [field.encode_name for field in _fields(struct) if msgspec.UnsetType not in get_args(field.type)]
    if always:
        schema["required"] = always
    for field in schema["properties"].values():
        field.pop("default", None)


def answered(route: Route) -> Mapping[int, Any]:
    """What a route answers, by status: see `Api`. Where it does not say, anything."""
    answers = route.options.get("answers", Any)
    return answers if isinstance(answers, Mapping) else {200: answers}


def alternatives(answer: Any) -> tuple[Any, ...]:
    """The types that an answer is one of: msgspec makes no schema of several structs at once. None: it has no body."""
    if answer is None:
        return ()
    return get_args(answer) if get_origin(answer) in (Union, UnionType) else (answer,)


def _operation(route: Route, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [_tag(route.handler.__module__)],
        "summary": _first_line(route.handler),
        "parameters": _parameters(route),
        "responses": {str(status): _answer(route, status, of, schema_of) for status, of in answered(route).items()}
        | {str(status): {"$ref": "#/components/responses/Refused"} for status in _refusals(route)},
        "security": _security(route),
    }
    if body := _body(route):
        operation["requestBody"] = body
    if "deprecated" in route.options:
        operation["deprecated"] = True
    return operation


def _answer(route: Route, status: int, answer: Any, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if of := alternatives(answer):
        schema = schema_of[of[0]] if len(of) == 1 else {"anyOf": [schema_of[one] for one in of]}
        described["content"] = {route.options.get("media_type", JSON): {"schema": schema}}
    return described


def _refusals(route: Route) -> list[Any]:
    """With which statuses a route may refuse. Any may by its own rules; those by rules of the whole are named."""
    who = route.options.get("who", Who.USER)
    named = [401, 403] if who is not Who.NOBODY else []
    if "{" in route.path:
        named.append(404)
    if route.form is not None:
        named.append(422)
    return [*named, 429, "4XX", 503]  # 503: the disk is full, or too much waits for it


def _security(route: Route) -> list[dict[str, list[str]]]:
    """Ways to be let in, any of which is enough."""
    who = route.options.get("who", Who.USER)
    if who is Who.NOBODY:
        return []
    ways = [{"oauth": [scope]} for scope in route.options.get("scopes", ())] or [{"oauth": []}]
    return [{}, *ways] if who is Who.ANYONE else ways


# --- parameters ---------------------------------------------------------------------------------------------------


def _parameters(route: Route) -> list[dict[str, Any]]:
    """Those of the path, and of the query where they stand there."""
    in_path = _names(route.path)
    fields = {field.encode_name: field for field in _fields(route.form)}
    found: list[dict[str, Any]] = []
    for name in in_path:
        schema = _taken(fields[name].type) if name in fields else {"type": "string"}
        schema = ID if schema == {"type": "integer"} else schema
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.method in IN_QUERY:
        for name, field in fields.items():
            if name not in in_path:
                schema = _taken(field.type)
                shown = f"{name}[]" if schema.get("type") == "array" else name
                found.append({"name": shown, "in": "query", "required": field.required, "schema": schema})
    return found


def _body(route: Route) -> dict[str, Any] | None:
    """The body that a route takes, which may come in any of these types."""
    if route.method in IN_QUERY or route.form is None:
        return None
    schema = _object(route.form, without=_names(route.path))
    if not schema["properties"]:
        return None
    has_files = any(UploadFile in (field.type, *get_args(field.type)) for field in _fields(route.form))
    types = (MULTIPART,) if has_files else (JSON, FORM)
    return {"required": bool(schema.get("required")), "content": {key: {"schema": schema} for key in types}}


def _names(path: str) -> list[str]:
    return [segment[1:-1] for segment in path.split("/") if segment.startswith("{")]


def _fields(form: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return () if form is None else msgspec.structs.fields(form)


def _object(form: Any, *, without: Sequence[str] = ()) -> dict[str, Any]:
    fields = [field for field in _fields(form) if field.encode_name not in without]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.encode_name: _taken(field.type) for field in fields},
    }
    if required := [field.encode_name for field in fields if field.required]:
        schema["required"] = required
    return schema


PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    UploadFile: {"type": "string", "format": "binary"},
}


def _taken(annotation: Any) -> dict[str, Any]:
    """The schema of a parameter: what `pinson.lib.forms` makes a value of this type from, in its plainest form."""
    if hasattr(annotation, "__supertype__"):  # of the types that have a name of their own, the whole numbers are ids
        plain = annotation.__supertype__
        return ID if plain is int else _taken(plain)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _taken(next(part for part in parts if part not in (type(None), msgspec.UnsetType)))
    if origin in (list, tuple):
        return {"type": "array", "items": _taken(parts[0])}
    if origin is Literal:
        return {"enum": list(parts)}
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return {"enum": [one.value for one in annotation]}
    if inspect.isclass(annotation) and issubclass(annotation, msgspec.Struct):
        return _object(annotation)
    return PLAIN.get(annotation, {})


def _tag(module: str) -> str:
    return module.rpartition(".")[2]


def _first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]
