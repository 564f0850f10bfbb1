"""The documents say what is there."""

import ast
import re

from tests.law.source import ROOT, modules

DECISIONS = ROOT / "docs" / "decisions"
CITED = re.compile(r"docs/decisions/(\d{4}[\w.-]*\w)")
STOP = re.compile(r"`((?:pinson|tests|docs|benchmarks)/[\w./-]+)`")


def stops(text: str) -> list[str]:
    """The files that a tour names, in order, each once."""
    return list(dict.fromkeys(STOP.findall(text)))


def test_every_module_begins_by_saying_what_lives_there():
    assert [module.path for module in modules() if not ast.get_docstring(module.tree)] == []


def test_every_stop_of_the_tour_is_there():
    tour = stops((ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))

    assert len(tour) > 8
    assert [stop for stop in tour if not (ROOT / stop).exists()] == []


def test_decisions_are_numbered_one_after_another():
    records = sorted(DECISIONS.iterdir())

    assert [record.name[:5] for record in records] == [f"{number:04}-" for number in range(1, len(records) + 1)]
    for number, record in enumerate(records, 1):
        assert record.read_text(encoding="utf-8").startswith(f"# {number}. "), record


def test_a_decision_that_code_cites_is_there():
    cited = {name for module in modules() for name in CITED.findall(ast.get_docstring(module.tree) or "")}

    assert cited
    assert [name for name in cited if not list(DECISIONS.glob(f"{name.removesuffix('.md')}*.md"))] == []


def test_the_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.search(r"^ *make demo\b", readme, re.MULTILINE)
    assert re.search(r"^ *make test\b", readme, re.MULTILINE)


def test_every_test_of_the_bad_days_is_there():
    page = (ROOT / "docs" / "bad-days.md").read_text(encoding="utf-8")
    missing, cited, file = [], 0, ""
    for path, name in re.findall(r"`(tests/[\w./]+)`|`(test_\w+)`", page):
        if path:
            file = (ROOT / path).read_text(encoding="utf-8")
        else:
            cited += 1
            missing += [name] if f"def {name}(" not in file else []

    assert cited > 30
    assert missing == []


def test_a_stop_is_a_path_in_backquotes():
    text = "From `pinson/app.py` to `pinson/domain/posts/`, not pinson/x.py, `publish` or `make demo`; `pinson/app.py`."

    assert stops(text) == ["pinson/app.py", "pinson/domain/posts/"]
