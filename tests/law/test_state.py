"""No state hides in a module: tools, time and settings are arguments."""

import ast
import re

import pytest

from tests.law.source import Module, modules

CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|__all__")
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CONTAINERS = {
    *("list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict", "count"),
    *("WeakKeyDictionary", "WeakValueDictionary", "WeakSet"),
}
MUTATORS = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft"),
    *("remove", "setdefault", "update"),
}
READS_ENVIRONMENT = ("pinson/cli.py", "pinson/lib/config.py")
TELLS_TIME = ("pinson/lib/clock.py",)


def last_name(node: ast.AST) -> str:
    """`c` of `a.b.c`, or of `c`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_mutable(value: ast.expr | None) -> bool:
    return isinstance(value, MUTABLE) or (isinstance(value, ast.Call) and last_name(value.func) in CONTAINERS)


def module_level(tree: ast.Module) -> list[ast.stmt]:
    """The statements that run on import, those under `if` and `try` included."""
    found, waiting = [], list(tree.body)
    while waiting:
        statement = waiting.pop()
        found.append(statement)
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
            waiting += [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]
    return found


def hidden_state(module: Module) -> list[str]:
    """Places where a module keeps something that can change."""
    found, constants = [], set()
    for statement in module_level(module.tree):
        match statement:
            case ast.Assign(targets=targets, value=value) if is_mutable(value):
                pass
            case ast.AnnAssign(target=target, value=value) if is_mutable(value):
                targets = [target]
            case _:
                continue
        for target in targets:
            if CONSTANT.fullmatch(last_name(target)):
                constants.add(last_name(target))
            else:
                found.append(module.at(statement))
    for node in ast.walk(module.tree):
        match node:
            case ast.Global():
                found.append(module.at(node))
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in constants:
                found.append(module.at(node))
            case ast.AugAssign(target=ast.Name(id=name)) if name in constants:
                found.append(module.at(node))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=verb)) if (
                name in constants and verb in MUTATORS
            ):
                found.append(module.at(node))
    return found


def uses(module: Module, forbidden: dict[str, set[str]]) -> list[str]:
    """Places that use `owner.name` for a name in forbidden[owner], or import it from there."""
    found = []
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=value, attr=attr) if attr in forbidden.get(last_name(value), ()):
                found.append(module.at(node))
            case ast.ImportFrom(module=source, names=names) if source in forbidden:
                found += [module.at(node) for alias in names if alias.name in forbidden[source]]
    return found


ENVIRONMENT = {"os": {"environ", "environb", "getenv"}}
TIME = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
}


def test_no_module_keeps_state():
    assert [place for module in modules() for place in hidden_state(module)] == []


def test_the_environment_is_read_in_one_place():
    program = [module for module in modules() if module.path not in READS_ENVIRONMENT]

    assert [place for module in program for place in uses(module, ENVIRONMENT)] == []


def test_time_comes_from_a_clock():
    program = [module for module in modules() if module.path not in TELLS_TIME]

    assert [place for module in program for place in uses(module, TIME)] == []


@pytest.mark.parametrize(
    "text",
    [
        "cache = {}",
        "seen: set[int] = set()",
        "if True:\n    waiting = collections.deque()",
        "try:\n    a = b = [x for x in y]\nexcept E: pass",
        "CACHE = {}\ndef f(x): CACHE[x] = 1",
        "_CACHE = {}\ndef f(x): del _CACHE[x]",
        "NAMES = []\ndef f(x): NAMES.append(x)",
        "NAMES = []\ndef f(x):\n    NAMES += [x]",
        "x = 0\ndef f():\n    global x",
    ],
)
def test_state_in_a_module_is_seen(text):
    assert hidden_state(Module.of("a.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "TABLE = {1: 2}\nx = TABLE[1]",
        "__all__ = ['a']",
        "pair = (1, 2)",
        "def f():\n    a = []\n    a.append(1)",
        "X: int",
    ],
)
def test_constants_and_locals_are_lawful(text):
    assert hidden_state(Module.of("a.py", text)) == []


@pytest.mark.parametrize("text", ["os.environ['A']", "os.getenv('A')", "from os import environ"])
def test_a_look_at_the_environment_is_seen(text):
    assert uses(Module.of("a.py", text), ENVIRONMENT) == ["a.py:1"]


@pytest.mark.parametrize(
    "text",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "from time import time_ns"],
)
def test_a_look_at_the_machines_clock_is_seen(text):
    assert uses(Module.of("a.py", text), TIME) == ["a.py:1"]


@pytest.mark.parametrize(
    "text", ["clock.now()", "time.monotonic()", "time.perf_counter()", "from datetime import date"]
)
def test_asking_a_clock_and_measuring_are_lawful(text):
    assert uses(Module.of("a.py", text), TIME) == []
