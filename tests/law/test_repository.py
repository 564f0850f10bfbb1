"""What is in the repository works on any machine, and says nothing of the one it was written on."""

import re
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from tests.law.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Hosts of package registries, and folders of one machine.
FOREIGN = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|rubygems|crates|debian)\.(?:python\.)?(?:org|com|io)\b"
    r"|(?<![\w.:})>*-])/(?:work|root|farm|Users|home/\w+|opt/\w+)/"
    r"|\.\./shared\b"
)


@pytest.fixture(scope="session")
def tracked(program) -> dict[str, str]:
    """Text of every file that is in the repository, or would be at the next commit, by path."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: cannot tell what belongs to the repository")
    command = [program("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    paths = [path for path in listed.split("\0") if path and (ROOT / path).is_file()]
    return {path: (ROOT / path).read_bytes().decode(errors="replace") for path in paths}


def packages(lock: str) -> Iterator[tuple[str, int]]:
    """Each pinned package, normalised, with how many hashes stand under it."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    for entry in entries:
        match = re.match(r"([\w.-]+)==\S+", entry)
        assert match, f"not pinned: {entry.splitlines()[0]}"
        yield match[1], entry.count("--hash=sha256:")


def names(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", text)[0].lower()) for text in requirements}


def test_no_file_names_a_registry_or_a_machine(tracked):
    found = [f"{path}: {match[0]}" for path, text in tracked.items() for match in FOREIGN.finditer(text)]

    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_hashes_and_no_address(name):
    lock = (ROOT / name).read_text(encoding="utf-8")

    assert "://" not in lock
    assert "--index" not in lock
    assert [package for package, hashes in packages(lock) if not hashes] == []


def test_the_locks_pin_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    runtime, dev = (dict(packages((ROOT / name).read_text(encoding="utf-8"))) for name in LOCKS)

    assert names(project["project"]["dependencies"] + groups["build"]) <= runtime.keys()
    assert names(groups["dev"]) | runtime.keys() <= dev.keys()


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("see https://", "pypi", ".org/simple"),
        ("deb.", "debian", ".org"),
        ("cd ", "/work", "/main"),
        ('"', "/home", "/ada/pinson"),
        ("..", "/shared", "/design.md"),
    ],
)
def test_a_registry_or_a_machine_is_seen(before, name, after):
    assert FOREIGN.search(before + name + after)


@pytest.mark.parametrize(
    "text", ["/api/v1/timelines/home/", "https://example.org/work/", "python.org", "/home", "a/root/b"]
)
def test_addresses_and_routes_are_lawful(text):
    assert not FOREIGN.search(text)
