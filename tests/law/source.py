"""The program as text, which is what the laws of this folder look at."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pinson"


class Module(NamedTuple):
    """One module of the program. `path` is relative to the repository, with slashes."""

    path: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Module":
        return cls(path, ast.parse(text))

    def at(self, node: ast.AST) -> str:
        """Where `node` stands, as an editor understands it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def modules() -> list[Module]:
    """Every module under pinson/."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [Module.of(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def strings(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """The strings that the program uses, so no docstrings. What an f-string fills in is written {}."""
    yield from _strings(module.tree)


def _strings(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.Constant(value=str(text)):
            yield node, text
        case ast.JoinedStr(values=parts):
            yield node, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _strings(part.value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings(child)
