"""What a client sent, as a struct: JSON, form fields and query alike, nested the way Rails nests names.

Called by `pinson.interfaces.request` for every request that has parameters. Clients of the
Mastodon API rely on Rails' reading of names: `poll[options][]=a`, `media_ids[0]=1`,
`fields_attributes[0][name]=x`, and on its loose types: numbers as text, "on" for true, ""
for "not given". `nest` builds the structure, `binder` gives it the types of a struct.

Not here: reading bodies from the network, multipart (`python-multipart` does that).
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from pinson.lib.errors import Kind, Refusal

T = TypeVar("T")

FALSE = frozenset({False, "0", "f", "F", "false", "FALSE", "off", "OFF"})
"""What is false to Rails; anything else that is given is true."""
MAX_DEPTH = 8
MAX_PAIRS = 2000
LARGEST = 2**63 - 1  # what a column of a table can hold


class UnreadableBody(Refusal):
    """The body is not what its Content-Type says, or nested beyond reason."""

    kind, code = Kind.MALFORMED, "unreadable_body"
    text = "The body of the request could not be read: {why}."


class MissingParameter(Refusal):
    """A required parameter was not given."""

    kind, code = Kind.MALFORMED, "missing_parameter"
    text = "param is missing or the value is empty: {name}"


class BadParameter(Refusal):
    """A parameter has a value it cannot have."""

    kind, code = Kind.INVALID, "bad_parameter"
    text = "Validation failed: {name} {why}"


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """`a[b][]=1` becomes {"a": {"b": [1]}}. A repeated key of an element begins the next element.

    Args:
        pairs: names and values in the order they were sent.
    Raises:
        UnreadableBody: too many names, too deep, or a name used both as a value and as a container.
    """
    root: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_PAIRS:
            raise UnreadableBody(why="too many parameters")
        if "[" not in name:
            root[name] = value
            continue
        keys = _keys(name)
        if len(keys) > MAX_DEPTH:
            raise UnreadableBody(why="parameters are nested too deeply")
        _put(root, keys, value)
    return root


def _keys(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", ""]. A bracket that is not closed is part of the name."""
    head, _, rest = name.partition("[")
    if not head or not rest.endswith("]"):
        return [name]
    return [head, *rest[:-1].split("][")]


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    for position, key in enumerate(keys[:-1]):
        following = keys[position + 1]
        if following != "":
            inner = target.setdefault(key, {})
            if not isinstance(inner, dict):
                raise UnreadableBody(why=f"{key} is used both as a value and as a container")
            target = inner
            continue
        elements = target.setdefault(key, [])
        if not isinstance(elements, list):
            raise UnreadableBody(why=f"{key} is used both as a value and as a list")
        rest = keys[position + 2 :]
        if not rest:
            elements.append(value)
            return
        if not elements or not isinstance(elements[-1], dict) or _has(elements[-1], rest):
            elements.append({})
        target, keys = elements[-1], rest
        _put(target, keys, value)
        return
    target[keys[-1]] = value


def _has(element: dict[str, Any], keys: list[str]) -> bool:
    """Whether the element already holds this name, so that the name begins the next one."""
    if keys[0] not in element:
        return False
    return len(keys) == 1 or (keys[1] != "" and isinstance(element[keys[0]], dict) and _has(element[keys[0]], keys[1:]))


@functools.lru_cache(maxsize=1024)
def binder(type: type[T]) -> Callable[[Mapping[str, Any]], T]:
    """What makes a `type` of nested parameters. Unknown names are ignored; "" and null mean "not given".

    A field that may be UNSET and None tells the two apart: left out, it is UNSET; sent empty, None.

    The function it returns raises MissingParameter for a field without default that was not
    given, and BadParameter for a value its field cannot hold.
    """
    fields = [
        (field.name, field.encode_name, field.required, _can_be_emptied(field.type), _reader(field.type))
        for field in msgspec.structs.fields(type)  # type: ignore[arg-type]
    ]

    def bind(data: Mapping[str, Any]) -> T:
        values: dict[str, Any] = {}
        for name, sent_as, required, emptied, read in fields:
            value = data.get(sent_as)
            if value is None or value == "":
                if required:
                    raise MissingParameter(name=sent_as)
                if emptied and sent_as in data:
                    values[name] = None
                continue
            try:
                values[name] = read(value)
            except (ValueError, TypeError, OverflowError):
                raise BadParameter(name=sent_as, why="is invalid") from None
        return type(**values)

    return bind


def _reader(annotation: Any) -> Callable[[Any], Any]:
    while hasattr(annotation, "__supertype__"):  # NewType
        annotation = annotation.__supertype__
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        kinds = [part for part in get_args(annotation) if part not in (type(None), msgspec.UnsetType)]
        if len(kinds) == 1:
            return _reader(kinds[0])
        raise TypeError(f"a parameter has one type, not {annotation}")
    if origin in (list, tuple):
        read = _reader(get_args(annotation)[0])
        make = origin
        return lambda value: make(read(item) for item in _items(value) if item is not None and item != "")
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        bind = binder(annotation)
        return lambda value: bind(value) if isinstance(value, Mapping) else _refuse()
    readers: dict[Any, Callable[[Any], Any]] = {
        str: _text,
        int: _whole,
        float: float,
        bool: lambda value: _refuse() if isinstance(value, list | dict) else value not in FALSE,
        datetime: _moment,
        Any: lambda value: value,
    }
    return readers.get(annotation, lambda value: value if isinstance(value, annotation) else _refuse())


def _can_be_emptied(annotation: Any) -> bool:
    return {msgspec.UnsetType, type(None)} <= set(get_args(annotation))


def _refuse() -> Any:
    raise ValueError


def _items(value: Any) -> Iterable[Any]:
    """The elements of a list, however it was sent: plain, keyed by index, or one alone."""
    if isinstance(value, Mapping):
        return value.values()  # indexes mean nothing: the order of appearance counts
    return value if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool | float) or not isinstance(value, int | str):
        raise ValueError
    if isinstance(value, str) and len(value) > 30:
        raise ValueError
    number = int(value)
    if not -LARGEST <= number <= LARGEST:
        raise ValueError
    return number


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
