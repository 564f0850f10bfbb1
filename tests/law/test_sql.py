"""SQL stands in store.py or in the tool that owns the table, and only the owner of a table writes it."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tests.law.source import PACKAGE, Module, modules, strings

NAME = r"""["`]?(?:\w+\.)?(\w+|\{\})["`]?"""
WRITES = re.compile(
    rf"""\b(?:
        INSERT (?:\s+ OR \s+ \w+)? \s+ INTO \s+ {NAME}
      | REPLACE \s+ INTO \s+ {NAME}
      | DELETE \s+ FROM \s+ {NAME}
      | UPDATE (?:\s+ OR \s+ \w+)? \s+ {NAME} (?:\s+ AS \s+ \w+)? \s+ SET
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
SCHEMA = re.compile(
    rf"""\b(?:
        CREATE \s+ (?:VIRTUAL \s+ |TEMP \s+)? TABLE \s+ (?:IF \s+ NOT \s+ EXISTS \s+)? (?P<made>{NAME})
      | DROP \s+ TABLE \s+ (?:IF \s+ EXISTS \s+)? (?P<gone>{NAME})
      | ALTER \s+ TABLE \s+ (?P<old>{NAME}) \s+ RENAME \s+ TO \s+ (?P<new>{NAME})
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# A statement begins with its verb; a fragment shows by its keywords in capitals.
STATEMENT = re.compile(
    r"\s*(?:(?:SELECT|select)\b.+\b(?:FROM|from)\b|(?:INSERT|insert)\b.+\b(?:INTO|into)\b|(?:DELETE FROM|delete from)\b"
    r"|(?:UPDATE|update)\s+\w+\s+(?:SET|set)\b|(?:PRAGMA|pragma)\s)",
    re.DOTALL,
)
FRAGMENT = re.compile(
    r"\b(?:SELECT|INSERT INTO|DELETE FROM|(?:LEFT|INNER|CROSS) JOIN|WHERE|ORDER BY|GROUP BY|UNION ALL)\b"
)


def owned(module: Module) -> tuple[str, ...] | None:
    """The tables that the module says it writes; None if it says nothing."""
    for node in module.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="OWNS")], value=value):
                return ast.literal_eval(value)
    return None


def written(module: Module) -> Iterator[tuple[str, str]]:
    """(place, table) of each writing statement; the table is {} if it is computed."""
    for node, text in strings(module):
        for match in WRITES.finditer(text):
            yield module.at(node), next(filter(None, match.groups()))


def tables(texts: Iterable[str]) -> set[str]:
    """The tables that stand when these texts have been executed in order."""
    standing: set[str] = set()
    for text in texts:
        for match in SCHEMA.finditer(re.sub(r"--.*", "", text)):
            if match["made"]:
                standing.add(match["made"])
            else:
                standing.discard(match["gone"] or match["old"])
                standing.update(filter(None, [match["new"]]))
    return standing


def foreign_writes(module: Module) -> list[str]:
    mine = owned(module) or ()
    return [f"{place} writes {table}" for place, table in written(module) if table not in mine]


def may_hold_sql(module: Module) -> bool:
    return module.path.startswith("pinson/lib/") or module.path.endswith("/store.py")


def sql(module: Module) -> list[str]:
    """Places of strings that look like SQL."""
    return [module.at(node) for node, text in strings(module) if STATEMENT.match(text) or FRAGMENT.search(text)]


def test_every_table_is_owned_by_exactly_one_module():
    program = modules()
    migrations = [path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "migrations").glob("*.sql"))]
    made_by_tools = [text for module in program for _, text in strings(module)]
    owners = Counter(table for module in program for table in owned(module) or ())
    standing = tables(migrations + made_by_tools)

    assert {table: owners[table] for table in standing if owners[table] != 1} == {}
    assert owners.keys() - standing == set()


def test_a_store_says_which_tables_it_writes():
    assert [module.path for module in modules() if module.path.endswith("/store.py") and owned(module) is None] == []


def test_only_the_owner_of_a_table_writes_it():
    assert [broken for module in modules() for broken in foreign_writes(module)] == []


def test_sql_stands_in_stores_and_tools_only():
    assert [place for module in modules() if not may_hold_sql(module) for place in sql(module)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO posts (id) VALUES (1)",
        "insert or ignore into posts (id) values (1)",
        "REPLACE INTO posts VALUES (1)",
        "UPDATE posts SET text = ''",
        "UPDATE posts AS p SET text = ''",
        "WITH gone AS (DELETE FROM main.posts RETURNING id) SELECT id FROM gone",
        'DELETE FROM "posts"',
    ],
)
def test_a_write_is_recognised_however_it_is_put(statement):
    stranger = Module.of("pinson/domain/links/store.py", f"OWNS = ('links',)\nX = {statement!r}")
    owner = Module.of("pinson/domain/posts/store.py", f"OWNS = ('posts',)\nX = {statement!r}")

    assert foreign_writes(stranger) == ["pinson/domain/links/store.py:2 writes posts"]
    assert foreign_writes(owner) == []


def test_a_write_to_a_computed_table_belongs_to_nobody():
    module = Module.of("pinson/domain/posts/store.py", "OWNS = ('posts',)\ndef x(t): return f'DELETE FROM {t}'")

    assert foreign_writes(module) == ["pinson/domain/posts/store.py:2 writes {}"]


@pytest.mark.parametrize(
    "text",
    ["SELECT id FROM posts", "select id from posts", "AND id < :x ORDER BY id", "PRAGMA page_size", "WHERE id = 1"],
)
def test_sql_in_a_command_is_seen(text):
    assert sql(Module.of("pinson/domain/posts/commands.py", f"X = {text!r}"))


@pytest.mark.parametrize(
    "text", ["Select a language from this list", "Insert it into a page", "Update your card", "to delete", "from"]
)
def test_a_sentence_is_not_taken_for_sql(text):
    assert not sql(Module.of("pinson/domain/posts/rules.py", f"X = {text!r}"))


def test_tables_are_followed_through_a_rebuild():
    steps = [
        "CREATE TABLE a (id INTEGER); -- CREATE TABLE said (id)",
        "CREATE TABLE IF NOT EXISTS a_new (id INTEGER); DROP TABLE a; ALTER TABLE a_new RENAME TO a;",
        "CREATE VIRTUAL TABLE words USING fts5 (text); CREATE TABLE old (id); DROP TABLE IF EXISTS old;",
    ]

    assert tables(steps) == {"a", "words"}
