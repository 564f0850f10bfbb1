"""From a row to a struct, and from a struct to parameters. Called by the drivers only.

The columns of a statement are the fields of the struct, by name and in order: then a row is
its positional arguments, and only fields whose Python type differs from what a database
holds cost anything. The names are checked once per statement and type, not per row.
"""

import functools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from pinson.lib.clock import from_ms, to_ms

T = TypeVar("T")
Row = tuple[Any, ...]
Converter = Callable[[Any], Any]
SCALARS = (int, str, bytes, float)
PARAMETER = re.compile(r":([a-z_][a-z0-9_]*)")


def reader(type: type[T], columns: Sequence[str]) -> Callable[[Row], T]:
    """What turns a row with these columns into a `type`.

    Raises:
        TypeError: the columns are not the fields of `type` in order (trailing fields that
            have defaults may be left out), or a field's type is one we cannot read.
    """
    if _supertype(type) in SCALARS:
        if len(columns) != 1:
            raise TypeError(f"a {type.__name__} is one column, the statement gives {list(columns)}")
        return lambda row: row[0]
    fields = msgspec.structs.fields(type)  # type: ignore[arg-type]
    names = [field.name for field in fields]
    required = sum(field.required for field in fields)
    if list(columns) != names[: len(columns)] or len(columns) < required:
        raise TypeError(f"{type.__name__} has the fields {names}, the statement gives {list(columns)}")
    converters = [_converter(field.type) for field in fields[: len(columns)]]
    if not any(converters):
        return lambda row: type(*row)
    return lambda row: type(*[value if to is None else to(value) for to, value in zip(converters, row, strict=True)])


@functools.lru_cache(maxsize=4096)
def values(sql: str) -> Callable[[object], Row]:
    """What takes the parameters of a statement from the attributes of an object, in the order in which they come."""
    names = tuple(dict.fromkeys(PARAMETER.findall(sql)))
    get = operator.attrgetter(*names)
    return get if len(names) > 1 else lambda holder: (get(holder),)


def bind(value: Any) -> Any:
    """A parameter of a type that no driver knows, as one that all know."""
    to = BOUND.get(type(value))  # nearly all are of these very types, and a dozen are bound for each post
    if to is not None:
        return to(value)
    match value:
        case datetime():
            return to_ms(value)
        case Enum():
            return value.value
        case list() | tuple() | dict() | msgspec.Struct():
            return _as_json(value)
    raise TypeError(f"no column holds a {type(value).__name__}")


def _as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


BOUND: Mapping[type, Converter] = {datetime: to_ms, list: _as_json, tuple: _as_json, dict: _as_json}


def _converter(annotation: Any) -> Converter | None:
    """How a database's value becomes one of this type; None if it already is."""
    annotation, optional = _unwrap(annotation)
    to = _plain(annotation)
    if to is None or not optional:
        return to
    return lambda value: None if value is None else to(value)


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return _supertype(rest[0]), True
    return _supertype(annotation), False


def _supertype(annotation: Any) -> Any:
    while hasattr(annotation, "__supertype__"):  # NewType
        annotation = annotation.__supertype__
    return annotation


def _plain(annotation: Any) -> Converter | None:
    if annotation in SCALARS:
        return None
    if annotation is bool:
        return bool
    if annotation is datetime:
        return from_ms
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    return msgspec.json.Decoder(annotation).decode
