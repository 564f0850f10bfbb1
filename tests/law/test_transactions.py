"""What runs inside a transaction waits for nothing but the transaction.

A body given to `db.write` runs in the one writer thread, with its neighbours waiting behind it,
and one given to `db.read_in_thread` holds a snapshot. The driver rolls back a body that suspends;
this finds it before it runs. So in every function that takes a `ReadTx` or a `WriteTx`, each
`await` is on the transaction's own method, or hands the transaction on as the first argument.
"""

import ast

import pytest

from tests.law.source import Module, modules

TRANSACTIONS = ("ReadTx", "WriteTx")


def transaction_of(function: ast.AsyncFunctionDef) -> str | None:
    """Name of the argument that is a transaction."""
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation and ast.unparse(argument.annotation).strip("'\"").endswith(TRANSACTIONS):
            return argument.arg
    return None


def waits_on(node: ast.Await, tx: str) -> bool:
    """Whether this waits on the transaction `tx` only."""
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name == tx:
            return True
        case ast.Call(args=[ast.Name(id=name), *_]):
            return name == tx
    return False


def broken(module: Module) -> list[str]:
    """Places where something else is waited for inside a transaction."""
    found = []
    for function in ast.walk(module.tree):
        if isinstance(function, ast.AsyncFunctionDef) and (tx := transaction_of(function)):
            for node in ast.walk(function):
                elsewhere = isinstance(node, ast.Await) and not waits_on(node, tx)
                if elsewhere or isinstance(node, ast.AsyncWith | ast.AsyncFor):
                    found.append(f"{module.at(node)} in {function.name}")
    return found


def test_a_body_waits_for_nothing_but_its_transaction():
    assert [place for module in modules() for place in broken(module)] == []


@pytest.mark.parametrize(
    "line",
    [
        "await tx.run('x')",
        "await store.insert(tx, 1)",
        "return await log.record(tx, fact)",
        "x = [await f(tx) for y in z]",
    ],
)
def test_waiting_on_the_transaction_is_lawful(line):
    assert broken(Module.of("a.py", f"async def body(tx: WriteTx, z):\n    {line}")) == []


@pytest.mark.parametrize(
    "line",
    [
        "await http.get('x')",
        "await asyncio.gather(store.one(tx))",
        "await store.insert(1, tx)",
        "await other.run('x')",
        "await something",
        "async with lock: pass",
    ],
)
@pytest.mark.parametrize("signature", ["tx: WriteTx", "tx: db.ReadTx", "tx: 'WriteTx'", "self, tx: WriteTx"])
def test_waiting_for_anything_else_is_seen(signature, line):
    assert broken(Module.of("a.py", f"async def body({signature}):\n    {line}")) == ["a.py:2 in body"]


def test_outside_a_transaction_one_may_wait_for_anything():
    assert broken(Module.of("a.py", "async def handler(call):\n    await http.get('x')")) == []
